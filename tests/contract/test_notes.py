# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes on hosts and clusters, also on servers that have notes of hosts only (before 4.16)."""

from __future__ import annotations

import pytest
from contract.tasks import perform

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance import locks
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.locks import Claim, Lock
from sandbox.server import Sandbox
from unit.sandbox.site import Site


def test_a_cluster_and_its_host_have_notes_of_their_own(cloud: Gateway, site: Site, sandbox: Sandbox) -> None:
    (cluster,) = cloud.clusters.all()
    host = sandbox.world.hosts.select()[0].uuid
    for kind, uuid in (("CLUSTER", cluster.id), ("HOST", host)):
        made = cloud.notes.add(kind, uuid, f"of the {kind}")
        assert [(note.id, note.text) for note in cloud.notes.all(kind, uuid)] == [(made.id, f"of the {kind}")]
    for kind, uuid in (("CLUSTER", cluster.id), ("HOST", host)):
        for note in cloud.notes.all(kind, uuid):
            cloud.notes.remove(note.id)
        assert cloud.notes.all(kind, uuid) == []
    assert len(sandbox.calls.of("listApis")) == 1


def test_one_run_at_a_time_has_a_cluster(cloud: Gateway, site: Site) -> None:
    (cluster,) = cloud.clusters.all()
    first, second = (Claim(Lock(token, f"{token}@desk")) for token in ("anna", "bert"))
    locks.take(cloud, cluster, first)
    with pytest.raises(Refused) as refused:
        locks.take(cloud, cluster, second)
    assert refused.value.details["reasons"][0]["who"] == "anna@desk"  # type: ignore[index]
    locks.release(cloud, cluster, first)
    locks.take(cloud, cluster, second)
    locks.release(cloud, cluster, second)
    assert cloud.notes.all("CLUSTER", cluster.id) == []


def test_a_host_is_drained_and_comes_back(cloud: Gateway, site: Site, sandbox: Sandbox) -> None:
    name = sandbox.world.hosts.select()[0].name
    asked = {"zone": "z1", "name": name}
    done = perform(cloud, "cs_maintenance", **asked, state="maintenance")
    assert done.result["resource_state"] == "Maintenance"
    done = perform(cloud, "cs_maintenance", **asked, state="enabled")
    assert done.result["resource_state"] == "Enabled"
    assert [row.text for row in sandbox.world.annotations] == []
