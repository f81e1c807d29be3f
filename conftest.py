"""What every test of the checkout shares: the collection on the path, and no skips where it counts.

Plain ``pytest`` works from the root of the checkout once ``make venv`` has run; nothing has to be exported first.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"


def pytest_configure(config: pytest.Config) -> None:
    """Point programs started by tests at this checkout, those of this very environment, out of the user's home."""
    # What the collector looks through grows with the tests, and hardly anything in it is garbage.
    gc.set_threshold(50_000, 10, 10)
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(VENV / "collections")
    os.environ["ANSIBLE_HOME"] = str(VENV / "ansible-home")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.prefix) / "bin"), os.environ.get("PATH", os.defpath)])
    # A busy machine is no fault of what is tested.
    settings.register_profile(
        "any machine", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("any machine")


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure: under CI whatever a test needs has to be there."""
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped under CI=true, which counts as a failure: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if os.environ.get("CI") == "true":
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, pytest.CollectReport]:
    report: pytest.CollectReport = yield
    if os.environ.get("CI") == "true":
        _refuse_skip(report)
    return report


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Ansible's finder of collections, left in this process, breaks the imports of whatever runs after it."""
    left = [finder for finder in sys.meta_path if type(finder).__name__ == "_AnsibleCollectionFinder"]
    for finder in left:
        sys.meta_path.remove(finder)
    assert not left, "this test left Ansible's finder of collections in sys.meta_path; use a process of its own"
