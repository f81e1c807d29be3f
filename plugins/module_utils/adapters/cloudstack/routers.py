# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual routers on the wire, and the networks that they serve (T4:60-73, T6:119-329)."""

from __future__ import annotations

import typing as t

from ...core.errors import ApiError
from ...core.routers.router import NETWORK, VPC, HealthCheck, Router, state_word
from ...core.routers.served import Rules, Served
from .client import Client, Job
from .everyones import everybodys
from .records import Record, Tell, Wire, unheard
from .transport import Json

ACTIONS: t.Mapping[str, str] = {
    "start": "startRouter",
    "stop": "stopRouter",
    "reboot": "rebootRouter",
    "destroy": "destroyRouter",
    "resize": "changeServiceForRouter",
    "restart_network": "restartNetwork",
    "restart_vpc": "restartVPC",
}
WORK = ("Router", "RestartNetwork", "RestartVPC", "PatchSystemVM")  # in the names of commands that change routers
GOOD, BAD = frozenset(("success", "passed", "ok")), frozenset(("failed", "failure"))


def health_check(wire: Wire, tell: Tell = unheard) -> HealthCheck:
    """Newer servers have a status beside the flag."""
    read = Record(wire, "health check", tell)
    word, good = read.text("status", "state").casefold(), read.flag("success")
    if word:
        good = True if word in GOOD else False if word in BAD else None
    name = read.text("checkname", "name")
    return HealthCheck(name, read.text("checktype").casefold(), good, read.text("details"), read.text("lastupdated"))


def router(wire: Wire, tell: Tell = unheard) -> Router:
    read = Record(wire, "router", tell)
    nics = read.records("nic", "interface")
    guests = (nic.text("networkid") for nic in nics if nic.text("traffictype").casefold() == "guest")
    return Router(
        id=read.id(),
        name=read.text("name"),
        state=read.text("state"),
        zone_id=read.text("zoneid"),
        zone=read.text("zonename"),
        pod=read.text("podname"),
        host=read.text("hostname"),
        hypervisor=read.text("hypervisor"),
        network_id=read.text("guestnetworkid"),
        network=read.text("guestnetworkname"),
        networks=tuple(dict.fromkeys(each for each in guests if each)),
        vpc_id=read.text("vpcid"),
        vpc=read.text("vpcname"),
        account=read.text("account"),
        domain=read.text("domain"),
        domain_path=read.text("domainpath", "domain"),
        project=read.text("project"),
        redundant=bool(read.flag("isredundantrouter")),
        redundant_state=state_word(read.text("redundantstate")),
        requires_upgrade=read.flag("requiresupgrade"),
        version=read.text("version"),
        software_version=read.text("softwareversion"),
        template_id=read.text("templateid"),
        template=read.text("templatename"),
        offering_id=read.text("serviceofferingid"),
        offering=read.text("serviceofferingname"),
        role=read.text("role"),
        created=read.moment("created") or "",
        public_ip=read.address("publicip") or "",
        guest_ip=read.address("guestipaddress") or "",
        health_failed=read.flag("healthchecksfailed"),
        checks=tuple(health_check(each.wire, tell) for each in read.records("healthcheckresults", "health check")),
    )


def _asked(where: t.Mapping[str, str]) -> Json:
    """A domain is with those below it, unless an account of it is meant."""
    asked: Json = {name.replace("_", ""): value for name, value in where.items() if value}
    return {**({"isrecursive": True} if "domainid" in asked and "account" not in asked else {}), **asked}


