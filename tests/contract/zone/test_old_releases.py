# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers of older releases, whose answers lack fields: what is declared is made once, what nobody tells is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from contract.conftest import Connect
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused, Unsupported
from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import Site

Serve = Callable[[str], tuple[Sandbox, Gateway]]
FACTOR: dict[str, Any] = {"name": "cpu.overprovisioning.factor", "zone": "z1", "cluster": "c1"}
POOL: dict[str, Any] = {"name": "p", "zone": "z1", "cluster": "c1"}


@pytest.fixture
def serve(connect: Connect) -> Iterator[Serve]:
    """A small cloud of a release."""
    with ExitStack() as opened:

        def start(version: str) -> tuple[Sandbox, Gateway]:
            server = opened.enter_context(Sandbox(seed=1, speed=10.0, version=version))
            Site(Api(server))
            server.calls.clear()
            return server, Gateway(connect(server))

        yield start


@pytest.mark.parametrize("version", ["4.11", "4.15", "4.16"])
def test_storage_tags_of_offerings_are_read_under_both_names(serve: Serve, version: str) -> None:
    server, cloud = serve(version)
    size = {"cpu_number": 1, "cpu_speed": 500, "memory": 512}
    made = twice(cloud, "cs_service_offering", name="fast", storage_tags=["ssd"], **size)
    assert made.result["storage_tags"] == ["ssd"]
    assert writes(server) == ["createServiceOffering"]


@pytest.mark.parametrize("version", ["4.11", "4.15", "4.16"])
def test_ranges_of_a_pod_are_read_in_both_forms(serve: Serve, version: str) -> None:
    server, cloud = serve(version)
    given = {"zone": "z1", "pod": "p1", "start_ip": "172.16.15.210", "end_ip": "172.16.15.220"}
    (pod,) = cloud.pods.all()
    more = {"gateway": pod.gateway, "netmask": pod.netmask}
    twice(cloud, "cs_management_ip_range", **given, **more)
    there = [(each.start_ip, each.end_ip) for each in cloud.pods.fresh(pod).ip_ranges]
    assert ("172.16.15.210", "172.16.15.220") in there
    twice(cloud, "cs_management_ip_range", state="absent", **given)
    assert writes(server) == ["createManagementNetworkIpRange", "deleteManagementNetworkIpRange"]


@pytest.mark.parametrize("version", ["4.11", "4.17", "4.18"])
def test_a_setting_of_unknown_type_is_compared_as_a_number(serve: Serve, version: str) -> None:
    server, cloud = serve(version)
    assert twice(cloud, "cs_configuration", value=2, **FACTOR).after == {"value": "2"}
    server.run(lambda world: next(iter(world.clusters)).details.update(cpuOvercommitRatio="2.0"))
    assert not perform(Gateway(cloud._client), "cs_configuration", value=2, **FACTOR).changed
    assert writes(server) == ["updateConfiguration"]


def test_a_reset_to_a_default_that_is_not_told_is_judged_by_what_it_changes(serve: Serve) -> None:
    server, cloud = serve("4.17")
    given = {"name": "expunge.delay", "state": "reset"}
    perform(cloud, "cs_configuration", name="expunge.delay", value=77)
    foretold = perform(cloud, "cs_configuration", True, **given)
    assert (foretold.changed, foretold.before, foretold.after) == (True, {"value": "77"}, {})
    assert "does not return defaults" in foretold.warnings[0]
    done = perform(cloud, "cs_configuration", **given)
    assert (done.changed, done.before, done.after) == (True, {"value": "77"}, {"value": "86400"})
    assert not perform(cloud, "cs_configuration", **given).changed
    assert writes(server) == ["updateConfiguration", "resetConfiguration", "resetConfiguration"]


@pytest.mark.parametrize("version", ["4.11", "4.18", "4.22"])
def test_what_is_not_told_of_a_pool_is_not_compared(serve: Serve, version: str) -> None:
    server, cloud = serve(version)
    given = {**POOL, "storage_url": "nfs://10.9.0.9/p", "managed": False, "capacity_bytes": 1 << 40}
    made = twice(cloud, "cs_storage_pool", **given)
    assert (made.result["capacity_bytes"], made.warnings) == (1 << 40, ())
    assert made.result["managed"] is (False if version == "4.22" else None)
    assert writes(server) == ["createStoragePool"]


@pytest.mark.parametrize(("version", "said"), [("4.18", True), ("4.20.1", True), ("4.21", False)])
def test_a_user_that_cannot_be_compared_is_said_with_the_true_reason(serve: Serve, version: str, said: bool) -> None:
    _server, cloud = serve(version)
    url = "rbd://admin:key@10.9.0.9/rbd"
    again = twice(cloud, "cs_storage_pool", **POOL, storage_url=url) and perform(
        cloud, "cs_storage_pool", **POOL, storage_url=url
    )
    assert any("does not return details" in each for each in again.warnings) is said
    assert not any("was not added by this module" in each for each in again.warnings)
    other = {**POOL, "storage_url": "rbd://admin:other@10.9.0.9/rbd"}
    if said:
        assert not perform(cloud, "cs_storage_pool", **other).changed
    else:
        with pytest.raises(Refused):
            perform(cloud, "cs_storage_pool", **other)


