"""A pytest plugin (``-p tools.no_skips``) that fails the run when a test skipped that should have run.

Only tests marked ``gpu`` or ``aws`` may skip; a skip of anything else means that CI lacks a part.
"""

from __future__ import annotations

import pytest

# Keywords of a report are no marks: they hold the names of folders, such as "aws".
_MAY_SKIP = ("gpu", "aws")
_PERMIT = ("may skip", True)
_skipped: list[str] = []


def pytest_itemcollected(item: pytest.Item) -> None:
    """Write the permit on the item, whose reports carry it, between processes too."""
    if any(item.get_closest_marker(name) for name in _MAY_SKIP):
        item.user_properties.append(_PERMIT)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note each skip that is not allowed."""
    permits = [tuple(entry) for entry in report.user_properties]
    if report.skipped and not hasattr(report, "wasxfail") and _PERMIT not in permits:
        _skipped.append(report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Note a module that skipped as a whole."""
    if report.skipped:
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run if there was one."""
    if _skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which ones."""
    for nodeid in _skipped:
        terminalreporter.write_line(f"SKIPPED BUT REQUIRED {nodeid}", red=True)
