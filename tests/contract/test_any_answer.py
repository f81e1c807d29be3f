# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every reading of the adapter, with something else in each field of each answer: an error at worst, no traceback.

A reading is asked of the sandbox once. Its answers are then played again, each time with one value changed.
"""

from __future__ import annotations

import copy
import re
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from contract.conftest import Connect
from fakes.clock import FakeClock

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack import client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.signing import signed_form
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    ApiError,
    HostcraftError,
    NotFound,
    Unsupported,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.router import NETWORK, VPC
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.routers.served import Served
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Cluster
from sandbox.api import DEFAULT_VERSION
from sandbox.server import Sandbox
from sandbox.surface import version_key
from unit.sandbox.client import Api
from unit.sandbox.site import Site

Json = dict[str, Any]
Place = tuple[str | int, ...]
ROOT = Path(__file__).resolve().parents[2] / "plugins/module_utils/adapters/cloudstack"
# Read along with others, or of a session and jobs that no reading begins.
BESIDE = {"bonds", "client", "diagnostics", "everyones", "instances", "login", "records"}
# Asked where getUser is refused, or of older releases.
UNPLAYED = {"listUsers", "listTemplates", "listNetworkOfferings"}
WRONG: tuple[Any, ...] = (
    None, True, -1, 1.5, 10**29, "", "x", "46811,5", "9" * 5000, "\x00\ud800", "0001-01-01T00:00:00+0000",
    "1-9999999999", [], [None], ["x", 1], [[]], {}, {"id": []},
)  # fmt: skip


class Replay:
    """In place of a session with the server: records its answers, then plays them, one of them changed."""

    def __init__(self, http: Any) -> None:
        self.endpoint, self._http = http.endpoint, http
        self.asked = ""
        self.answers: dict[str, tuple[int, Json]] = {}
        self.commands: set[str] = set()
        self.changed: dict[str, tuple[int, Json]] | None = None

    def form(self, params: dict[str, str], *signed: Any) -> str:
        """In place of signing, which takes longer than the readings do."""
        self.asked = repr(sorted(params.items()))
        if self.changed is None:
            return signed_form(params, *signed)
        "".join(params.values()).encode()  # fails where signing would
        return ""

    def send(self, command: str, form: str) -> tuple[int, Json]:
        asked = self.asked
        if self.changed is not None:
            # What was never asked is unknown to the server.
            unknown = (431, {"errorresponse": {"errorcode": 431, "errortext": "unknown"}})
            return self.changed.get(asked) or self.answers.get(asked) or unknown
        self.commands.add(command)
        self.answers[asked] = self._http.send(command, form)
        return self.answers[asked]

    def close(self) -> None:
        self._http.close()


@dataclass
class Known:
    """Ids of what there is, and two things as the adapter reads them."""

    site: Site
    vm: str
    router: str
    system_vm: str
    network: str
    store: str
    public: str
    server: str
    cluster: Cluster
    served: Served
    vpc: Served

    def __getattr__(self, name: str) -> Any:
        """zone, host, pool and physical of the site."""
        return getattr(self.site, name)


# Readings by the file of the adapter that they are for.
READINGS: dict[str, tuple[Callable[[Gateway, Known], object], ...]] = {
    "alerts": (lambda cloud, known: cloud.alerts.all(),),
    "capacities": (
        lambda cloud, known: cloud.capacities.of_cluster(known.cluster.id),
        lambda cloud, known: cloud.capacities.of_place("zone", known.zone, range(100)),
    ),
    "certificates": (
        lambda cloud, known: cloud.authorities.providers(),
        lambda cloud, known: cloud.authorities.authority(),
        lambda cloud, known: cloud.authorities.secured(known.zone),
    ),
    "dedications": (
        *(
            lambda cloud, known, scope=scope: cloud.dedications.all(scope)
            for scope in ("zone", "pod", "cluster", "host")
        ),
        lambda cloud, known: cloud.dedications.tenants("cluster", known.cluster.id),
        lambda cloud, known: cloud.dedications.names(),
        lambda cloud, known: cloud.dedications.family(known.zone),
    ),
    "disk_offerings": (lambda cloud, known: cloud.disk_offerings.all(),),
    "events": (
        lambda cloud, known: cloud.events.all(),
        lambda cloud, known: [log(1) for log in cloud.events.event_logs()],
        lambda cloud, known: cloud.events.alerts(1),
    ),
    "fleet": (
        lambda cloud, known: cloud.fleets.read(known.cluster),
        lambda cloud, known: cloud.fleets.on_host(known.cluster, known.host),
        lambda cloud, known: cloud.fleets.names(known.zone),
        lambda cloud, known: cloud.fleets.machine(known.vm, "User"),
        lambda cloud, known: cloud.fleets.users_vms([known.vm]),
    ),
    "gateway": (
        lambda cloud, known: cloud.release(),
        lambda cloud, known: cloud.caller(),
        lambda cloud, known: cloud.owner_id("account", "admin", "ROOT"),
        lambda cloud, known: cloud.owner_id("project", "shop"),
        lambda cloud, known: cloud.jobs.at_work_on(known.host),
    ),
    "hypervisor_capabilities": (lambda cloud, known: cloud.hypervisor_capabilities.all(),),
    "management_servers": (
        lambda cloud, known: cloud.management_servers.all(),
        lambda cloud, known: cloud.management_servers.jobs(known.server),
        lambda cloud, known: cloud.management_servers.changed_settings(),
    ),
    "mapping": (
        lambda cloud, known: cloud.zones.all(),
        lambda cloud, known: cloud.pods.all(),
        lambda cloud, known: cloud.clusters.all(),
        lambda cloud, known: cloud.hosts.all(),
        lambda cloud, known: cloud.physical_networks.all(),
        lambda cloud, known: cloud.traffic_types.all(physical_network_id=known.physical),
        lambda cloud, known: cloud.providers.all(),
        lambda cloud, known: cloud.virtual_router_elements.all(),
        lambda cloud, known: cloud.vlan_ip_ranges.all(),
        lambda cloud, known: cloud.storage_pools.all(),
        lambda cloud, known: cloud.image_stores.all(),
        lambda cloud, known: cloud.staging_stores.all(),
    ),
    "network_resources": (
        lambda cloud, known: cloud.networks.all(),
        lambda cloud, known: cloud.network_offerings.all(),
        lambda cloud, known: cloud.storage_ranges.all(),
    ),
    "notes": (lambda cloud, known: cloud.notes.all("HOST", known.host),),
    "offers": (
        lambda cloud, known: cloud.offers.services(),
        lambda cloud, known: cloud.offers.os_categories(),
        lambda cloud, known: cloud.offers.planners(),
        lambda cloud, known: cloud.offers.storage("primary"),
    ),
    "oobm": (
        lambda cloud, known: cloud.oobms.of_host(known.host),
        lambda cloud, known: cloud.oobms.all(),
        lambda cloud, known: cloud.oobms.switches(known.zone, known.cluster.id, "outOfBandManagementEnabled"),
        lambda cloud, known: cloud.host_has.all(),
        lambda cloud, known: cloud.host_has.providers("KVM"),
    ),
    "outages": (lambda cloud, known: cloud.outages.stopped(known.zone),),
    "owners": (lambda cloud, known: cloud.domains.all(), lambda cloud, known: cloud.accounts.all()),
    "regions": (lambda cloud, known: cloud.regions.all(), lambda cloud, known: cloud.portable_ranges.all()),
    "resource_limits": (
        lambda cloud, known: cloud.limits.all(cloud.limits.owner("ROOT", "admin", "")),
        lambda cloud, known: cloud.limits.all(cloud.limits.owner("", "", "shop")),
    ),
    "routers": (
        lambda cloud, known: cloud.routers.all({}),
        lambda cloud, known: cloud.routers.health(known.router, True),
        lambda cloud, known: cloud.routers.under_way([known.host]),
        lambda cloud, known: cloud.served_networks.all(),
        lambda cloud, known: cloud.served_networks.rules(known.served),
        lambda cloud, known: cloud.served_networks.rules(known.vpc),
    ),
    "service_offerings": (lambda cloud, known: cloud.service_offerings.all(),),
    "settings": (
        lambda cloud, known: cloud.settings.all("cluster", known.cluster.id),
        lambda cloud, known: cloud.settings.find("event.purge.delay"),
        lambda cloud, known: cloud.settings.own(known.cluster.id),
    ),
    "stores": (
        lambda cloud, known: cloud.stores.items(known.store),
        lambda cloud, known: cloud.stores.at("image_store", known.store, ""),
        lambda cloud, known: cloud.stores.at("pool", known.pool, ""),
    ),
    "system_templates": (
        lambda cloud, known: cloud.system_templates.of_system(),
        lambda cloud, known: cloud.system_templates.os_types(),
    ),
    "system_vms": (
        lambda cloud, known: cloud.system_vms.all(),
        lambda cloud, known: cloud.system_vms.suitable(known.system_vm),
        lambda cloud, known: cloud.system_offerings.all(),
    ),
    "trials": (
        lambda cloud, known: cloud.trials.templates(known.zone),
        lambda cloud, known: cloud.trials.offerings(),
        lambda cloud, known: cloud.trials.all(known.zone),
        lambda cloud, known: cloud.trials.find(known.vm),
        lambda cloud, known: cloud.trials.left(known.vm, known.network),
    ),
    "usage": (
        lambda cloud, known: cloud.usage.types(),
        lambda cloud, known: cloud.usage.server(),
        lambda cloud, known: cloud.usage.records("2020-01-01", "2020-01-02", None, {}),
    ),
    "vlans": (
        lambda cloud, known: cloud.vlans.taken(known.physical),
        lambda cloud, known: cloud.vlans.networks(known.zone),
        lambda cloud, known: cloud.vlans.dedications(known.physical),
        lambda cloud, known: cloud.vlans.busy(known.zone),
        lambda cloud, known: cloud.vlans.private_gateways(known.zone),
        lambda cloud, known: cloud.vlans.users(known.network),
        lambda cloud, known: cloud.vlans.addresses(known.public, True),
    ),
    "volumes": (
        lambda cloud, known: cloud.volumes.on(known.pool),
        lambda cloud, known: cloud.volumes.moves_live("KVM"),
        lambda cloud, known: cloud.volumes.with_snapshots(),
    ),
    "vpcs": (lambda cloud, known: cloud.vpcs.all(), lambda cloud, known: cloud.vpc_offerings.all()),
}


def places(value: Any, path: Place = ()) -> Iterator[Place]:
    """Each field; of a list the first item, and the last where it has other fields."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, each in value.items():
            yield from places(each, (*path, key))
    elif isinstance(value, list) and value:
        yield from places(value[0], (*path, 0))


