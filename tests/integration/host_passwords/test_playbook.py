# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""change_host_password.yml with cs_host_password on five booted hosts: all old or all new, nobody locked out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hosts import Fleet
from integration.host_passwords.passwords import NAMES, NEW, OLD, Cluster, Watch, prepare

from sandbox.server import Sandbox

ALL_OLD, ALL_NEW = dict.fromkeys(NAMES, (True, False)), dict.fromkeys(NAMES, (False, True))


@pytest.fixture(scope="module")
def fleet(boot: Callable[..., Fleet]) -> Fleet:
    return boot(*NAMES, prepare=prepare)


@pytest.fixture
def cluster(fleet: Fleet, tmp_path: Path) -> Iterator[Cluster]:
    with Sandbox(seed=1, speed=20.0) as server:
        yield Cluster(fleet, server, tmp_path).arrange()


def test_all_hosts_and_the_record_get_the_new_one_and_nothing_shows_it(cluster: Cluster) -> None:
    with Watch(OLD, NEW) as watch:
        assert cluster.play("-vvvv") == 0, cluster.output
    assert (cluster.logins(), cluster.record()) == (ALL_NEW, {NEW})
    assert len(cluster.server.calls.of("reconnectHost")) == 5
    assert watch.looks > 50
    assert watch.seen == set()
    for secret in (OLD, NEW, NEW.replace('"', '\\"'), NEW.replace("ü", "\\u00fc")):
        assert secret not in cluster.output
    for host in cluster.fleet:
        logs = host.run(
            "journalctl --no-pager; grep -r s3cret /var/log /root/.ansible /tmp 2>/dev/null", check=False
        ).stdout
        assert "s3cret" not in logs
    # The same again is no failure, and no host is changed.
    assert cluster.play() == 0, cluster.output
    assert (cluster.logins(), cluster.record()) == (ALL_NEW, {NEW})


FAULTS = {
    "chpasswd fails on one host": "exit 1",
    "one host gets another password": 'printf "root:%s\\n" third-s3cret | exec /usr/sbin/chpasswd',
    "one host gets it, and its answer is lost": '/usr/sbin/chpasswd; pkill -KILL -P "$(pgrep -o -x sshd)" sshd; exit 0',
    "one host says so without doing it": "exit 0",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_one_host_that_fails_brings_all_back(cluster: Cluster, fault: str) -> None:
    cluster.plant("kvm3", FAULTS[fault])
    status = cluster.play()
    # A change whose answer alone is lost is proved by the login, and stays.
    done = fault.endswith("answer is lost")
    assert (status == 0) is done, cluster.output
    assert (cluster.logins(), cluster.record()) == ((ALL_NEW, {NEW}) if done else (ALL_OLD, {OLD}))
    assert done or "kvm3" in cluster.output
    assert "s3cret" not in cluster.output


def test_a_host_that_goes_away_in_the_middle_is_named_and_the_others_go_back(cluster: Cluster) -> None:
    cluster.plant("kvm3", "systemctl poweroff --force --force; sleep 60")
    status = cluster.play()
    gone = cluster.fleet["kvm3"]
    gone.power_off()
    gone.power_on()
    gone.wait()
    assert status != 0
    assert (cluster.logins(), cluster.record()) == (ALL_OLD, {OLD})
    assert "No new login on: kvm3." in " ".join(cluster.output.split())
    assert "The old password of this host could not be restored" in " ".join(cluster.output.split())


@pytest.mark.parametrize(("command", "kind"), [("updateHostPassword", "http"), ("reconnectHost", "job_failed")])
def test_a_record_or_connection_that_fails_brings_all_back(cluster: Cluster, command: str, kind: str) -> None:
    cluster.server.faults.add(command, kind, nth=1 if kind == "http" else 3, status=530, text="it will not")
    assert cluster.play() != 0
    assert (cluster.logins(), cluster.record()) == (ALL_OLD, {OLD})
    assert "it will not" in cluster.output
    assert "s3cret" not in cluster.output


@pytest.mark.parametrize("task", ["Set the new password", "Log in with the new password", "Change CloudStack's record"])
def test_a_run_that_was_killed_is_finished_by_the_next(cluster: Cluster, task: str) -> None:
    cluster.play_until(task)
    assert cluster.play() == 0, cluster.output
    assert (cluster.logins(), cluster.record()) == (ALL_NEW, {NEW})


def test_hosts_of_a_killed_run_go_back_with_the_others(cluster: Cluster) -> None:
    """kvm1 has the new one already, kvm3 cannot get it: all have the old one at the end."""
    cluster.fleet["kvm1"].run(f"cat > /tmp/p <<'E'\nroot:{NEW}\nE\nchpasswd < /tmp/p; rm /tmp/p")
    cluster.plant("kvm3", "exit 1")
    assert cluster.play() != 0
    assert (cluster.logins(), cluster.record()) == (ALL_OLD, {OLD})


def test_a_host_with_a_third_password_or_out_of_the_play_stops_it_before_anything(cluster: Cluster) -> None:
    assert cluster.play("--limit", "!kvm4") != 0
    assert "not in the play: kvm4" in " ".join(cluster.output.split())
    cluster.fleet["kvm2"].run("echo root:third-s3cret | chpasswd")
    assert cluster.play() != 0
    assert "kvm2 accepts neither the old nor the new password" in " ".join(cluster.output.split())
    assert cluster.record() == {OLD}
    assert {name: login for name, login in cluster.logins().items() if name != "kvm2"} == {
        name: login for name, login in ALL_OLD.items() if name != "kvm2"
    }


def test_check_mode_changes_nothing(cluster: Cluster) -> None:
    assert cluster.play("--check") == 0, cluster.output
    assert (cluster.logins(), cluster.record()) == (ALL_OLD, {OLD})
