# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VMware traffic labels, ranges of ports, and what is decided of hosts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, NotFound, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.model import (
    HypervisorHost,
    HypervisorNetwork,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vsphere.change import changes
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vsphere.check import covered, judge_vsphere
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vsphere.expected import VsphereExpected
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vsphere.labels import TrafficLabel, read_label
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vsphere.model import (
    STANDARD,
    KernelAdapter,
    PortGroup,
    Ruleset,
    Vsphere,
    VsphereHost,
    VsphereSwitch,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vsphere.table import VSPHERE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vsphere.wanted import VsphereWanted

HOST = VsphereHost(
    HypervisorHost(
        "host-1",
        "esx01.example.net",
        version="7.0.3",
        networks=(
            HypervisorNetwork("vSwitch0", "vswitch"),
            HypervisorNetwork("Management Network", "portgroup", None, (), (), "vSwitch0"),
            HypervisorNetwork("guest", "portgroup", 120, (), (), "vSwitch0"),
        ),
    ),
    hostname="esx01",
    switches=(VsphereSwitch("vSwitch0", STANDARD, 128, 1500, ("vmnic0",)), VsphereSwitch("vSwitch1", STANDARD, 128)),
    adapters=(KernelAdapter("vmk0", "Management Network", "10.0.0.1", ("management",)),),
    ntp_servers=("ntp1",),
    rulesets=(Ruleset("ntpClient", False), Ruleset("sshServer", True, ((22, 22),))),
)
CLUSTER = Vsphere("cloud", "dc", (HOST, replace(HOST, host=replace(HOST.host, name="esx02.example.net"))))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("", TrafficLabel("vSwitch0")),
        ("dvSwitch0", TrafficLabel("dvSwitch0")),
        ("dvSwitch0,200", TrafficLabel("dvSwitch0", 200)),
        ("dvSwitch1,300,vmwaredvs", TrafficLabel("dvSwitch1", 300, "vmwaredvs")),
        ("myEthernetPortProfile,,nexusdvs", TrafficLabel("myEthernetPortProfile", None, "nexusdvs")),
        ("dvSwitch0,,vmwaredvs", TrafficLabel("dvSwitch0", None, "vmwaredvs")),
        (",,vmwaredvs", TrafficLabel("dvSwitch0", None, "vmwaredvs")),
        (",,nexusdvs", TrafficLabel("epp0", None, "nexusdvs")),
        ("vSwitch1,untagged", TrafficLabel("vSwitch1")),
    ],
)
def test_labels_of_the_documents_are_read(text: str, label: TrafficLabel) -> None:
    assert read_label(text) == (label, ())


@pytest.mark.parametrize("text", ["a,b", "a,0", "a,4095", "a,1,dvs", "a,1,vmwaredvs,x", "a,-1", "a,²"])
def test_what_is_wrong_with_a_label_is_told(text: str) -> None:
    assert len(read_label(text)[1]) == 1


@given(st.text(max_size=30))
def test_any_text_is_read_as_a_label(text: str) -> None:
    label, _wrong = read_label(text)
    assert label.switch
    assert label.vlan is None or 1 <= label.vlan <= 4094


@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 9)).map(lambda x: (x[0], x[0] + x[1])), max_size=6),
    st.integers(1, 60),
    st.integers(0, 12),
)
def test_covered_is_every_port_open(opened: list[tuple[int, int]], first: int, more: int) -> None:
    ports = {port for low, high in opened for port in range(low, high + 1)}
    assert covered((first, first + more), opened) == (set(range(first, first + more + 1)) <= ports)


def test_a_code_that_is_none_cannot_be_ignored() -> None:
    with pytest.raises(InvalidValue):
        judge_vsphere(CLUSTER, VsphereExpected(), ["no_such_code"])


def test_only_what_differs_is_changed_on_each_host() -> None:
    wanted = VsphereWanted(
        ntp_servers=("ntp1",), rulesets=("ntpClient", "sshServer"), port_groups=(PortGroup("guest", "vSwitch0", 120),)
    )
    found = [(each.host, each.kind, each.name) for each in changes(CLUSTER, wanted)]
    assert found == [
        ("esx01.example.net", "ntp", ""),
        ("esx01.example.net", "firewall_ruleset", "ntpClient"),
        ("esx02.example.net", "ntp", ""),
        ("esx02.example.net", "firewall_ruleset", "ntpClient"),
    ]


def test_unset_means_leave_alone() -> None:
    assert changes(CLUSTER, VsphereWanted()) == ()


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (VsphereWanted(rulesets=("ntpclient",)), "ruleset_unknown"),
        (VsphereWanted(port_groups=(PortGroup("guest", "vSwitch7"),)), "switch_missing"),
        (VsphereWanted(port_groups=(PortGroup("guest", "vSwitch1", 120),)), "port_group_elsewhere"),
        (VsphereWanted(port_groups=(PortGroup("Management Network", "vSwitch0", 7),)), "port_group_of_host"),
    ],
)
def test_what_would_hurt_is_refused_for_every_host_at_once(wanted: VsphereWanted, code: str) -> None:
    with pytest.raises(Refused) as refused:
        changes(CLUSTER, wanted)
    assert [(each.code, each.facts["host"]) for each in refused.value.reasons] == [
        (code, "esx01.example.net"),
        (code, "esx02.example.net"),
    ]


def test_a_host_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFound) as missing:
        changes(CLUSTER, VsphereWanted(hosts=("esx03.example.net",)))
    assert "esx01.example.net" in missing.value.message or "esx02.example.net" in missing.value.message


@pytest.mark.parametrize(("port", "codes"), [(443, []), (None, []), (8443, ["vcenter_port"])])
def test_the_standard_port_is_wanted(port: int | None, codes: list[str]) -> None:
    judged = judge_vsphere(CLUSTER, VsphereExpected(joined=True, port=port)).findings
    assert [each.code for each in judged if each.code == "vcenter_port"] == codes


def test_guide_tells_every_code_as_the_table_has_it() -> None:
    guide = (Path(__file__).resolve().parents[6] / "docs" / "guides" / "vsphere.md").read_text(encoding="utf-8")
    rows = [f"| `{c.code}` | {c.severity} | {c.title} | {c.remedy} | {c.source} |" for c in VSPHERE.checks]
    assert [row for row in guide.splitlines() if row.startswith("| `") and row.count("|") == 6] == rows
