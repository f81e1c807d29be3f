# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The upgrade of virtual routers: which networks, in which order, by which steps, how long each is down. Pure.

A redundant pair keeps a PRIMARY: the BACKUP is renewed first, then takes over, then the old PRIMARY is renewed. Where a
run was killed, the present state tells what is left.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..errors import Reason
from .need import PATCH, REBOOT, RECREATE, Need, Target, need, strongest
from .router import BACKUP, PRIMARY, Router, grouped, states_text
from .window import Window

# Steps. complete: the missing router of a pair is made. fail_over: PRIMARY is stopped. renew: destroyed, made anew.
COMPLETE, FAIL_OVER, RENEW, START = "complete", "fail_over", "renew", "start"
ROUTER_ROLES = ("", "virtual_router")


@dataclass(frozen=True)
class Seconds:
    """What steps are expected to take."""

    router: float = 120.0
    patch: float = 20.0
    fail_over: float = 5.0


@dataclass(frozen=True)
class Terms:
    """What is allowed. first: ids or names of networks that come first. begins: when, in seconds since 1970.

    one_first: the first batch has one network, so that what is wrong with all is seen on one.
    """

    most_at_once: int = 1
    consent: bool = False
    window: t.Optional[Window] = None
    begins: float = 0.0
    one_first: bool = True
    first: tuple[str, ...] = ()
    without_accounts: tuple[str, ...] = ()
    without_domains: tuple[str, ...] = ()
    seconds: Seconds = field(default_factory=Seconds)


@dataclass(frozen=True)
class Step:
    """router: id, "" for all of the network. down: seconds without service."""

    action: str
    router: str
    name: str
    seconds: float
    down: float = 0.0


@dataclass(frozen=True)
class Unit:
    """A network or VPC whose routers are upgraded."""

    kind: str
    id: str
    name: str
    zone: str
    account: str
    domain: str
    redundant: bool
    method: str
    why: tuple[str, ...]
    routers: tuple[str, ...]
    needing: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def seconds(self) -> float:
        return sum(each.seconds for each in self.steps)

    @property
    def down(self) -> float:
        return sum(each.down for each in self.steps)

    @property
    def called(self) -> str:
        return f"{'VPC' if self.kind == 'vpc' else 'network'} {self.name}"

    @property
    def interrupts(self) -> bool:
        """Longer than a fail-over."""
        return not self.redundant and self.down > 0


@dataclass(frozen=True)
class LeftOut:
    """A network that needs an upgrade and gets none now."""

    name: str
    id: str
    code: str
    message: str
    remedy: str


@dataclass(frozen=True)
class Plan:
    """current: routers that need nothing. reasons: why it cannot be carried out; then there are no batches."""

    batches: tuple[tuple[Unit, ...], ...]
    left_out: tuple[LeftOut, ...]
    reasons: tuple[Reason, ...]
    routers: int
    current: int

    @property
    def units(self) -> tuple[Unit, ...]:
        return tuple(unit for batch in self.batches for unit in batch)

    @property
    def seconds(self) -> float:
        return sum(max(unit.seconds for unit in batch) for batch in self.batches)


def planned(routers: t.Iterable[Router], target: Target, terms: Terms) -> Plan:
    every = tuple(routers)
    units: list[Unit] = []
    left: list[LeftOut] = []
    reasons: list[Reason] = []
    needing = 0
    for (kind, id), held in grouped(every).items():
        needs = {each.id: need(each, target) for each in held}
        if not any(needs.values()):
            continue
        needing += sum(1 for each in needs.values() if each)
        out = _left_out(held, id, terms)
        if out is not None:
            left.append(out)
            continue
        reason = _unfit(held, f"{kind} {held[0].serves_name}")
        if reason is not None:
            reasons.append(reason)
            continue
        units.append(_unit(kind, id, held, needs, terms.seconds))
    if reasons:
        return Plan((), tuple(left), tuple(reasons), len(every), len(every) - needing)
    batches, refused = _batches(units, terms)
    return Plan(batches, (*left, *refused), (), len(every), len(every) - needing)


def _left_out(held: t.Sequence[Router], id: str, terms: Terms) -> t.Optional[LeftOut]:
    one = held[0]
    owner, path = f"{one.domain_path}/{one.account}".casefold(), one.domain_path.casefold()
    for named in (each.casefold() for each in terms.without_accounts):
        if named in (one.account.casefold(), owner, owner.partition("root/")[2]):
            return LeftOut(one.serves_name, id, "account_left_out", f"account {one.account} is excluded", "")
    for named in (each.casefold().strip("/") for each in terms.without_domains):
        if f"/{named}/" in f"/{path}/":
            return LeftOut(one.serves_name, id, "domain_left_out", f"domain {one.domain_path} is excluded", "")
    if not any(each.runs or each.passing for each in held):
        message = f"its routers do not run: {states_text(held)}"
        return LeftOut(
            one.serves_name, id, "stopped", message, "restart the network with cleanup when it is used again"
        )
    if any(each.role.casefold() not in ROUTER_ROLES for each in held):
        return LeftOut(one.serves_name, id, "other_role", f"{one.name} is not a virtual router, but {one.role}", "")
    return None


