import httpx2
import pytest

MODEL = "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference"
LORA_ONLY = "meta-llama/Llama-3.3-70B-Instruct-Reference"
GOOD: dict[str, object] = {"training_file": "file-train", "model": MODEL}


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"training_file": None}, "training_file"),
        ({"training_file": ""}, "training_file"),
        ({"training_file": 5}, "training_file"),
        ({"training_file": "train.jsonl"}, "training_file"),
        ({"training_file": "file-missing"}, "training_file"),
        ({"validation_file": "file-missing"}, "validation_file"),
        ({"model": None}, "model"),
        ({"model": "nobody/nothing"}, "model"),
        ({"model": None, "from_checkpoint": "ft-none:5"}, "from_checkpoint"),
        ({"n_epochs": 0}, "n_epochs"),
        ({"n_epochs": 21}, "n_epochs"),
        ({"n_epochs": True}, "n_epochs"),
        ({"n_epochs": "1"}, "n_epochs"),
        ({"n_checkpoints": 11}, "n_checkpoints"),
        ({"n_evals": -1}, "n_evals"),
        ({"batch_size": "most"}, "batch_size"),
        ({"batch_size": 0}, "batch_size"),
        ({"learning_rate": 1}, "learning_rate"),
        ({"learning_rate": "small"}, "learning_rate"),
        ({"warmup_ratio": 1.5}, "warmup_ratio"),
        ({"max_grad_norm": -1}, "max_grad_norm"),
        ({"packing": "yes"}, "packing"),
        ({"max_seq_length": 1.5}, "max_seq_length"),
        ({"suffix": "x" * 41}, "suffix"),
        ({"multimodal_params": []}, "multimodal_params"),
        ({"wandb_name": 1}, "wandb_name"),
        ({"lr_scheduler": "cosine"}, "lr_scheduler"),
        ({"lr_scheduler": {"lr_scheduler_type": "steep"}}, "lr_scheduler"),
        ({"training_method": {"method": "sft"}}, "training_method"),
        ({"training_method": {"method": "sft", "train_on_inputs": "maybe"}}, "training_method"),
        ({"training_type": {"type": "Lora", "lora_r": 8}}, "training_type"),
        ({"training_type": {"type": "Lora", "lora_r": "8", "lora_alpha": 8}}, "training_type"),
        ({"model": LORA_ONLY, "training_type": {"type": "Full"}}, "training_type"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(
    api: httpx2.Client, change: dict[str, object], param: str
) -> None:
    answer = api.post("/v1/fine-tunes", json={**GOOD, **change})
    error = answer.json()["error"]
    assert (answer.status_code, error["type"], error["param"], error["code"]) == (
        400,
        "invalid_request_error",
        param,
        "invalid_value",
    )
    assert api.get("/v1/fine-tunes").json() == {"data": []}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"text"', b'{"training_file": "\xff"}'])
def test_a_body_that_is_no_json_object_is_refused(api: httpx2.Client, body: bytes) -> None:
    answer = api.post("/v1/fine-tunes", content=body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "body")


@pytest.mark.parametrize(
    "given",
    [
        {"max_seq_length": 4096, "random_seed": 2**63, "multimodal_params": {"train_vision": True}},
        {"training_method": {"method": "dpo", "dpo_beta": 0.2}, "training_type": {"type": "Full"}},
        {"training_method": {"method": "sft", "train_on_inputs": False}},
        {"lr_scheduler": {"lr_scheduler_type": "linear", "lr_scheduler_args": {"min_lr_ratio": 0.1}}},
        {"from_hf_model": "someone/some", "hf_model_revision": "main", "wandb_project_name": "p"},
    ],
)
def test_good_settings_are_echoed_as_they_came(api: httpx2.Client, given: dict[str, object]) -> None:
    answer = api.post("/v1/fine-tunes", json={**GOOD, **given})
    assert {name: answer.json()[name] for name in given} == given


def test_null_and_unknown_fields_are_as_good_as_absent(api: httpx2.Client) -> None:
    answer = api.post(
        "/v1/fine-tunes", json={**GOOD, "suffix": None, "training_type": None, "colour": "blue"}
    )
    assert answer.status_code == 200
    assert {"suffix", "colour"} & set(answer.json()) == set()


@pytest.mark.parametrize("ending", ["", ":5"])
@pytest.mark.parametrize("name", ["id", "model_output_name"])
def test_a_job_can_start_from_another_one(api: httpx2.Client, name: str, ending: str) -> None:
    parent = api.post("/v1/fine-tunes", json=GOOD).json()
    settings = {"training_file": "file-b", "from_checkpoint": f"{parent[name]}{ending}"}
    child = api.post("/v1/fine-tunes", json=settings).json()
    assert (child["model"], child["from_checkpoint"]) == (MODEL, settings["from_checkpoint"])


def test_an_estimate_has_a_price(api: httpx2.Client) -> None:
    given = {
        "training_file": "file-train",
        "validation_file": "file-validation",
        "n_epochs": 2,
        "n_evals": 5,
        "model": "",
        "training_type": None,
    }
    assert api.post("/v1/fine-tunes/estimate-price", json=given).json() == {
        "estimation_available": True,
        "estimated_total_price": 0.144,
        "allowed_to_proceed": True,
        "user_limit": 100.0,
        "estimated_train_token_count": 240000,
        "estimated_eval_token_count": 60000,
    }


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({}, "training_file"),
        ({"training_file": "file-a", "model": "nobody/nothing"}, "model"),
        ({"training_file": "file-a", "n_epochs": 99}, "n_epochs"),
        ({"training_file": "file-a", "training_method": {}}, "training_method"),
    ],
)
def test_an_estimate_refuses_what_a_job_would(
    api: httpx2.Client, given: dict[str, object], param: str
) -> None:
    answer = api.post("/v1/fine-tunes/estimate-price", json=given)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


def test_limits_are_found_by_the_models_name(api: httpx2.Client) -> None:
    answer = api.get("/v1/fine-tunes/models/limits", params={"model_name": MODEL})
    assert answer.request.url.query == b"model_name=meta-llama%2FMeta-Llama-3.1-8B-Instruct-Reference"
    limits = answer.json()
    assert (limits["model_name"], limits["max_num_epochs"], limits["supports_full_training"]) == (
        MODEL,
        20,
        True,
    )
    assert limits["lora_training"]["target_modules"] == ["k_proj", "o_proj", "q_proj", "v_proj"]


def test_a_model_that_takes_only_lora_has_no_limits_for_more(api: httpx2.Client) -> None:
    limits = api.get("/v1/fine-tunes/models/limits", params={"model_name": LORA_ONLY}).json()
    assert limits["supports_full_training"] is False
    assert "full_training" not in limits


def test_limits_of_an_unknown_model_are_not_found_in_a_form_of_their_own(api: httpx2.Client) -> None:
    # encoded twice, the slash is part of a name that nobody has
    answer = api.get("/v1/fine-tunes/models/limits?model_name=meta-llama%252FMeta")
    assert answer.status_code == 404
    assert answer.json() == {"message": "model 'meta-llama%2FMeta' was not found"}


@pytest.mark.parametrize("query", ["", "?model_name="])
def test_limits_need_a_name(api: httpx2.Client, query: str) -> None:
    answer = api.get(f"/v1/fine-tunes/models/limits{query}")
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "model_name")


def test_every_supported_model_has_limits(api: httpx2.Client) -> None:
    models = api.get("/v1/fine-tunes/models/supported").json()["models"]
    assert MODEL in models
    for name in models:
        assert api.get("/v1/fine-tunes/models/limits", params={"model_name": name}).status_code == 200
