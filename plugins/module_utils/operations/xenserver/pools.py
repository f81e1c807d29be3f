# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A XenServer or XCP-ng pool made ready for CloudStack: networks, storage, a host that joins, what upgrades leave."""

from __future__ import annotations

import typing as t

from ...core.change import Outcome, plain
from ...core.errors import HypervisorError, NotAsRead, Reason, Refused, TransportError, WaitTimeout
from ...core.findings import Judgement
from ...core.xenserver.addresses import address_steps, address_warnings
from ...core.xenserver.check import host_steps, join_reasons, judge_pool, tidy_steps
from ...core.xenserver.guests import guest_vlan_steps
from ...core.xenserver.layout import Step, XenHost, XenLayout
from ...core.xenserver.networks import NetworkWish, network_state, network_steps, network_warnings
from ...core.xenserver.settings import SettingsWish, settings_steps, settings_warnings
from ...core.xenserver.storage import StorageWish, repository_state, storage_steps
from ...ports.xenserver import XenPool

# What XAPI answers where a guest does not give its disc away.
HELD_DISC = ("VBD_TRAY_LOCKED", "DEVICE_DETACH_REJECTED", "DEVICE_DETACH_TIMEOUT")
PAUSE = 2.0  # seconds between two looks at a pool that a host joins


def ensure_network(
    pool: XenPool,
    wish: NetworkWish,
    timeout: float,
    check_mode: bool,
    addresses: t.Optional[t.Mapping[str, str]] = None,
) -> Outcome:
    """The network, and then the addresses of hosts on it. Raises InvalidValue, Refused, NotAsRead."""
    wanted = addresses or {}

    def decide(layout: XenLayout) -> t.Sequence[Step]:
        steps = network_steps(layout, wish)
        # Judged before anything is made.
        address_steps(layout, wish.name, wanted)
        return steps

    def show(layout: XenLayout) -> dict[str, object]:
        return {"name": wish.name, "hosts": network_state(layout, wish.name)}

    subject = f"network {wish.name}"
    made = _ensure(pool, subject, decide, show, timeout, check_mode, lambda layout: network_warnings(layout, wish))
    if not wanted:
        return made
    addressed = _ensure(
        pool,
        subject,
        lambda layout: address_steps(layout, wish.name, wanted),
        show,
        timeout,
        check_mode,
        lambda layout: address_warnings(layout, wish.name, wanted),
    )
    return both(made, addressed)


def both(first: Outcome, second: Outcome) -> Outcome:
    """Two outcomes as one; the state is that of the second."""
    changes = [*t.cast("list[str]", first.result["changes"]), *t.cast("list[str]", second.result["changes"])]
    return Outcome(
        bool(changes),
        {},
        {"changes": changes} if changes else {},
        {**second.result, "changes": changes},
        (*first.warnings, *second.warnings),
    )


def ensure_settings(pool: XenPool, wish: SettingsWish, timeout: float, check_mode: bool) -> Outcome:
    """Memory of control domains, time servers, multipathing, HA of the pool. Raises NotFound, Refused, NotAsRead."""
    return _ensure(
        pool,
        "the pool",
        lambda layout: settings_steps(layout, wish),
        lambda layout: {"hosts": [shown(each) for each in layout.ordered], "ha": layout.ha},
        timeout,
        check_mode,
        lambda layout: settings_warnings(layout, wish),
    )


def ensure_storage(pool: XenPool, wish: StorageWish, timeout: float, check_mode: bool) -> Outcome:
    """Raises Refused, NotAsRead."""
    return _ensure(
        pool,
        f"storage repository {wish.name}",
        lambda layout: storage_steps(layout, wish),
        lambda layout: {"name": wish.name, **repository_state(layout, wish.name)},
        timeout,
        check_mode,
    )


def tidy(pool: XenPool, hosts: t.Sequence[str], tags: bool, plug: bool, timeout: float, check_mode: bool) -> Outcome:
    """CloudStack's tags away, unplugged storage plugged. hosts: names, none for all. Raises NotAsRead."""
    return _ensure(
        pool,
        "the pool",
        lambda layout: tidy_steps(layout, hosts, tags, plug),
        lambda layout: {"hosts": [shown(each) for each in layout.ordered]},
        timeout,
        check_mode,
    )


def ensure_guest_vlans(pool: XenPool, way: str, timeout: float, check_mode: bool) -> Outcome:
    """CloudStack's VLANs on every host, or only where guests use them. Raises Refused, NotAsRead."""
    return _ensure(
        pool,
        "the pool",
        lambda layout: guest_vlan_steps(layout, way),
        lambda layout: {"hosts": [shown(each) for each in layout.ordered]},
        timeout,
        check_mode,
    )


