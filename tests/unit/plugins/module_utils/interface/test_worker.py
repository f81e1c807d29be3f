# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A forked process in a session of its own, as Ansible's tasks are, ends when its parent is killed."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface import worker

PARENT = """
import multiprocessing, os, runpy, signal, sys, time
def task():
    os.setsid()
    end = runpy.run_path({path!r})["end_with_playbook"]
    if {late}:
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(0.1)
    if {asks}:
        end()
    # The test reads until nobody has this open.
    print("works", flush=True)
    time.sleep({seconds})
multiprocessing.get_context("fork").Process(target=task).start()
time.sleep(600)
"""


def ends(asks: bool, seconds: float, late: bool = False) -> tuple[str, bool]:
    """What a task says, and whether it ends within 5 s of its killed parent. late: it asks after that."""
    code = PARENT.format(path=worker.__file__, asks=asks, seconds=seconds, late=late)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        said = "" if late else parent.stdout.readline()
        parent.send_signal(signal.SIGKILL)
        try:
            rest = parent.communicate(timeout=5)[0]
        except subprocess.TimeoutExpired:
            return said, False
        return said + rest, True


def test_a_task_ends_with_its_playbook() -> None:
    assert ends(asks=True, seconds=600) == ("works\n", True)


def test_a_task_whose_playbook_ended_before_does_nothing() -> None:
    assert ends(asks=True, seconds=600, late=True) == ("", True)


def test_a_process_that_nobody_forked_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_given: object) -> None:
        raise AssertionError("it would end with its parent")

    monkeypatch.setattr("os.kill", never)
    monkeypatch.setattr("ctypes.CDLL", never)
    worker.end_with_playbook()
