# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool behind the port ``XenPool``: read as a layout, changed step by step."""

from __future__ import annotations

import typing as t

from ...core.errors import HypervisorError, TransportError
from ...core.hypervisors.model import HypervisorAccess, Obstacle
from ...core.xenserver.layout import Step, XenDisc, XenLayout
from ...ports.clock import Clock
from ..cloudstack.client import SystemClock
from .client import Client
from .gateway import disable, obstacles
from .mapping import CLASSES, seconds
from .mapping_layout import discs, layout

LOOK = 0.5  # seconds between two looks at a host that joins
NEW_NETWORK = {"name_description": "", "MTU": "1500", "other_config": {}, "tags": []}


def open_xen_pool(access: HypervisorAccess, clock: t.Optional[Clock] = None) -> XenServerPool:
    """The pool at ``access.url``; nothing is sent yet. Raises InvalidValue."""
    return XenServerPool(Client(access, clock or SystemClock()))


class XenServerPool:
    def __init__(self, client: Client) -> None:
        self.client = client

    @property
    def clock(self) -> Clock:
        return self.client.clock

    def layout(self) -> XenLayout:
        tables = {kind: self.client.records(kind) for kind in CLASSES}
        self.client.know(record["address"] for record in tables["host"].values())
        ahead = {ref: self._ahead(ref) for ref in tables["host"]}
        return layout(tables, ahead)

    def stuck(self, host_ref: str) -> t.Sequence[Obstacle]:
        return obstacles(self.client, host_ref)

    def discs(self) -> t.Sequence[XenDisc]:
        return discs(self.client.records("VBD"), self.client.records("VM"))

    def perform(self, step: Step, timeout: float) -> None:
        _ACTS[step.what](self.client, step, timeout)

    def join(self, address: str, username: str, password: str, timeout: float) -> None:
        """xapi starts anew as a member, its task gone with its database: what became of it is told by the pool."""
        task = self.client.call("Async.pool.join", address, username, password)
        began = self.clock.now()
        while self.clock.now() - began < timeout:
            try:
                record = self.client.call("task.get_record", task)
            except (TransportError, HypervisorError):
                return
            if record["status"] != "pending":
                if record["error_info"]:
                    raise self.client.refusal("pool.join", record["error_info"])
                return
            self.clock.sleep(LOOK)

    def close(self) -> None:
        self.client.close()

    def _ahead(self, host: str) -> t.Optional[float]:
        """Seconds that a host's clock is ahead of ours; None where the host does not answer."""
        try:
            told = seconds(self.client.call("host.get_servertime", host))
        except HypervisorError:
            return None
        return told - self.client.clock.wall()


def _network(client: Client, name: str) -> str:
    found = client.call("network.get_by_name_label", name)
    if len(found) != 1:
        text = f"{len(found)} networks have the name {name!r}"
        raise HypervisorError(text, call="network.get_by_name_label", fault="NOT_UNIQUE")
    return str(found[0])


def _rename(client: Client, step: Step, _timeout: float) -> None:
    client.call("network.set_name_label", client.call("PIF.get_network", step.fields["interface"]), step.fields["name"])


def _new_network(client: Client, step: Step, _timeout: float) -> None:
    client.call("network.create", {"name_label": step.fields["name"], **NEW_NETWORK})


def _vlan(client: Client, step: Step, _timeout: float) -> None:
    its = step.fields
    client.call("VLAN.create", its["interface"], str(its["tag"]), _network(client, its["name"]))


def _no_vlan(client: Client, step: Step, timeout: float) -> None:
    vlan = client.call("PIF.get_VLAN_master_of", step.fields["interface"])
    client.task("VLAN.destroy", vlan, timeout=timeout, what=step.text)


def _no_network(client: Client, step: Step, _timeout: float) -> None:
    client.call("network.destroy", step.fields["network"])


def _eject(client: Client, step: Step, timeout: float) -> None:
    client.task("VBD.eject", step.fields["drive"], timeout=timeout, what=step.text)


def _bond(client: Client, step: Step, timeout: float) -> None:
    its = step.fields
    how: t.Sequence[t.Any] = (_network(client, its["name"]), list(its["interfaces"]), "", its["mode"], {})
    client.task("Bond.create", *how, timeout=timeout, what=step.text)


