# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Standard switches and VMkernel ports of ESXi hosts: what to change, or why it would disconnect something.

Source: Hypervisor Installation, "Configure Virtual Switch", "Increasing Ports", "Configure vCenter Management Network",
"Configure NIC Bonding for vSphere".
"""

from __future__ import annotations

import typing as t

from ..errors import Reason
from .model import IP_HASH, STANDARD, SwitchPolicy, VsphereHost, VsphereSwitch
from .wanted import VMKERNEL, VSWITCH, KernelWanted, SwitchWanted, VsphereChange, VsphereWanted

Found = t.Iterator[t.Union[VsphereChange, Reason]]
NEW = VsphereSwitch("", STANDARD, 128, 1500, (), SwitchPolicy("loadbalance_srcid", (), ()))
ON_CONSOLE = "change it on the console of the host, together with the ports of the physical switch"


def switch_changes(host: VsphereHost, wanted: VsphereWanted) -> Found:
    for each in wanted.switches:
        held = host.switch(each.name)
        settled = settle(held, each)
        reasons = tuple(_wrong(host, held, settled, each))
        if reasons:
            yield from reasons
            continue
        before, after = _told(held or NEW), _told(settled)
        differing = [name for name, value in after.items() if held is None or before[name] != value]
        if differing:
            told = {name: after[name] for name in differing}
            was = None if held is None else {name: before[name] for name in differing}
            yield VsphereChange(host.name, VSWITCH, each.name, was, told, settled)


def kernel_changes(host: VsphereHost, wanted: VsphereWanted) -> Found:
    """Services are enabled and never disabled: the host may be reached by one."""
    for each in wanted.kernel:
        adapter = next((one for one in host.adapters if one.port_group == each.port_group), None)
        if adapter is None:
            yield _no_kernel(host, each)
            continue
        missing = [name for name in each.services if name not in adapter.services]
        if missing:
            held = list(adapter.services)
            yield VsphereChange(host.name, VMKERNEL, adapter.device, held, [*held, *missing])


def settle(held: t.Optional[VsphereSwitch], wanted: SwitchWanted) -> VsphereSwitch:
    """The switch as it is to be as a whole."""
    base = held or NEW
    added = tuple(each for each in dict.fromkeys(wanted.nics) if each not in base.nics)
    return VsphereSwitch(
        name=wanted.name,
        kind=base.kind,
        ports=base.ports if wanted.ports is None else wanted.ports,
        mtu=base.mtu if wanted.mtu is None else wanted.mtu,
        nics=(*base.nics, *added),
        policy=_policy(base, wanted.policy, added),
    )


def _policy(base: VsphereSwitch, wanted: SwitchPolicy, added: tuple[str, ...]) -> SwitchPolicy:
    """A card that is added is active, or standby where the active ones are declared."""
    held = base.policy
    active = base.nics if held.active is None else held.active
    standby = held.standby or ()
    if wanted.active is None:
        active = (*active, *added)
    else:
        active, standby = wanted.active, (*standby, *added)
    if wanted.standby is not None:
        standby = wanted.standby
        active = active if wanted.active is not None else _without(active, standby)

    def of(name: str) -> t.Any:
        value = getattr(wanted, name)
        return getattr(held, name) if value is None else value

    return SwitchPolicy(
        teaming=of("teaming"),
        active=active,
        standby=_without(standby, active),
        promiscuous=of("promiscuous"),
        mac_changes=of("mac_changes"),
        forged_transmits=of("forged_transmits"),
    )


def _without(names: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for each in names if each not in others)


def _wrong(
    host: VsphereHost, held: t.Optional[VsphereSwitch], settled: VsphereSwitch, wanted: SwitchWanted
) -> t.Iterator[Reason]:
    facts = {"host": host.name, "vswitch": wanted.name}
    if settled.kind != STANDARD:
        message = f"{wanted.name!r} of {host.name} is a distributed switch"
        yield Reason("switch_other_kind", message, "configure distributed switches in vCenter", facts)
        return
    yield from _cards(host, settled, wanted, facts)
    if held is not None:
        yield from _disconnects(host, held, settled, facts)


def _cards(
    host: VsphereHost, settled: VsphereSwitch, wanted: SwitchWanted, facts: t.Mapping[str, str]
) -> t.Iterator[Reason]:
    cards = {each.name for each in host.host.nics}
    owners = {nic: each.name for each in host.switches for nic in each.nics if each.name != wanted.name}
    for nic in wanted.nics:
        if nic not in cards:
            message = f"{host.name} has no network card {nic!r}; it has {', '.join(sorted(cards)) or 'none'}"
            yield Reason("nic_missing", message, "use a network card of the host", {**facts, "nic": nic})
        elif nic in owners:
            message = f"network card {nic} of {host.name} is an uplink of {owners[nic]}"
            yield Reason("nic_elsewhere", message, "remove it from that switch first", {**facts, "nic": nic})
    policy = wanted.policy
    for nic in (*(policy.active or ()), *(policy.standby or ())):
        if nic not in settled.nics:
            message = (
                f"network card {nic!r} is in the failover order of {wanted.name} of {host.name}, but is not an uplink"
            )
            yield Reason(
                "nic_not_uplink", message, "add it to nics, or remove it from the order", {**facts, "nic": nic}
            )


def _disconnects(
    host: VsphereHost, held: VsphereSwitch, settled: VsphereSwitch, facts: t.Mapping[str, str]
) -> t.Iterator[Reason]:
    """A switch that the host itself is reached by."""
    groups = {each.name for each in host.host.networks if (each.kind, each.switch) == ("portgroup", held.name)}
    ports = [each.device for each in host.adapters if each.port_group in groups]
    if not ports:
        return
    before, after = held.policy, settled.policy
    if before.teaming != after.teaming and IP_HASH in (before.teaming, after.teaming):
        message = (
            f"changing the teaming of {held.name} from {before.teaming} to {after.teaming} may disconnect {host.name}: "
            f"{', '.join(ports)} is on it"
        )
        yield Reason("switch_of_host", message, ON_CONSOLE, dict(facts))
    links = {each.name for each in host.host.nics if each.up is not False}
    order = (*(after.active or ()), *(after.standby or ()))
    if (before.active, before.standby) != (after.active, after.standby) and not links & set(order):
        message = f"no network card in the failover order of {held.name} has a link, but {', '.join(ports)} is on it"
        yield Reason("switch_of_host", message, "use a network card that has a link", dict(facts))


def _no_kernel(host: VsphereHost, wanted: KernelWanted) -> Reason:
    groups = ", ".join(sorted({each.port_group for each in host.adapters if each.port_group})) or "none"
    message = f"{host.name} has no VMkernel port on port group {wanted.port_group!r}; VMkernel ports are on {groups}"
    facts = {"host": host.name, "port_group": wanted.port_group}
    return Reason("vmkernel_missing", message, "add a VMkernel port in vCenter, or correct the name", facts)


def _told(switch: VsphereSwitch) -> dict[str, object]:
    policy = switch.policy
    return {
        "ports": switch.ports,
        "mtu": switch.mtu,
        "nics": list(switch.nics),
        "teaming_policy": policy.teaming,
        "active_nics": list(switch.nics if policy.active is None else policy.active),
        "standby_nics": list(policy.standby or ()),
        "promiscuous_mode": policy.promiscuous,
        "mac_changes": policy.mac_changes,
        "forged_transmits": policy.forged_transmits,
    }
