# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A declared zone is applied, applied again without a change, predicted, refused as a whole, and outlives a kill.

The role makes all of it by cs_site.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from integration.killed import kill_alone
from integration.zone.apply import INVENTORIES, play, start, there, writes

from sandbox.server import Sandbox

MOST_CALLS = 88
EXAMPLES = ["advanced", "simulator"]
SIZES = {"advanced": (12, 4), "simulator": (4, 2)}


@pytest.fixture
def cloud() -> Iterator[Sandbox]:
    with Sandbox(seed=1, speed=50.0) as server:
        yield server


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_second_run_changes_nothing_and_asks_little(cloud: Sandbox, name: str) -> None:
    first = play(cloud, INVENTORIES / name)
    assert first.status == 0, first.output
    assert first.changed == 1  # one task for all parts of the declaration
    assert "password" not in first.output.casefold()
    assert "example-" not in first.output
    state = there(cloud)
    hosts, clusters = SIZES[name]
    assert (len(state["hosts"]), len(state["clusters"])) == (hosts, clusters)
    assert [each[1] for each in state["zones"]] == ["Enabled"]
    assert "Disabled" in [each[3] for each in state["hosts"]]

    cloud.calls.clear()
    second = play(cloud, INVENTORIES / name)
    assert (second.status, second.changed) == (0, 0), second.output
    assert writes(cloud) == []
    assert len(cloud.calls) <= MOST_CALLS, cloud.calls.counts
    assert there(cloud) == state

    shown = play(cloud, INVENTORIES / name, playbook="show_zone.yml")
    assert shown.status == 0, shown.output
    assert [each[0] for each in state["hosts"] if f"host {each[0]} " not in shown.output] == []
    assert writes(cloud) == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_check_mode_predicts_and_writes_nothing(cloud: Sandbox, name: str) -> None:
    predicted = play(cloud, INVENTORIES / name, "--check", "--diff")
    assert predicted.status == 0, predicted.output
    assert writes(cloud) == []
    assert there(cloud)["zones"] == []
    assert play(cloud, INVENTORIES / name).changed == predicted.changed
    cloud.calls.clear()
    again = play(cloud, INVENTORIES / name, "--check")
    assert (again.status, again.changed) == (0, 0), again.output
    assert writes(cloud) == []


def change(inventory: Path, **keys: Any) -> None:
    """Set or take away (None) keys of the declaration."""
    file = inventory / "group_vars" / "all" / "zone.yml"
    declared = yaml.safe_load(file.read_text(encoding="utf-8"))
    declared["cloudstack_zone"].update(keys)
    file.write_text(yaml.safe_dump(declared, sort_keys=False), encoding="utf-8")


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """The advanced example, to be changed."""
    return Path(shutil.copytree(INVENTORIES / "advanced", tmp_path / "inventory"))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("", "kvm-a1.zurich.example.net: cloudstack_password); expected: its password"),
        ('cloudstack_password: "{{ vault_nowhere }}"', "undefined"),
        (
            'cloudstack_password: "{{ vault_kvm_password }}"\ncloudstack_username: ""',
            "kvm-a1.zurich.example.net: cloudstack_username",
        ),
    ],
)
def test_a_host_that_cannot_be_added_is_refused_before_the_first_write(
    cloud: Sandbox, inventory: Path, wrong: str, told: str
) -> None:
    """A password that is undefined was left out, and the host added without one."""
    file = inventory / "group_vars" / "kvm_a.yml"
    right = 'cloudstack_password: "{{ vault_kvm_password }}"'
    text = file.read_text(encoding="utf-8")
    assert right in text
    text = text.replace(right, wrong)
    if "cloudstack_username" in wrong:
        text = text.replace("cloudstack_username: root\n", "", 1)
    file.write_text(text, encoding="utf-8")
    run = play(cloud, inventory)
    assert run.status != 0
    assert told in " ".join(run.output.split())
    assert writes(cloud) == []


def test_a_host_that_is_there_needs_no_password(cloud: Sandbox, inventory: Path) -> None:
    first = play(cloud, inventory)
    assert first.status == 0, first.output
    for name in ("kvm_a", "xen_a"):
        file = inventory / "group_vars" / f"{name}.yml"
        lines = file.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if not line.startswith(("cloudstack_password", "cloudstack_username"))]
        assert len(kept) == len(lines) - 2
        file.write_text("\n".join(kept) + "\n", encoding="utf-8")
    second = play(cloud, inventory)
    assert (second.status, second.changed) == (0, 0), second.output


