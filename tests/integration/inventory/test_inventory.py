# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin ``hosts`` by Ansible's own programs."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox import fleet
from sandbox.server import Sandbox
from sandbox.snapshot import fill, networks
from sandbox.world import World

LOOKUP = "lookup('ansible.builtin.pipe', 'touch pwned')"
EVIL = f"{{{{ {LOOKUP} }}}}"
Asked = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def cloud() -> Iterator[Sandbox]:
    with Sandbox(seed=1, speed=100.0) as server:
        lines = itertools.chain(fleet.lines(4, 0, 1), networks(fleet.ZONE, 2))
        server.run(lambda world: fill(world, lines))
        yield server


def ask(server: Sandbox, folder: Path, program: str, text: str, *more: str) -> subprocess.CompletedProcess[str]:
    file = folder / "x.cloudstack_hosts.yml"
    file.write_text("plugin: hostcraft.cloudstack.hosts\n" + text, encoding="utf-8")
    environment = {
        **os.environ,
        "CLOUDSTACK_ENDPOINT": server.url,
        "CLOUDSTACK_KEY": server.key,
        "CLOUDSTACK_SECRET": server.secret,
        # As AWX has it: a source that cannot be read is a failure.
        "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "True",
        "ANSIBLE_NOCOLOR": "1",
        "COLUMNS": "1000",
    }
    command = [program, "--inventory", str(file), *more]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def listed(server: Sandbox, folder: Path, text: str = "", *more: str) -> tuple[dict[str, Any], str]:
    ended = ask(server, folder, "ansible-inventory", text, "--list", *more)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout), ended.stderr


def test_groups_and_variables_of_a_zone(cloud: Sandbox, tmp_path: Path) -> None:
    found, _told = listed(
        cloud,
        tmp_path,
        "zone: \"{{ lookup('ansible.builtin.env', 'NOWHERE') or 'zurich' }}\"\nkinds: [hypervisor, router]\n"
        "compose: {gib: acs_memory_total // 1024 ** 3}\n"
        "groups: {big: acs_memory_total | default(0) > 1024 ** 3}\n"
        "keyed_groups: [{key: acs_cluster, prefix: 'my-cluster'}]\n",
    )
    assert found["acs_zone_zurich"]["children"] == ["acs_pod_zurich_1"]
    assert found["acs_cluster_kvm_a"]["hosts"] == ["kvm-a1", "kvm-a2"]
    assert found["acs_hypervisors"]["hosts"] == found["big"]["hosts"] == found["acs_hypervisor_kvm"]["hosts"]
    assert found["my_cluster_kvm_a"]["hosts"] == ["kvm-a1", "kvm-a2"]
    assert "acs_management_servers" not in found
    one = found["_meta"]["hostvars"]["kvm-a1"]
    # AWX compares such values as texts: none of them may be an object.
    assert (one["acs_state"], one["acs_kind"], one["acs_cluster"]) == ("Up", "hypervisor", "kvm-a")
    assert one["ansible_host"] == one["acs_ip_address"]
    assert isinstance(one["gib"], int)
    objects = {name for each in found["_meta"]["hostvars"].values() for name in each if isinstance(each[name], dict)}
    tenants = {"acs_account", "acs_domain", "acs_domain_path", "acs_network", "acs_project", "acs_vpc"}
    assert objects == {*tenants, "acs_offering", "acs_template"}, "the last two have blanks"


