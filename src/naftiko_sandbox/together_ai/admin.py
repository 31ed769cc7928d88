"""The switches under /__sim__/: what tests use to look in and to make trouble."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from ..faults import Fault
from ..values import Json, JsonObject, encode
from ..wire import Answer, Request, Upload, json_answer
from .intake import read_object
from .lifecycle import Status, route_to
from .mode import DEFAULT_SIZE_BYTES, Mode
from .orders import Order
from .refusal import Problem, Refusal, refuse_value, too_large
from .routes import NAMES
from .world import World

PREFIX: Final = b"/__sim__/"

Switch: TypeAlias = Callable[[World, Order], Json]


def answer(world: World, request: Request) -> Answer:
    """Carry out what the path names; everything is a POST, and the log may also be fetched with GET."""
    name = request.path.removeprefix(PREFIX).decode("latin-1")
    switch = _SWITCHES.get(name)
    try:
        if switch is None:
            known = ", ".join(_SWITCHES)
            raise Refusal(Problem(404, f"there is no {name!r}; there are {known}", "not_found"))
        if request.method != "POST" and (request.method, name) != ("GET", "log"):
            problem = Problem(405, f"{name} takes POST", "method_not_allowed", headers={"allow": "POST"})
            raise Refusal(problem)
        if request.upload is not Upload.WHOLE:
            raise Refusal(too_large())
        given = read_object(request) if request.body.strip() else {}
        return json_answer(200, switch(world, Order(given)))
    except Refusal as refusal:
        return refusal.problem.answer()


def _reset(world: World, order: Order) -> JsonObject:
    order.allow()
    world.reset()
    return {"reset": True}


def _advance(world: World, order: Order) -> JsonObject:
    order.allow("id", "to")
    job = world.jobs.find(order.text("id"))
    name = order.choice("to", tuple(status.value for status in Status))
    road = route_to(job, Status(name))
    if road is None:
        refuse_value("to", f"job {job.id} is {job.status.value}; there is no way from there to {name}")
    now = world.clock_ns()
    for status in road:
        job = job.move(status, now)
    world.jobs.put(job)
    return {"id": job.id, "status": job.status.value, "passed": [status.value for status in road]}


def _fault(world: World, order: Order) -> JsonObject:
    order.allow("op", "times", "status", "delay", "headers", "body", "media_type", "cut_after")
    body = order.given.get("body")
    operation = order.choice("op", NAMES)
    fault = Fault(
        operation,
        times=order.count("times", 1, low=1),
        status=order.count("status", None, low=200, high=599),
        delay_s=order.seconds("delay", 0),
        headers=order.headers("headers"),
        body=_fault_body(operation)
        if body is None
        else body.encode()
        if isinstance(body, str)
        else encode(body),
        media_type=order.text("media_type", "application/json"),
        cut_after=order.count("cut_after", None),
    )
    world.faults.waiting.append(fault)
    return {"waiting": len(world.faults.waiting)}


def _fault_body(operation: str) -> bytes:
    return encode(Problem(500, f"a fault was ordered for {operation}", "ordered_fault").body())


def _mode(world: World, order: Order) -> JsonObject:
    """Set the whole mode: what is not named is as it was at the start."""
    order.allow("size", "ignore_range", "chunked", "redirect", "cut_after", "slow", "delete_live")
    world.mode = Mode(
        size_bytes=order.count("size", DEFAULT_SIZE_BYTES),
        ignore_range=order.switch("ignore_range"),
        chunked=order.switch("chunked"),
        redirect=order.origin("redirect"),
        cut_after=order.count("cut_after", None),
        pause_s=order.seconds("slow", 0),
        delete_live=order.switch("delete_live"),
    )
    return _mode_as_json(world.mode)


def _mode_as_json(mode: Mode) -> JsonObject:
    return {
        "size": mode.size_bytes,
        "ignore_range": mode.ignore_range,
        "chunked": mode.chunked,
        "redirect": mode.redirect,
        "cut_after": mode.cut_after,
        "slow": mode.pause_s,
        "delete_live": mode.delete_live,
    }


def _rate(world: World, order: Order) -> JsonObject:
    order.allow("limit", "window")
    world.rate.set(order.count("limit", None), order.seconds("window", 60))
    return {"limit": world.rate.limit, "window": world.rate.window_s}


def _log(world: World, order: Order) -> JsonObject:
    order.allow()
    return world.journal.take()


_SWITCHES: Final[Mapping[str, Switch]] = MappingProxyType(
    {
        "reset": _reset,
        "advance": _advance,
        "fault": _fault,
        "mode": _mode,
        "rate": _rate,
        "log": _log,
    }
)
