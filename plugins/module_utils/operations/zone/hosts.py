# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One host: added, tagged, renamed, annotated, enabled, disabled, drained, reconnected, removed.

Source: Working with Hosts, "Adding Hosts", "Removing Hosts", "Scheduled Maintenance and Maintenance Mode for Hosts".
"""

from __future__ import annotations

import dataclasses
import typing as t

from ...core.addresses import is_address
from ...core.change import Fields, Outcome, State, plain, same_address, same_word
from ...core.errors import (
    ApiError,
    InvalidValue,
    MissingValue,
    NotFound,
    Reason,
    Refused,
    TransportError,
    WaitTimeout,
)
from ...core.naming import nearest, only
from ...core.zone.hosts import HOST, Host, HostName, check_tags, not_there, url_name
from ...core.zone.resource_states import DISABLED, DRAINING, ENABLED, FAILED_DRAIN, MAINTENANCE, steps_to
from ...core.zone.topology import Cluster, Pod, Zone
from ...ports.cloud import Cloud
from .. import lookup
from ..ensure import ensure, within
from ..waiting import FIRST, job_ended, until
from .annotations import annotated

RECONNECTED = 300.0  # seconds for an agent to come back
LEAVING, LOOK = 15.0, 1.0  # seconds in which one that is to come back shows that it left, and between two looks
NO_CATEGORY = "None"
ASKED = 600.0  # seconds for the job that begins a drain
BEGUN = 30.0  # seconds for a drain to show whose asking was not answered


@dataclasses.dataclass(frozen=True)
class HostRequest:
    """What a task asks of one host. fields: those of core Host, None where unset; drain_limit in seconds.

    resource_state: "Enabled", "Disabled", "Maintenance" or None. forced: remove without draining first (its VMs are
    stopped, those with HA are started elsewhere).
    """

    which: HostName
    zone: t.Optional[str] = None
    pod: t.Optional[str] = None
    cluster: t.Optional[str] = None
    fields: Fields = dataclasses.field(default_factory=dict)
    resource_state: t.Optional[str] = None
    forced: bool = False
    destroy_local_storage: bool = False
    drain_limit: float = 3600.0

    @property
    def detail(self) -> str:
        """Tags come only with the larger answer (T2:17), which a host that is only to be there does not need."""
        shown = [self.fields.get(name) for name in ("host_tags", "os_category")]
        return "min" if shown == [None, None] and self.resource_state is None else "capacity"


# Told of a host whose maintenance is ended, as it was before; whether it is check mode. Warnings.
Ended = t.Callable[[Cloud, Host, bool], tuple[str, ...]]


def untold(_cloud: Cloud, _host: Host, _check_mode: bool) -> tuple[str, ...]:
    return ()


class Places(t.NamedTuple):
    """Where a host stands; pod and cluster None where they were not asked for."""

    zone: Zone
    pod: t.Optional[Pod]
    cluster: t.Optional[Cluster]


def ensure_host(cloud: Cloud, request: HostRequest, state: State, check_mode: bool, ended: Ended = untold) -> Outcome:
    """Make one host so. Raises as ``ensure`` does, Refused when no way leads to the wanted resource state."""
    wanted = {**request.fields, "name": request.which.name or None, "url": request.which.url}
    if wanted.get("annotation") == "":
        raise InvalidValue("annotation", "", "a text that is not empty, because the server ignores an empty one")
    if state == "present":
        check_tags(wanted)

    def then(places: Places) -> Outcome:
        held = find(cloud, request.which, places.zone, "capacity" if state == "absent" else request.detail)
        if state == "absent":
            return _remove(cloud, request, places.zone, held, check_mode)
        outcome = _present(cloud, request, places, held, wanted, check_mode)
        if request.resource_state is None or (check_mode and held is None):
            return outcome
        current = held if check_mode and held else find(cloud, request.which, places.zone, request.detail)
        current = named(cloud, places.zone, current) if current else None
        return outcome if current is None else _brought(cloud, request, current, outcome, check_mode, ended)

    names = {"zone": request.zone, "pod": request.pod, "cluster": request.cluster}
    return within(lambda: _places(cloud, request), then, wanted, state, check_mode, names, cloud.hosts)


def find(cloud: Cloud, which: HostName, zone: Zone, detail: str) -> t.Optional[Host]:
    """The host that a declaration means, or None. Raises Ambiguous."""
    found = cloud.hosts.means(which, zone_id=zone.id, detail=detail)
    return only(found, "host", which.name or str(which.id)) if found else None


def reconnect(cloud: Cloud, request: HostRequest, check_mode: bool) -> Outcome:
    """Have the management server and the host's agent meet anew, and wait until it is Up again (T2:52-54)."""
    zone = lookup.zone(cloud, request.zone)
    host = required(cloud, request.which, zone)
    if not check_mode:
        host = reconnected(cloud, host)
    return Outcome(True, result=show(host))


