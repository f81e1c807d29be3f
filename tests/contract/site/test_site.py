# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_site: the example of the guide as data, made in one task, planned, made again, and with one object that fails."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from contract.conftest import Connect
from contract.tasks import perform, writes
from integration.zone.apply import INVENTORIES, there

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    HostcraftError,
    InvalidValue,
    Refused,
)
from sandbox.api import DEFAULT_VERSION
from sandbox.server import Sandbox
from sandbox.surface import version_key

OLD = version_key(DEFAULT_VERSION)
EVIL = "kvm-{{ lookup('pipe', 'id') }}\u202e\x1b[31m"


@pytest.fixture
def cloud(sandbox: Sandbox, connect: Connect) -> Gateway:
    return Gateway(connect(sandbox))


def _text(path: Path) -> str:
    """With the passwords of its vault."""
    return re.sub(r'"{{ vault_(\w+)_password }}"', r"sesame-\1", path.read_text(encoding="utf-8"))


def example() -> dict[str, Any]:
    """The declaration and hosts of the inventory ``advanced``, as a task is given them, as far as the server has it."""
    folder = INVENTORIES / "advanced"
    declaration = yaml.safe_load(_text(folder / "group_vars" / "all" / "zone.yml"))["cloudstack_zone"]
    groups = yaml.safe_load(_text(folder / "hosts.yml"))["cloudstack_hosts"]["children"]
    hosts = []
    for group, its in groups.items():
        shared = yaml.safe_load(_text(folder / "group_vars" / f"{group}.yml"))
        for name, own in its["hosts"].items():
            said = {**shared, **(own or {})}
            host = {key.removeprefix("cloudstack_"): value for key, value in said.items() if key != "ansible_host"}
            if "ansible_host" in said:
                host["url"] = f"http://{said['ansible_host']}"
            host["url"] = host["url"].replace("{{ inventory_hostname }}", name)
            hosts.append({"name": name, **host})
    if version_key("4.20") > OLD:
        for cluster in declaration["clusters"]:
            cluster.pop("arch", None)
    if version_key("4.15") > OLD:
        # A host keeps the name that it is added by.
        hosts = [{**host, "url": f"http://{host['name']}"} for host in hosts]
    return {"declaration": declaration, "hosts": hosts}


def test_a_zone_is_planned_made_and_made_again_without_a_change(sandbox: Sandbox, cloud: Gateway) -> None:
    planned = perform(cloud, "cs_site", state="planned", **example())
    assert (planned.changed, writes(sandbox)) == (False, [])
    assert "+ host kvm-b2.zurich.example.net: " in "\n".join(planned.result["plan"])
    foretold = perform(cloud, "cs_site", True, **example())
    # An older server does not tell which settings it reads only when it starts.
    assert (foretold.changed, len(foretold.warnings), writes(sandbox)) == (True, int(version_key("4.15") > OLD), [])
    assert all("only when it starts" in each for each in foretold.warnings)
    made = perform(cloud, "cs_site", **example())
    assert made.changed
    assert made.result["counts"]["host"] == {"unchanged": 0, "created": len(example()["hosts"])}
    assert made.result["plan"] == foretold.result["plan"] == planned.result["plan"]
    assert (made.result["summary"], made.result["counts"]) == (foretold.result["summary"], foretold.result["counts"])
    names = [[line[2:].partition(":")[0] for line in each.result["plan"]] for each in (foretold, made)]
    assert names[0] == names[1]
    state = there(sandbox)
    assert {row[0] for row in state["hosts"]} == {host["name"] for host in example()["hosts"]}
    assert (len(state["clusters"]), state["zones"][0][1]) == (4, "Enabled")
    assert "sesame" not in str((made, foretold))
    sandbox.calls.clear()
    again = perform(cloud, "cs_site", **example())
    assert (again.changed, again.result["plan"], writes(sandbox)) == (False, [], [])
    assert again.result["counts"]["host"] == {"unchanged": len(example()["hosts"])}


def test_a_new_session_asks_little_and_sees_one_tag_that_differs(
    sandbox: Sandbox, cloud: Gateway, connect: Connect
) -> None:
    given = example()
    perform(cloud, "cs_site", **given)
    given["hosts"][3]["host_tags"] = ["gpu"]
    sandbox.calls.clear()
    changed = perform(Gateway(connect(sandbox)), "cs_site", parts=["hosts"], **given)
    assert changed.result["plan"] == ["~ host kvm-a4.zurich.example.net: host_tags [gpu, ssd] -> [gpu]"]
    assert changed.before == {"host kvm-a4.zurich.example.net": {"host_tags": ["gpu", "ssd"]}}
    assert writes(sandbox) == ["addAnnotation", "updateHost", "removeAnnotation"]
    # Before the lock and after it, and the lock itself.
    assert len(sandbox.calls) <= 20, sandbox.calls.counts


