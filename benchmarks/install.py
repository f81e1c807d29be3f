# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From bare machines to a cloud, to new keys, to the next release, and back: install.yml, rotate_database_keys.yml,
backup.yml, upgrade_cloudstack.yml and restore.yml on booted machines, with the time of each role.

Usage: install.py [whole|hypervisor|replica] [--hold]    (needs root and ``make system``)

--hold: where a stage fails, the machines stay, and the stage runs again when its cause is mended in the collection.

``whole`` has two of each on five machines and a KVM host. The others need only four machines: ``hypervisor`` has one
database and a KVM host, ``replica`` has two databases and the simulator's hypervisors.
"""

from __future__ import annotations

import difflib
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / ".venv" / "collections")]

from integration.install.installation import HYPERVISOR, NEW, OLD, REPLICA, SECRETS, WHOLE, Installation
from integration.install.rotation import rotated
from integration.machine.add_hosts.site import Play

PLACE = "/srv/backups"
LAYOUTS = {"whole": WHOLE, "hypervisor": HYPERVISOR, "replica": REPLICA}


class Chain:
    """Stages, each of which begins where the one before left the machines."""

    def __init__(self, cloud: Installation) -> None:
        self.cloud = cloud
        self.touched = 0
        self.names: dict[str, str] = {}
        self.before: dict[str, str] = {}
        self.account = {"host": cloud.fleet["db1"].address, "user": "cloud_admin", "name": ""}
        self.account["password"] = SECRETS["mysql_server_admin_password"]

    def predicted(self) -> None:
        self.touched = predicted(self.cloud)

    def installed(self) -> None:
        self.first = done(self.cloud, "install", self.cloud.play("install.yml"))
        serves(self.cloud, "the installed cloud")

    def again(self) -> None:
        self.second = done(self.cloud, "install again", self.cloud.play("install.yml"))
        table(self.first, self.second)

    def new_keys(self) -> None:
        done(self.cloud, "new keys", rotated(self.cloud))

    def backed_up(self) -> None:
        done(self.cloud, "backup", self.cloud.play("backup.yml", backup_path=PLACE))
        servers = ("ms1", "ms2")
        self.names = {name: self.cloud.fleet[name].run(f"ls {PLACE}").stdout.split()[-1] for name in servers}
        self.before = self.cloud.contents()

    def upgraded(self) -> None:
        given = {"version": NEW, "delay": 1, "consent": True, "restore_database": self.account}
        given["template"] = self.cloud.new_template()
        named = {f"upgrade_cloudstack_{name}": value for name, value in given.items()}
        done(self.cloud, "upgrade", self.cloud.play("upgrade_cloudstack.yml", **named))
        assert version(self.cloud) == NEW
        assert set(self.cloud.agents().values()) <= {NEW}, self.cloud.agents()
        serves(self.cloud, "the upgraded cloud")

    def restored(self) -> None:
        given = {"path": PLACE, "stop": True, "replace": True, "packages": True, "database": self.account}
        given["name"] = "{{ backups[inventory_hostname] }}"
        named = {f"restore_{name}": value for name, value in given.items()}
        done(self.cloud, "restore", self.cloud.play("restore.yml", **named, backups=self.names))
        assert self.cloud.contents() == self.before, "the databases differ from those before the upgrade"
        for name in ("ms1", "ms2"):
            self.cloud.fleet[name].run("systemctl start cloudstack-management cloudstack-usage")
            assert self.cloud.answers(name, 180), f"{name} does not serve"
        assert version(self.cloud) == OLD
        serves(self.cloud, "the restored cloud")


STAGES = ("predicted", "installed", "again", "new_keys", "backed_up", "upgraded", "restored")


def main() -> int:
    arguments = [argument for argument in sys.argv[1:] if argument != "--hold"]
    layout = arguments[0] if arguments else "whole"
    with tempfile.TemporaryDirectory() as folder, Installation(Path(folder), LAYOUTS[layout]) as cloud:
        print(f"{layout}: {', '.join(cloud.names)}; logs of the playbooks in {folder}", flush=True)
        chain = Chain(cloud)
        for stage in STAGES:
            while not ended(chain, stage, "--hold" in sys.argv):
                pass
    print(f"second run changed={chain.second.changed}, machines that check mode changed: {chain.touched}")
    return int(bool(chain.second.changed or chain.touched))


def ended(chain: Chain, stage: str, hold: bool) -> bool:
    """False where it failed, the machines were held, and it shall run once more."""
    print(f"stage {stage}", flush=True)
    try:
        getattr(chain, stage)()
    except (AssertionError, SystemExit) as error:
        if not hold:
            raise
        print(f"{error}\nstage {stage} failed; the machines are kept", flush=True)
        return input("Enter: this stage once more. n: the next one. ").strip() == "n"
    return True


def predicted(cloud: Installation) -> int:
    """Check mode of the bare machines ends well. Tells and counts those that it changed."""
    # -xdev: what all machines share is mounted.
    files = "find /etc /srv /export -xdev -type f -exec sha256sum {} +"
    look = f"dpkg -l; {files} 2> /dev/null | sort"
    before = {host.name: host.run(look, check=False).stdout.splitlines() for host in cloud.fleet}
    assert done(cloud, "check mode", cloud.play("install.yml", "--check")).changed > 0
    touched = 0
    for host in cloud.fleet:
        now = host.run(look, check=False).stdout.splitlines()
        different = list(difflib.unified_diff(before[host.name], now, n=0, lineterm=""))[2:]
        if different:
            touched += 1
            print(f"check mode changed {host.name}:", *different, sep="\n", flush=True)
    return touched


def done(cloud: Installation, what: str, play: Play) -> Play:
    print(f"{what}: {play.seconds:.0f} s, changed={play.changed}", flush=True)
    if play.status:
        raise SystemExit(play.output)
    return play


def serves(cloud: Installation, what: str) -> None:
    """Both servers, through the load balancer, and with each of them away."""
    front = cloud.groups["load_balancers"][0]
    # HAProxy takes servers that were started a moment ago back after some checks.
    assert all(cloud.answers(name) for name in ("ms1", "ms2", front)), what
    assert cloud.nodes() == {"ms1": "Up", "ms2": "Up"}, what
    for name in ("ms1", "ms2"):
        with cloud.stopped(name):
            assert cloud.status(front) == 401, f"{what} without {name}"


def version(cloud: Installation) -> str:
    return cloud.sql("SELECT version FROM cloud.version WHERE step = 'Complete' ORDER BY id DESC LIMIT 1").strip()


def table(first: Play, second: Play) -> None:
    print("| role | first run | second run |\n|---|---|---|")
    again = second.parts()
    for part, seconds in sorted(first.parts().items(), key=lambda row: -row[1]):
        print(f"| `{part}` | {seconds:.0f} s | {again.get(part, 0):.0f} s |")
    print(f"| all | {first.seconds:.0f} s | {second.seconds:.0f} s |")


if __name__ == "__main__":
    sys.exit(main())
