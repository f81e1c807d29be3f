# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/check_secondary_storage.yml and cs_secondary_storage_check: each fault with its remedy."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from contract.conftest import connect
from contract.system_vms.zone import STORAGE, Connect, open_zone
from integration import forked, playbook

from sandbox.fixture import sandbox
from sandbox.server import Sandbox

__all__ = ["connect", "sandbox"]

PLAYBOOK = Path(__file__).parents[3] / "playbooks" / "check_secondary_storage.yml"
# The sandbox's store and its setting host, as the script prints them.
INSIDE = """agent active
mount 10.0.0.9:/sec /mnt/SecStorage/4d2c nfs4 writable
nameserver 192.0.2.53
server 127.0.0.1 {server}
store 10.0.0.9 10.0.0.9 eth1
end -
"""


@pytest.mark.parametrize("server", ["open", "closed"])
def test_faults_are_shown_with_their_remedies(
    sandbox: Sandbox, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    zone = open_zone(sandbox, connect)
    vm = zone.one(STORAGE)
    program = tmp_path / "ssh"
    program.write_text(f"#!/bin/sh\necho \"$@\" > {tmp_path}/asked\ncat <<'EOF'\n{INSIDE.format(server=server)}EOF\n")
    program.chmod(0o755)
    (tmp_path / "key").write_text("a key")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    inventory = tmp_path / "inventory"
    inventory.write_text(f"{vm['hostname']} ansible_python_interpreter={forked.python()} ansible_connection=local\n")
    ran = playbook.run(sandbox, PLAYBOOK, tmp_path / "wire", inventory=inventory, check_key=str(tmp_path / "key"))
    assert f"root@{vm['linklocalip']}" in (tmp_path / "asked").read_text()
    assert ran.complaints == []
    if server == "open":
        assert ran.status == 0, ran.output
        assert "ssvm_" not in ran.output
    else:
        assert ran.status != 0
        assert f"[blocks] {vm['name']} ssvm_server: A management server cannot be reached at port 8250: 127.0.0.1" in (
            ran.output
        )
        assert "check firewalls" in ran.output
    assert [task.writes for task in ran.tasks if task.writes] == []
