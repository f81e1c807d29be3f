# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_vlan_probe``, and its answers on all hosts as one statement."""

from __future__ import annotations

import math
import time
import typing as t
from collections.abc import Iterable, Mapping

from ...adapters.linux.client import Linux
from ...adapters.linux.frames import Wire
from ...adapters.linux.links import read_links
from ...core.errors import HostcraftError, InvalidValue, Reason, Refused
from ...core.trunks.bridges import ways
from ...core.trunks.probe import Arrival, Report, gaps, key
from ...core.vlans import ranges as vlans
from ...core.vlans.ranges import Range
from ...operations.trunks.probe import probe
from ..fields import Spec
from ..module import Module, failure

OPTIONS: Spec = {
    "label": {"type": "str", "required": True},
    "vlan": {"type": "raw", "required": True},
    "hosts": {"type": "list", "elements": "str", "required": True},
    "name": {"type": "str"},
    "run": {"type": "str", "default": ""},
    "seconds": {"type": "float", "default": 20},
    "rate": {"type": "int", "default": 500},
}
Answer = Mapping[str, t.Any]


def main() -> None:
    """The body of the module; it changes nothing, hence check mode is the same."""
    module = Module(argument_spec=OPTIONS, supports_check_mode=True)
    try:
        found = asked(module.params, Linux())
    except HostcraftError as error:
        module.fail_json(**failure(error))
    else:
        module.exit_json(changed=False, **found)


def asked(params: Answer, linux: Linux) -> dict[str, t.Any]:
    hosts, name = list(params["hosts"]), params["name"] or linux.hostname()
    if len(hosts) != len(set(hosts)) or len(hosts) < 2 or name not in hosts:
        raise InvalidValue("hosts", hosts, f"two hosts or more, each once, including {name}")
    wanted = wanted_vlans(params["vlan"])
    _check_time(params["seconds"], params["rate"], vlans.size(wanted))
    seen = read_links(linux)
    interfaces = ways(seen, params["label"]) if seen else ()
    if not interfaces:
        raise Refused(
            f"VLANs of {params['label']} on {name}",
            [Reason("no_uplink", f"{params['label']} has no network card", "see cs_host_check and cs_trunk_info")],
        )
    numbers = [number for low, high in wanted for number in range(low, high + 1)]
    with Wire(interfaces) as wire:
        found = probe(
            wire, time.monotonic, key(params["run"]), hosts.index(name), numbers, params["seconds"], params["rate"]
        )
    return {"interfaces": list(interfaces), "name": name, "hosts": hosts, "vlans": vlans.words(wanted)} | told(
        found, hosts
    )


def _check_time(seconds: float, rate: int, count: int) -> None:
    """A VLAN whose turn does not come would look like one that does not pass."""
    if rate < 1:
        raise InvalidValue("rate", rate, "1 or more")
    if not count / rate <= seconds < math.inf:
        raise InvalidValue("seconds", seconds, f"at least {math.ceil(count / rate)}, for {count} VLANs at rate={rate}")


def wanted_vlans(value: object) -> tuple[Range, ...]:
    found = vlans.parse(value)
    if not found or vlans.reserved_in(found):
        raise InvalidValue("vlan", value, "VLANs from 1 to 4094, such as 600-799")
    return found


def told(found: Iterable[Arrival], hosts: t.Sequence[str]) -> dict[str, t.Any]:
    """By sender; a place beyond the list is nobody's."""
    heard: dict[str, list[int]] = {}
    moved: dict[str, list[tuple[int, int]]] = {}
    for each in found:
        if each.sender >= len(hosts):
            continue
        if each.vlan == each.on:
            heard.setdefault(hosts[each.sender], []).append(each.vlan)
        else:
            moved.setdefault(hosts[each.sender], []).append((each.vlan, each.on))
    return {
        "heard": {host: vlans.words(vlans.of(numbers)) for host, numbers in sorted(heard.items())},
        "moved": {
            host: [{"vlan": one, "came_on": on} for one, on in sorted(pairs)] for host, pairs in sorted(moved.items())
        },
    }


def lost(answers: Iterable[Answer]) -> list[str]:
    """What does not pass, from the module's answers on all hosts. Raises InvalidValue for what is something else."""
    reports: list[Report] = []
    wanted: tuple[Range, ...] = ()
    for answer in answers:
        try:
            wanted = vlans.union(wanted, vlans.parse(answer["vlans"]))
            heard = {host: vlans.parse(words) for host, words in answer["heard"].items()}
            moved = {host: tuple((p["vlan"], p["came_on"]) for p in pairs) for host, pairs in answer["moved"].items()}
            reports.append(Report(answer["name"], heard, moved))
        except (KeyError, TypeError, AttributeError) as error:
            raise InvalidValue("answers", answer, "results of cs_vlan_probe on the hosts") from error
    if len(reports) < 2:
        raise InvalidValue("answers", len(reports), "results of two hosts or more")
    return gaps(wanted, reports)