def test_names_of_the_server_stay_data(cloud: Sandbox, tmp_path: Path) -> None:
    def rename(world: World) -> None:
        hosts = list(world.hosts)
        hosts[0].name, hosts[1].name, hosts[2].name = EVIL, "localhost", "kvm-b2"
        hosts[3].name, hosts[3].tags = "kvm-b2", ["a b", "A-b", "x;{{ 7 * 7 }}"]
        hosts[0].hypervisor_version = ""
        for network in world.networks:
            network.name = LOOKUP

    held = cloud.run(lambda world: [(host.name, list(host.tags), host.hypervisor_version) for host in world.hosts])
    called = cloud.run(lambda world: [network.name for network in world.networks])
    cloud.run(rename)
    try:
        keyed = "[{key: acs_name, prefix: ''}, {key: acs_hypervisor_version, prefix: kvm, default_value: unknown}]"
        found, told = listed(cloud, tmp_path, f"kinds: [hypervisor]\nstrict: true\nkeyed_groups: {keyed}\n")
        play = tmp_path / "play.yml"
        tasks: list[dict[str, Any]] = [
            {"name": "Show the name", "ansible.builtin.debug": {"msg": "{{ acs_name }} {{ acs_host_tags | default }}"}}
        ]
        caught = [{"ansible.builtin.debug": {"msg": "NO CONDITION {{ acs_network }}"}}]
        for condition in ({"when": "{{ acs_network }}"}, {"failed_when": "{{ acs_network }}"}):
            step = {"ansible.builtin.command": "true", **condition}
            tasks.append({"when": "acs_network is defined", "block": [step], "rescue": caught})
        plays = [{"name": "All", "hosts": "all", "connection": "local", "gather_facts": False, "tasks": tasks}]
        play.write_text(json.dumps(plays), encoding="utf-8")
        played = ask(cloud, tmp_path, "ansible-playbook", "kinds: [hypervisor, router]\n", str(play))
    finally:

        def restore(world: World) -> None:
            for host, values in zip(world.hosts, held, strict=True):
                host.name, host.tags, host.hypervisor_version = values
            for network, name in zip(world.networks, called, strict=True):
                network.name = name

        cloud.run(restore)
    names = set(found["_meta"]["hostvars"])
    assert len(names) == 4
    assert len(found["kvm_unknown"]["hosts"]) == 1, "as in the examples"
    assert not names & {EVIL, "localhost", "kvm-b2"}
    assert len([name for name in names if name.startswith("kvm-b2_")]) == 2
    evil = next(each for each in found["_meta"]["hostvars"].values() if EVIL in json.dumps(each))
    assert evil["acs_name"] == {"__ansible_unsafe": EVIL}
    assert "is used" not in told
    assert "were replaced" in told
    assert all(name.replace("_", "a").isalnum() and name.isascii() for name in found if name != "_meta")
    assert played.returncode == 0, played.stdout + played.stderr
    assert "touch pwned" in played.stdout
    assert "x;{{ 7 * 7 }}" in played.stdout
    assert f"NO CONDITION {LOOKUP}" in played.stdout, "a name without braces is no expression either"
    assert not (tmp_path / "pwned").exists()


def test_a_cache_saves_the_calls_until_it_is_flushed(cloud: Sandbox, tmp_path: Path) -> None:
    text = "kinds: [hypervisor]\ncache: true\n"
    text += f"cache_plugin: ansible.builtin.jsonfile\ncache_connection: {tmp_path}/cache\n"
    cloud.calls.clear()
    first, _told = listed(cloud, tmp_path, text)
    asked = len(cloud.calls)
    again, _told = listed(cloud, tmp_path, text)
    assert (asked, len(cloud.calls)) == (1, 1)
    assert first == again
    (kept,) = (tmp_path / "cache").iterdir()
    assert cloud.secret not in kept.read_text(encoding="utf-8")
    kept.write_text("{half", encoding="utf-8")
    mended, _told = listed(cloud, tmp_path, text, "--flush-cache")
    assert mended == first
    assert len(cloud.calls) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("zone: zurih\n", "zurich"),
        ("kinds: [everything]\n", "kinds"),
        ("zones: zurich\n", "unknown option zones: did you mean zone"),
        ("strict: true\ncompose: {x: acs_nowhere}\n", "acs_nowhere"),
    ],
)
def test_what_is_wrong_fails_the_source(cloud: Sandbox, tmp_path: Path, text: str, said: str) -> None:
    ended = ask(cloud, tmp_path, "ansible-inventory", text, "--list")
    assert ended.returncode != 0
    assert said in ended.stderr


def test_the_oldest_server_and_the_graph(tmp_path: Path) -> None:
    with Sandbox(seed=1, speed=100.0, version="4.11") as server:
        server.run(lambda world: fill(world, fleet.lines(2, 0, 1)))
        ended = ask(server, tmp_path, "ansible-inventory", "", "--graph")
    assert ended.returncode == 0, ended.stderr
    assert "@acs_zone_zurich:" in ended.stdout
    assert "@acs_cluster_kvm_a:" in ended.stdout
    # It lists its management servers since 4.12.
    assert "@acs_management_servers:" not in ended.stdout
    assert "requires CloudStack 4.12 or newer" in ended.stderr