def reconnected(cloud: Cloud, host: Host, limit: float = RECONNECTED) -> Host:
    """The host after it met the server anew. Raises ApiError, WaitTimeout."""
    cloud.act("reconnect", host.id)
    _gone(cloud, host)
    return until(
        cloud,
        lambda: cloud.hosts.fresh(host),
        lambda seen: seen.state == "Up",
        what=f"host {host.name} to be Up again",
        limit=limit,
        show=lambda seen: seen.state,
    )


def _gone(cloud: Cloud, host: Host) -> None:
    """Wait until it is no longer Up, which it still shows when the job has ended (T2:52).

    One that shows nothing else all the time was back between two looks.
    """
    until_when = cloud.clock.now() + LEAVING
    while cloud.clock.now() < until_when and cloud.hosts.fresh(host).state == "Up":
        cloud.clock.sleep(LOOK)


def show(host: Host) -> Fields:
    """A host's values as the module returns them, under the incumbent's names."""
    values = plain(host)
    values["allocation_state"] = host.resource_state.lower()
    values["host_tags"] = list(host.host_tags or ())
    return values


def named(cloud: Cloud, zone: Zone, host: Host) -> Host:
    """With the names of its places, which ``details=min`` leaves out (T2:17); one listing of the zone's clusters."""
    if host.zone and host.cluster:
        return host
    there = cloud.clusters.find(host.cluster_id, zone_id=zone.id) if host.cluster_id else ()
    its = next((each for each in there if each.id == host.cluster_id), None)
    if its is None:
        return dataclasses.replace(host, zone=zone.name)
    return dataclasses.replace(
        host, zone=zone.name, pod=its.pod, cluster=its.name, cluster_type=host.cluster_type or its.cluster_type
    )


def _places(cloud: Cloud, request: HostRequest) -> Places:
    zone = lookup.zone(cloud, request.zone)
    pod = lookup.pod(cloud, request.pod, zone) if request.pod else None
    return Places(zone, pod, lookup.cluster(cloud, request.cluster, zone, pod) if request.cluster else None)


def required(cloud: Cloud, which: HostName, zone: Zone) -> Host:
    """The host that a declaration means. Raises NotFound with the nearest names, Ambiguous."""
    held = find(cloud, which, zone, "capacity")
    if held is None:
        names = [host.name for host in cloud.hosts.all(zone_id=zone.id, detail="capacity")]
        return only([], "host", which.name or str(which.id), f"zone {zone.name}", names)
    return held


