"""What a caller may ask of a new job or an estimate; the first mistake is refused by name."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias, cast

from ..values import Json, JsonObject, decode, is_integer, is_number
from ..wire import Request
from .catalogue import (
    MAX_CHECKPOINTS,
    MAX_EPOCHS,
    MAX_EVALS,
    MAX_LEARNING_RATE,
    MIN_LEARNING_RATE,
    rows_of,
)
from .refusal import refuse_value

# says what a value must be, or nothing when it is that
Complaint: TypeAlias = "str | None"
Rule: TypeAlias = Callable[[Json], Complaint]


@dataclass(frozen=True, slots=True)
class Field:
    """A setting that a job echoes; one without a default is left out when it is not given."""

    name: str
    rule: Rule
    default: Json = None


def read_object(request: Request) -> JsonObject:
    try:
        value = decode(request.body)
    except ValueError as mistake:
        refuse_value("body", f"the body is not JSON: {mistake}")
    if not isinstance(value, Mapping):
        refuse_value("body", "the body must be a JSON object")
    # null means the same as leaving it out
    return {name: given for name, given in value.items() if given is not None}


def read_settings(given: JsonObject) -> JsonObject:
    """Check what a job is created with and fill in the defaults; unknown fields are ignored."""
    return dict(_checked(given, _FIELDS))


def check_estimate(given: JsonObject) -> JsonObject:
    """Check the few fields that decide a price."""
    return dict(_checked(given, _ESTIMATE_FIELDS))


def read_text(given: JsonObject, name: str) -> str:
    """Read a text field; empty is the same as absent."""
    value = given.get(name, "")
    if not isinstance(value, str):
        refuse_value(name, f"{name} must be a string")
    return value


def read_file(given: JsonObject, name: str) -> int:
    """Count the rows of the file that a field names; without one there are 0."""
    file_id = read_text(given, name)
    if not file_id:
        return 0
    rows = rows_of(file_id)
    if rows is None:
        refuse_value(name, f"file {file_id!r} was not found; ids of files begin with 'file-'")
    return rows


def whole(settings: JsonObject, name: str) -> int:
    """Take a number out of settings; their rules have checked it."""
    return cast(int, settings[name])


def _checked(given: JsonObject, fields: tuple[Field, ...]) -> Iterator[tuple[str, Json]]:
    for field in fields:
        value = given.get(field.name, field.default)
        if value is None:
            continue
        complaint = field.rule(value)
        if complaint is not None:
            refuse_value(field.name, f"{field.name} must be {complaint}")
        yield field.name, value


def _text(value: Json) -> Complaint:
    return None if isinstance(value, str) else "a string"


def _suffix(value: Json) -> Complaint:
    return None if isinstance(value, str) and len(value) <= 40 else "a string of at most 40 characters"


def _boolean(value: Json) -> Complaint:
    return None if isinstance(value, bool) else "true or false"


def _integer(value: Json) -> Complaint:
    return None if is_integer(value) else "a whole number"


def _object(value: Json) -> Complaint:
    return None if isinstance(value, Mapping) else "an object"


def _between(low: float, high: float) -> Rule:
    def rule(value: Json) -> Complaint:
        if is_number(value) and low <= value <= high:
            return None
        return f"a number from {low:g} to {high:g}"

    return rule


def _count(low: int, high: int) -> Rule:
    def rule(value: Json) -> Complaint:
        if is_integer(value) and low <= value <= high:
            return None
        return f"a whole number from {low} to {high}"

    return rule


def _batch_size(value: Json) -> Complaint:
    is_count = is_integer(value) and value >= 1
    return None if value == "max" or is_count else "a whole number of at least 1, or 'max'"


def _scheduler(value: Json) -> Complaint:
    kind = value.get("lr_scheduler_type") if isinstance(value, Mapping) else None
    return None if kind in ("linear", "cosine") else "an object whose lr_scheduler_type is linear or cosine"


def _method(value: Json) -> Complaint:
    match value:
        case {"method": "dpo"} | {"method": "sft", "train_on_inputs": bool() | "auto"}:
            return None
        case _:
            return "an object whose method is dpo, or sft with train_on_inputs true, false or auto"


def _training_type(value: Json) -> Complaint:
    match value:
        case {"type": "Full"}:
            return None
        case {"type": "Lora", "lora_r": rank, "lora_alpha": alpha} if is_integer(rank) and is_integer(alpha):
            return None
        case _:
            return "an object whose type is Full, or Lora with lora_r and lora_alpha"


_FIELDS: Final = (
    Field("training_file", _text),
    Field("validation_file", _text, ""),
    Field("packing", _boolean, True),
    Field("max_seq_length", _integer),
    Field("n_epochs", _count(1, MAX_EPOCHS), 1),
    Field("n_checkpoints", _count(0, MAX_CHECKPOINTS), 1),
    Field("n_evals", _count(0, MAX_EVALS), 0),
    Field("batch_size", _batch_size, "max"),
    Field("learning_rate", _between(MIN_LEARNING_RATE, MAX_LEARNING_RATE), 1e-05),
    Field(
        "lr_scheduler",
        _scheduler,
        MappingProxyType(
            {
                "lr_scheduler_type": "cosine",
                "lr_scheduler_args": MappingProxyType({"min_lr_ratio": 0.0, "num_cycles": 0.5}),
            }
        ),
    ),
    Field("warmup_ratio", _between(0, 1), 0.0),
    Field("max_grad_norm", _between(0, math.inf), 1.0),
    Field("weight_decay", _between(0, math.inf), 0.0),
    Field("random_seed", _integer),
    Field("suffix", _suffix),
    Field("training_method", _method, MappingProxyType({"method": "sft", "train_on_inputs": "auto"})),
    Field(
        "training_type",
        _training_type,
        MappingProxyType(
            {
                "type": "Lora",
                "lora_r": 8,
                "lora_alpha": 16,
                "lora_dropout": 0.0,
                "lora_trainable_modules": "all-linear",
            }
        ),
    ),
    Field("multimodal_params", _object),
    Field("wandb_project_name", _text),
    Field("wandb_name", _text),
    Field("from_checkpoint", _text),
    Field("from_hf_model", _text),
    Field("hf_model_revision", _text),
)

_PRICED: Final = (
    "training_file",
    "validation_file",
    "n_epochs",
    "n_evals",
    "training_method",
    "training_type",
)
_ESTIMATE_FIELDS: Final = tuple(field for field in _FIELDS if field.name in _PRICED)
