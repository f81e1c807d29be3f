# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""agent.properties: known keys, contradictions, comparison by meaning, and files that keep what nobody asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine import agent_properties as core
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.agent_keys import KEYS

SHIPPED = """# The guid.
guid=

workers=5
host = localhost
# Default value: cloudbr1
#private.network.device=cloudbr1
guest.cpu.features=vmx \\
    aes
workers=7
keystore.passphrase=s3cret
vendor\\:key : a \\\\ b
"""


def decide(text: str, wanted: Mapping[str, str | None]) -> core.PropertiesChange:
    return core.decide_agent(text, wanted, uuid4)


def test_the_file_is_read_as_java_reads_it() -> None:
    assert core.parse(SHIPPED) == {
        "guid": "",
        "workers": "7",
        "host": "localhost",
        "guest.cpu.features": "vmx aes",
        "keystore.passphrase": "s3cret",
        "vendor:key": "a \\ b",
    }


def test_only_what_differs_changes_and_comments_stay() -> None:
    wanted = core.checked({"workers": 10, "private.network.device": "cloudbr9", "guest.cpu.features": ["aes", "vmx"]})
    change = decide(SHIPPED, wanted)
    assert change.before == {"workers": "7", "private.network.device": None}
    assert change.after == {"workers": "10", "private.network.device": "cloudbr9"}
    assert change.text == (
        SHIPPED.replace("workers=5\n", "")
        .replace("workers=7", "workers=10")
        .replace(
            "#private.network.device=cloudbr1\n", "#private.network.device=cloudbr1\nprivate.network.device=cloudbr9\n"
        )
    )


def test_null_removes_a_key() -> None:
    change = decide(SHIPPED, core.checked({"workers": None, "cmds.timeout": None}))
    assert change.after == {"workers": None}
    assert "workers" not in core.parse(change.text)


