# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ifup's list of what is configured, as ifupdown 0.8.41 writes it."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.network import ifstate

HELD = """
import fcntl, sys, time
with open(sys.argv[1], "a") as lock:
    fcntl.lockf(lock, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """bond0 came with a change and eth0 went."""
    monkeypatch.setattr(ifstate, "LIST", str(tmp_path / "ifstate"))
    for name, text in {"ifstate": "lo=lo\nbond0=bond0\n", "ifstate.bond0": "bond0\n", "ifstate.eth0": "\n"}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def texts(folder: Path) -> dict[str, str]:
    return {each.name: each.read_text() for each in folder.glob("ifstate*")}


def test_what_was_configured_is_so_again_and_nothing_else(run: Path) -> None:
    before = ["lo=lo", "eth0=home", "lo:cloudstack=lo:cloudstack"]
    ifstate.put_back(before)
    assert ifstate.configured() == before
    files = {"lo": "lo\n", "eth0": "home\n", "lo:cloudstack": "lo:cloudstack\n", "bond0": "\n"}
    assert texts(run) == {
        "ifstate": "lo=lo\neth0=home\nlo:cloudstack=lo:cloudstack\n",
        **{f"ifstate.{name}": text for name, text in files.items()},
    }


def test_a_list_that_an_ifup_holds_is_left_to_it(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ifstate, "SECONDS", 0.1)
    was = texts(run)
    command = [sys.executable, "-c", HELD, str(run / ".ifstate.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        ifstate.put_back(["lo=lo"])
        holder.communicate("")
    assert texts(run) == was
    with open(run / ".ifstate.lock", "a", encoding="utf-8") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_without_ifup_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ifstate, "LIST", str(tmp_path / "network/ifstate"))
    ifstate.put_back([])
    assert (ifstate.configured(), list(tmp_path.iterdir())) == ([], [])
