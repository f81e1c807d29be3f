# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who holds a lock, and when it is known that its run is over: never by a process number alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.maintenance.lock import LONGEST_LEASE, Lock
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.maintenance import holder
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.maintenance.claims import claim


@pytest.fixture(autouse=True)
def no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in holder.JOB_VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process
    process.kill()
    process.wait()


def lock_of(pid: int) -> Lock:
    return Lock("t", "root@here", f"process {pid}", holder._place(pid))


def test_a_process_of_this_machine_is_over_once_it_is_gone_and_not_before(child: subprocess.Popen[bytes]) -> None:
    its = lock_of(child.pid)
    assert its.place
    assert not holder.ended(its)
    child.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert holder.ended(its), "nobody has fetched its status yet"
    child.wait()
    assert holder.ended(its)


def test_a_number_that_came_again_is_another_process() -> None:
    machine, pid, started = lock_of(os.getpid()).place.split(".")
    assert not holder.ended(Lock("t", "w", "j", f"{machine}.{pid}.{started}"))
    assert holder.ended(Lock("t", "w", "j", f"{machine}.{pid}.{int(started) - 1}"))


@pytest.mark.parametrize(
    "place", ["", "junk", "0123456789ab.1", "0123456789ab.1.2.3", "0123456789ab.-1.2", "..", "x" * 99]
)
def test_nothing_is_known_of_a_process_elsewhere(place: str) -> None:
    assert not holder.ended(Lock("t", f"root@{os.uname().nodename}", "process 999999999", place))


def test_another_namespace_of_process_numbers_is_another_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A container beside this one, with the host's name and one boot: its processes are none of ours."""
    boot = tmp_path / "sys/kernel/random/boot_id"
    boot.parent.mkdir(parents=True)
    boot.write_text("b00t\n", encoding="utf-8")
    (tmp_path / "self/ns").mkdir(parents=True)
    places = []
    monkeypatch.setattr(holder, "PROC", tmp_path)
    for number in (1, 2):
        (tmp_path / "self/ns/pid").unlink(missing_ok=True)
        (tmp_path / "self/ns/pid").symlink_to(f"pid:[{number}]")
        places.append(holder._machine())
    assert len(set(places)) == 2
    # 4194305 is above the largest process number there is.
    assert not holder.ended(Lock("t", "w", "process 4194305", f"{places[0]}.4194305.7"))
    assert holder.ended(Lock("t", "w", "process 4194305", f"{places[1]}.4194305.7"))


def test_where_there_is_no_proc_nothing_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place = holder._place(os.getpid())
    monkeypatch.setattr(holder, "PROC", tmp_path)
    assert holder.holder("x")["place"] == ""
    assert not holder.ended(Lock("t", "w", "process 4194305", place.replace(str(os.getpid()), "4194305")))


@pytest.mark.parametrize("name", ["JOB_ID", "AWX_JOB_ID", "TOWER_JOB_ID"])
def test_a_job_of_awx_is_called_by_its_number(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "25")
    assert holder.holder()["job"] == "AWX job 25"


@pytest.mark.parametrize("value", ["", "nightly-build", "25; rm", "x" * 300])
def test_another_systems_job_is_not_called_awxs(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("JOB_ID", value)
    assert holder.holder()["job"].startswith("process ")


def test_tasks_of_one_run_share_a_token_and_two_runs_never_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of one process number, one host and one job."""
    monkeypatch.setenv("JOB_ID", "25")
    one = [holder.holder("/home/a/.ansible/tmp/ansible-local-1abcdefgh") for _ in range(2)]
    other = holder.holder("/home/a/.ansible/tmp/ansible-local-1zyxwvuts")
    assert one[0] == one[1]
    assert one[0]["token"] != other["token"]
    assert holder.holder()["token"] != holder.holder()["token"]


def test_a_task_elsewhere_takes_the_controllers_word_for_who_runs_it() -> None:
    said = {"token": "abc", "who": "anna@desk", "job": "AWX job 7", "place": "0123456789ab.1.2"}
    its = claim({"run": "nightly", "holder": said}).lock
    assert (its.token, its.who, its.job, its.place) == ("nightly/abc", "anna@desk", "AWX job 7", "0123456789ab.1.2")
    assert claim({"run": "nightly"}).lock.token != claim({"run": "nightly"}).lock.token


def test_a_task_without_a_run_stands_for_itself() -> None:
    said = {"holder": {"token": "abc"}}
    assert claim(said).lock.token != claim(said).lock.token
    assert not claim(said).keep


def test_a_task_asks_awx_about_the_run_of_another_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTROLLER_HOST", "http://awx.example")
    monkeypatch.setenv("CONTROLLER_OAUTH_TOKEN", "t0ken")
    other = Lock("t", "root@pod", "AWX job 25")
    asking = claim({"run": "nightly"})
    assert not asking.ended(other)
    assert "CONTROLLER_HOST is not an https URL" in asking.told(other)


@pytest.mark.parametrize("lease", [0, -1, float("nan"), float("inf"), LONGEST_LEASE + 1])
def test_a_lease_has_an_end(lease: float) -> None:
    with pytest.raises(InvalidValue, match="lease"):
        claim({"lease": lease})


@pytest.mark.parametrize("run", ["two words", "x" * 49, "naïve", 'a"b', "a\nb", "a\n"])
def test_a_name_of_a_run_is_a_plain_word(run: str) -> None:
    with pytest.raises(InvalidValue, match="run"):
        claim({"run": run})