def _present(
    cloud: Cloud, request: HostRequest, places: Places, held: t.Optional[Host], wanted: Fields, check_mode: bool
) -> Outcome:
    cluster = places.cluster
    pod_id = places.pod.id if places.pod else None
    fields = {**wanted, "zone_id": places.zone.id, "pod_id": pod_id, "cluster_id": cluster.id if cluster else None}
    if held is None:
        _refuse_id(request, places)
        fields = _new(cloud, fields, request, places)
    elif fields.get("annotation") is not None:
        held = annotated(cloud, held)
    names = {
        "zone": places.zone.name,
        "pod": cluster.pod if cluster else None,
        "cluster": cluster.name if cluster else None,
    }

    rules = HOST
    if fields.get("is_tag_a_rule") is not None:
        # A rule is a rule of tags: the server reads one with the other alone.
        rules = dataclasses.replace(rules, along=frozenset(("host_tags", "is_tag_a_rule")))
    category = fields.pop("os_category", None)
    if category is not None:
        fields["os_category_id"], none = _category(cloud, str(category))
        # A host without a preference has no category; that named "None" takes the preference away.
        alike = {**HOST.same, "os_category_id": lambda asked, there: asked == (there or none)}
        rules = dataclasses.replace(rules, same=alike)

    def show_it(host: Host) -> Fields:
        return show(named(cloud, places.zone, host))

    outcome = ensure(cloud, cloud.hosts, rules, held, fields, "present", check_mode, show=show_it, places=names)
    told = tuple(_elsewhere(held, request.which)) if held else ()
    return dataclasses.replace(outcome, warnings=(*outcome.warnings, *told)) if told else outcome


def _category(cloud: Cloud, name: str) -> tuple[str, str]:
    """Ids of the category of guest systems of that name or id, and of that of none. Raises NotFound."""
    known = cloud.offers.os_categories()
    none = next((id for its, id in known.items() if same_word(its, NO_CATEGORY)), "")
    for its, id in known.items():
        if same_word(name, its) or name == id:
            return id, none
    raise NotFound("OS category", name, near=nearest(name, list(known)) or sorted(known))


def _elsewhere(held: Host, which: HostName) -> t.Iterator[str]:
    """An address in the URL other than the server's record: the URL is used only to add a host."""
    address = url_name(which.url or "")
    known = held.ip_address
    # The texts are compared first: of most hosts they are the same.
    if known and address != known and is_address(address) and not same_address(address, known):
        yield (
            f"the url of host {held.name} has the address {address}, but CloudStack has {known}; "
            "the url is used only to add a host"
        )


def _refuse_id(request: HostRequest, places: Places) -> None:
    """An id is the server's to give: a host of an unknown one is a mistake, not one to add."""
    if request.which.id:
        raise NotFound("host", request.which.id, f"zone {places.zone.name}")


def _new(cloud: Cloud, fields: dict[str, object], request: HostRequest, places: Places) -> dict[str, object]:
    """What adding needs beyond what was said: the pod and hypervisor of the cluster, the URL of the name."""
    cluster = places.cluster
    if cluster is None:
        # Neither is the pod known then, nor the hypervisor.
        lacking = [name for name in ("password", "username", "hypervisor", "pod_id") if not fields.get(name)]
        names = [name.replace("pod_id", "pod") for name in lacking] or ["cluster"]
        there = [host.name for host in cloud.hosts.all(zone_id=places.zone.id, detail="min")]
        said = {**fields, "resource_state": request.resource_state}
        raise MissingValue(f"host {request.which.name}", names, not_there(said, places.zone.name, there))
    fields["pod_id"] = fields["pod_id"] or cluster.pod_id
    fields["hypervisor"] = fields.get("hypervisor") or cluster.hypervisor
    fields["url"] = fields.get("url") or f"http://{request.which.name}"
    if request.resource_state == DISABLED:
        # Said at once, so that nothing is scheduled on it before it is disabled.
        fields["allocation_state"] = DISABLED
    return fields


def _brought(
    cloud: Cloud, request: HostRequest, host: Host, outcome: Outcome, check_mode: bool, ended: Ended
) -> Outcome:
    """Bring a host to the wanted resource state, joined to what was changed before."""
    wanted = str(request.resource_state)
    steps = steps_to(wanted, host)
    if not steps:
        return outcome
    # The maintenance of an enabled host is over already, and that of one that enters another goes on.
    told = ended(cloud, host, check_mode) if host.resource_state == ENABLED else ()
    final = host if check_mode else _walk(cloud, host, steps, request.drain_limit)
    if host.resource_state != ENABLED and wanted != MAINTENANCE:
        told = ended(cloud, host, check_mode)
    return Outcome(
        True,
        {**outcome.before, "resource_state": host.resource_state},
        {**outcome.after, "resource_state": wanted},
        outcome.result if check_mode else show(final),
        (*outcome.warnings, *told),
    )


