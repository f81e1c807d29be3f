# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a pool, and what keeps a host from joining it, each with a code and what helps.

Source: Hypervisor installation, "System Requirements for XenServer Hosts", "Configure XenServer dom0 Memory", "Time
Synchronization"; xapi's own checks at a join (xapi_pool.ml, pre_join_checks); cs#10955, cs#11018, cs#11162.
"""

from __future__ import annotations

import typing as t

from ..errors import NotFound, Reason, Refused
from ..hypervisors.model import Obstacle
from .layout import Step, XenHost, XenLayout
from .pools import cloud_tags
from .storage import plugs

MIB = 1024**2
DOM0 = 2940 * MIB  # the documents' recommendation
OFFSET = 2.0  # seconds: what a call may take is in it

ALIKE: t.Mapping[str, tuple[str, str]] = {
    "version": ("version_differs", "bring both to the same version and build"),
    "brand": ("product_differs", "XenServer and XCP-ng do not share a pool"),
    "cpu": ("cpu_differs", "a pool's CPUs are of one vendor, and better of one model"),
    "patches": ("patches_differ", "apply the same updates to both"),
    "api": ("api_differs", "bring both to the same version"),
    "backend": ("backend_differs", "xe-switch-network-backend on the joining host, and restart it"),
}


def findings(layout: XenLayout, labels: t.Iterable[str] = (), dom0: int = DOM0) -> tuple[Reason, ...]:
    """Of a whole pool. labels: networks that have to be on every host. dom0: bytes that a control domain needs."""
    hosts = layout.ordered
    found: list[Reason] = []
    for host in hosts:
        found += _of_host(host, dom0)
        found += _labels(layout, host, labels)
        for field, (code, remedy) in ALIKE.items():
            mine, its = getattr(host, field), getattr(hosts[0], field)
            if mine != its:
                message = f"{host.name} has {field} {_shown(mine)}, the master {hosts[0].name} {_shown(its)}"
                found.append(Reason(code, message, remedy, {"host": host.name}))
        if _bonds(layout, host) != _bonds(layout, hosts[0]):
            message = (
                f"{host.name} has bonds {_shown(_bonds(layout, host))}, the master {_shown(_bonds(layout, hosts[0]))}"
            )
            found.append(Reason("bonds_differ", message, "make the master's bonds on it", {"host": host.name}))
    for step in plugs(layout, layout.repositories):
        found.append(Reason("storage_unplugged", f"not done: {step.text}", "plug it, see why it was not", {}))
    return tuple(found)


def _of_host(host: XenHost, dom0: int) -> t.Iterator[Reason]:
    facts = {"host": host.name}
    if host.dom0 is not None and host.dom0 < dom0:
        message = f"dom0 of {host.name} has {host.dom0 // MIB} MiB of memory"
        yield Reason("dom0_memory", message, f"give it {dom0 // MIB} MiB and restart the host", facts)
    if host.offset is not None and abs(host.offset) > OFFSET:
        message = f"the clock of {host.name} is {host.offset:+.0f} s from the master's"
        yield Reason("clock_offset", message, "use the same NTP servers on all hosts", facts)
    if host.ntp == "Disabled":
        yield Reason("ntp_off", f"{host.name} takes its time from nowhere", "switch NTP on", facts)
    if not host.live:
        yield Reason("not_live", f"{host.name} does not answer its pool", "look at its console", facts)


def _labels(layout: XenLayout, host: XenHost, labels: t.Iterable[str]) -> t.Iterator[Reason]:
    there = {each.network for each in layout.interfaces if each.host == host.ref and not each.member_of}
    for label in labels:
        if label not in there:
            message = f"{host.name} has no interface in a network called {label!r}"
            remedy = "name its network so (cs_xenserver_network), or correct the XenServer traffic label"
            yield Reason("label_missing", message, remedy, {"host": host.name, "label": label})


def _bonds(layout: XenLayout, host: XenHost) -> tuple[str, ...]:
    bonds = [each for each in layout.interfaces if each.host == host.ref and each.members and each.vlan is None]
    return tuple(sorted("+".join(sorted(each.members)) for each in bonds))


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, tuple) else repr(value)


def join_reasons(pool: XenLayout, alone: XenLayout) -> tuple[Reason, ...]:
    """What xapi would refuse, and what CloudStack would stumble over, all at once and before anything is touched."""
    host, master = alone.ordered[0], pool.ordered[0]
    found: list[Reason] = []
    if len(alone.hosts) > 1:
        message = f"it is in a pool with {', '.join(each.name for each in alone.hosts if each is not host)}"
        found.append(Reason("in_another_pool", message, "let it leave that pool first"))
    if host.running:
        message = f"guests run on it: {', '.join(host.running)}"
        found.append(Reason("guests_running", message, "stop or move them", {"guests": list(host.running)}))
    shared = [each.name for each in alone.repositories if each.shared]
    if shared:
        found.append(Reason("shared_storage", f"it has shared storage {', '.join(shared)}", "forget it there first"))
    if _bonds(alone, host):
        message = f"it has bonds {_shown(_bonds(alone, host))}"
        found.append(Reason("has_bonds", message, "remove them: it gets those of the master"))
    if any(each.vlan is not None for each in alone.interfaces):
        found.append(Reason("has_vlans", "it has VLANs", "remove them: it gets those of the master"))
    for field, (code, remedy) in ALIKE.items():
        mine, its = getattr(host, field), getattr(master, field)
        if mine != its:
            message = f"its {field} is {_shown(mine)}, that of the master {master.name} {_shown(its)}"
            found.append(Reason(code, message, remedy))
    cards = {
        each.device for each in alone.interfaces if each.host == host.ref and each.vlan is None and not each.members
    }
    needed = {
        each.device for each in pool.interfaces if each.host == master.ref and each.vlan is None and not each.members
    }
    missing = sorted(needed - cards)
    if missing:
        message = f"it lacks {', '.join(missing)}, which the master {master.name} has"
        found.append(Reason("cards_differ", message, "cable all hosts of a pool alike", {"missing": missing}))
    if host.name in {each.name for each in pool.hosts}:
        found.append(Reason("name_taken", f"a host of the pool is called {host.name}", "rename one of them"))
    return tuple(found)


def tidy_steps(layout: XenLayout, hosts: t.Collection[str], clear_tags: bool, plug_storage: bool) -> tuple[Step, ...]:
    """After an upgrade, or when hosts have left CloudStack. hosts: names, none for all."""
    steps: list[Step] = []
    for host in layout.ordered:
        if clear_tags and (not hosts or host.name in hosts):
            for tag in cloud_tags(host.tags):
                steps.append(Step("untag", f"take tag {tag} from {host.name}", {"host": host.ref, "tag": tag}))
    if plug_storage:
        steps += plugs(layout, layout.repositories, hosts)
    return tuple(steps)


def host_steps(layout: XenLayout, name: str, out: bool, stuck: t.Sequence[Obstacle]) -> tuple[Step, ...]:
    """A host out of service and empty, or back in it. The master stays master: an upgrade takes it first.

    stuck: guests that cannot leave, by the pool's own word. Raises NotFound, Refused with a reason for each guest.
    """
    host = next((each for each in layout.hosts if each.name == name), None)
    if host is None:
        raise NotFound("host", name, "the pool", [each.name for each in layout.ordered])
    steps: list[Step] = []
    if out:
        if host.running and stuck:
            remedy = "move or stop it; a CD in its drive has to be ejected"
            reasons = [
                Reason("guest_stuck", f"{each.guest}: {each.message}", remedy, {"vm": each.guest, "fault": each.code})
                for each in stuck
            ]
            raise Refused(f"host {name}", reasons)
        if host.enabled:
            steps.append(Step("disable", f"disable {name}", {"host": host.ref}))
        if host.running:
            text = f"move {', '.join(host.running)} from {name}"
            steps.append(Step("evacuate", text, {"host": host.ref}))
        return tuple(steps)
    if not host.enabled:
        steps.append(Step("enable", f"enable {name}", {"host": host.ref}))
    return tuple(steps)