def _mode(client: Client, step: Step, _timeout: float) -> None:
    (bond,) = client.call("PIF.get_bond_master_of", step.fields["interface"])
    client.call("Bond.set_mode", bond, step.fields["mode"])


def _repository(client: Client, step: Step, timeout: float) -> None:
    its = step.fields
    what: t.Sequence[t.Any] = (
        its["host"],
        dict(its["config"]),
        "0",
        its["name"],
        its["description"],
        its["type"],
        "user",
        True,
        {},
    )
    client.task("SR.create", *what, timeout=timeout, what=step.text)


def _describe(client: Client, step: Step, _timeout: float) -> None:
    client.call("SR.set_name_description", step.fields["repository"], step.fields["text"])


def _connect(client: Client, step: Step, timeout: float) -> None:
    its = step.fields
    record = {"host": its["host"], "SR": its["repository"], "device_config": dict(its["config"]), "other_config": {}}
    client.task("PBD.plug", client.call("PBD.create", record), timeout=timeout, what=step.text)


def _plug(client: Client, step: Step, timeout: float) -> None:
    client.task("PBD.plug", step.fields["connection"], timeout=timeout, what=step.text)


def _untag(client: Client, step: Step, _timeout: float) -> None:
    client.call("host.remove_tags", step.fields["host"], step.fields["tag"])


def _disable(client: Client, step: Step, _timeout: float) -> None:
    disable(client, step.fields["host"])


def _evacuate(client: Client, step: Step, timeout: float) -> None:
    client.task("host.evacuate", step.fields["host"], timeout=timeout, what=step.text)


def _enable(client: Client, step: Step, _timeout: float) -> None:
    client.call("host.enable", step.fields["host"])


def _address(client: Client, step: Step, timeout: float) -> None:
    """Without a gateway: the host's is that of management."""
    its = step.fields
    how = (its["interface"], "Static", its["address"], its["netmask"], "", "")
    client.task("PIF.reconfigure_ip", *how, timeout=timeout, what=step.text)
    client.call("PIF.set_disallow_unplug", its["interface"], True)


def _dom0(client: Client, step: Step, _timeout: float) -> None:
    domain = client.call("host.get_control_domain", step.fields["host"])
    client.call("VM.set_memory", domain, str(step.fields["memory"]))


def _ntp(client: Client, step: Step, _timeout: float) -> None:
    """The servers first, so that the host never has none."""
    client.call("host.set_ntp_custom_servers", step.fields["host"], list(step.fields["servers"]))
    client.call("host.set_ntp_mode", step.fields["host"], "Custom")


def _multipath(client: Client, step: Step, _timeout: float) -> None:
    client.call("host.set_multipathing", step.fields["host"], step.fields["on"])


def _unplug(client: Client, step: Step, timeout: float) -> None:
    client.task("PBD.unplug", step.fields["connection"], timeout=timeout, what=step.text)


def _ha_on(client: Client, step: Step, timeout: float) -> None:
    how: t.Sequence[t.Any] = (list(step.fields["storage"]), {"timeout": str(step.fields["timeout"])})
    client.task("pool.enable_ha", *how, timeout=timeout, what=step.text)


def _ha_off(client: Client, step: Step, timeout: float) -> None:
    client.task("pool.disable_ha", timeout=timeout, what=step.text)


_ACTS: t.Mapping[str, t.Callable[[Client, Step, float], None]] = {
    "rename": _rename,
    "network": _new_network,
    "vlan": _vlan,
    "unvlan": _no_vlan,
    "unnetwork": _no_network,
    "eject": _eject,
    "bond": _bond,
    "mode": _mode,
    "repository": _repository,
    "describe": _describe,
    "connect": _connect,
    "plug": _plug,
    "untag": _untag,
    "disable": _disable,
    "evacuate": _evacuate,
    "enable": _enable,
    "address": _address,
    "dom0": _dom0,
    "ntp": _ntp,
    "multipath": _multipath,
    "unplug": _unplug,
    "ha_on": _ha_on,
    "ha_off": _ha_off,
}