@pytest.mark.parametrize("at_once", [1, 8])
def test_a_host_that_fails_is_named_and_the_others_are_there(sandbox: Sandbox, cloud: Gateway, at_once: int) -> None:
    given = example()
    for host in given["hosts"]:
        host["host_ha"] = "enabled" if host["name"].startswith("kvm-a") else None
        host["oobm"] = None
    sandbox.faults.add("addHost", "http", nth=2)
    with pytest.raises(HostcraftError, match="failed") as caught:
        perform(cloud, "cs_site", at_once=at_once, **given)
    assert caught.value.code == "site_incomplete"
    told: Any = caught.value.details["failed"]
    (failed,) = [each for each in told if each["kind"] == "host"]
    names = {row[0] for row in there(sandbox)["hosts"]}
    assert names == {host["name"] for host in given["hosts"]} - {failed["name"]}
    sandbox.faults.clear()
    for host in given["hosts"]:
        del host["host_ha"]
    perform(cloud, "cs_site", **given)
    assert {row[0] for row in there(sandbox)["hosts"]} == {host["name"] for host in given["hosts"]}


def test_one_object_that_cannot_be_made_stops_all_before_the_first_write(sandbox: Sandbox, cloud: Gateway) -> None:
    perform(cloud, "cs_site", **example())
    sandbox.calls.clear()
    given = example()
    given["declaration"]["dns2"] = "192.0.2.77"
    given["declaration"]["pods"][0]["allocation_state"] = "asleep"
    given["hosts"][0]["cluster"] = "kvm-b"
    given["hosts"][1]["cluster"] = "kvm-z"
    with pytest.raises(Refused) as caught:
        perform(cloud, "cs_site", **given)
    told = [(reason.code, reason.facts["name"]) for reason in caught.value.reasons]
    assert told == [
        ("invalid_value", "zurich-a"),
        ("refused", "kvm-a1.zurich.example.net"),
        ("not_found", "kvm-a2.zurich.example.net"),
    ]
    assert writes(sandbox) == []


def test_what_an_older_server_lacks_is_told_before_the_first_write(connect: Connect) -> None:
    """Also of a cluster whose zone and pod are not there yet, and of a host's tags that follow its creation."""
    with Sandbox(seed=1, speed=50.0, version="4.11") as old:
        there = Gateway(connect(old))
        given = example()
        first, second = given["declaration"]["clusters"][:2]
        first["arch"] = "x86_64"
        given["declaration"]["clusters"] = [first, second]
        second.pop("arch", None)
        given["hosts"] = [{**given["hosts"][0], "is_tag_a_rule": True}]
        for planned in ({"state": "planned"}, {}):
            with pytest.raises(Refused) as caught:
                perform(there, "cs_site", **planned, **given)
            told = [(reason.code, reason.facts["kind"]) for reason in caught.value.reasons]
            assert told == [("unsupported", "cluster"), ("unsupported", "host")]
        assert "4.20 or newer" in caught.value.reasons[0].message
        assert writes(old) == []


def test_objects_that_need_one_that_failed_are_left_out(sandbox: Sandbox, cloud: Gateway) -> None:
    given = example()
    sandbox.faults.add("addCluster", "http", nth=1)
    with pytest.raises(HostcraftError) as caught:
        perform(cloud, "cs_site", parts=["zone", "networks", "addresses", "clusters", "hosts"], at_once=1, **given)
    left: Any = caught.value.details["left_out"]
    assert sorted(name for name in left if name.startswith("host ")) == [
        f"host kvm-a{number}.zurich.example.net" for number in range(1, 5)
    ]
    assert len(there(sandbox)["hosts"]) == len(given["hosts"]) - 4


def test_hostile_names_stay_data_and_are_shown_with_escapes(sandbox: Sandbox, cloud: Gateway) -> None:
    given = example()
    given["declaration"]["clusters"] = [{**given["declaration"]["clusters"][0], "name": EVIL}]
    given["hosts"] = [{**copy.deepcopy(given["hosts"][0]), "cluster": EVIL, "annotation": EVIL}]
    parts = ["zone", "networks", "addresses", "clusters", "hosts"]
    made = perform(cloud, "cs_site", parts=parts, **given)
    assert all(line.isprintable() for line in made.result["plan"])
    assert [row[0] for row in there(sandbox)["clusters"]] == [EVIL]
    assert not perform(cloud, "cs_site", parts=parts, **given).changed


def test_what_cannot_be_a_limit_is_refused(cloud: Gateway) -> None:
    with pytest.raises(InvalidValue, match="at_once"):
        perform(cloud, "cs_site", at_once=0, declaration={"name": "z"})
