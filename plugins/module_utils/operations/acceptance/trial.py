# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The acceptance test of a zone: a VM is deployed, its console answers, and afterwards everything is as before.

Source: 4.11.1 documentation, "Initialize and Test". What a failed or killed run leaves is found by its mark and removed
before the next one begins.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ...core.acceptance import trial as acceptance
from ...core.acceptance.trial import AcceptanceFailed, Plan, Trial, Wish
from ...core.change import Outcome
from ...core.errors import ApiError, HostcraftError, NotFound, Refused, Unsupported
from ...core.system_vms.archive import hosts_of
from ...core.system_vms.vm import CONSOLE
from ...core.text import printable
from ...core.zone.guest_networks import Network
from ...core.zone.topology import Zone
from ...ports.cloud import Cloud
from .. import lookup
from ..lost_answers import surely
from ..waiting import until

PLANNED, DONE, ABSENT = "planned", "done", "absent"
STATES = (PLANNED, DONE, ABSENT)
PROXY_DOMAIN = "consoleproxy.url.domain"
PAGE = 120.0  # seconds for the first page of a console: its proxy may just have started


@dataclasses.dataclass(frozen=True)
class Request:
    """timeout: seconds for each wait. page_fault: why a URL's page does not answer, "" where it does."""

    zone: str = ""
    state: str = DONE
    wish: Wish = dataclasses.field(default_factory=Wish)
    timeout: float = 1800.0
    page_fault: t.Callable[[str], str] = lambda _url: ""


@dataclasses.dataclass
class _Run:
    """What came of it so far. vm, network_id: of the test, "" before they are made."""

    cloud: Cloud
    request: Request
    zone: Zone
    name: str
    steps: list[dict[str, object]] = dataclasses.field(default_factory=list)
    untested: list[dict[str, object]] = dataclasses.field(default_factory=list)
    vm: t.Optional[Trial] = None
    network_id: str = ""

    def step(self, name: str, act: t.Callable[[], str]) -> None:
        """One step, with its evidence and seconds. Raises AcceptanceFailed."""
        clock = self.cloud.clock
        began = clock.now()
        self.cloud.progress(f"acceptance test of zone {self.zone.name}: {name}")
        try:
            told = act()
        except HostcraftError as error:
            raise AcceptanceFailed(
                f"zone {self.zone.name}, step {name}: {error.message}",
                step=name,
                cause=error.code,
                steps=self.steps,
                untested=self.untested,
            ) from error
        self.steps.append({"name": name, "evidence": printable(told), "seconds": round(clock.now() - began, 1)})


def accept_zone(cloud: Cloud, request: Request, check_mode: bool) -> Outcome:
    """Raises Refused before anything is made, AcceptanceFailed after, NotFound, Ambiguous."""
    zone = lookup.zone(cloud, request.zone or None)
    old_vms, old_networks = _marked(cloud, zone)
    leftovers = [each.name for each in old_vms] + [each.name for each in old_networks]
    if request.state == ABSENT:
        if not check_mode:
            _cleaned(cloud, request, zone)
        return Outcome(bool(leftovers), {"left": leftovers}, {"left": []}, {"zone": zone.name, "removed": leftovers})
    plan, reasons = _decided(cloud, request, zone)
    planned = _planned(zone, plan, leftovers)
    if request.state == PLANNED:
        told = [{"code": each.code, "message": each.message, "remedy": each.remedy} for each in reasons]
        return Outcome(False, result={**planned, "feasible": plan is not None, "reasons": told})
    if plan is None:
        raise Refused(f"acceptance test of zone {zone.name}", reasons)
    if check_mode:
        return Outcome(bool(leftovers), {"left": leftovers}, {"left": []}, planned)
    if leftovers:
        _cleaned(cloud, request, zone)
    run = _Run(cloud, request, zone, acceptance.name_of(cloud.clock.wall()))
    try:
        _tested(run, plan)
    except HostcraftError as error:
        error.details["left"] = _removed_quietly(run)
        raise
    run.step("removed", lambda: _removed(run))
    run.step("system_vms_after", lambda: _system_vms(cloud, request, zone))
    result = {**planned, "passed": True, "steps": run.steps, "untested": run.untested}
    return Outcome(bool(leftovers), {"left": leftovers}, {"left": []}, result)