OPTIONS: dict[str, Any] = {"name": "p", "zone": "z1", "storage_url": "nfs://10.9.0.9/p"}


@pytest.mark.parametrize("version", ["4.11", "4.18", "4.19", "4.19.1", "4.20", "4.20.1", "4.21"])
@pytest.mark.parametrize("place", [{"cluster": "c1"}, {"scope": "zone", "hypervisor": "KVM"}])
def test_a_pool_is_created_with_options_of_its_mount(serve: Serve, version: str, place: dict[str, Any]) -> None:
    """Those of KVM are told since 4.19.1, of all since 4.21."""
    server, cloud = serve(version)
    twice(cloud, "cs_storage_pool", **OPTIONS, **place, details={"nfsmountopts": "vers=4.1"})
    assert writes(server) == ["createStoragePool"]


@pytest.mark.parametrize(
    ("version", "before"), [("4.19.1", "vers=3"), ("4.20", "vers=3"), ("4.20", ""), ("4.21", ""), ("4.21", "vers=3")]
)
def test_other_options_of_a_mount_are_set(serve: Serve, version: str, before: str) -> None:
    """Also where there were none, which a server of 4.20 tells by leaving the field out."""
    server, cloud = serve(version)
    given = {**OPTIONS, "scope": "zone", "hypervisor": "KVM"}
    perform(cloud, "cs_storage_pool", **given, details={"nfsmountopts": before} if before else None)
    with pytest.raises(Refused, match="only while the pool is in maintenance"):
        perform(cloud, "cs_storage_pool", **given, details={"nfsmountopts": "vers=4.1"})
    perform(cloud, "cs_storage_pool", **given, allocation_state="maintenance")
    server.calls.clear()
    twice(cloud, "cs_storage_pool", **given, details={"nfsmountopts": "vers=4.1"})
    assert writes(server) == ["updateStoragePool"]


@pytest.mark.parametrize("version", ["4.11", "4.15", "4.18", "4.19", "4.20", "4.22"])
def test_a_flag_among_the_details_of_a_pool_is_compared_as_it_is_sent(serve: Serve, version: str) -> None:
    server, cloud = serve(version)
    given = {**POOL, "storage_url": "nfs://10.9.0.9/p"}
    twice(cloud, "cs_storage_pool", **given, details={"thin": True, "shared": False, "paths": 4})
    (sent,) = server.calls.of("createStoragePool")
    assert (sent.params["details[0].thin"], sent.params["details[0].shared"]) == ("true", "false")
    assert perform(cloud, "cs_storage_pool", True, **given, details={"thin": False}).changed is (version == "4.22")


@pytest.mark.parametrize("version", ["4.11", "4.15", "4.18", "4.19", "4.20"])
def test_details_that_are_not_told_are_named(serve: Serve, version: str) -> None:
    """By the result, and by a warning only in a run that changes the pool. The cluster is not of KVM."""
    _server, cloud = serve(version)
    given = {**POOL, "storage_url": "nfs://10.9.0.9/p"}
    made = perform(cloud, "cs_storage_pool", **given, details={"nfsmountopts": "vers=4.1", "password": "x"})
    assert (made.warnings, made.result["not_compared"]) == ((), [])
    other = {"nfsmountopts": "vers=3", "password": "x"}
    again = perform(cloud, "cs_storage_pool", **given, details=other)
    assert (again.changed, again.warnings, again.result["not_compared"]) == (False, (), ["nfsmountopts"])
    for change in ({"storage_tags": ["ssd"]}, {"allocation_state": "maintenance"}):
        changed = perform(cloud, "cs_storage_pool", **given, **change, details=other)
        assert (changed.changed, changed.result["not_compared"]) == (True, ["nfsmountopts"])
        assert "nfsmountopts cannot be compared" in changed.warnings[0]


def test_a_flag_that_is_false_is_so_on_a_server_without_it(serve: Serve) -> None:
    server, cloud = serve("4.16")
    zone = {"name": "z9", "network_type": "Advanced", "dns1": "10.0.0.1", "internal_dns1": "10.0.0.1"}
    twice(cloud, "cs_zone", **zone, is_edge=False)
    off = {"encrypt": False, "disk_size_strictness": False}
    twice(cloud, "cs_disk_offering", name="d", disk_size=1, **off)
    assert writes(server) == ["createZone", "createDiskOffering"]
    # To create it anew would not give it either.
    with pytest.raises(Unsupported, match=r"4\.18"):
        perform(cloud, "cs_zone", True, **zone, is_edge=True)
    with pytest.raises(Unsupported, match=r"4\.18"):
        perform(cloud, "cs_disk_offering", name="d", encrypt=True)


@pytest.mark.parametrize(
    ("module", "given"),
    [
        ("cs_network_offering", {"name": "n", "guest_ip_type": "Isolated", "domains": ["ROOT"]}),
        ("cs_disk_offering", {"name": "d", "disk_size": 1, "bytes_read_rate": 1, "bytes_read_rate_max": 2}),
    ],
)
def test_what_the_server_would_ignore_is_refused_before_it_is_sent(
    serve: Serve, module: str, given: dict[str, Any]
) -> None:
    server, cloud = serve("4.11")
    with pytest.raises(Unsupported):
        perform(cloud, module, **given)
    assert writes(server) == []
