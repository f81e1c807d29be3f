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
from ..findings import Finding, Judgement
from ..hypervisors.model import Obstacle
from ..text import several
from .layout import Step, XenHost, XenLayout
from .pool_ha import judge_ha
from .storage import plugs
from .table import XEN, found
from .tags import cloud_tags

MIB = 1024**2
LEAST_MEMORY = 4096 * MIB
LEAST_VERSION = (6, 1)  # XCP-ng begins later
DOM0 = 2940 * MIB  # the documents' recommendation
OFFSET = 2.0  # seconds: what a call may take is in it

# What hosts of a pool have to have alike, and the code of a difference.
ALIKE: t.Mapping[str, str] = {
    "version": "version_differs",
    "brand": "product_differs",
    "cpu": "cpu_differs",
    "patches": "patches_differ",
    "api": "api_differs",
    "backend": "backend_differs",
}
Found = t.Iterator[Finding]


def judge_pool(
    layout: XenLayout,
    labels: t.Iterable[str] = (),
    dom0: int = DOM0,
    ignore: t.Collection[str] = (),
    joined: bool = True,
) -> Judgement:
    """labels: networks that have to be on every host. dom0: bytes that a control domain needs. joined: CloudStack has
    the pool already.

    Raises InvalidValue for a code in ``ignore`` that is none.
    """
    labels = tuple(labels)
    findings: list[Finding] = []
    for host in layout.ordered:
        findings += [*_of_host(layout, host, dom0), *_labels(layout, host, labels), *_unlike(layout, host)]
    strangers = [] if joined else [name for host in layout.ordered for name in host.running]
    if strangers:
        findings.append(found("foreign_vms", several(strangers, 5), vms=strangers))
    for step in plugs(layout, layout.repositories):
        findings.append(found("storage_unplugged", f"not done: {step.text}"))
    findings += judge_ha(layout)
    if layout.dmc is False:
        findings.append(found("dmc_restricted", f"pool of {layout.ordered[0].name}"))
    return XEN.judgement(findings, ignore)


def _of_host(layout: XenLayout, host: XenHost, dom0: int) -> Found:
    tag = layout.management_vlan(host)
    if tag is not None:
        yield found("management_tagged", f"{host.name}, VLAN {tag}", host.name, vlan=tag)
    if host.dom0 is not None and host.dom0 < dom0:
        evidence = f"{host.name} has {host.dom0 // MIB} of {dom0 // MIB} MiB"
        yield found("dom0_memory", evidence, host.name, memory=host.dom0)
    if host.release and host.release < LEAST_VERSION:
        wanted = ".".join(map(str, LEAST_VERSION))
        yield found("version_old", f"{host.name} has {host.version}, at least {wanted} is required", host.name)
    if host.hvm is False:
        yield found("hvm_off", host.name, host.name)
    for each in layout.interfaces:
        if each.host == host.ref and each.management and each.dynamic:
            yield found("address_dynamic", f"{host.name}, {each.device}", host.name, interface=each.device)
    if host.memory is not None and host.memory < LEAST_MEMORY:
        evidence = f"{host.name} has {host.memory // MIB} of {LEAST_MEMORY // MIB} MiB"
        yield found("memory_small", evidence, host.name, memory=host.memory)
    if host.offset is not None and abs(host.offset) > OFFSET:
        yield found("clock_offset", f"the offset of {host.name} is {host.offset:+.0f} s", host.name, offset=host.offset)
    if host.ntp == "Disabled":
        yield found("ntp_off", host.name, host.name)
    if not host.live:
        yield found("not_live", host.name, host.name)


def _labels(layout: XenLayout, host: XenHost, labels: t.Iterable[str]) -> Found:
    there = {each.network for each in layout.interfaces if each.host == host.ref and not each.member_of}
    for label in labels:
        if label not in there:
            yield found("label_missing", f"{host.name}, {label!r}", host.name, label=label)


def _unlike(layout: XenLayout, host: XenHost) -> Found:
    master = layout.ordered[0]
    for field, code in ALIKE.items():
        mine, its = getattr(host, field), getattr(master, field)
        if mine != its:
            yield found(code, f"{host.name} has {_shown(mine)}, but {master.name} has {_shown(its)}", host.name)
    mine, its = _bonds(layout, host), _bonds(layout, master)
    if mine != its:
        yield found("bonds_differ", f"{host.name} has {_shown(mine)}, but {master.name} has {_shown(its)}", host.name)