def with_other(body: Json, path: Place, value: object) -> Json:
    """The body with another value at a place; only what is on the way there is copied."""
    found = copy.copy(body)
    holder: Any = found
    for step in path[:-1]:
        holder[step] = copy.copy(holder[step])
        holder = holder[step]
    holder[path[-1]] = value
    return found


@pytest.fixture
def known(sandbox: Sandbox, connect: Connect) -> Known:
    """A site with something of most that is read."""
    site = Site(Api(sandbox))
    api = site.api
    site.with_system_vms()
    site.vpc()
    network = str(site.network()["id"])
    vm = site.deploy(network)
    api.done("createProject", name="shop", displaytext="shop")
    stopped = site.deploy(network)
    sandbox.run(lambda world: setattr(world.vms.by_uuid(stopped), "ha", True))
    api.done("stopVirtualMachine", id=stopped)
    api.done("dedicateHost", hostid=site.hosts[1], domainid=api.ok("listDomains")["domain"][0]["id"])
    api.ok("updateHost", id=site.host, hosttags="t1")
    api.ok("addAnnotation", entitytype="HOST", entityid=site.host, annotation="x")
    api.ok("generateAlert", type="3", name="x", description="y", zoneid=site.zone)
    api.ok(
        "dedicateGuestVlanRange",
        physicalnetworkid=site.physical,
        vlanrange="190-199",
        account="admin",
        domainid=api.ok("listDomains")["domain"][0]["id"],
    )
    api.ok(
        "configureOutOfBandManagement",
        hostid=site.host,
        driver="ipmitool",
        address="192.0.2.9",
        port="623",
        username="u",
        password="p",
    )
    cloud = Gateway(connect(sandbox))
    return Known(
        site,
        vm,
        cloud.routers.all({})[0].id,
        cloud.system_vms.all()[0].id,
        network,
        cloud.image_stores.all()[0].id,
        cloud.vlan_ip_ranges.all()[0].id,
        sandbox.run(lambda world: world.server.uuid),
        cloud.clusters.all()[0],
        *(next(each for each in cloud.served_networks.all() if each.kind == kind) for kind in (NETWORK, VPC)),
    )