def test_what_a_declaration_no_longer_lists_stays_except_tags_which_are_whole_lists(
    cloud: Sandbox, inventory: Path
) -> None:
    """Every list of the declaration made shorter: check mode says what exact would remove and which tags go."""
    assert play(cloud, inventory).status == 0
    before, providers = there(cloud), _providers(cloud)
    file = inventory / "group_vars" / "all" / "zone.yml"
    declared = yaml.safe_load(file.read_text(encoding="utf-8"))["cloudstack_zone"]
    management, tenants = declared["physical_networks"]
    management.update(tags=[], traffic_types=management["traffic_types"][:1])
    tenants.update(vlan="500-599", providers=["VirtualRouter"])
    del declared["clusters"][2]["settings"]
    pools = [{**pool, "tags": []} for pool in declared["primary_storage"][:1]]
    change(
        inventory,
        physical_networks=[management, tenants],
        clusters=declared["clusters"],
        primary_storage=pools,
        secondary_storage=None,
        public_ip_ranges=None,
        settings=None,
    )
    hosts = inventory / "hosts.yml"
    text = hosts.read_text(encoding="utf-8")
    fewer = text.replace("[ssd, gpu]", "[gpu]").replace(
        "        kvm-a2.zurich.example.net: {ansible_host: 10.10.1.12}\n", ""
    )
    assert len(fewer) < len(text) - 60
    hosts.write_text(fewer, encoding="utf-8")

    cloud.calls.clear()
    predicted = play(cloud, inventory, "--check", "--diff")
    assert predicted.status == 0, predicted.output
    assert writes(cloud) == []
    told = " ".join(predicted.output.split())
    outside = "guest VLANs 600-899, 1200, 1300-1349 of physical network tenants"
    assert f"{outside} are not in the option vlan and were not removed" in told
    assert predicted.changed == 1
    lost = re.findall(r"^- +- (\w+)$", predicted.output, re.MULTILINE)
    assert sorted(lost) == ["management", "ssd", "ssd"]
    # What the documentation advises against is told, and no reason to stop.
    assert "cluster kvm-a has no primary storage with the tag ssd, but" in told

    done = play(cloud, inventory)
    assert (done.status, done.changed) == (0, 1), done.output
    after = there(cloud)
    assert _providers(cloud) == providers
    assert {key: after[key] for key in after if key != "hosts"} == {
        key: before[key] for key in before if key != "hosts"
    }
    tags = {row[0].partition(".")[0]: row[2] for row in after["hosts"]}
    assert (len(tags), tags["kvm-a4"], tags["kvm-a2"]) == (12, ("gpu",), ("ssd",))
    commands = [each for each in writes(cloud) if each != "removeAnnotation"]  # the lock
    assert not [each for each in commands if each.startswith(("delete", "remove", "dedicate", "release"))]
    cloud.calls.clear()
    pruned = play(cloud, inventory, "-e", "zone_prune=true")
    assert pruned.status != 0
    told = " ".join(pruned.output.split())
    assert "host kvm-a2.zurich.example.net: its resource state is Enabled (put it into maintenance first" in told
    assert writes(cloud) == []


def test_a_key_without_a_value_is_as_one_that_is_not_there(cloud: Sandbox, inventory: Path) -> None:
    """``public_ip_ranges:`` with all its entries commented out ended the run after its first writes."""
    file = inventory / "group_vars" / "all" / "zone.yml"
    declared = yaml.safe_load(file.read_text(encoding="utf-8"))["cloudstack_zone"]
    needed = {"name", "dns1", "pods", "physical_networks"}
    empty = dict.fromkeys(("vlan", "tags", "network_speed", "broadcast_domain_range", "providers"))
    networks = [{**network, **empty} for network in declared["physical_networks"]]
    networks.append({"name": "spare", "isolation_method": "VLAN", "traffic_types": None, "providers": None})
    zone = {
        **dict.fromkeys(set(declared) - needed),
        **{key: declared[key] for key in needed},
        "physical_networks": networks,
        "pods": [{**pod, "allocation_state": None} for pod in declared["pods"]],
        "clusters": [{**declared["clusters"][0], "allocation_state": None, "settings": None}],
    }
    file.write_text(yaml.safe_dump({"cloudstack_zone": zone}), encoding="utf-8")
    keys = ("oobm", "host_ha", "url", "annotation", "host_tags", "allocation_state")
    host = {"ansible_host": "10.10.1.11", **{f"cloudstack_{key}": None for key in keys}}
    hosts = {"cloudstack_hosts": {"children": {"kvm_a": {"hosts": {"kvm-a1": host}}}}}
    (inventory / "hosts.yml").write_text(yaml.safe_dump(hosts), encoding="utf-8")
    first = play(cloud, inventory)
    assert first.status == 0, first.output
    assert [row[0] for row in there(cloud)["hosts"]] == ["kvm-a1"]
    second = play(cloud, inventory)
    assert (second.status, second.changed) == (0, 0), second.output


