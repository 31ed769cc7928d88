"""Models that can be trained, files to train on, what it costs; all values are invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ..values import JsonObject

MAX_EPOCHS: Final = 20
MAX_CHECKPOINTS: Final = 10
MAX_EVALS: Final = 100
MIN_LEARNING_RATE: Final = 1e-08
MAX_LEARNING_RATE: Final = 0.01

USER_LIMIT_DOLLARS: Final = 100.0
DOLLARS_PER_MILLION_TOKENS: Final = 0.48
TOKENS_PER_ROW: Final = 120

_ROWS_OF_ANY_FILE: Final = 1000
_ROWS: Final[Mapping[str, int]] = MappingProxyType({"file-train": 1000, "file-validation": 100})


@dataclass(frozen=True, slots=True)
class Model:
    """A base model."""

    name: str
    parameters: int
    is_fully_trainable: bool = True
    has_vision: bool = False

    @property
    def short_name(self) -> str:
        return self.name.rpartition("/")[2]

    def limits(self) -> JsonObject:
        full = {"full_training": {"max_batch_size": 96, "max_batch_size_dpo": 48, "min_batch_size": 8}}
        return {
            "model_name": self.name,
            "default_gradient_accumulation_steps": 1,
            "min_max_seq_length": 512,
            "max_seq_length_sft": 32768,
            "max_seq_length_dpo": 16384,
            "max_num_checkpoints": MAX_CHECKPOINTS,
            "max_num_epochs": MAX_EPOCHS,
            "max_num_evals": MAX_EVALS,
            "max_learning_rate": MAX_LEARNING_RATE,
            "min_learning_rate": MIN_LEARNING_RATE,
            "supports_vision": self.has_vision,
            "supports_tools": True,
            "supports_reasoning": False,
            "supports_full_training": self.is_fully_trainable,
            "merge_output_lora": True,
            "lora_training": _LORA_LIMITS,
            **(full if self.is_fully_trainable else {}),
        }


_LORA_LIMITS: Final[JsonObject] = MappingProxyType(
    {
        "default_rank": 8,
        "max_batch_size": 128,
        "max_batch_size_dpo": 64,
        "min_batch_size": 8,
        "max_rank": 64,
        "target_modules": ("k_proj", "o_proj", "q_proj", "v_proj"),
    }
)

MODELS: Final[Mapping[str, Model]] = MappingProxyType(
    {
        model.name: model
        for model in (
            Model("meta-llama/Meta-Llama-3.1-8B-Instruct-Reference", 8_030_261_248),
            Model("Qwen/Qwen2.5-7B-Instruct", 7_615_616_512),
            Model("google/gemma-3-4b-it", 4_300_079_472, has_vision=True),
            Model("meta-llama/Llama-3.3-70B-Instruct-Reference", 70_553_706_496, is_fully_trainable=False),
        )
    }
)


def rows_of(file_id: str) -> int | None:
    """Count a file's rows; any id of the right form is a file, for nothing can be uploaded here."""
    if not file_id.startswith("file-") or file_id.startswith("file-missing"):
        return None
    return _ROWS.get(file_id, _ROWS_OF_ANY_FILE)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a job would cost."""

    train_tokens: int
    eval_tokens: int

    @property
    def dollars(self) -> float:
        return round((self.train_tokens + self.eval_tokens) * DOLLARS_PER_MILLION_TOKENS / 1e6, 6)

    @property
    def nanodollars(self) -> int:
        """The price in the unit in which a job tells it."""
        return round(self.dollars * 1e9)


def estimate(rows: int, eval_rows: int, epochs: int, evals: int) -> Estimate:
    return Estimate(rows * TOKENS_PER_ROW * epochs, eval_rows * TOKENS_PER_ROW * evals)