def _walk(cloud: Cloud, host: Host, steps: t.Sequence[str], limit: float) -> Host:
    for step in steps:
        if step in ("enable", "disable"):
            host = cloud.hosts.update(host.id, allocation_state=f"{step.capitalize()}d")
        elif step == "wait":
            host = _drained(cloud, host, limit)
        elif step == "prepare_maintenance":
            host = prepared(cloud, host)
        else:
            cloud.act(step, host.id)
            host = cloud.hosts.fresh(host)
    return host


def prepared(cloud: Cloud, host: Host) -> Host:
    """Ask for the drain; when somebody else asked meanwhile, or the answer was lost, join the one that is under way.

    The host as it is then: mostly its state tells before its job is asked for.
    """
    try:
        job = cloud.jobs.start("prepare_maintenance", id=host.id)
        if isinstance(job, ApiError):
            raise job
        cloud.clock.sleep(FIRST)
        seen = cloud.hosts.fresh(host)
        if job is not None and seen.resource_state not in (DRAINING, MAINTENANCE):
            what = f"host {host.name} to start its drain"
            outcome = job_ended(cloud, lambda: cloud.jobs.ask(job), what=what, limit=ASKED)
            if isinstance(outcome, ApiError):
                raise outcome
            seen = cloud.hosts.fresh(host)
        return seen
    except ApiError:
        host = cloud.hosts.fresh(host)
        if host.resource_state not in (DRAINING, MAINTENANCE):
            raise
    except TransportError as error:
        if not error.arrived:
            raise
        return _begun(cloud, host, error)
    return host


def _begun(cloud: Cloud, host: Host, lost: TransportError) -> Host:
    """The state tells whether a call arrived whose answer was lost; when it does not change, the loss is the error."""
    try:
        return until(
            cloud,
            lambda: cloud.hosts.fresh(host),
            lambda seen: seen.resource_state in {DRAINING, MAINTENANCE, *FAILED_DRAIN} - {host.resource_state},
            what=f"host {host.name} to start its drain",
            limit=BEGUN,
            show=lambda seen: seen.resource_state,
        )
    except WaitTimeout:
        raise lost from None


def _drained(cloud: Cloud, host: Host, limit: float) -> Host:
    """The asking job ends at once and the drain goes on after it, so the host's state is what tells (T2:40)."""
    final = until(
        cloud,
        lambda: cloud.hosts.fresh(host),
        lambda seen: seen.resource_state != DRAINING,
        what=f"host {host.name} to be drained",
        limit=limit,
        show=lambda seen: seen.resource_state,
    )
    if final.resource_state != MAINTENANCE:
        raise Refused(
            f"host {host.name}",
            [
                Reason(
                    "drain_failed",
                    f"the drain ended in {final.resource_state} with VMs left on the host",
                    "free capacity in the cluster and run again, or set allocation_state=enabled to "
                    "cancel the maintenance",
                    {"resource_state": final.resource_state},
                )
            ],
        )
    return final


def _remove(cloud: Cloud, request: HostRequest, zone: Zone, held: t.Optional[Host], check_mode: bool) -> Outcome:
    """The documents' procedure: maintenance first, then the removal; ``forced`` skips the drain."""
    if held is None:
        return Outcome(False, result={"zone": zone.name})
    before = show(named(cloud, zone, held))
    if not request.forced:
        steps = steps_to(MAINTENANCE, held)
        if not check_mode and steps:
            _walk(cloud, held, steps, request.drain_limit)
    if not check_mode:
        cloud.hosts.delete(
            held.id,
            forced=request.forced or None,
            force_destroy_local_storage=request.destroy_local_storage or None,
        )
    return Outcome(True, before=before, result=before)