def test_a_basic_zone_with_object_storage_is_made_whole(cloud: Sandbox, tmp_path: Path) -> None:
    """The guest network and each pod's addresses, a staging store beside S3, and what needs a restart told once."""
    inventory = Path(shutil.copytree(INVENTORIES / "simulator", tmp_path / "inventory"))
    traffic = [{"traffic_type": "Management"}, {"traffic_type": "Guest"}]
    pods = [
        {
            "name": f"sim-{n}",
            "start_ip": f"172.16.{n}.2",
            "end_ip": f"172.16.{n}.99",
            "netmask": "255.255.255.0",
            "gateway": f"172.16.{n}.1",
            "guest_ip_ranges": [
                {
                    "start_ip": f"10.1.{n}.10",
                    "end_ip": f"10.1.{n}.99",
                    "netmask": "255.255.255.0",
                    "gateway": f"10.1.{n}.1",
                }
            ],
        }
        for n in (1, 2)
    ]
    keys = {"accesskey": "AKIA", "secretkey": "sesame-open", "bucket": "images", "endpoint": "s3.example.net"}
    change(
        inventory,
        network_type="Basic",
        guest_cidr_address=None,
        physical_networks=[{"name": "basic", "traffic_types": traffic}],
        public_ip_ranges=None,
        pods=pods,
        guest_network={"name": "guests", "network_offering": "DefaultSharedNetworkOfferingWithSGService"},
        secondary_storage=[{"name": "s3", "provider": "S3", "details": keys}],
        staging_stores=[{"url": "nfs://10.147.28.6/export/staging"}],
        settings={"secstorage.encrypt.copy": True, "expunge.delay": 3600},
    )
    first = play(cloud, inventory)
    assert first.status == 0, first.output
    told = " ".join(first.output.split())
    assert told.count("only when it starts") == 1
    assert "secstorage.encrypt.copy: the management server reads this setting only when it starts" in told
    assert "sesame-open" not in told
    made = cloud.run(lambda world: sorted((row.start, world.pods[row.pod_id].name) for row in world.vlan_ranges))
    assert made == [("10.1.1.10", "sim-1"), ("10.1.2.10", "sim-2")]
    assert cloud.run(lambda world: [row.url for row in world.staging_stores]) == ["nfs://10.147.28.6/export/staging"]
    assert ("SecurityGroupProvider", "Enabled") in _providers(cloud)
    second = play(cloud, inventory)
    assert (second.status, second.changed) == (0, 0), second.output
    assert "only when it starts" not in second.output
    folder = inventory.parent / "exported"
    exported = play(cloud, inventory, "-e", f"export_zone_dest={folder}", playbook="export_zone.yml")
    assert exported.status == 0, exported.output
    assert "the server does not return the details of a S3 store" in exported.output
    third = play(cloud, folder, "--check")
    assert (third.status, third.changed) == (0, 0), third.output


def _providers(cloud: Sandbox) -> list[tuple[str, str]]:
    return cloud.run(lambda world: sorted((row.name, row.state) for row in world.providers))


