"""The twelve operations of the fine-tuning API."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias
from uuid import uuid4

from ..values import Json, JsonObject, read_whole
from ..wire import Answer, Request, json_answer
from . import answers, download, history, intake, metrics
from .catalogue import MODELS, USER_LIMIT_DOLLARS, Model, estimate
from .lifecycle import Job, Move, Status
from .refusal import Problem, Refusal, refuse_value
from .world import World

# the last argument is the id in the path, empty where the path has none
Operation: TypeAlias = Callable[[World, Request, str], Answer]

_SELECTORS = ("merged", "adapter", "model_output_path")


def create(world: World, request: Request, _: str) -> Answer:
    given = intake.read_object(request)
    rows = _training_rows(given)
    model = _required_model(world, given)
    settings = {**intake.read_settings(given)}
    if settings["training_type"] == {"type": "Full"} and not model.is_fully_trainable:
        refuse_value("training_type", f"model {model.name!r} can only be trained with Lora")
    identity = str(uuid4())
    settings.update(_names(model, identity, settings.get("suffix")))
    eval_rows = intake.read_file(given, "validation_file")
    job = Job(f"ft-{identity}", model, settings, rows, eval_rows, (Move(Status.PENDING, world.clock_ns()),))
    world.jobs.put(job)
    return _short(world, job)


def list_jobs(world: World, request: Request, _: str) -> Answer:
    now, scale = world.clock_ns(), world.jobs.scale_s
    return json_answer(200, {"data": [answers.short(job, now, scale) for job in world.jobs.all()]})


def estimate_price(world: World, request: Request, _: str) -> Answer:
    given = intake.read_object(request)
    rows, eval_rows = _training_rows(given), intake.read_file(given, "validation_file")
    _named_model(world, given)
    settings = intake.check_estimate(given)
    epochs, evals = intake.whole(settings, "n_epochs"), intake.whole(settings, "n_evals")
    found = estimate(rows, eval_rows, epochs, evals)
    return json_answer(
        200,
        {
            "estimation_available": True,
            "estimated_total_price": found.dollars,
            "allowed_to_proceed": found.dollars <= USER_LIMIT_DOLLARS,
            "user_limit": USER_LIMIT_DOLLARS,
            "estimated_train_token_count": found.train_tokens,
            "estimated_eval_token_count": found.eval_tokens,
        },
    )


def limits(world: World, request: Request, _: str) -> Answer:
    name = request.parameters().get("model_name")
    if not name:
        refuse_value("model_name", "model_name is required")
    model = _model(world, name)
    if model is None:
        # the one error of this API that has a form of its own
        return json_answer(404, {"message": f"model {name!r} was not found"})
    return json_answer(200, model.limits())


def supported(world: World, request: Request, _: str) -> Answer:
    return json_answer(200, {"models": tuple(MODELS)})


def retrieve(world: World, request: Request, job_id: str) -> Answer:
    job = world.jobs.find(job_id)
    return json_answer(200, answers.full(job, world.clock_ns(), world.jobs.scale_s))


def delete(world: World, request: Request, job_id: str) -> Answer:
    if request.parameters().get("force", "false") not in ("true", "false"):
        refuse_value("force", "force must be true or false")
    job = world.jobs.find(job_id)
    if not job.is_over and not world.mode.delete_live:
        message = f"fine-tune job {job.id} is {job.status.value}; only one that is over can be deleted"
        raise Refusal(Problem(409, message, "invalid_job_status"))
    world.jobs.remove(job)
    return json_answer(200, {"message": f"Fine-tune job {job.id} deleted successfully"})


def cancel(world: World, request: Request, job_id: str) -> Answer:
    job = world.jobs.find(job_id)
    if job.is_over:
        message = f"fine-tune job {job.id} is {job.status.value} and cannot be cancelled"
        raise Refusal(Problem(400, message, "invalid_job_status"))
    if job.status is not Status.CANCEL_REQUESTED:
        job = job.move(Status.CANCEL_REQUESTED, world.clock_ns())
        world.jobs.put(job)
    return _short(world, job)


def checkpoints(world: World, request: Request, job_id: str) -> Answer:
    found = history.checkpoints(world.jobs.find(job_id))
    return json_answer(200, {"data": [checkpoint.as_json() for checkpoint in found]})


def events(world: World, request: Request, job_id: str) -> Answer:
    return json_answer(200, {"data": history.events(world.jobs.find(job_id))})


def list_metrics(world: World, request: Request, job_id: str) -> Answer:
    job = world.jobs.find(job_id)
    rows = metrics.select(metrics.rows(job), metrics.read_filter(request))
    return json_answer(200, {"metrics": [row.as_json() for row in rows]})


def download_model(world: World, request: Request, _: str) -> Answer:
    parameters = request.parameters()
    job_id = parameters.get("ft_id")
    if not job_id:
        refuse_value("ft_id", "ft_id is required")
    job = world.jobs.find(job_id)
    selector = _selector(job, parameters.get("checkpoint_step"), parameters.get("checkpoint"))
    if job.status is not Status.COMPLETED:
        message = f"fine-tune job {job.id} is {job.status.value}; only a completed one can be downloaded"
        raise Refusal(Problem(400, message, "invalid_job_status"))
    file = download.File(job.id, selector, world.mode.size_bytes)
    if world.mode.redirect is not None:
        return download.redirect_to(file, world.mode.redirect)
    return download.serve(file, request, world.content, world.mode)


def stored(world: World, request: Request, job_id: str) -> Answer:
    """Serve a file where a redirected download finds it."""
    job = world.jobs.find(job_id)
    selector = request.path.rpartition(b"/")[2].decode("latin-1")
    file = download.File(job.id, selector, world.mode.size_bytes)
    return download.serve(file, request, world.content, world.mode)


def _short(world: World, job: Job) -> Answer:
    return json_answer(200, answers.short(job, world.clock_ns(), world.jobs.scale_s))


def _training_rows(given: JsonObject) -> int:
    rows = intake.read_file(given, "training_file")
    if not rows:
        refuse_value("training_file", "training_file is required")
    return rows


def _required_model(world: World, given: JsonObject) -> Model:
    model = _named_model(world, given)
    if model is None:
        refuse_value("model", "model is required, unless from_checkpoint is given")
    return model


def _named_model(world: World, given: JsonObject) -> Model | None:
    """Find the model to start from; a checkpoint of an earlier job stands for that job's model."""
    for field in ("model", "from_checkpoint"):
        name = intake.read_text(given, field)
        if not name:
            continue
        model = _model(world, name.partition(":")[0])
        if model is None:
            refuse_value(field, f"{field} {name!r} was not found")
        return model
    return None


def _model(world: World, name: str) -> Model | None:
    job = world.jobs.named(name)
    return job.model if job else MODELS.get(name)


def _names(model: Model, identity: str, suffix: Json) -> dict[str, Json]:
    middle = f"-{suffix}" if suffix else ""
    name = f"acct/{model.short_name}{middle}--{identity[:8]}"
    return {"model_output_name": name, "adapter_output_name": f"{name}-adapter"}


def _selector(job: Job, step: str | None, checkpoint: str | None) -> str:
    """Name the model that is asked for; a step counts more than a kind, and step 0 is the end."""
    if step is None:
        if checkpoint not in _SELECTORS:
            refuse_value("checkpoint", f"checkpoint must be one of {', '.join(_SELECTORS)}")
        return checkpoint
    number = read_whole(step)
    if number is None:
        refuse_value("checkpoint_step", "checkpoint_step must be a whole number")
    wanted = number or job.total_steps
    if wanted not in history.checkpoint_steps(job):
        message = f"fine-tune job {job.id} has no checkpoint at step {wanted}"
        raise Refusal(Problem(404, message, "not_found", "checkpoint_step"))
    return f"step-{wanted}"
