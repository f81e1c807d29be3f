# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of ``cs_vsphere_check`` and ``cs_vsphere_host``: both speak to a vCenter alone, not to CloudStack."""

from __future__ import annotations

import contextlib
import typing as t
import urllib.parse

from ...adapters.vcenter.hosts import open_vsphere
from ...core.change import Outcome, plain
from ...core.errors import HostcraftError, InvalidValue
from ...core.vsphere.check import HTTPS
from ...core.vsphere.expected import VsphereExpected
from ...core.vsphere.model import TEAMING, TRAFFIC, PortGroup, Range, SwitchPolicy
from ...core.vsphere.wanted import KernelWanted, SwitchWanted, VsphereWanted
from ...operations.vsphere.hosts import ensure_vsphere_hosts, judged
from ...ports.vsphere import VsphereHosts
from ..fields import Params, Spec
from ..findings import ASKED, answer
from ..hypervisors.access import ALONE, HOSTS, access_alone
from ..module import Module, carry_out, failure

CLUSTER: Spec = {"cluster": {"type": "str", "required": True}}
CONNECTION: Spec = {**ALONE, **CLUSTER}
CHECK: Spec = {
    **CONNECTION,
    "traffic_labels": {
        "type": "dict",
        "options": {kind: {"type": "list", "elements": "str", "default": []} for kind in TRAFFIC},
    },
    "joined": {"type": "bool", "default": False},
    "management_portgroup": {"type": "str", "default": "Management Network"},
    "management_vlan": {"type": "int"},
    "use_dvswitch": {"type": "bool"},
    "console_ports": {"type": "list", "elements": "str", "default": []},
    "ntp_servers": {"type": "list", "elements": "str", "default": []},
    "iscsi_targets": {"type": "list", "elements": "str", "default": []},
    "minimum_version": {"type": "str", "default": "4.1"},
    **ASKED,
}
SET: Spec = {
    **CONNECTION,
    **HOSTS,
    "ntp_servers": {"type": "list", "elements": "str"},
    "firewall_rulesets": {"type": "list", "elements": "str", "default": []},
    "port_groups": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "vswitch": {"type": "str", "default": "vSwitch0"},
            "vlan": {"type": "int", "default": 0},
        },
    },
    "vswitches": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "ports": {"type": "int"},
            "mtu": {"type": "int"},
            "nics": {"type": "list", "elements": "str", "default": []},
            "teaming_policy": {"type": "str", "choices": list(TEAMING)},
            "active_nics": {"type": "list", "elements": "str"},
            "standby_nics": {"type": "list", "elements": "str"},
            "promiscuous_mode": {"type": "bool"},
            "mac_changes": {"type": "bool"},
            "forged_transmits": {"type": "bool"},
        },
    },
    "vmkernel": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "port_group": {"type": "str", "default": "Management Network"},
            "services": {
                "type": "list",
                "elements": "str",
                "choices": ["management", "vmotion"],
                "default": ["management", "vmotion"],
            },
        },
    },
    "iscsi_targets": {"type": "list", "elements": "str", "default": []},
    "remove_unused_port_groups": {"type": "bool", "default": False},
    "maintenance": {"type": "bool"},
    "timeout": {"type": "float", "default": 1800.0},
}
MOST_VLAN = 4095
MTU, PORTS = (1280, 9000), (1, 4088)


def check_main() -> None:
    """The body of ``cs_vsphere_check``. It changes nothing, hence check mode is the same."""
    module = Module(argument_spec=CHECK, supports_check_mode=True)
    try:
        expected = expectations(module.params)
        with opened(module.params) as hosts:
            cluster, judgement = judged(hosts, expected, module.params["ignore"])
    except HostcraftError as error:
        module.fail_json(**failure(error))
    else:
        lead = f"cluster {cluster.name} does not meet CloudStack's requirements"
        answer(module, judgement, lambda _bad: lead, "cluster_not_fit", cluster=plain(cluster))


def set_main() -> None:
    """The body of ``cs_vsphere_host``."""
    module = Module(argument_spec=SET, supports_check_mode=True)

    def work() -> Outcome:
        desired = wanted(module.params)
        with opened(module.params) as hosts:
            return ensure_vsphere_hosts(hosts, desired, module.check_mode)

    carry_out(module, work)


