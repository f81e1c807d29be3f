"""Whom a zone, pod, cluster or host may be dedicated to, given what is dedicated around it and inside of it.

Measured on 4.22: an account of another domain than that of hosts inside is refused, and a host inside of a cluster that
is dedicated to an account. The other levels follow the same rules (server: DedicatedResourceManagerImpl).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import failed
from ..world import World
from ..world.hosts import Dedication, Host
from ..world.vms import ROUTER, USER, Vm

EXPLICIT = "ExplicitDedication"
WIDER = {"zone": (), "pod": ("zone",), "cluster": ("pod", "zone"), "host": ("cluster", "pod", "zone")}
INNER = {"zone": ("pod", "cluster", "host"), "pod": ("cluster", "host"), "cluster": ("host",), "host": ()}
TABLES = {"zone": "zones", "pod": "pods", "cluster": "clusters", "host": "hosts"}


def below(world: World, domain_id: int) -> set[int]:
    """Ids of the domains below one."""
    top = world.domains[domain_id].path
    return {each.id for each in world.domains if each.path.startswith(f"{top}/")}


def held(world: World, kind: str, row_id: int) -> Dedication | None:
    if kind == "host":
        host = world.hosts.get(row_id)
        return host.dedicated if host else None
    return world.dedicated_places.get((kind, row_id))


def release(world: World, kind: str, row: Any) -> None:
    if kind == "host":
        row.dedicated = None
    else:
        world.dedicated_places.pop((kind, row.id), None)


def check(world: World, kind: str, row: Any, domain_id: int, account_id: int | None) -> None:
    """Raises 530. Dedications inside to the same owner end: the wider one has their places too."""
    for wider in WIDER[kind]:
        around = held(world, wider, getattr(row, f"{wider}_id"))
        if around is not None and not _may_be_inside(world, around, domain_id, account_id):
            name = world.table(TABLES[wider])[getattr(row, f"{wider}_id")].name
            word = "Data Center" if (kind, wider) == ("host", "zone") else wider.capitalize()
            raise failed(f"{kind.capitalize()}'s {word} {name} is already dedicated")
    ended: list[tuple[str, Any]] = []
    for inner, each, its in _inside(world, kind, row):
        family = below(world, domain_id) | (set() if (kind, inner) == ("pod", "host") else {domain_id})
        if its.domain_id not in family or (account_id is not None and its.account_id != account_id):
            raise failed(
                f"{inner.capitalize()} {each.name} under this {kind.capitalize()} {row.name} "
                "is dedicated to different account/domain"
            )
        if (its.domain_id, its.account_id) == (domain_id, account_id) or account_id is not None:
            ended.append((inner, each))
    for inner, each in ended:
        release(world, inner, each)
    _suitable(world, kind, row, domain_id, account_id)


def _may_be_inside(world: World, around: Dedication, domain_id: int, account_id: int | None) -> bool:
    """A part may go to an account of the domain that has the whole, or to a domain below that."""
    if around.account_id is not None:
        return False
    children = below(world, around.domain_id)
    return domain_id in children or (account_id is not None and domain_id == around.domain_id)


def _inside(world: World, kind: str, row: Any) -> Iterator[tuple[str, Any, Dedication]]:
    for inner in INNER[kind]:
        for each in world.table(TABLES[inner]):
            its = held(world, inner, each.id)
            if its is not None and getattr(each, f"{kind}_id") == row.id:
                yield inner, each, its


def _suitable(world: World, kind: str, row: Any, domain_id: int, account_id: int | None) -> None:
    hosts: list[Host] = [row] if kind == "host" else [h for h in world.hosts if getattr(h, f"{kind}_id") == row.id]
    family = below(world, domain_id) | {domain_id}
    for host in hosts:
        for vm in world.vms:
            if vm.host_id != host.id or vm.kind != "User":
                continue
            owner = world.accounts[vm.account_id]
            strange = owner.id != account_id if account_id is not None else owner.domain_id not in family
            if strange:
                whose = "account" if account_id is not None else "domain"
                raise failed(
                    f"Host {host.id} found to be unsuitable for explicit dedication as it is "
                    f"running instances of another {whose}"
                )


def _around(world: World, host: Host, kinds: tuple[str, ...] = ("host", "cluster", "pod")) -> list[Dedication]:
    found = (held(world, kind, host.id if kind == "host" else getattr(host, f"{kind}_id")) for kind in kinds)
    return [each for each in found if each is not None]


def _is_for(world: World, its: Dedication, account_id: int, ancestors: bool) -> bool:
    if its.account_id is not None:
        return its.account_id == account_id
    domain = world.accounts[account_id].domain_id
    return domain == its.domain_id or (ancestors and domain in below(world, its.domain_id))


def allows(world: World, host: Host, vm: Vm) -> bool:
    """Whether the planner puts a VM there (checkForNonDedicatedResources, ExplicitDedicationProcessor).

    Console proxies, secondary storage VMs and internal load balancers may go anywhere.
    """
    if vm.kind not in (USER, ROUTER):
        return True
    owner = world.accounts.get(vm.account_id)
    if owner is None:
        # The account of the system itself, whose nothing is.
        return not _around(world, host)
    zone = held(world, "zone", host.zone_id)
    if zone is not None and owner.kind != 1:
        if zone.account_id is not None:
            return zone.account_id == owner.id
        if not _is_for(world, zone, owner.id, True):
            return False
    if vm.kind == ROUTER:
        return all(_is_for(world, each, owner.id, False) for each in _around(world, host))
    if not any(group.kind == EXPLICIT and vm.id in group.vm_ids for group in world.affinity_groups):
        return not _around(world, host)
    dedicated = _around(world, host) or ([zone] if zone is not None else [])
    return any(_is_for(world, each, owner.id, True) for each in dedicated)
