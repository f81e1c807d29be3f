# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One upgrade with one fault, run again until it has ended: it has to be the old cloud or the new one, entirely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from hosts import Host
from integration.upgrade.upgrading import DUMP, NEW, OLD, RECORD, Cloud, Run

# Tasks that change something or wait for it, in their order; others only read.
STEPS = (
    "Record how far the upgrade is",
    "Keep the units from being started",
    "Stop the units",
    "Make a backup of the databases and of the first server",
    "Make backups of the configuration of the other servers",
    "Check that the backup can be read back",
    "Check that the backup can be restored",
    "Install the packages with apt",
    "Check that nothing is in the way of the first start",
    "Let the management server be started again",
    "Start the management server",
    "Wait until the server answers or its service ends",
    "Check that the schema and its system VM templates are complete",
    "Start the usage server",
    "Remove the record of the upgrade",
)
# Those of going back, which begins with a failed schema.
BACK = (
    "Record that the upgrade is being undone",
    "Stop the units",
    "Install the packages with apt",
    "Restore the databases and the configuration",
    "Restore the configuration of the other servers",
    "Start the management server",
    "Start the usage server",
    "Remove the record of the upgrade",
)
NO_RETURN = f"The first server runs {NEW} and serves, so that nothing was undone."
MOST_RUNS = 4
MANAGEMENT = "systemctl kill --signal KILL cloudstack-management"
MARIADB = "systemctl kill --signal KILL mariadb; sleep 1; systemctl start mariadb"


@dataclass(frozen=True)
class Case:
    """switches: of the stand-ins, in the run with the fault. at_once: it ends without another run."""

    step: str
    fault: str
    given: Mapping[str, object]
    switches: Mapping[str, object] = field(default_factory=dict)
    at_once: bool = False


@dataclass(frozen=True)
class Ended:
    """how: old, new, or stopped, new (exact words after the point of no return, then another run)."""

    how: str
    runs: int


def reference(cloud: Cloud) -> dict[str, str]:
    """The old cloud, kept on the machines so that it can be had again."""
    for host in cloud.servers:
        host.run("systemctl stop cloudstack-usage cloudstack-management; cp -a /etc/cloudstack /root/kept")
    cloud.database.run(f"{DUMP} > /root/kept.sql")
    return start(cloud)


def start(cloud: Cloud) -> dict[str, str]:
    for host in cloud.servers:
        host.run("systemctl start cloudstack-management")
    assert [cloud.answers(host) for host in cloud.servers] == ["401", "401"]
    for host in cloud.servers:
        host.run("systemctl start cloudstack-usage; sleep 1; systemctl is-active cloudstack-usage")
    return cloud.state()


def reset(cloud: Cloud, wanted: Mapping[str, str]) -> None:
    """The old cloud again, whatever there is."""
    packages = " ".join(f"cloudstack-{name}={OLD}" for name in ("common", "management", "usage"))
    script = (
        "rm -f /etc/systemd/system/cloudstack-*.service.d/upgrade.conf; systemctl daemon-reload;"
        f" systemctl kill --signal KILL cloudstack-usage cloudstack-management; rm -f {RECORD};"
        " systemctl stop cloudstack-usage cloudstack-management; export DEBIAN_FRONTEND=noninteractive;"
        f" dpkg --configure -a; apt-get install -qq -y --allow-downgrades -o Dpkg::Options::=--force-confold {packages}"
        " && rm -rf /etc/cloudstack /var/backups/cloudstack && cp -a /root/kept /etc/cloudstack"
    )

    def old(host: Host) -> None:
        host.run(script, timeout=600)

    with ThreadPoolExecutor() as together:
        list(together.map(old, cloud.servers))
    clean = "".join(f"DROP DATABASE IF EXISTS {name}; " for name in ("cloud", "cloud_usage", "hostcraft_restore"))
    cloud.database.run(f"systemctl start mariadb; mariadb -e '{clean}' && mariadb < /root/kept.sql")
    cloud.switch()
    assert start(cloud) == wanted


def tried(cloud: Cloud, case: Case, wanted: Mapping[str, str]) -> Ended:
    """Raises AssertionError where the cloud is neither the old nor the new one, or a run does not say what it did."""
    cloud.forget_dumps()
    cloud.switch(**case.switches)
    runs = [cloud.upgrade(fault=case.given)]
    assert runs[0].status or case.fault == "service", f"the fault did not come: {runs[0].told[-3000:]}"
    stopped = NO_RETURN in runs[0].end
    assert not stopped or f"install {OLD}, and run the playbook restore with the backup" in runs[0].end, runs[0].end
    cloud.switch()
    while _unfinished(cloud, runs[-1]) and len(runs) < MOST_RUNS:
        assert not case.at_once or stopped, f"it did not go back by itself: {runs[-1].end[-2000:]}"
        runs.append(cloud.upgrade())
    assert not cloud.record(), runs[-1].told[-3000:]
    how = entire(cloud, runs, wanted)
    cloud.database.run("systemctl is-active mariadb")
    return Ended("stopped, new" if stopped and how == "new" else how, len(runs))


def _unfinished(cloud: Cloud, run: Run) -> bool:
    """A run can also end without a record: before it wrote one, or after it removed it."""
    return bool(cloud.record()) or run.killed or NO_RETURN in run.end


def entire(cloud: Cloud, runs: Sequence[Run], wanted: Mapping[str, str]) -> str:
    """old or new."""
    last = runs[-1]
    assert [cloud.answers(host) for host in cloud.servers] == ["401", "401"], last.told[-3000:]
    state = cloud.state()
    if cloud.version() == OLD:
        assert last.status == 2, last.told[-2000:]
        assert f"All servers run {OLD} again" in last.end, last.end
        assert state == wanted, {name: (state[name], wanted[name]) for name in state if state[name] != wanted[name]}
        # A failure before the backup has nothing to restore; what is there is compared above.
        if last.before and last.after:
            assert last.before == last.after, "the restored databases differ from those of the backup"
        return "old"
    assert cloud.version() == NEW
    assert last.status == 0, last.told[-3000:]
    for host in cloud.servers:
        rows = state[host.name].split()
        assert [*rows[:3], *rows[-2:]] == [*[NEW] * 3, "active", "active"], state
        assert "upgrade" not in state[host.name], state
        changed = {line for line in state[host.name].splitlines() if "/etc/cloudstack" in line}
        assert changed == {line for line in wanted[host.name].splitlines() if "/etc/cloudstack" in line}
    return "new"