def test_all_mistakes_are_refused_together_before_anything_is_sent(cloud: Sandbox, inventory: Path) -> None:
    """Overlapping ranges, a gateway outside its subnet, an unknown cluster, VLAN 4095, a duplicate host."""
    file = inventory / "group_vars" / "all" / "zone.yml"
    text = file.read_text(encoding="utf-8")
    for right, wrong in (
        ("gateway: 10.10.2.1\n", "gateway: 10.99.2.1\n"),
        ("vlan: 500-899,1200,1300-1349", "vlan: 500-899,4095"),
        ("start_ip: 203.0.113.10\n      end_ip: 203.0.113.199", "start_ip: 203.0.113.10\n      end_ip: 203.0.113.9"),
        ("pod: zurich-b\n      hypervisor: VMware", "pod: zurich-c\n      hypervisor: VMware"),
    ):
        assert right in text
        text = text.replace(right, wrong)
    extra = "    - physical_network: tenants\n      vlan: 50\n      start_ip: 203.0.113.9\n      end_ip: 203.0.113.20\n"
    text = text.replace(
        "\n  vmware_datacenters:",
        f"{extra}      netmask: 255.255.255.0\n      gateway: 203.0.113.1\n\n  vmware_datacenters:",
    )
    file.write_text(text, encoding="utf-8")
    hosts = inventory / "hosts.yml"
    hosts.write_text(
        hosts.read_text(encoding="utf-8")
        .replace("{ansible_host: 10.10.1.12}", "{ansible_host: 10.10.1.11}")
        .replace("{ansible_host: 10.10.1.23}", "{ansible_host: 10.10.1.23, cloudstack_cluster: xen-z}"),
        encoding="utf-8",
    )
    run = play(cloud, inventory)
    assert run.status != 0
    assert writes(cloud) == []

    lines = text.splitlines()
    gateway, vlan, pod = (
        1 + next(n for n, each in enumerate(lines) if word in each)
        for word in ("gateway: 10.99.2.1", "vlan: 500-899,4095", "pod: zurich-c")
    )
    # The callback doubles quotes within quotes.
    told = " ".join(run.output.split()).replace("''", "'")
    assert "roles/zone/defaults" not in told
    for wanted in (
        "10.99.2.1 is outside 10.10.2.0/24",
        f"zone.yml:{gateway}: cloudstack_zone.pods[1].gateway); expected: an address from 10.10.2.1",
        f"zone.yml:{vlan}: cloudstack_zone.physical_networks[1].vlan)",
        "pod 'zurich-c' is not declared",
        f"zone.yml:{pod}: cloudstack_zone.clusters[3].pod); expected: ",
        "the range ends at 203.0.113.9, before it starts at 203.0.113.10",
        "203.0.113.9-203.0.113.20 shares addresses",
        "xen-a3.zurich.example.net: cloudstack_cluster); expected: xen-a",
        "cluster 'xen-z' is not declared",
        "'http://10.10.1.11' is already declared at kvm-a1.",
    ):
        assert wanted in told, run.output
    assert "has 7 problems" in told


