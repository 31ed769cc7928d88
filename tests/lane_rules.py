"""The pytest plugin that leaves all MCP messages to the SDK, as ``naftiko run --no-hot-lane`` does."""

import pytest

import process
from naftiko_runtime.exposers import mcp

_OPTION = "--no-hot-lane"


class _NoLane:
    """Stands where the hot lane is made."""

    @classmethod
    def of(cls, *_: object, **__: object) -> None:
        """Make none."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(_OPTION, action="store_true", help="leave all MCP messages to the SDK")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption(_OPTION):
        vars(mcp)["Lane"] = _NoLane  # of whatever serves in this process
        process.SERVING = (_OPTION,)  # and of what does in others


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption(_OPTION):
        dropped = [item for item in items if item.get_closest_marker("hot_lane")]
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if item not in dropped]
