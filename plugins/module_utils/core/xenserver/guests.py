# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VLANs of guests in a pool that CloudStack does not manage at the moment.

Source: Hypervisor installation, "Upgrading XenServer Versions": what cloud-clean-vlan.sh and cloud-prepare-upgrade.sh
of CloudStack do. Those remove every VLAN that no guest uses; here one that CloudStack has not named stays.
"""

from __future__ import annotations

import re
import typing as t

from .layout import Step, XenInterface, XenLayout, XenNetwork
from .networks import NetworkWish, network_steps

# CloudStack's source, CitrixResourceBase: the UUID is that of the network below. What has the name "VLANTAG", as
# CloudStack gave it before 3.0, is renamed when it is used; a network of the operator may have such a name.
NAME = re.compile(r"VLAN-(?P<uuid>[0-9a-f-]{36})-(?P<tag>\d{1,4})")
EVERYWHERE, WHERE_USED = "everywhere", "where_used"
WAYS = (EVERYWHERE, WHERE_USED)


def guest_vlan_steps(layout: XenLayout, way: str) -> tuple[Step, ...]:
    """EVERYWHERE: a VLAN that a guest has is on each host, so that the guest can go there. WHERE_USED: on hosts of its
    guests alone. A network without guests goes away whole. Raises Refused where a host lacks the card.
    """
    steps: list[Step] = []
    for network in layout.guest_networks:
        its = [each for each in layout.interfaces if each.network == network.name]
        if not _of_cloudstack(layout, network, its):
            continue
        if network.used and way == EVERYWHERE:
            steps += _everywhere(layout, network, its)
        else:
            steps += _where_used(layout, network, its)
    return tuple(steps)


def _of_cloudstack(layout: XenLayout, network: XenNetwork, its: t.Sequence[XenInterface]) -> bool:
    """Named by CloudStack, by nobody else, and nothing of the host's own goes by it."""
    named = NAME.fullmatch(network.name)
    if named is None or named["uuid"] not in {each.uuid for each in layout.guest_networks}:
        return False
    own = any(each.vlan != int(named["tag"]) or each.addressed or each.management for each in its)
    return layout.networks.count(network.name) == 1 and not own


def _everywhere(layout: XenLayout, network: XenNetwork, its: t.Sequence[XenInterface]) -> t.Sequence[Step]:
    """Without a VLAN it is a network within one host, which no other can have."""
    if not its:
        return ()
    return network_steps(layout, NetworkWish(network.name, interface=its[0].device, vlan=its[0].vlan))


def _where_used(layout: XenLayout, network: XenNetwork, its: t.Sequence[XenInterface]) -> t.Iterator[Step]:
    names = {host.ref: host.name for host in layout.hosts}
    for each in sorted(its, key=lambda one: names.get(one.host, "")):
        if each.host not in network.hosts:
            text = f"remove VLAN {each.vlan} on {each.device} of {names.get(each.host, 'a host')}"
            yield Step("unvlan", text, {"interface": each.ref})
    if not network.used:
        yield Step("unnetwork", f"remove the network {network.name!r}", {"network": network.ref})