def _planned(zone: Zone, plan: t.Optional[Plan], leftovers: t.Sequence[str]) -> dict[str, object]:
    network = plan.network.name if plan and plan.network else None
    made = plan.network_offering.name if plan and plan.network_offering else None
    return {
        "zone": zone.name,
        "template": plan.template.name if plan else None,
        "service_offering": plan.offering.name if plan else None,
        "network": network,
        "network_offering": made,
        "removed": list(leftovers),
    }


def _decided(cloud: Cloud, request: Request, zone: Zone) -> tuple[t.Optional[Plan], list[t.Any]]:
    networks: t.Sequence[Network] = cloud.networks.again(zone_id=zone.id)
    return acceptance.decide(
        zone,
        request.wish,
        cloud.hosts.again(zone_id=zone.id),
        cloud.trials.templates(zone.id),
        cloud.trials.offerings(),
        [each for each in networks if not acceptance.marked(each.name, each.display_text)],
        cloud.network_offerings.all(),
    )


def _tested(run: _Run, plan: Plan) -> None:
    cloud, request, zone = run.cloud, run.request, run.zone
    run.step("system_vms", lambda: _system_vms(cloud, request, zone))
    run.step("template", lambda: _template(cloud, request, plan))
    if plan.network_offering is not None:
        run.step("network", lambda: _network(run, plan))
    run.step("deployed", lambda: _deployed(run, plan))
    if request.wish.console != acceptance.NONE:
        _console(run)


def _system_vms(cloud: Cloud, request: Request, zone: Zone) -> str:
    def lacking() -> list[str]:
        return acceptance.lacking(zone, cloud.system_vms.all(zone.id))

    until(
        cloud,
        lacking,
        lambda seen: not seen,
        what=f"system VMs of zone {zone.name} and their agents to be up",
        limit=request.timeout,
        show="; ".join,
    )
    if zone.is_edge:
        return "an edge zone has no system VMs"
    serve = sorted(vm.name for vm in cloud.system_vms.all(zone.id) if vm.serves)
    return f"Running, with their agents Up: {', '.join(serve)}"


def _template(cloud: Cloud, request: Request, plan: Plan) -> str:
    def seen() -> t.Optional[acceptance.Template]:
        return next((each for each in cloud.trials.templates(plan.zone.id) if each.id == plan.template.id), None)

    until(
        cloud,
        seen,
        lambda each: each is not None and each.ready,
        what=f"template {plan.template.name} to be ready in zone {plan.zone.name}",
        limit=request.timeout,
        show=lambda each: each.status or "not ready" if each else "gone",
    )
    return f"{plan.template.name} is ready"


def _network(run: _Run, plan: Plan) -> str:
    cloud = run.cloud
    offering = plan.network_offering
    if offering is None:
        return ""

    def there() -> t.Optional[Network]:
        return next((each for each in cloud.networks.again(zone_id=run.zone.id) if each.name == run.name), None)

    def make() -> Network:
        return cloud.networks.create(
            name=run.name,
            display_text=acceptance.MARK,
            zone_id=run.zone.id,
            network_offering_id=offering.id,
        )

    run.network_id = surely(cloud, make, there).id
    return f"{run.name}, of {offering.name}"


def _deployed(run: _Run, plan: Plan) -> str:
    cloud = run.cloud
    network = run.network_id or (plan.network.id if plan.network else "")

    def there() -> t.Optional[Trial]:
        return next((each for each in cloud.trials.all(run.zone.id) if each.name == run.name and each.ours), None)

    def running() -> t.Optional[bool]:
        return True if there() else None

    def deploy() -> bool:
        cloud.trials.deploy(plan, run.name, network)
        return True

    surely(cloud, deploy, running)
    run.vm = until(
        cloud,
        there,
        lambda vm: vm is not None and vm.state.casefold() in ("running", "error"),
        what=f"VM {run.name} to run",
        limit=run.request.timeout,
        show=lambda vm: vm.state if vm else "not there",
    )
    if run.vm is None or run.vm.state.casefold() != "running":
        raise HostcraftError(f"VM {run.name} is in state {run.vm.state if run.vm else 'unknown'}")
    where = f" with address {run.vm.address}" if run.vm.address else ""
    return f"{run.name} runs on {run.vm.host}{where}"


def _console(run: _Run) -> None:
    try:
        run.step("console", lambda: _answers(run))
    except AcceptanceFailed as error:
        if not isinstance(error.__cause__, Unsupported):
            raise
        run.untested.append({"name": "console", "why": error.__cause__.message})


