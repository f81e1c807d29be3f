# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From bare machines to a cloud, to new keys, to the next release, and back: install.yml, rotate_database_keys.yml,
backup.yml, upgrade_cloudstack.yml and restore.yml on booted machines, with the time of each role.

Usage: install.py [whole|hypervisor|replica]    (needs root and ``make system``)

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

from integration.machine.add_hosts.site import Play
from integration.servers.installation import HYPERVISOR, NEW, OLD, REPLICA, SECRETS, WHOLE, Installation
from integration.servers.rotation import rotated

PLACE = "/srv/backups"
LAYOUTS = {"whole": WHOLE, "hypervisor": HYPERVISOR, "replica": REPLICA}


def main() -> int:
    layout = sys.argv[1] if len(sys.argv) > 1 else "whole"
    with tempfile.TemporaryDirectory() as folder, Installation(Path(folder), LAYOUTS[layout]) as cloud:
        print(f"{layout}: {', '.join(cloud.names)}; logs of the playbooks in {folder}", flush=True)
        touched = predicted(cloud)
        first = done(cloud, "install", cloud.play("install.yml"))
        serves(cloud, "the installed cloud")
        second = done(cloud, "install again", cloud.play("install.yml"))
        table(first, second)
        done(cloud, "new keys", rotated(cloud))
        the_way_back(cloud)
    print(f"second run changed={second.changed}, machines that check mode changed: {touched}")
    return int(bool(second.changed or touched))


def predicted(cloud: Installation) -> int:
    """Check mode of the bare machines ends well. Tells and counts those that it changed."""
    # All machines share the texts that Python compiles in tests.
    files = "find /etc /srv /export -path /srv/compiled -prune -o -type f -exec sha256sum {} +"
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


def the_way_back(cloud: Installation) -> None:
    account = {"host": cloud.fleet["db1"].address, "user": "cloud_admin", "name": ""}
    account["password"] = SECRETS["mysql_server_admin_password"]
    done(cloud, "backup", cloud.play("backup.yml", backup_path=PLACE))
    names = {name: cloud.fleet[name].run(f"ls {PLACE}").stdout.split()[-1] for name in ("ms1", "ms2")}
    before = cloud.contents()
    upgrade = {"upgrade_cloudstack_version": NEW, "upgrade_cloudstack_delay": 1, "upgrade_cloudstack_consent": True}
    done(cloud, "upgrade", cloud.play("upgrade_cloudstack.yml", upgrade_cloudstack_restore_database=account, **upgrade))
    assert version(cloud) == NEW
    serves(cloud, "the upgraded cloud")
    given = {"restore_path": PLACE, "restore_stop": True, "restore_replace": True, "restore_packages": True}
    back = cloud.play(
        "restore.yml",
        restore_database=account,
        restore_name="{{ backups[inventory_hostname] }}",
        **given,
        backups=names,
    )
    done(cloud, "restore", back)
    assert cloud.contents() == before, "the databases differ from those before the upgrade"
    for name in ("ms1", "ms2"):
        cloud.fleet[name].run("systemctl start cloudstack-management cloudstack-usage")
        assert cloud.answers(name, 180), f"{name} does not serve"
    assert version(cloud) == OLD
    serves(cloud, "the restored cloud")


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