class Routers:
    """The port ``Routers``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def all(self, where: t.Mapping[str, str], stored_health: bool = False) -> t.Sequence[Router]:
        asked = _asked(where)
        if stored_health:
            asked["fetchhealthcheckresults"] = True
        try:
            listed = everybodys(self._client, "listRouters", "router", asked)
        except ApiError as error:
            # An unknown id is an error, never an empty list (T6:143).
            if where.get("id") and error.errorcode == 431:
                return []
            raise
        found = [router(item, self._client.tell) for item in listed]
        return [each for each in found if each.id]

    def health(self, id: str, fresh: bool) -> t.Sequence[HealthCheck]:
        asked: Json = {"routerid": id, "performfreshchecks": True if fresh else None}
        answer = self._client.call("getRouterHealthCheckResults", asked)
        read = Record(answer, "answer", self._client.tell)
        held = read.record("routerhealthchecks", "health check results") if read.has("routerhealthchecks") else read
        return [health_check(each.wire, self._client.tell) for each in held.records("healthchecks", "health check")]

    def patches(self) -> bool:
        return self._client.has("restartNetwork", "livepatch")

    def upgrade(self, id: str) -> t.Sequence[Job]:
        answer = Record(self._client.call("upgradeRouterTemplate", {"id": id}), "answer", self._client.tell)
        jobs = [job.text("jobid") for job in answer.records("asyncjobs", "job")]
        return [Job("upgradeRouterTemplate", job, {}) for job in jobs if job]

    def under_way(self, ids: t.Collection[str]) -> bool:
        listed = self._client.listing("listAsyncJobs", "asyncjobs", {"listall": True})
        jobs = [Record(job, "job", self._client.tell) for job in listed]
        return any(
            job.whole("jobstatus") == 0
            and any(word in job.text("cmd") for word in WORK)
            and job.text("jobinstanceid") in ("", *ids)
            for job in jobs
        )

    def run(self, action: str, id: str, **more: object) -> None:
        self._client.run(ACTIONS[action], self._params(id, more))

    def start(self, action: str, id: str, **more: object) -> t.Union[Job, ApiError, None]:
        started = self._client.start(ACTIONS[action], self._params(id, more))
        return started if isinstance(started, (Job, ApiError)) else None

    @staticmethod
    def _params(id: str, more: t.Mapping[str, object]) -> dict[str, t.Any]:
        """Flags that are not set are not sent: older servers do not know them."""
        return {"id": id, **{name.replace("_", ""): value for name, value in more.items() if value is not None}}


def network(wire: Wire, tell: Tell = unheard) -> Served:
    read = Record(wire, "network", tell)
    return Served(
        kind=NETWORK,
        id=read.id(),
        name=read.text("name"),
        state=read.text("state"),
        zone_id=read.text("zoneid"),
        zone=read.text("zonename"),
        redundant=bool(read.flag("redundantrouter")),
        tiers=(read.text("id"),),
        vpc_id=read.text("vpcid"),
        vpc=read.text("vpcname"),
        account=read.text("account"),
        domain_path=read.text("domainpath", "domain"),
        project=read.text("project"),
    )


def vpc(wire: Wire, tell: Tell = unheard) -> Served:
    read = Record(wire, "VPC", tell)
    return Served(
        kind=VPC,
        id=read.id(),
        name=read.text("name"),
        state=read.text("state"),
        zone_id=read.text("zoneid"),
        zone=read.text("zonename"),
        redundant=bool(read.flag("redundantvpcrouter")),
        tiers=tuple(each.text("id") for each in read.records("network", "network") if each.text("id")),
        account=read.text("account"),
        domain_path=read.text("domainpath", "domain"),
        project=read.text("project"),
    )


class ServedNetworks:
    """The port ``ServedNetworks``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def all(self, **where: str) -> t.Sequence[Served]:
        asked: Json = {name.replace("_", ""): value for name, value in where.items() if value}
        return [*self._listed(NETWORK, asked), *self._listed(VPC, asked)]

    def find(self, kind: str, id: str) -> t.Optional[Served]:
        try:
            return next(iter(self._listed(kind, {"id": id})), None)
        except ApiError as error:
            if error.errorcode == 431:
                return None
            raise

    def _listed(self, kind: str, asked: Json) -> list[Served]:
        if kind == NETWORK:
            listed = everybodys(self._client, "listNetworks", "network", asked)
            found = [network(item, self._client.tell) for item in listed]
        else:
            found = [vpc(item, self._client.tell) for item in everybodys(self._client, "listVPCs", "vpc", asked)]
        return [each for each in found if each.id]

    def rules(self, served: Served) -> Rules:
        forwarding = balancing = nat = vpn = 0
        for tier in served.tiers:
            forwarding += len(self._of("listPortForwardingRules", "portforwardingrule", networkid=tier))
            balancing += len(self._of("listLoadBalancerRules", "loadbalancerrule", networkid=tier))
            addresses = self._of("listPublicIpAddresses", "publicipaddress", associatednetworkid=tier, isstaticnat=True)
            nat += sum(1 for each in addresses if Record(each, "address", self._client.tell).flag("isstaticnat"))
            vpn += len(self._of("listRemoteAccessVpns", "remoteaccessvpn", networkid=tier))
        if served.kind == VPC:
            vpn += len(self._of("listVpnConnections", "vpnconnection", vpcid=served.id))
        return Rules(forwarding, balancing, nat, vpn)

    def _of(self, command: str, key: str, **asked: t.Any) -> list[Json]:
        return everybodys(self._client, command, key, asked)
