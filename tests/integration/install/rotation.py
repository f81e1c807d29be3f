# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/rotate_database_keys.yml on a cloud of two servers: refused, failed on each of them, and done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from integration.install.installation import Installation
from integration.machine.add_hosts.site import Play

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database import encryption

PLAYBOOK, PLACE = "rotate_database_keys.yml", "/srv/before-keys"
SERVERS = ("ms1", "ms2")
COMMAND = "/usr/bin/cloudstack-migrate-databases"
KEYS = {"management_server_key": "n3w-m4nagement-key", "management_server_database_key": "n3w-d4tabase-key"}


def rotated(cloud: Installation) -> Play:
    """The cloud has new keys afterwards, and serves. Returns the run that changed them."""
    old = (cloud.secrets["management_server_key"], cloud.secrets["management_server_database_key"])
    new = (KEYS["management_server_key"], KEYS["management_server_database_key"])
    given = {"rotate_database_keys_management_key": new[0], "rotate_database_keys_database_key": new[1]}
    given["rotate_database_keys_path"] = PLACE
    assert keys(cloud) == [old, old]

    refused = cloud.play(PLAYBOOK, **given)
    assert refused.status != 0, refused.output
    assert "A server runs on ms1" in refused.output, refused.output
    assert [cloud.status(name) for name in SERVERS] == [401, 401]

    for name in SERVERS:
        cloud.fleet[name].run("systemctl stop cloudstack-management cloudstack-usage")
    # Servers write until they have stopped.
    before = (files(cloud), cloud.contents())
    with failing(cloud, "ms1"):
        stopped = cloud.play(PLAYBOOK, **given)
    print("failed on ms1", flush=True)
    assert stopped.status != 0, stopped.output
    assert "nothing is changed" in " ".join(stopped.output.split()), stopped.output
    after = (files(cloud), cloud.contents())
    assert after == before, f"{sorted(set(after[1].items()) ^ set(before[1].items()))} {before[0]} {after[0]}"
    assert keys(cloud) == [old, old]
    start(cloud)

    with failing(cloud, "ms2"):
        half = cloud.play(PLAYBOOK, rotate_database_keys_stop=True, **given)
    assert half.status != 0, half.output
    assert "the database has the new key: run this again" in " ".join(half.output.split()), half.output
    assert keys(cloud, proven=("ms1",)) == [new]
    print("failed on ms2", flush=True)

    done = cloud.play(PLAYBOOK, **given)
    assert done.status == 0, done.output
    assert keys(cloud) == [new, new]
    assert re.search(r"[1-9]\d* secrets decrypted with the key in use", " ".join(done.output.split())), done.output
    again = cloud.play(PLAYBOOK, **given)
    assert (again.status, again.changed) == (0, 0), again.output
    for name in SERVERS:
        assert "before-keys" not in cloud.fleet[name].run("ls /etc/cloudstack/management").stdout
        assert cloud.fleet[name].run(f"ls {PLACE}").stdout.split(), f"{name} has no backup"
    start(cloud)
    cloud.secrets |= KEYS
    cloud.write_inventory()
    return done


def start(cloud: Installation) -> None:
    """One server, then the other."""
    for name in SERVERS:
        cloud.fleet[name].run("systemctl start cloudstack-management cloudstack-usage")
        assert cloud.answers(name, 180), f"{name} does not serve"
    assert cloud.nodes() == {"ms1": "Up", "ms2": "Up"}


@contextmanager
def failing(cloud: Installation, name: str) -> Iterator[None]:
    """The command that changes keys fails on a server."""
    host = cloud.fleet[name]
    host.run(f"mv {COMMAND} {COMMAND}.kept && printf '#!/bin/sh\\nexit 1\\n' > {COMMAND} && chmod 755 {COMMAND}")
    try:
        yield
    finally:
        host.run(f"mv {COMMAND}.kept {COMMAND}")


def files(cloud: Installation) -> list[str]:
    asked = "cd /etc/cloudstack/management && sha256sum db.properties key && stat -c '%a %U %G %n' db.properties key"
    return [cloud.fleet[name].run(asked).stdout for name in SERVERS]


def keys(cloud: Installation, proven: tuple[str, ...] = SERVERS) -> list[tuple[str, str]]:
    """Management key and database key of each server; the latter decrypts what is in the database."""
    stored = cloud.sql("SELECT value FROM cloud.configuration WHERE name = 'init'").strip()
    found = []
    for name in proven:
        host = cloud.fleet[name]
        management = host.read("/etc/cloudstack/management/key").strip()
        kept = re.search(
            r"^db\.cloud\.encrypt\.secret=ENC\((.*)\)$", host.read("/etc/cloudstack/management/db.properties"), re.M
        )
        assert kept, name
        database = encryption.read(kept[1], management)[1] or ""
        assert encryption.read(stored, database)[1] == "true", f"{name} cannot read the database"
        found.append((management, database))
    return found