def _answers(run: _Run) -> str:
    cloud, request = run.cloud, run.request
    vm = run.vm
    if vm is None:
        return ""

    def fault() -> str:
        console = cloud.trials.console(vm.id)
        if not console.url:
            return f"the server gives no URL: {console.said or 'without a reason'}"
        if request.wish.console == acceptance.ASKED:
            return ""
        return acceptance.console_fault(console.url, _proxies(cloud, request, run.zone)) or request.page_fault(
            console.url
        )

    what = f"the console of VM {run.name} to answer"
    limit = min(PAGE, request.timeout)
    until(cloud, fault, lambda seen: not seen, what=what, limit=limit, show=lambda seen: seen)
    return "the server gives a URL" if request.wish.console == acceptance.ASKED else "its page answers with 200"


def _proxies(cloud: Cloud, request: Request, zone: Zone) -> t.Collection[str]:
    proxies = [vm.address for vm in cloud.system_vms.all(zone.id) if vm.kind == CONSOLE]
    setting = cloud.settings.find(PROXY_DOMAIN)
    known = hosts_of(proxies, (setting.value or "") if setting else "")
    return known | {host.lower() for host in request.wish.console_hosts}


# -- removal ----------------------------------------------------------------------------------------------------------


def _marked(cloud: Cloud, zone: Zone) -> tuple[list[Trial], list[Network]]:
    vms = [each for each in cloud.trials.all(zone.id) if each.ours]
    networks = cloud.networks.again(zone_id=zone.id)
    return vms, [each for each in networks if acceptance.marked(each.name, each.display_text)]


def _cleaned(cloud: Cloud, request: Request, zone: Zone) -> None:
    """Nothing with the mark is there any more. Raises WaitTimeout, ApiError."""
    vms, networks = _marked(cloud, zone)
    for vm in vms:
        _gone(cloud, request, vm)
    for network in networks:
        _delete(cloud, network.id)


def _gone(cloud: Cloud, request: Request, vm: Trial) -> None:
    """Destroyed and expunged; what is under way with it is waited for first."""
    what = f"VM {vm.name} to be "

    def show(seen: t.Optional[Trial]) -> str:
        return seen.state if seen else "gone"

    def look() -> t.Optional[Trial]:
        return cloud.trials.find(vm.id)

    held = until(
        cloud,
        look,
        lambda seen: seen is None or not seen.passing or seen.state.casefold() == "expunging",
        what=f"{what}in a lasting state",
        limit=request.timeout,
        show=show,
    )
    if held is None:
        return

    def removed() -> t.Optional[bool]:
        seen = look()
        return True if seen is None or seen.state.casefold() == "expunging" else None

    def remove() -> bool:
        act = cloud.trials.expunge if held.state.casefold() == "destroyed" else cloud.trials.destroy
        try:
            act(vm.id)
        except ApiError:
            if not removed():
                raise
        return True

    if held.state.casefold() != "expunging":
        surely(cloud, remove, removed)
    until(cloud, look, lambda seen: seen is None, what=f"{what}expunged", limit=request.timeout, show=show)


def _delete(cloud: Cloud, network_id: str) -> None:
    def gone() -> t.Optional[bool]:
        return None if any(each.id == network_id for each in cloud.networks.again(id=network_id)) else True

    def delete() -> bool:
        try:
            cloud.networks.delete(network_id)
        except (ApiError, NotFound):
            if not gone():
                raise
        return True

    surely(cloud, delete, gone)


def _removed(run: _Run) -> str:
    """Everything of this run is gone. Raises AcceptanceFailed, WaitTimeout, ApiError."""
    cloud, vm_id = run.cloud, run.vm.id if run.vm else ""
    _cleaned(cloud, run.request, run.zone)
    until(
        cloud,
        lambda: cloud.trials.left(vm_id, run.network_id),
        lambda seen: not seen,
        what=f"what belonged to {run.name} to be gone",
        limit=run.request.timeout,
        show=", ".join,
    )
    return "the VM, its volume and its network are gone" if run.network_id else "the VM and its volume are gone"


def _removed_quietly(run: _Run) -> list[str]:
    """What could not be removed after a failure, with the reason of each; the failure itself is told first."""
    try:
        _removed(run)
    except HostcraftError as error:
        return [printable(error.message)]
    return []
