"""The pytest plugin that searches what the whole suite prints and logs for secrets."""

import pytest

from canary import SUITE, leaks


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_SecretsFail())


class _SecretsFail:
    def __init__(self) -> None:
        self.found: dict[str, list[tuple[str, str]]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.passed and (found := leaks(dict(report.sections), SUITE)):
            self.found[f"{report.nodeid} ({report.when})"] = found

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.found and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for nodeid, found in self.found.items():
            places = ", ".join(where for where, _ in found)
            terminalreporter.write_line(f"FAILED {nodeid} - a secret is shown: {places}", red=True)
