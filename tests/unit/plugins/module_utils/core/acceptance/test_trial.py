# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an acceptance test's VM is made of, and which URLs of consoles are opened."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.acceptance import trial as acceptance
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.acceptance.trial import (
    Offering,
    Template,
    Wish,
    console_fault,
    decide,
    lacking,
    marked,
    name_of,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.system_vms.vm import CONSOLE, STORAGE, SystemVm
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.network_offerings import NetworkOffering
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Zone

ZONE = Zone("z", "zurich", network_type="Advanced", allocation_state="Enabled")
HOST = Host("h", "h1", state="Up", resource_state="Enabled", hypervisor="KVM", arch="x86_64")
NAT = NetworkOffering(
    "n", "isolated", guest_ip_type="Isolated", state="Enabled", supported_services=("SourceNat",), is_default=True
)
SMALL = Offering("s", "small", 1, 512)
DEBIAN = Template("t", "Debian", "KVM", "USER", True, size=100)


def test_the_smallest_that_is_ready_and_fits_is_chosen() -> None:
    templates = [
        Template("1", "system", "KVM", "SYSTEM", True, size=1),
        Template("2", "arm", "KVM", "USER", True, arch="aarch64", size=2),
        Template("3", "xen", "XenServer", "USER", True, size=3),
        Template("4", "loading", "KVM", "USER", False, size=4),
        Template("5", "small", "KVM", "BUILTIN", True, size=50),
        DEBIAN,
    ]
    offerings = [
        Offering("1", "custom", 0, 0, custom=True),
        Offering("2", "tagged", 1, 64, host_tags=("ssd",)),
        Offering("3", "old", 1, 64, active=False),
        Offering("4", "gpu", 1, 64, gpu=True),
        Offering("5", "local", 1, 64, storage_type="local"),
        SMALL,
    ]
    plan, reasons = decide(ZONE, Wish(), [HOST], templates, offerings, [], [NAT])
    assert reasons == []
    assert plan is not None
    assert (plan.template.id, plan.offering.id, plan.network_offering) == ("5", "s", NAT)


def test_every_reason_is_told_at_once() -> None:
    zone = dataclasses.replace(ZONE, allocation_state="Disabled")
    down = dataclasses.replace(HOST, state="Down")
    plan, reasons = decide(zone, Wish(), [down], [], [], [], [])
    assert plan is None
    codes = [reason.code for reason in reasons]
    assert codes == ["zone_disabled", "no_host", "no_template", "no_offering", "no_network_offering"]
    assert all(reason.remedy for reason in reasons)


@given(
    st.sampled_from(["Basic", "Advanced"]),
    st.booleans(),
    st.booleans(),
    st.lists(st.sampled_from(["Up", "Down", "Alert"]), max_size=3),
)
def test_a_plan_has_a_network_of_the_kind_that_the_zone_has(
    kind: str, groups: bool, edge: bool, states: list[str]
) -> None:
    zone = dataclasses.replace(ZONE, network_type=kind, securitygroups_enabled=groups, is_edge=edge)
    hosts = [dataclasses.replace(HOST, id=str(n), state=state) for n, state in enumerate(states)]
    plan, reasons = decide(zone, Wish(), hosts, [DEBIAN], [SMALL], [], [NAT])
    assert (plan is None) == bool(reasons)
    if plan is not None:
        assert "Up" in states
        assert (plan.network_offering is None) == (kind == "Basic")
        assert not (groups and kind == "Advanced")


def vm(kind: str, state: str = "Running", agent: str = "Up", hypervisor: str = "KVM") -> SystemVm:
    return SystemVm(kind, f"{kind}-1", kind, state, agent=agent, hypervisor=hypervisor)


@pytest.mark.parametrize(
    ("vms", "said"),
    [
        ([], ["there is no console proxy", "there is no secondary storage VM"]),
        ([vm(CONSOLE), vm(STORAGE)], []),
        ([vm(CONSOLE, agent="", hypervisor="Simulator"), vm(STORAGE)], []),
        ([vm(CONSOLE, agent=""), vm(STORAGE)], ["console proxy consoleproxy-1 is Running, its agent is not shown"]),
        ([vm(CONSOLE, agent="Disconnected"), vm(CONSOLE), vm(STORAGE)], []),
        (
            [vm(CONSOLE), vm(STORAGE, state="Starting", agent="Disconnected")],
            ["secondary storage VM secondarystoragevm-1 is Starting, its agent Disconnected"],
        ),
    ],
)
def test_a_system_vm_serves_only_with_its_agent(vms: list[SystemVm], said: list[str]) -> None:
    assert lacking(ZONE, vms) == said
    assert lacking(dataclasses.replace(ZONE, is_edge=True), vms) == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://192.0.2.1/x",
        "file:///etc/passwd",
        "http://user:secret@192.0.2.1/x",
        "http://192.0.2.1:port/x",
        "http://192.0.2.9/x",
        "http://192.0.2.1\\@192.0.2.9/x",
        "http://192.0.2.1 /x",
        "http://127.1/x",
        "//192.0.2.1/x",
    ],
)
def test_a_url_that_leads_elsewhere_is_not_opened(url: str) -> None:
    assert console_fault(url, {"192.0.2.1"}) != ""


@given(st.text(max_size=40))
def test_any_text_is_judged(text: str) -> None:
    assert console_fault(text, ()) != ""
    assert console_fault(f"https://192.0.2.1/{text}", ()) != ""


def test_a_console_of_the_zone_is_opened() -> None:
    assert console_fault("https://192.0.2.1:8443/resource/noVNC/vnc.html?token=x", {"192.0.2.1"}) == ""
    assert console_fault("http://192-0-2-1.consoles.example.com/x", {"192-0-2-1.consoles.example.com"}) == ""


@given(st.floats(min_value=0, max_value=1e11))
def test_a_name_is_a_host_name_with_the_mark(moment: float) -> None:
    name = name_of(moment)
    assert len(name) <= 63
    assert name.replace("-", "").isalnum()
    assert marked(name, acceptance.MARK)
    assert not marked(name, name)