@pytest.mark.parametrize(
    ("key", "value", "right"),
    [
        ("workers", 0, "1 to 500"),
        ("workers", "many", "whole number"),
        ("host.reserved.mem.mb", -1, "0 or more (MiB)"),
        ("vm.migrate.speed", -2, "-1 or more"),
        ("guest.cpu.mode", "host", "custom, host-model, host-passthrough"),
        ("vm.rng.enable", "maybe", "true or false"),
        ("rolling.maintenance.hooks.dir", "hooks", "absolute path"),
        ("public.network.device", "a-bridge-of-many-words", "15 characters"),
        ("host", "10.0.0.5,10.0.0.5", "addresses separated by commas"),
        ("host", "10.0.0.5@random", "static, roundrobin, shuffle"),
        ("instance", "two\nlines", "one line"),
        ("guest.cpu.modle", "x", "guest.cpu.model"),
        ("guid", "1-2", "that operators may set"),
        ("zone", "1", "cs_host"),
        ("vm.migrate.wait", 60, "migratewait"),
        ("keystore.passphrase", "x", "that operators may set"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_right(key: str, value: Any, right: str) -> None:
    with pytest.raises(InvalidValue, match=key) as error:
        core.checked({key: value})
    assert right in error.value.message


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"guest.cpu.mode": "custom"}, "cpu_model_missing"),
        ({"guest.cpu.mode": "host-model", "guest.cpu.model": "Nehalem"}, "cpu_model_unused"),
        ({"host.reserved.mem.mb": 1024, "host.overcommit.mem.mb": 512}, "memory_both_ways"),
        ({"libvirt.vif.driver": "com.cloud.hypervisor.kvm.resource.OvsVifDriver"}, "vif_driver"),
        ({"network.direct.device": "eth0"}, "direct_unused"),
    ],
)
def test_keys_that_contradict_each_other_are_refused(wanted: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as error:
        core.checked(wanted)
    assert [reason.code for reason in error.value.reasons] == [code]


@pytest.mark.parametrize(
    "wanted",
    [
        {
            "network.bridge.type": "openvswitch",
            "libvirt.vif.driver": "com.cloud.hypervisor.kvm.resource.OvsVifDriver",
        },
        {
            "libvirt.vif.driver": "com.cloud.hypervisor.kvm.resource.DirectVifDriver",
            "network.direct.source.mode": "private",
            "network.direct.device": "eth0",
        },
    ],
    ids=["openvswitch", "direct"],
)
def test_keys_that_belong_together_are_accepted(wanted: dict[str, Any]) -> None:
    assert core.checked(wanted) == wanted


def test_unknown_keys_pass_when_asked() -> None:
    assert core.checked({"new.key": True}, allow_unknown=True) == {"new.key": "true"}


def test_lists_and_numbers_are_written_as_the_agent_reads_them() -> None:
    wanted = {"host": ["10.0.0.5", "10.0.0.6@roundrobin"], "guest.cpu.features": ["aes", "vmx"], "vm.rng.enable": True}
    assert core.checked(wanted) == {
        "host": "10.0.0.5,10.0.0.6@roundrobin",
        "guest.cpu.features": "aes vmx",
        "vm.rng.enable": "true",
    }


@pytest.mark.parametrize(
    ("wanted", "held", "same"),
    [
        ("a,b@roundrobin", "b,a@roundrobin", True),
        ("a,b@static", "b,a@static", False),
        ("a,b@roundrobin", "a,b", False),
        ("a,b", "b,a", False),
    ],
)
def test_order_of_servers_counts_only_where_the_server_does_not_choose_it(wanted: str, held: str, same: bool) -> None:
    assert core.same("host", wanted, held) is same


@pytest.mark.parametrize(
    ("wanted", "held", "after"),
    [
        ("a,b", "a,b@static", "a,b@static"),
        ("a,b", "b,a@shuffle", "b,a@shuffle"),
        ("a,c", "a,b@static", "a,c@static"),
        ("a,b@static", "a,b@roundrobin", "a,b@static"),
        ("a,b", "localhost", "a,b"),
    ],
)
def test_an_algorithm_that_nobody_declared_is_the_servers(wanted: str, held: str, after: str) -> None:
    """Source: Agent.processManagementServerList writes LIST@ALGORITHM whenever the agent connects."""
    change = decide(f"host={held}\n", core.checked({"host": wanted}))
    assert core.parse(change.text)["host"] == after
    assert change.changed is (held != after)


@pytest.mark.parametrize(
    ("held", "paths", "uuids"),
    [
        ("", ["/a", "/b"], "n1,n2"),
        ("local.storage.uuid=\n", ["/a", "/b"], "n1,n2"),
        ("local.storage.uuid=u1\n", ["/var/lib/libvirt/images", "/b"], "u1,n1"),
        ("local.storage.path=/a/,/b\nlocal.storage.uuid=u1,u2\n", ["/b", "/a", "/c"], "u2,u1,n1"),
        ("local.storage.path=/a,/b\nlocal.storage.uuid=u1,u2\n", ["/b"], "u2"),
        ("local.storage.path=/a,/b\nlocal.storage.uuid=u1\n", ["/a", "/b"], "u1,n1"),
        ("local.storage.path=/a,/b\nlocal.storage.uuid=u1,u2\n", None, "n1"),
        ("local.storage.uuid=u1\n", ["/a"], "u1"),
        ("", ["/a"], None),
    ],
)
def test_each_local_path_has_a_uuid_because_the_agent_does_not_start_otherwise(
    held: str, paths: Any, uuids: str | None
) -> None:
    """Source: LibvirtComputingResource.configureLocalStorage compares the two numbers."""
    made = (f"n{number}" for number in range(1, 9))
    wanted = core.checked({"local.storage.path": paths})
    change = core.decide_agent(held, wanted, lambda: next(made))
    assert core.parse(change.text).get("local.storage.uuid") == uuids
    assert not decide(change.text, wanted).changed


def test_a_forgotten_host_keeps_nothing_that_could_add_it_back() -> None:
    text = (
        SHIPPED.replace("guid=", "guid=1-2-3").replace("localhost", "10.0.0.5@static")
        + "zone=4\nlocal.storage.uuid=9\n"
    )
    change = core.forgotten(text)
    held = core.parse(change.text)
    assert (held["guid"], held["host"], held["zone"]) == ("", "localhost", "default")
    assert "keystore.passphrase" not in held
    assert held["local.storage.uuid"] == "9", "libvirt knows its pool by it"
    assert "s3cret" not in str(change.before) + str(change.after)
    assert not core.forgotten(change.text).changed


def test_what_is_set_does_not_become_part_of_a_last_line_that_goes_on() -> None:
    assert core.parse(decide("instance=x\\\n", {"workers": "9"}).text) == {"instance": "x", "workers": "9"}


def test_secrets_are_not_shown() -> None:
    assert "s3cret" not in str(core.shown(core.parse(SHIPPED)))


def test_keys_are_named_once() -> None:
    names = [key.name for key in KEYS]
    assert len(names) == len(set(names))
    assert all(key.choices for key in KEYS if key.kind == "choice")


VALUES = {
    "workers": st.integers(1, 500),
    "vm.rng.enable": st.booleans(),
    "instance": st.text(st.characters(codec="ascii")),
}
LINES = st.lists(
    st.sampled_from(["# a comment", "", "#workers=5", "workers=5", "instance : x\\\n  y", "other=a=b", "! note"]),
    max_size=12,
)


@given(lines=LINES, wanted=st.fixed_dictionaries({}, optional=VALUES))
def test_any_file_holds_afterwards_what_was_wanted_and_the_rest_as_before(
    lines: list[str], wanted: dict[str, Any]
) -> None:
    text = "".join(line + "\n" for line in lines)
    try:
        values = core.checked(wanted)
    except InvalidValue:
        return
    change = decide(text, values)
    before, after = core.parse(text), core.parse(change.text)
    assert all(core.same(key, value, after.get(key)) for key, value in values.items())
    assert {key: value for key, value in before.items() if key not in values} == {
        key: value for key, value in after.items() if key not in values
    }
    comments = [line for line in text.splitlines() if line.startswith(("#", "!"))]
    assert [line for line in change.text.splitlines() if line.startswith(("#", "!"))] == comments
    assert not decide(change.text, values).changed
