# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_host_password for a VMware cluster: a vCenter's login in three tables of CloudStack's database, all or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from contract.conftest import connect
from contract.tasks import perform, writes
from counterparts.mariadb.server import PASSWORD, USER, MariaDb
from counterparts.vcenter import SECRET, Vcsim
from counterparts.vcenter import USER as USER_OF_VCENTER

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database import encryption
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    HostcraftError,
    HypervisorError,
    Refused,
    TransportError,
)
from sandbox.fixture import sandbox
from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import Site

__all__ = ["connect", "sandbox"]

KEY, OLD, NEW = "database key", "old \"s3cret'", "n3w \\ s3cret %s ä"
LOGIN = USER_OF_VCENTER


@dataclass
class Lab:
    server: Sandbox
    cloud: Gateway
    mariadb: MariaDb

    def change(self, check_mode: bool = False, **more: Any) -> Outcome:
        its = {"host": "127.0.0.1", "port": self.mariadb.port, "user": USER, "password": PASSWORD, "timeout": 3.0}
        asked = {"cluster": "vmw-a", "username": LOGIN, "password": OLD, "new_password": NEW, "record": "database"}
        given = {**asked, "verify": False, "database": {**its, "encryption_key": KEY}, **more}
        return perform(self.cloud, "cs_host_password", check_mode, **given)

    def held(self) -> list[str]:
        """Of two hosts, the cluster, the datacenter of the zone; then those of another zone."""
        select = "SELECT value FROM host_details WHERE name = 'password' UNION ALL "
        select += "SELECT value FROM cluster_details WHERE name = 'password' UNION ALL "
        select += "SELECT password FROM vmware_data_center"
        return [encryption.decrypt("V2", KEY, str(value)) for (value,) in self.mariadb.run(select)]


@pytest.fixture
def lab(sandbox: Sandbox, connect: Any, mariadb: MariaDb) -> Lab:
    site = Site(Api(sandbox))
    _cluster, ids = site.hypervisors("vmw-a", "KVM", ["esx1", "esx2"], OLD)
    # The sandbox imports no cluster of a vCenter here: who runs the hosts is all that counts.
    sandbox.run(lambda world: [setattr(host, "hypervisor", "VMware") for host in world.hosts])
    stored = encryption.encrypt("V2", KEY, OLD)
    for name in ("esx1", "esx2"):
        mariadb.add_host(ids[name], name, LOGIN, stored)
    mariadb.run("UPDATE host SET hypervisor_type = 'VMware', cluster_id = 7, data_center_id = 3")
    for id, name in ((7, "vmw-a"), (8, "vmw-b")):
        mariadb.run("INSERT INTO cluster (id, name) VALUES (%s, %s)", (id, name))
        for key, text in (("username", LOGIN), ("password", stored), ("url", "http://vc/dc/vmw")):
            mariadb.run("INSERT INTO cluster_details (cluster_id, name, value) VALUES (%s, %s, %s)", (id, key, text))
    for id, zone in ((5, 3), (6, 4)):
        values = (id, f"dc{id}", LOGIN, stored)
        mariadb.run("INSERT INTO vmware_data_center (id, name, username, password) VALUES (%s, %s, %s, %s)", values)
        mariadb.run(
            "INSERT INTO vmware_data_center_zone_map (zone_id, vmware_data_center_id) VALUES (%s, %s)", (zone, id)
        )
    sandbox.calls.clear()
    return Lab(sandbox, Gateway(connect(sandbox)), mariadb)


def test_a_vcenters_login_is_changed_in_all_three_tables(lab: Lab) -> None:
    assert lab.change(check_mode=True).changed
    assert lab.held() == [OLD] * 6
    done = lab.change()
    assert (done.changed, done.result["restart_needed"]) == (True, True)
    # Of hosts, clusters, datacenters: those of another cluster and of another zone are not touched.
    assert lab.held() == [NEW, NEW, NEW, OLD, NEW, OLD]
    assert any("same vCenter" in warning for warning in done.warnings)
    assert not lab.change().changed
    assert writes(lab.server) == []


@pytest.mark.parametrize(
    ("planted", "code", "place"),
    [
        ("UPDATE cluster_details SET value = 'x' WHERE name = 'username'", "username_differs", "cluster vmw-a"),
        ("DELETE FROM cluster_details WHERE name = 'password'", "password_rows", "cluster vmw-a"),
        ("INSERT INTO cluster_details SELECT id + 90, cluster_id, name, value FROM cluster_details WHERE name = "
         "'password'", "password_rows", "cluster vmw-a"),
        ("UPDATE vmware_data_center SET password = 'plain'", "record_differs", "VMware datacenter dc5"),
        ("DELETE FROM vmware_data_center_zone_map", "vcenter_not_in_database", None),
    ],
)  # fmt: skip
def test_a_record_that_is_not_sound_is_told_and_nothing_is_written(
    lab: Lab, planted: str, code: str, place: str | None
) -> None:
    lab.mariadb.run(planted)
    before = lab.mariadb.run("SELECT * FROM host_details")
    with pytest.raises(Refused) as refused:
        lab.change()
    assert [(reason.code, reason.facts.get("place")) for reason in refused.value.reasons] == [(code, place)]
    assert lab.mariadb.run("SELECT * FROM host_details") == before


def test_one_table_that_keeps_its_value_undoes_the_others(lab: Lab) -> None:
    lab.mariadb.run("CREATE TRIGGER t BEFORE UPDATE ON vmware_data_center FOR EACH ROW SET NEW.password = OLD.password")
    with pytest.raises(HostcraftError):
        lab.change()
    assert lab.held() == [OLD] * 6


def test_the_record_is_written_only_with_a_password_that_the_vcenter_accepts(lab: Lab) -> None:
    with Vcsim(hosts=1, guests=0) as vcsim:
        hypervisor = {"url": vcsim.url, "ca_path": vcsim.ca}
        with pytest.raises(HypervisorError, match="does not accept the new password") as refused:
            lab.change(hypervisor=hypervisor)
        assert lab.held() == [OLD] * 6
        # Once: more tries lock the account.
        assert [call.method for call in vcsim.calls()].count("Login") == 1
        assert not any(secret in refused.value.message for secret in (OLD, NEW))
        lab.change(hypervisor=hypervisor, new_password=SECRET)
    assert lab.held() == [SECRET, SECRET, SECRET, OLD, SECRET, OLD]
    with pytest.raises(TransportError):
        lab.change(hypervisor=hypervisor, password=SECRET)
    assert lab.held() == [SECRET, SECRET, SECRET, OLD, SECRET, OLD]