def eject_discs(pool: XenPool, timeout: float, check_mode: bool) -> Outcome:
    """Discs out of the drives of running guests. Raises Refused with every guest that holds its disc."""
    steps = [Step("eject", f"eject the disc of {each.guest}", {"drive": each.ref}) for each in pool.discs()]
    reasons = []
    for step in () if check_mode else steps:
        try:
            pool.perform(step, timeout)
        except HypervisorError as error:
            if error.fault not in HELD_DISC:
                raise
            reasons.append(
                Reason("disc_held", f"{step.text}: {error}", "unmount the disc in the guest, then run again")
            )
    if reasons:
        raise Refused("the pool", reasons)
    changes = [step.text for step in steps]
    after = {"changes": changes} if changes else {}
    hosts = [shown(each) for each in pool.layout().ordered]
    return Outcome(bool(changes), {}, after, {"hosts": hosts, "changes": changes})


def ensure_host(pool: XenPool, name: str, out: bool, timeout: float, check_mode: bool) -> Outcome:
    """A host evacuated, or enabled once it is up. Raises NotFound, Refused, NotAsRead, WaitTimeout."""
    if not out and not check_mode:
        _alive(pool, name, timeout)

    def decide(layout: XenLayout) -> t.Sequence[Step]:
        its = [each for each in layout.hosts if each.name == name]
        stuck = pool.stuck(its[0].ref) if its and out and its[0].running else ()
        return host_steps(layout, name, out, stuck)

    return _ensure(
        pool,
        f"host {name}",
        decide,
        lambda layout: next(shown(each) for each in layout.hosts if each.name == name),
        timeout,
        check_mode,
    )


def _alive(pool: XenPool, name: str, timeout: float) -> None:
    """A pool whose master restarts does not answer at all."""
    began = pool.clock.now()
    while True:
        last = "it does not answer"
        try:
            hosts = [each for each in pool.layout().hosts if each.name == name]
            if not hosts or hosts[0].live:
                return
            last = "not live"
        except TransportError as error:
            if not error.passing:
                raise
        waited = pool.clock.now() - began
        if waited >= timeout:
            raise WaitTimeout(f"host {name} to be up", waited, last)
        pool.clock.sleep(PAUSE)


def check(
    pool: XenPool, labels: t.Sequence[str], dom0: int, ignore: t.Collection[str] = (), joined: bool = True
) -> tuple[XenLayout, Judgement]:
    """The pool as it is now, and what is wrong with it. Raises InvalidValue for a code in ``ignore`` that is none."""
    layout = pool.layout()
    return layout, judge_pool(layout, labels, dom0, ignore, joined)


def join(pool: XenPool, alone: XenPool, username: str, password: str, timeout: float, check_mode: bool) -> Outcome:
    """A host that is alone becomes a member. Raises Refused with every reason, WaitTimeout."""
    layout, other = pool.layout(), alone.layout()
    host, master = other.ordered[0], layout.ordered[0]
    members = {each.uuid for each in layout.hosts}
    if host.uuid in members:
        # It answered with its pool, which is this one.
        return Outcome(False, result={"changes": [], "hosts": [shown(each) for each in layout.ordered]})
    reasons = join_reasons(layout, other)
    if reasons:
        raise Refused(f"host {host.name}", reasons)
    changes = [f"{host.name} joins the pool of {master.name}"]
    if not check_mode:
        alone.join(master.address, username, password, timeout)
        layout = _joined(pool, host, timeout)
    return Outcome(True, {}, {"changes": changes}, {"changes": changes, "hosts": [shown(e) for e in layout.ordered]})


def _joined(pool: XenPool, host: XenHost, timeout: float) -> XenLayout:
    """Listed, alive and enabled: until then its storage and networks are still being made."""
    began = pool.clock.now()
    while True:
        layout = pool.layout()
        its = [each for each in layout.hosts if each.uuid == host.uuid]
        if its and its[0].live and its[0].enabled:
            return layout
        waited = pool.clock.now() - began
        if waited >= timeout:
            seen = "not listed" if not its else "disabled" if its[0].live else "not live"
            raise WaitTimeout(f"{host.name} to be a member", waited, seen)
        pool.clock.sleep(PAUSE)


def shown(host: XenHost) -> dict[str, object]:
    """For a result; references say nothing outside of a session."""
    return {name: value for name, value in plain(host).items() if name != "ref"}


def _ensure(
    pool: XenPool,
    subject: str,
    decide: t.Callable[[XenLayout], t.Sequence[Step]],
    show: t.Callable[[XenLayout], dict[str, object]],
    timeout: float,
    check_mode: bool,
    warn: t.Callable[[XenLayout], tuple[str, ...]] = lambda layout: (),
) -> Outcome:
    """Decide, do it step by step, look again: then nothing may be left to do."""
    layout = pool.layout()
    steps = decide(layout)
    changes = [step.text for step in steps]
    if steps and not check_mode:
        for step in steps:
            pool.perform(step, timeout)
        layout = pool.layout()
        left = decide(layout)
        if left:
            raise NotAsRead(subject, {"left": [step.text for step in left]})
    after = {"changes": changes} if changes else {}
    return Outcome(bool(steps), {}, after, {**show(layout), "changes": changes}, warn(layout))