@contextlib.contextmanager
def opened(params: Params) -> t.Iterator[VsphereHosts]:
    """Raises InvalidValue, MissingValue, MissingLibrary."""
    found = access_alone(params, "the vCenter")
    with contextlib.closing(open_vsphere(found, found.cluster or params["cluster"])) as hosts:
        yield hosts


def expectations(params: Params) -> VsphereExpected:
    """Raises InvalidValue."""
    labels = params["traffic_labels"] or {}
    return VsphereExpected(
        labels=tuple((kind, text) for kind in TRAFFIC for text in labels.get(kind) or ()),
        joined=params["joined"],
        management_portgroup=params["management_portgroup"],
        management_vlan=params["management_vlan"],
        use_dvswitch=params["use_dvswitch"],
        console_ports=tuple(port_range(text) for text in params["console_ports"]),
        ntp_servers=tuple(params["ntp_servers"]),
        iscsi_targets=tuple(params["iscsi_targets"]),
        minimum_release=release(params["minimum_version"]),
        port=vcenter_port(params),
    )


def vcenter_port(params: Params) -> int:
    """Raises InvalidValue, MissingValue."""
    url = access_alone(params, "the vCenter").url
    try:
        return urllib.parse.urlsplit(url).port or HTTPS
    except ValueError:
        raise InvalidValue("hypervisor.url", url, "an address such as https://vcenter.example.net") from None


def wanted(params: Params) -> VsphereWanted:
    """Raises InvalidValue."""
    groups = []
    for each in params["port_groups"]:
        if not 0 <= each["vlan"] <= MOST_VLAN:
            raise InvalidValue("port_groups.vlan", each["vlan"], "0 (none), 1 to 4094, or 4095 (all)")
        groups.append(PortGroup(each["name"], each["vswitch"], each["vlan"]))
    servers = params["ntp_servers"]
    return VsphereWanted(
        hosts=tuple(params["hosts"]),
        ntp_servers=None if servers is None else tuple(servers),
        rulesets=tuple(params["firewall_rulesets"]),
        switches=tuple(_switch(each) for each in params["vswitches"]),
        port_groups=tuple(groups),
        kernel=tuple(KernelWanted(each["port_group"], tuple(each["services"])) for each in params["vmkernel"]),
        iscsi_targets=tuple(params["iscsi_targets"]),
        unused_groups=params["remove_unused_port_groups"],
        maintenance=params["maintenance"],
        timeout=params["timeout"],
    )


def _switch(held: t.Mapping[str, t.Any]) -> SwitchWanted:
    """Raises InvalidValue."""
    for name, (least, most) in {"mtu": MTU, "ports": PORTS}.items():
        if held[name] is not None and not least <= held[name] <= most:
            raise InvalidValue(f"vswitches.{name}", held[name], f"{least} to {most}")
    active, standby = held["active_nics"], held["standby_nics"]
    both = sorted(set(active or ()) & set(standby or ()))
    if both:
        raise InvalidValue("vswitches.standby_nics", both[0], "a network card that is not in active_nics")
    policy = SwitchPolicy(
        teaming=held["teaming_policy"],
        active=None if active is None else tuple(dict.fromkeys(active)),
        standby=None if standby is None else tuple(dict.fromkeys(standby)),
        promiscuous=held["promiscuous_mode"],
        mac_changes=held["mac_changes"],
        forged_transmits=held["forged_transmits"],
    )
    return SwitchWanted(held["name"], held["ports"], held["mtu"], tuple(held["nics"]), policy)


def port_range(text: str) -> Range:
    first, _dash, last = text.partition("-")
    try:
        found = int(first), int(last or first)
    except ValueError:
        found = 0, 0
    if not 0 < found[0] <= found[1] <= 65535:
        raise InvalidValue("console_ports", text, "a port, or a range of ports such as 5900-6000")
    return found


def release(text: str) -> tuple[int, ...]:
    if not all(part.isdecimal() for part in text.split(".")):
        raise InvalidValue("minimum_version", text, "numbers separated by dots, such as 7.0")
    return tuple(int(part) for part in text.split("."))
