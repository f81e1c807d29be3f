"""Pytest fixtures; a conftest.py takes them by `from sandbox.fixture import sandbox, sandbox_session`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from . import keys
from .server import Sandbox

keys.check_once()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A fresh, empty CloudStack for one test."""
    with Sandbox(seed=1, speed=10.0) as server:
        yield server


@pytest.fixture(scope="session")
def sandbox_session() -> Iterator[Sandbox]:
    """One CloudStack for the whole run: for tests that only read or that name what they make uniquely."""
    with Sandbox(seed=2, speed=10.0) as server:
        yield server
