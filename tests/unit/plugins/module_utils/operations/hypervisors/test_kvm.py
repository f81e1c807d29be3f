# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Consoles that are reloaded and those that will not be; hosts that are asked for by name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, cast

import pytest
from fakes.cloud import FakeCloud, Memory

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    HypervisorError,
    InvalidValue,
    NotAsRead,
    NotFound,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.kvm.consoles import (
    Console,
    ConsoleHost,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Cluster, Zone
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.hypervisors.kvm import (
    Where,
    reload_consoles,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.ports.hypervisors import KvmHosts

NEW, OLD = "new", "old"


class Kvm:
    """Hosts of consoles by guest. deaf: guests that show the old certificate for ever; broken: those that refuse."""

    def __init__(self, shown: dict[str, str | None], deaf: str = "", broken: str = "") -> None:
        self.shown, self.deaf, self.broken = shown, deaf, broken
        self.asked: list[str] = []
        self.closed = False

    def consoles(self) -> tuple[Sequence[ConsoleHost], Sequence[tuple[str, str]]]:
        consoles = tuple(Console(name, 5900, shown) for name, shown in self.shown.items())
        return [ConsoleHost("kvm1", consoles, NEW)], [("kvm2", "kvm2: down")]

    def reload_consoles(self, host: str, guests: Collection[str]) -> Sequence[tuple[str, str]]:
        self.asked += sorted(guests)
        self.shown.update({name: NEW for name in guests if name not in (self.deaf, self.broken)})
        return [(name, f"{name}: no") for name in guests if name == self.broken]

    def close(self) -> None:
        self.closed = True


def cloud() -> Any:
    made = FakeCloud()
    made.zones = Memory(Zone, Zone(id="z", name="z1"))
    clusters = [
        Cluster(id=n, name=n, zone_id="z", pod_id="p", hypervisor=h) for n, h in (("c1", "KVM"), ("x1", "XenServer"))
    ]
    made.clusters = Memory(Cluster, *clusters)
    hosts = [Host(id=n, name=n, cluster_id="c1", ip_address=f"10.0.0.{at}") for at, n in enumerate(("kvm1", "kvm2"))]
    made.hosts = Memory(Host, *hosts, Host(id="x", name="xen1", cluster_id="x1"))
    return made


def reload(kvm: Kvm, check_mode: bool = False, cluster: str = "c1", hosts: tuple[str, ...] = ()) -> Any:
    opened: list[list[str]] = []

    def reach(which: Sequence[Host]) -> KvmHosts:
        opened.append([each.name for each in which])
        return cast(KvmHosts, kvm)

    outcome = reload_consoles(cloud(), Where(None, cluster, hosts), reach, False, check_mode)
    return outcome, opened[0]


def test_what_differs_is_reloaded_and_seen_again() -> None:
    kvm = Kvm({"a": OLD, "b": NEW, "c": None})
    foretold, _opened = reload(kvm, check_mode=True)
    assert kvm.asked == []
    done, opened = reload(kvm)
    assert (kvm.asked, kvm.closed, opened) == (["a", "c"], True, ["kvm1", "kvm2"])
    assert foretold.changed
    assert done.changed
    assert (foretold.before, foretold.after) == (done.before, done.after)
    assert done.after == {"kvm1 a": NEW, "kvm1 c": NEW}
    assert [each["certificate"] for each in done.result["consoles"]] == [NEW, NEW, NEW]
    assert done.result["unread"] == [{"host": "kvm2", "error": "kvm2: down"}]
    assert len(done.warnings) == 1
    again, _opened = reload(kvm)
    assert not again.changed
    assert kvm.asked == ["a", "c"]


def test_one_that_does_not_take_it_is_an_error() -> None:
    with pytest.raises(NotAsRead) as raised:
        reload(Kvm({"a": OLD, "b": OLD}, deaf="b"))
    assert raised.value.details["differences"] == {"kvm1": ["b"]}


def test_one_that_refuses_is_an_error_after_all_were_asked() -> None:
    kvm = Kvm({"a": OLD, "b": OLD}, broken="a")
    with pytest.raises(HypervisorError, match="a: no"):
        reload(kvm)
    assert kvm.asked == ["a", "b"]
    assert kvm.closed


def test_hosts_by_name_or_address() -> None:
    assert reload(Kvm({}), hosts=("10.0.0.1", "kvm2"))[1] == ["kvm2"]
    with pytest.raises(NotFound, match="kvm9"):
        reload(Kvm({}), hosts=("kvm9",))
    with pytest.raises(InvalidValue, match="XenServer"):
        reload(Kvm({}), cluster="x1")
