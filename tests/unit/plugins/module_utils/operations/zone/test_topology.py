# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones, pods and clusters: what is filled in, which one is meant, and managed states."""

from __future__ import annotations

from typing import Any

import pytest
from fakes.cloud import FakeCloud, Memory

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Ambiguous, NotFound, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Cluster, Pod, Zone
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.topology import (
    ClusterRequest,
    default_type,
    ensure_cluster,
    ensure_pod,
    ensure_zone,
)


class Site(FakeCloud):
    """A zone of two pods, with the given clusters; domains have their name as id."""

    def __init__(self, *clusters: Cluster, **options: Any) -> None:
        super().__init__()
        self.zones = Memory(Zone, Zone("z", "z1", "Advanced", dns1="192.0.2.53", internal_dns1="192.0.2.54"))
        self.pods = Memory(Pod, Pod("p1", "pod1", "z"), Pod("p2", "pod2", "z"))
        self.clusters = Memory(Cluster, *clusters, **options)

    def owner_id(self, kind: str, name: str, domain: str = "") -> str:
        return f"{kind}:{name}"

    def cluster(self, state: Any = "present", check: bool = False, **request: Any) -> Outcome:
        fields = request.pop("fields", {"name": "c"})
        return ensure_cluster(self.port, ClusterRequest(fields, "z1", **request), state, check)


def cluster(id: str = "1", pod: str = "p1", managed: str = "Managed") -> Cluster:
    return Cluster(id, "c", "z", pod, hypervisor="KVM", cluster_type="CloudManaged", managed_state=managed)


def test_a_new_zone_is_advanced_and_its_resolver_serves_both() -> None:
    site = Site()
    ensure_zone(site.port, {"name": "z2", "dns1": "192.0.2.1", "domain": "ROOT/a"}, "present", False)
    (_verb, _id, fields) = site.zones.writes[0]
    assert (fields["network_type"], fields["internal_dns1"], fields["domain_id"]) == (
        "Advanced",
        "192.0.2.1",
        "domain:ROOT/a",
    )


def test_another_resolver_of_guests_leaves_that_of_system_vms() -> None:
    site = Site()
    outcome = ensure_zone(site.port, {"name": "z1", "dns1": "192.0.2.99"}, "present", False)
    assert outcome.after == {"dns1": "192.0.2.99"}
    assert site.zones.writes == [("update", "z", {"dns1": "192.0.2.99"})]


def test_a_pod_is_found_by_its_id_and_an_unknown_one_creates_nothing() -> None:
    site = Site()
    assert ensure_pod(site.port, "z1", {"name": "other"}, "present", False, id="p2").before == {"name": "pod2"}
    with pytest.raises(NotFound, match="p9"):
        ensure_pod(site.port, "z1", {"name": "pod9"}, "present", False, id="p9")
    assert not ensure_pod(site.port, "z1", {"name": "pod9"}, "absent", False, id="p9").changed
    assert len(site.pods.writes) == 1


def test_a_cluster_is_its_pods() -> None:
    site = Site(cluster("1", "p1"), cluster("2", "p2"))
    with pytest.raises(Ambiguous):
        site.cluster("absent")
    assert site.cluster("absent", pod="pod2").changed
    assert list(site.clusters.rows) == ["1"]


def test_a_cluster_does_not_move() -> None:
    site = Site(cluster())
    with pytest.raises(Refused, match="pod_id is 'p1'"):
        site.cluster(pod="pod2", id="1")
    assert site.clusters.writes == []


@pytest.mark.parametrize(
    ("hypervisor", "kind"),
    [("KVM", "CloudManaged"), ("VMware", "ExternalManaged"), ("vmware", "ExternalManaged"), (None, None)],
)
def test_whose_clusters_they_are(hypervisor: str | None, kind: str | None) -> None:
    assert default_type(hypervisor) == kind


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("state", ["Managed", "PrepareUnmanagedError"])
def test_a_managed_state_is_asked_for_once(state: str, check: bool) -> None:
    site = Site(cluster(managed=state))
    outcome = site.cluster(managed_state="Unmanaged", check=check)
    assert (outcome.before, outcome.after) == ({"managed_state": state}, {"managed_state": "Unmanaged"})
    assert outcome.result["managed_state"] == (state if check else "Unmanaged")
    assert site.clusters.writes == ([] if check else [("update", "1", {"managed_state": "Unmanaged"})])
    assert site.cluster(managed_state="Unmanaged", check=check).changed is check


def test_a_server_that_gives_up_is_refused_with_both_states() -> None:
    site = Site(cluster(), deaf=frozenset(("managed_state",)))
    with pytest.raises(Refused) as caught:
        site.cluster(managed_state="Unmanaged")
    assert caught.value.reasons[0].facts == {"managed_state": "Managed", "wanted": "Unmanaged"}


def test_a_new_cluster_is_managed_as_every_one_is() -> None:
    site = Site(chosen={"managed_state": "Managed"})
    fields = {"name": "c", "hypervisor": "KVM"}
    outcome = site.cluster(fields=fields, pod="pod1", managed_state="Managed")
    assert [verb for verb, _id, _fields in site.clusters.writes] == ["create"]
    assert outcome.result["managed_state"] == "Managed"