@pytest.mark.parametrize("file", READINGS)
def test_no_value_of_an_answer_ends_in_a_traceback(
    file: str, known: Known, sandbox: Sandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay: Any = Replay(connect(sandbox).http)
    monkeypatch.setattr(client, "signed_form", replay.form)
    failures: dict[str, str] = {}
    for number, reading in enumerate(READINGS[file]):
        replay.changed, replay.answers = None, {}
        try:
            reading(Gateway(Client(replay, clock=FakeClock())), known)
        except Unsupported:
            assert version_key(DEFAULT_VERSION) < version_key("4.22")
        except (ApiError, NotFound):
            pass
        for asked, (status, body) in replay.answers.items():
            for place in places(body):
                for value in WRONG:
                    replay.changed = {asked: (status, with_other(body, place, value))}
                    try:
                        reading(Gateway(Client(replay, clock=FakeClock())), known)
                    except HostcraftError:
                        continue
                    except Exception as error:
                        where = traceback.extract_tb(error.__traceback__)[-1]
                        what = f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno}"
                        failures.setdefault(what, f"reading {number}, {place} is {str(value)[:40]!r}")
    assert failures == {}
    if version_key(DEFAULT_VERSION) >= version_key("4.22"):
        text = (ROOT / f"{file}.py").read_text(encoding="utf-8")
        assert set(re.findall(r'"((?:list|find|get)[A-Z]\w+)"', text)) - UNPLAYED <= replay.commands


def test_every_file_that_reads_answers_is_played() -> None:
    reading = {path.stem for path in ROOT.glob("*.py") if re.search(r"\bRecord\(", path.read_text(encoding="utf-8"))}
    assert reading - set(READINGS) == BESIDE