def edited(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for right, wrong in changes:
        assert right in text
        text = text.replace(right, wrong, 1)
    file.write_text(text, encoding="utf-8")


def told_by(cloud: Sandbox, inventory: Path, *words: str) -> str:
    """All of these are in one list, and nothing was written."""
    cloud.calls.clear()
    run = play(cloud, inventory)
    assert run.status != 0
    assert writes(cloud) == []
    told = " ".join(run.output.split()).replace("''", "'")
    assert [word for word in words if word not in told] == []
    return told


def test_settings_and_credentials_are_judged_with_all_other_mistakes(cloud: Sandbox, inventory: Path) -> None:
    """Before the zone is there: names of every scope, values by the type that the server tells, a host's password."""
    edited(
        inventory / "group_vars" / "all" / "zone.yml",
        ("gateway: 10.10.2.1\n", "gateway: 10.99.2.1\n"),
        ("expunge.delay: 3600", "expunge.dealy: 3600"),
        ("expunge.interval: 3600", "expunge.interval: hourly"),
        ("pool.storage.capacity.disablethreshold: 0.9", "pool.storage.capacity.disabletreshold: 0.9"),
        ("mem.overprovisioning.factor: 1.2", "mem.overprovisoning.factor: 1.2"),
    )
    edited(inventory / "group_vars" / "kvm_a.yml", ('cloudstack_password: "{{ vault_kvm_password }}"\n', ""))
    told = told_by(
        cloud,
        inventory,
        "10.99.2.1 is outside 10.10.2.0/24",
        "the server has no setting 'expunge.dealy'",
        "cloudstack_zone.settings['expunge.dealy']); expected: expunge.delay",
        "'hourly' is not a value of expunge.interval",
        "cloudstack_zone.settings['expunge.interval']); expected: a number",
        "cloudstack_zone.zone_settings['pool.storage.capacity.disabletreshold']); expected: ",
        "cloudstack_zone.clusters[0].settings['mem.overprovisoning.factor']); expected: mem.overprovisioning.factor",
        "kvm-a1.zurich.example.net: cloudstack_password); expected: its password",
    )
    assert "The declaration has 9 problems, listed above" in told


def test_of_a_zone_that_is_there_scopes_of_settings_and_addresses_of_hosts_are_judged_too(
    cloud: Sandbox, inventory: Path
) -> None:
    assert play(cloud, inventory).status == 0
    edited(
        inventory / "group_vars" / "all" / "zone.yml",
        ("pool.storage.capacity.disablethreshold: 0.9", "expunge.delay: 60"),
        ("mem.overprovisioning.factor: 1.2", "expunge.interval: 60"),
    )
    edited(
        inventory / "hosts.yml",
        ("{ansible_host: 10.10.1.11}", "{ansible_host: 10.10.1.12, cloudstack_url: 'http://10.10.1.11'}"),
        ("{ansible_host: 10.10.1.12}", "{ansible_host: 10.10.1.112}"),
    )
    told_by(
        cloud,
        inventory,
        "the server has no setting 'expunge.delay' among the settings of scope zone",
        "the server has no setting 'expunge.interval' among the settings of scope cluster",
        "10.10.1.12 is the address of host kvm-a2.zurich.example.net in CloudStack, not of kvm-a1.zurich.example.net",
        "expected: ansible_host: 10.10.1.11",
        "The declaration has 4 problems, listed above",
    )


def test_a_host_with_another_address_than_the_server_has_is_told(cloud: Sandbox, inventory: Path) -> None:
    assert play(cloud, inventory).status == 0
    edited(inventory / "hosts.yml", ("{ansible_host: 10.10.1.12}", "{ansible_host: 10.10.1.99}"))
    run = play(cloud, inventory)
    assert (run.status, run.changed) == (0, 0), run.output
    told = " ".join(run.output.split())
    assert "host kvm-a2.zurich.example.net has the address 10.10.1.99, but CloudStack has 10.10.1.12" in told


def test_a_server_that_refuses_the_key_hides_no_mistake(cloud: Sandbox, inventory: Path) -> None:
    edited(inventory / "group_vars" / "all" / "zone.yml", ("gateway: 10.10.2.1\n", "gateway: 10.99.2.1\n"))
    stranger: Any = SimpleNamespace(url=cloud.url, key="nobody", secret="nothing")
    told = " ".join(play(stranger, inventory).output.split())
    assert "10.99.2.1 is outside 10.10.2.0/24" in told
    assert "The declaration has 1 problems" in told
    edited(inventory / "group_vars" / "all" / "zone.yml", ("gateway: 10.99.2.1\n", "gateway: 10.10.2.1\n"))
    right = play(stranger, inventory)
    assert right.status != 0
    assert "unable to verify user credentials" in right.output
    assert writes(cloud) == []


def test_a_key_that_is_misspelt_is_refused_with_the_right_one(cloud: Sandbox, inventory: Path) -> None:
    change(inventory, guest_cidr_adress="10.1.1.0/24")
    run = play(cloud, inventory)
    assert run.status != 0
    assert "expected: guest_cidr_address" in run.output
    assert writes(cloud) == []


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    """What an undisturbed run of the advanced example leaves."""
    with Sandbox(seed=1, speed=50.0) as server:
        assert play(server, INVENTORIES / "advanced").status == 0
        return there(server)


@pytest.mark.parametrize("command", ["addTrafficType", "addCluster", "addHost", "createStoragePool"])
def test_killed_in_the_middle_and_run_again_it_ends_the_same(
    cloud: Sandbox, whole: dict[str, Any], command: str
) -> None:
    with start(cloud, INVENTORIES / "advanced") as process:
        until = time.monotonic() + 120
        while not cloud.calls.of(command):
            assert process.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < until, f"{command} never came"
            time.sleep(0.002)
        kill_alone(process)
    assert there(cloud) != whole
    again = play(cloud, INVENTORIES / "advanced")
    assert again.status == 0, again.output
    assert there(cloud) == whole
    assert play(cloud, INVENTORIES / "advanced").changed == 0


@pytest.mark.parametrize(
    ("command", "kind"), [("addHost", "http"), ("createPod", "drop"), ("addCluster", "drop_after")]
)
def test_a_failure_in_the_middle_is_made_good_by_the_next_run(
    cloud: Sandbox, whole: dict[str, Any], command: str, kind: str
) -> None:
    cloud.faults.add(command, kind, nth=2)
    play(cloud, INVENTORIES / "advanced")
    cloud.faults.clear()
    again = play(cloud, INVENTORIES / "advanced")
    assert again.status == 0, again.output
    assert there(cloud) == whole


def test_a_host_that_is_declared_later_is_added_alone(cloud: Sandbox, inventory: Path) -> None:
    assert play(cloud, inventory).status == 0
    hosts = inventory / "hosts.yml"
    new = "        kvm-a5.zurich.example.net: {ansible_host: 10.10.1.15}\n    xen_a:"
    hosts.write_text(hosts.read_text(encoding="utf-8").replace("    xen_a:", new), encoding="utf-8")
    cloud.calls.clear()
    run = play(cloud, inventory, "--tags", "zone_hosts")
    assert (run.status, run.changed) == (0, 1), run.output
    assert set(writes(cloud)) <= {"addHost", "updateHost", "addAnnotation", "removeAnnotation"}
    (added,) = cloud.calls.of("addHost")
    assert added.params["url"] == "http://10.10.1.15"
