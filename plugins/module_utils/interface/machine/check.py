# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_host_check``: look at the host that it runs on, judge, report."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ...adapters.linux.client import Linux
from ...adapters.linux.gateway import Sights, read_host
from ...core.change import plain
from ...core.errors import HostcraftError, InvalidValue
from ...core.machine.check.judge import judge_host, lead
from ...core.machine.facts import Expectations
from ..fields import Params, Spec
from ..findings import ASKED, answer
from ..module import Module, failure
from .options import LABELS

MIB, GIB = 1024**2, 1024**3
OPTIONS: Spec = {
    "name": {"type": "str"},
    "joined": {"type": "bool", "default": False},
    **LABELS,
    "management_servers": {"type": "list", "elements": "str", "default": []},
    "secondary_storage": {"type": "list", "elements": "str", "default": []},
    "sites": {"type": "list", "elements": "str", "default": []},
    "programs": {"type": "list", "elements": "str", "default": []},
    "mount": {"type": "bool", "default": False},
    "peers": {"type": "list", "elements": "dict", "default": []},
    "peer_addresses": {"type": "list", "elements": "str", "default": []},
    "username": {"type": "str", "default": "root"},
    "ssh_port": {"type": "int", "default": 22},
    "security_groups": {"type": "bool", "default": False},
    "vxlan": {"type": "bool", "default": False},
    "vxlan_networks": {"type": "int", "default": 200},
    "memory_factor": {"type": "float", "default": 1.0},
    "direct_download": {"type": "bool", "default": False},
    "minimum_memory": {"type": "int", "default": 4096},
    "minimum_disk": {"type": "int", "default": 36},
    "updates": {"type": "bool", "default": False},
    "maximum_offset": {"type": "float", "default": 0.5},
    "certificate_days": {"type": "int", "default": 30},
    "timeout": {"type": "float", "default": 10},
    **ASKED,
}


def main() -> None:
    """The body of the module. It changes nothing, hence check mode is the same."""
    module = Module(argument_spec=OPTIONS, supports_check_mode=True)
    try:
        peers = [facts_of(peer) for peer in module.params["peers"]]
        linux = Linux(module.params["timeout"])
        host = read_host(linux, module.params["name"] or linux.hostname(), sights(module.params))
        judgement = judge_host(host, expectations(module.params), peers, module.params["ignore"])
    except HostcraftError as error:
        module.fail_json(**failure(error))
    else:
        answer(module, judgement, lambda bad: lead(host.name, bad), "host_not_fit", facts=plain(host))


def facts_of(peer: Mapping[str, t.Any]) -> Mapping[str, t.Any]:
    """Facts of another host, given as this module's whole result or as its facts alone."""
    facts = peer.get("facts", peer)
    if not isinstance(facts, Mapping) or "name" not in facts:
        raise InvalidValue("peers", sorted(peer), "results of cs_host_check on the other hosts")
    return facts


def sights(params: Params) -> Sights:
    return Sights(
        user=params["username"],
        management_servers=tuple(params["management_servers"]),
        storage=tuple(params["secondary_storage"]),
        sites=tuple(params["sites"]),
        peers=tuple(params["peer_addresses"]),
        try_mount=params["mount"],
        updates=params["updates"],
    )


def expectations(params: Params) -> Expectations:
    return Expectations(
        joined=params["joined"],
        traffic_labels=tuple(params["traffic_labels"]),
        max_offset=params["maximum_offset"],
        memory=params["minimum_memory"] * MIB,
        disk=params["minimum_disk"] * GIB,
        updates=params["updates"],
        days_left=params["certificate_days"],
        ssh_port=params["ssh_port"],
        security_groups=params["security_groups"],
        vxlan=params["vxlan"],
        vxlan_networks=params["vxlan_networks"],
        memory_factor=params["memory_factor"],
        direct_download=params["direct_download"],
        programs=tuple(params["programs"]),
    )
