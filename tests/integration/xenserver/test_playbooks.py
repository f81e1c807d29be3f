# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role xenserver_host and the playbook of upgrades, by ansible-playbook against a pool and the sandbox.

The modules below them: cs_xenserver_check, cs_xenserver_host, cs_xenserver_network, cs_xenserver_pool, cs_xenserver_sr.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from counterparts.xapi import Pool, Servers, site
from integration import forked
from integration.locked import JOB, NOTES, lock_of_another, locks
from integration.xenserver.test_guests import tagged, vlan

from sandbox.server import Sandbox

HERE = Path(__file__).resolve().parent
UPGRADE = HERE.parents[2] / "playbooks" / "upgrade_xenserver_pool.yml"
PASSWORD = "pool-secret-0815"
READS = ("session.", "event.", "task.")


def play(playbook: Path, *options: str, sandbox: Sandbox | None = None, **variables: Any) -> tuple[int, str]:
    """Status and output; neither may hold the password."""
    environment = {**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_DEPRECATION_WARNINGS": "0"}
    if sandbox is not None:
        environment.update(
            CLOUDSTACK_ENDPOINT=sandbox.url, CLOUDSTACK_KEY=sandbox.key, CLOUDSTACK_SECRET=sandbox.secret
        )
    variables["ansible_python_interpreter"] = forked.python()
    command = ["ansible-playbook", "--inventory=localhost,", "--connection=local", "--diff", *options]
    extra = f"--extra-vars={json.dumps(variables)}"
    ended = subprocess.run(
        [*command, extra, str(playbook)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert PASSWORD not in ended.stdout
    return ended.returncode, ended.stdout


def changed(output: str) -> int:
    found = re.search(r"localhost\s+: ok=\d+\s+changed=(\d+)", output)
    assert found, output
    return int(found[1])


def writes(*pools: Pool) -> list[str]:
    calls = [call.method for pool in pools for call in pool.calls if not call.method.startswith(READS)]
    return [method for method in calls if not method.rpartition(".")[2].startswith("get_")]


def reach(servers: Servers, address: str) -> dict[str, str]:
    return {"url": servers.url(address), "username": "root", "password": PASSWORD}


def test_the_role_makes_a_pool_of_two_bare_hosts() -> None:
    """Check mode writes nothing, the first run all, the second nothing; a wrong wish ends with every reason."""
    pool = site.build(1, network="127.74.0", transition=0.1, bare=True)
    other = site.build(1, prefix="new", network="127.74.1", transition=0.1, bare=True)
    other.others["127.74.0.1"] = pool
    with Servers(pool, other) as servers:
        wanted: dict[str, Any] = {
            "xenserver_host_hypervisor": reach(servers, "127.74.0.1"),
            "xenserver_host_bonds": [{"name": "private", "bond": ["eth0", "eth1"], "mode": "active-backup"}],
            "xenserver_host_members": [{"url": servers.url("127.74.1.1")}],
            "xenserver_host_networks": [
                {"name": "guests", "interface": "eth2"},
                {"name": "storage", "interface": "bond0", "vlan": 300},
            ],
            "xenserver_host_storage": [{"name": "lun", "type": "fc", "scsi_id": "36001", "description": "a LUN"}],
        }
        status, output = play(HERE / "prepare.yml", "--check", **wanted)
        assert (status, writes(pool, other)) == (0, []), output
        status, output = play(HERE / "prepare.yml", **wanted)
        assert (status, changed(output)) == (0, 4), output
        written = writes(pool, other)
        assert written[0] == "network.create"
        assert "Async.Bond.create" in written
        assert written.index("Async.Bond.create") < written.index("VLAN.create")
        # The member got the bond when it joined.
        assert (written.count("Async.Bond.create"), len(pool.database.rows["Bond"])) == (1, 2)
        status, output = play(HERE / "prepare.yml", **wanted)
        assert (status, changed(output), writes(pool, other)) == (0, 0, written), output
        wanted["xenserver_host_networks"].append({"name": "lost", "interface": "eth9"})
        status, output = play(HERE / "prepare.yml", **wanted)
        assert status != 0
        assert "xen0 has no interface eth9" in output
        assert "new0 has no interface eth9" in output


def test_an_upgrade_goes_by_the_procedure_and_goes_on_where_it_ended(tmp_path: Path) -> None:
    finished, finish = tmp_path / "finished", tmp_path / "finish.yml"
    work = {"name": "Clean up", "ansible.builtin.copy": {"content": "done", "dest": str(finished), "mode": "0600"}}
    finish.write_text(json.dumps([work]), encoding="utf-8")
    pool = site.build(2, network="127.74.2", transition=0.2)
    for number in range(4):
        site.add_vm(pool, f"i-2-{number}-VM", f"xen{number % 2}")
    for name in ("xen0", "xen1"):
        pool.upgrade_to[pool.host(name)] = "8.4.0"
    (vm,) = pool.database.find("VM", name_label="i-2-1-VM")
    # A VLAN that CloudStack made for this guest, and a disc in its drive.
    pool.database.add("VIF", VM=vm, network=vlan(pool, 601, "xen1"), currently_attached=True)
    disc = pool.database.add("VBD", VM=vm, type="CD", empty=False)
    tale: list[str] = []
    planted: list[str] = []
    with Sandbox(seed=1, speed=10.0) as sandbox, Servers(pool) as servers:

        def heard(call: Any) -> None:
            method = call.method.removeprefix("Async.")
            if method in ("host.disable", "host.evacuate", "host.reboot", "host.enable"):
                state = [each.params["managedstate"] for each in sandbox.calls.of("updateCluster")]
                tale.append(f"{state[-1] if state else 'Managed'} {method} {pool.name(call.params[0])}")
            if tale[-1:] == ["Unmanaged host.enable xen0"] and not planted:
                planted.append(vm)
                pool.database.set("VM", vm, other_config={"bound_to": "VM_MISSING_PV_DRIVERS"})

        pool.on_call = heard
        assert play(HERE / "cluster.yml", sandbox=sandbox)[0] == 0
        wanted: dict[str, Any] = {
            "xenserver_upgrade_cluster": "xen-a",
            "xenserver_upgrade_hypervisor": reach(servers, "127.74.2.1"),
            "xenserver_upgrade_version": "8.4.0",
            "xenserver_upgrade_tasks": str(HERE / "restart.yml"),
            "xenserver_upgrade_finish": str(finish),
        }
        status, output = play(UPGRADE, "--check", sandbox=sandbox, **wanted)
        assert (status, writes(pool), tale) == (0, [], []), output
        # A guest that can no longer leave stops it at the second host; the first one is done.
        lock_of_another(sandbox)
        status, output = play(UPGRADE, sandbox=sandbox, xenserver_upgrade_take_over=JOB, **wanted)
        assert status != 0
        assert locks(sandbox) == []
        assert "the tools for virtual machines are not installed in it" in output
        assert [call.params["managedstate"] for call in sandbox.calls.of("updateCluster")] == ["Unmanaged"]
        pool.database.set("VM", vm, other_config={})
        status, output = play(UPGRADE, sandbox=sandbox, **wanted)
        assert status == 0, output
        steps = ("host.disable", "host.evacuate", "host.reboot", "host.enable")
        assert tale == [f"Unmanaged {step} {name}" for name in ("xen0", "xen1") for step in steps]
        assert [call.params["managedstate"] for call in sandbox.calls.of("updateCluster")] == ["Unmanaged", "Managed"]
        # CloudStack's hosts are looked at again once it manages them, and then the pool is cleaned up.
        sent = [call.command for call in sandbox.calls]
        assert "listHosts" in sent[len(sent) - sent[::-1].index("updateCluster") :]
        assert finished.read_text(encoding="utf-8") == "done"
        hosts = pool.database.rows["host"].values()
        assert [(row["software_version"]["product_version"], row["tags"]) for row in hosts] == [
            ("8.4.0", ["rack-7"])
        ] * 2
        assert all(row["power_state"] == "Running" for row in pool.database.rows["VM"].values())
        # On both hosts while guests moved, at the end only on that of its guest.
        assert writes(pool).count("VLAN.create") == 1
        assert tagged(pool, 601) == {pool.name(pool.database.get("VM", vm)["resident_on"])}
        assert pool.database.get("VBD", disc)["empty"]
        # Killed after an upgrade: the host has the version, and is not in service yet.
        pool.database.set("host", pool.host("xen1"), enabled=False)
        status, output = play(UPGRADE, sandbox=sandbox, **wanted)
        assert status == 0, output
        assert tale[8:] == ["Unmanaged host.enable xen1"]


ELSEWHERE = {
    "name": "On the host",
    "ansible.builtin.command": "true",
    "delegate_to": "{{ xenserver_upgrade_host.name }}",
}


def test_what_an_upgrade_needs_is_looked_at_before_the_first_write(tmp_path: Path) -> None:
    """Version, cluster, guests and hosts were missed when the cluster was Unmanaged, or its master empty."""
    pool = site.build(2, network="127.74.3", transition=0.1)
    site.add_vm(pool, "i-2-1-VM", "xen1")
    (vm,) = pool.database.find("VM", name_label="i-2-1-VM")
    delegates = tmp_path / "delegates.yml"
    delegates.write_text(json.dumps([ELSEWHERE]), encoding="utf-8")
    jump = tmp_path / "jump.yml"
    jump.write_text(
        "- name: From there\n  ansible.builtin.command: 'true'\n  delegate_to: jump  # a host\n", encoding="utf-8"
    )
    hosts = tmp_path / "hosts"
    shut = "ansible_connection=ssh ansible_host=127.0.0.1 ansible_port=1"
    hosts.write_text(f"localhost ansible_connection=local\nxen0 {shut}\nxen1 {shut}\njump {shut}\n", encoding="utf-8")
    with Sandbox(seed=1, speed=10.0) as sandbox, Servers(pool) as servers:
        assert play(HERE / "cluster.yml", sandbox=sandbox)[0] == 0
        sandbox.calls.clear()

        def refused(*options: str, notes: frozenset[str] = frozenset(), **other: Any) -> str:
            wanted: dict[str, Any] = {
                "xenserver_upgrade_cluster": "xen-a",
                "xenserver_upgrade_hypervisor": reach(servers, "127.74.3.1"),
                "xenserver_upgrade_version": "8.4.0",
                "xenserver_upgrade_tasks": str(HERE / "restart.yml"),
                **other,
            }
            wanted = {name: value for name, value in wanted.items() if value is not None}
            status, output = play(UPGRADE, *options, sandbox=sandbox, **wanted)
            assert status != 0, output
            assert writes(pool) == [], output
            written = {call.command for call in sandbox.calls if not call.command.startswith(("list", "query"))}
            assert written <= notes
            return " ".join(output.split())

        for version in (None, "", 8.4, "8.4.0-rc1"):
            assert "three numbers, such as 8.4.0" in refused(xenserver_upgrade_version=version)
        assert "Hosts with a newer version than 8.2.1: xen0 xen1" in refused(xenserver_upgrade_version="8.2.1")
        (ref,) = pool.database.rows["pool"]
        pool.database.set("pool", ref, ha_enabled=True)
        assert "The HA of the pool is on. Disable it before the upgrade" in refused()
        pool.database.set("pool", ref, ha_enabled=False)
        assert "delegates tasks to hosts that are not in the inventory: xen0, xen1" in refused(
            xenserver_upgrade_tasks=str(delegates)
        )
        told = refused(f"--inventory={hosts}", xenserver_upgrade_tasks=str(delegates))
        assert "host xen0 cannot be reached" in told
        assert "host xen1 cannot be reached" in told
        assert "host jump cannot be reached" in refused(f"--inventory={hosts}", xenserver_upgrade_tasks=str(jump))
        lock = lock_of_another(sandbox)
        assert "anna@desk" in refused(notes=NOTES)
        assert locks(sandbox) == [lock]
        sandbox.calls.clear()
        pool.database.set("VM", vm, other_config={"bound_to": "VM_MISSING_PV_DRIVERS"})
        assert "the tools for virtual machines are not installed in it" in refused()
        status, output = play(
            HERE / "stranger.yml", sandbox=sandbox, hypervisor=reach(servers, "127.74.3.1"), password=PASSWORD
        )
        assert status == 0, output
        sandbox.calls.clear()
        assert "in CloudStack not found in the pool: stranger" in refused()