def _bonds(layout: XenLayout, host: XenHost) -> tuple[str, ...]:
    bonds = [each for each in layout.interfaces if each.host == host.ref and each.members and each.vlan is None]
    return tuple(sorted("+".join(sorted(each.members)) for each in bonds))


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, tuple) else repr(value)


def _by(vlan: t.Optional[int]) -> str:
    return "without a VLAN" if vlan is None else f"by VLAN {vlan}"


def join_reasons(pool: XenLayout, alone: XenLayout) -> tuple[Reason, ...]:
    """What xapi would refuse, and what CloudStack would stumble over, all at once and before anything is touched."""
    host, master = alone.ordered[0], pool.ordered[0]
    reasons: list[Reason] = []
    if len(alone.hosts) > 1:
        message = f"it is in a pool with {', '.join(each.name for each in alone.hosts if each is not host)}"
        reasons.append(Reason("in_another_pool", message, "remove it from that pool first"))
    if host.running:
        message = f"guests run on it: {', '.join(host.running)}"
        reasons.append(Reason("guests_running", message, "stop or migrate the guests", {"guests": list(host.running)}))
    shared = [each.name for each in alone.repositories if each.shared]
    if shared:
        reasons.append(
            Reason(
                "shared_storage", f"it has shared storage {', '.join(shared)}", "forget the storage on the host first"
            )
        )
    if _bonds(alone, host):
        message = f"it has bonds {_shown(_bonds(alone, host))}"
        reasons.append(Reason("has_bonds", message, "remove them: the host gets those of the master"))
    # Of its VLANs xapi takes the one that it is managed by, where the pool is managed by the same.
    if any(each.vlan is not None and not each.management for each in alone.interfaces):
        reasons.append(Reason("has_vlans", "it has VLANs", "remove them: the host gets those of the master"))
    mine, its = alone.management_vlan(host), pool.management_vlan(master)
    if mine != its:
        message = f"it is managed {_by(mine)}, but the master {master.name} {_by(its)}"
        remedy = (
            "use the master's VLAN on its management interface; CloudStack requires an untagged management interface"
        )
        reasons.append(Reason("management_vlan_differs", message, remedy, {"vlan": mine, "master": its}))
    for field, code in ALIKE.items():
        mine, its = getattr(host, field), getattr(master, field)
        if mine != its:
            message = f"its {field} is {_shown(mine)}, but the master {master.name} has {_shown(its)}"
            reasons.append(Reason(code, message, XEN.by_code[code].remedy))
    cards = {
        each.device for each in alone.interfaces if each.host == host.ref and each.vlan is None and not each.members
    }
    needed = {
        each.device for each in pool.interfaces if each.host == master.ref and each.vlan is None and not each.members
    }
    missing = sorted(needed - cards)
    if missing:
        message = f"it does not have {', '.join(missing)}, which the master {master.name} has"
        reasons.append(
            Reason(
                "cards_differ",
                message,
                "connect the network cards of all hosts of a pool in the same way",
                {"missing": missing},
            )
        )
    if host.name in {each.name for each in pool.hosts}:
        reasons.append(
            Reason("name_taken", f"a host of the pool already has the name {host.name}", "rename one of the hosts")
        )
    return tuple(reasons)


def tidy_steps(layout: XenLayout, hosts: t.Collection[str], clear_tags: bool, plug_storage: bool) -> tuple[Step, ...]:
    """After an upgrade, or when hosts have left CloudStack. hosts: names, none for all."""
    steps: list[Step] = []
    for host in layout.ordered:
        if clear_tags and (not hosts or host.name in hosts):
            for tag in cloud_tags(host.tags):
                steps.append(Step("untag", f"remove tag {tag} from {host.name}", {"host": host.ref, "tag": tag}))
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
            remedy = "migrate or stop the guest; eject a CD from its drive"
            reasons = [
                Reason("guest_stuck", f"{each.guest}: {each.message}", remedy, {"vm": each.guest, "fault": each.code})
                for each in stuck
            ]
            raise Refused(f"host {name}", reasons)
        if host.enabled:
            steps.append(Step("disable", f"disable {name}", {"host": host.ref}))
        if host.running:
            text = f"migrate {', '.join(host.running)} away from {name}"
            steps.append(Step("evacuate", text, {"host": host.ref}))
        return tuple(steps)
    if not host.enabled:
        steps.append(Step("enable", f"enable {name}", {"host": host.ref}))
    return tuple(steps)