def _unfit(held: t.Sequence[Router], subject: str) -> t.Optional[Reason]:
    """Why the routers of a network cannot be upgraded one after the other as they are."""
    said = f"{subject}: {states_text(held)}"
    remedy = "restart it with cleanup (cs_network_restart), then plan again"
    if any(each.passing for each in held):
        return Reason("router_busy", f"{said}; one of them is changing its state", "wait, then plan again")
    if not any(each.redundant for each in held):
        stopped = [each for each in held if not each.runs]
        return Reason("router_not_running", f"{said}", remedy) if stopped else None
    if len(held) > 2:
        return Reason("too_many_routers", f"{said}; a redundant network has two routers", remedy)
    running = [each for each in held if each.runs]
    primaries = [each for each in running if each.redundant_state == PRIMARY]
    if len(primaries) > 1:
        return Reason("two_primaries", said, remedy)
    if not primaries:
        return Reason("no_primary", said, remedy)
    if any(each.redundant_state not in (PRIMARY, BACKUP) for each in running):
        return Reason("router_fault", said, remedy)
    if any(not each.runs and not each.stopped for each in held):
        return Reason("router_not_running", said, remedy)
    return None


def _unit(kind: str, id: str, held: tuple[Router, ...], needs: t.Mapping[str, Need], seconds: Seconds) -> Unit:
    one, redundant = held[0], any(each.redundant for each in held)
    method = strongest(needs.values())
    needing = [each for each in held if needs[each.id]]
    steps = _pair(held, needing, method, seconds) if redundant else _singles(held, needing, method, seconds)
    why = tuple(dict.fromkeys(code for each in needing for code in needs[each.id].why))
    ids = tuple(each.id for each in held)
    return Unit(
        kind, id, one.serves_name, one.zone, one.account, one.domain_path, redundant, method, why, ids,
        tuple(each.id for each in needing), tuple(steps),
    )  # fmt: skip


def _pair(held: tuple[Router, ...], needing: t.Sequence[Router], method: str, seconds: Seconds) -> t.Iterator[Step]:
    """BACKUP first, then fail over, then the old PRIMARY; what is missing or stopped comes before everything else.

    A patch is for the whole network: the server patches both routers while they run (T6:104, T6:198).
    """
    (primary,) = (each for each in held if each.redundant_state == PRIMARY and each.runs)
    partner = next((each for each in held if each.id != primary.id), None)
    if partner is None:
        yield Step(COMPLETE, "", "", seconds.router)
    elif partner.stopped and (method == PATCH or partner not in needing):
        yield Step(START, partner.id, partner.name, seconds.router)
    elif partner in needing and method != PATCH:
        yield _renewal(partner, method, seconds)
    if method == PATCH:
        yield _patch(needing, seconds)
    elif primary in needing:
        yield Step(FAIL_OVER, primary.id, primary.name, seconds.fail_over, seconds.fail_over)
        yield _renewal(primary, method, seconds)


def _renewal(router: Router, method: str, seconds: Seconds) -> Step:
    """Of a router that may go without a loss of service: a BACKUP, or one that is stopped."""
    return Step(RENEW if method == RECREATE else REBOOT, router.id, router.name, seconds.router)


def _patch(needing: t.Sequence[Router], seconds: Seconds) -> Step:
    return Step(PATCH, "", ", ".join(each.name for each in needing), seconds.patch)


def _singles(held: tuple[Router, ...], needing: t.Sequence[Router], method: str, seconds: Seconds) -> t.Iterator[Step]:
    """Made anew all at once, because a restart with cleanup makes all anew."""
    if method == RECREATE:
        names = ", ".join(each.name for each in held)
        yield Step(RECREATE, "", names, seconds.router, seconds.router)
        return
    if method == PATCH:
        yield _patch(needing, seconds)
        return
    for each in needing:
        yield Step(REBOOT, each.id, each.name, seconds.router, seconds.router)


def _batches(units: t.Sequence[Unit], terms: Terms) -> tuple[tuple[tuple[Unit, ...], ...], list[LeftOut]]:
    """In a window the networks that go down come first, so that its time is theirs."""
    wanted = {name: number for number, name in enumerate(terms.first)}

    def rank(unit: Unit) -> tuple[int, bool, str, str]:
        named = min(wanted.get(unit.id, len(wanted)), wanted.get(unit.name, len(wanted)))
        last = unit.interrupts if terms.window is None else not unit.interrupts
        return (named, last, unit.name.casefold(), unit.id)

    batches: list[list[Unit]] = []
    refused: list[LeftOut] = []
    begin = terms.begins
    for unit in sorted(units, key=rank):
        full = not batches or (terms.one_first and len(batches) == 1) or len(batches[-1]) >= max(terms.most_at_once, 1)
        starts = begin + max((each.seconds for each in batches[-1]), default=0.0) if batches and full else begin
        out = _not_now(unit, starts, terms)
        if out is not None:
            refused.append(out)
            continue
        if full:
            begin = starts
            batches.append([])
        batches[-1].append(unit)
    return tuple(tuple(batch) for batch in batches), refused


def _not_now(unit: Unit, starts: float, terms: Terms) -> t.Optional[LeftOut]:
    if not unit.interrupts or terms.consent:
        return None
    said = f"{unit.called} has a single router and would be without service for about {unit.down:.0f} s"
    if terms.window is None:
        remedy = "set consent: true, or a window"
        return LeftOut(unit.name, unit.id, "single_router", said, remedy)
    if not terms.window.holds(starts, starts + unit.seconds):
        return LeftOut(
            unit.name,
            unit.id,
            "outside_window",
            f"{said}, which is too long for the window",
            "run again in the window",
        )
    return None
