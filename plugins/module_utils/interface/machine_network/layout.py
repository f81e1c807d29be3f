# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_network_layout``: read the host's network, judge the declared one, tell the change."""

from __future__ import annotations

import re
import typing as t

from ...adapters.linux.client import Linux
from ...adapters.linux.network.layout import read_network
from ...core.change import plain
from ...core.errors import HostcraftError
from ...core.machine_network.change.model import BACKENDS, NetworkProbe, parameters
from ...core.machine_network.layout.host import Purpose
from ...core.machine_network.layout.model import layout_of
from ...core.machine_network.layout.seen import SeenNetwork
from ...core.machine_network.plan import Plan, plan
from ..fields import Params, Spec
from ..machine.options import LABELS
from ..module import Json, Module, failure

TEXT: dict[str, t.Any] = {"type": "str"}
NAME: dict[str, t.Any] = {"type": "str", "required": True}
NUMBER: dict[str, t.Any] = {"type": "int"}
NAMES: dict[str, t.Any] = {"type": "list", "elements": "str"}
TYPE: dict[str, t.Any] = {"type": "str", "choices": ["linux", "openvswitch"], "default": "linux"}
# What every interface may have.
DEVICE: dict[str, t.Any] = {
    "name": NAME,
    "mtu": NUMBER,
    "mac": TEXT,
    "method": {"type": "str", "choices": ["none", "static", "dhcp", "keep"]},
    "addresses": NAMES,
    "gateway": TEXT,
    "gateway6": TEXT,
    "routes": {"type": "list", "elements": "dict", "options": {"to": NAME, "via": TEXT, "metric": NUMBER}},
    "dns": NAMES,
    "search": NAMES,
}
BOND: dict[str, t.Any] = {
    "interfaces": {**NAMES, "required": True},
    "type": TYPE,
    "mode": {"type": "str", "default": "active-backup"},
    "lacp_rate": {"type": "str", "choices": ["slow", "fast"]},
    "lacp": {"type": "str", "choices": ["active", "passive", "off"]},
    "hash_policy": {
        "type": "str",
        "choices": ["layer2", "layer2+3", "layer3+4", "encap2+3", "encap3+4"],
    },
    "primary": TEXT,
    "miimon": {"type": "int", "default": 100},
    "up_delay": NUMBER,
    "down_delay": NUMBER,
    "min_links": NUMBER,
    "lacp_partner": {"type": "bool", "default": True},
}
VLAN: dict[str, t.Any] = {"id": NUMBER, "link": TEXT}
VXLAN: dict[str, t.Any] = {
    "vni": {"type": "int", "required": True},
    "device": TEXT,
    "group": TEXT,
    "peers": NAMES,
    "local": TEXT,
    "port": {"type": "int", "default": 8472},
    "ttl": NUMBER,
}
BRIDGE: dict[str, t.Any] = {
    "interfaces": NAMES,
    "type": TYPE,
    "stp": {"type": "bool", "default": False},
    "forward_delay": NUMBER,
    "parent": TEXT,
    "vlan": NUMBER,
    "trunks": {"type": "list", "elements": "int"},
}
LAYOUT: dict[str, t.Any] = {
    section: {"type": "list", "elements": "dict", "options": {**DEVICE, **own}}
    for section, own in {"nics": {}, "bonds": BOND, "vlans": VLAN, "vxlans": VXLAN, "bridges": BRIDGE}.items()
}
OPTIONS: Spec = {
    "layout": {"type": "dict", "required": True, "options": LAYOUT},
    "backend": {"type": "str", "choices": ["auto", *sorted(BACKENDS)], "default": "auto"},
    "exact": {"type": "bool", "default": False},
    **LABELS,
    "guest_labels": {"type": "list", "elements": "str", "default": []},
    "vxlan_networks": {"type": "int", "default": 0},
    "management_servers": {"type": "list", "elements": "str", "default": []},
    "address": TEXT,
    "connection": TEXT,
}
AGENT_PORT = 8250  # of the management server (KVM: Open Ports)


def main() -> None:
    """The body of the module. It changes nothing, hence check mode is the same."""
    module = Module(argument_spec=OPTIONS, supports_check_mode=True)
    try:
        seen = read_network(Linux(), module.params["connection"] or "")
        planned = planned_for(module.params, seen)
    except HostcraftError as error:
        module.fail_json(**failure(error))
    else:
        for finding in planned.findings:
            module.warn(finding.text)
        module.exit_json(**result(planned))


def planned_for(params: Params, seen: SeenNetwork) -> Plan:
    purpose = Purpose(
        labels=tuple(params["traffic_labels"]),
        guest_labels=tuple(params["guest_labels"]),
        vxlan_networks=params["vxlan_networks"],
        address=params["address"] or "",
    )
    return plan(layout_of(params["layout"]), seen, purpose, params["backend"], params["exact"], probes(params))


def probes(params: Params) -> tuple[NetworkProbe, ...]:
    servers = params["management_servers"]
    return tuple(NetworkProbe(server, tcp=with_port(server)) for server in servers)


def with_port(server: str) -> str:
    """The address and port of "ADDRESS", "ADDRESS:PORT" or an IPv6 address."""
    if server.count(":") > 1 and not server.startswith("["):
        server = f"[{server}]"
    return server if re.search(r"(^[^:]*|]):\d+$", server) else f"{server}:{AGENT_PORT}"


def result(planned: Plan) -> Json:
    return {
        "changed": False,
        "backend": planned.change.backend.name,
        "packages": list(planned.packages),
        "change": parameters(planned.change),
        "layout": plain(planned.layout),
        "findings": [plain(finding) for finding in planned.findings],
    }
