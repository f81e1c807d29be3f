# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters of one name in two pods: every module says which pods, and each of them can be named."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from contract.tasks import MODULES, perform, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Ambiguous, HostcraftError
from sandbox.server import Sandbox
from unit.sandbox.client import Api
from unit.sandbox.site import Site

# Every module that looks for a cluster by a name of CloudStack's, with what else it needs.
ASKED: dict[str, dict[str, Any]] = {
    "cs_allocation_state": {"cluster": "c1", "state": "disabled"},
    "cs_bmc_check": {"cluster": "c1"},
    "cs_capacity_info": {"cluster": "c1"},
    "cs_certificate": {"cluster": "c1", "state": "renewed"},
    "cs_certificate_info": {"cluster": "c1"},
    "cs_cluster": {"name": "c1", "state": "disabled"},
    "cs_cluster_lock": {"cluster": "c1", "run": "r"},
    "cs_configuration": {"cluster": "c1", "name": "cpu.overprovisioning.factor", "value": "2"},
    "cs_configuration_info": {"cluster": "c1"},
    "cs_cluster_limit": {"cluster": "c1"},
    "cs_dedication": {"cluster": "c1", "domain": "ROOT"},
    "cs_ha_info": {"cluster": "c1"},
    "cs_host": {"cluster": "c1", "name": "h9", "url": "http://sim/c1/h9", "username": "root", "password": "x"},
    "cs_host_ha": {"cluster": "c1", "state": "disabled"},
    "cs_host_ha_info": {"cluster": "c1"},
    "cs_host_info": {"cluster": "c1"},
    "cs_host_password": {"cluster": "c1", "username": "root", "password": "x", "new_password": "y"},
    "cs_hypervisor_info": {"cluster": "c1", "hypervisor": {"url": "qemu+tls://{host}/system"}},
    "cs_kvm_console_certificate": {"cluster": "c1", "hypervisor": {"url": "qemu+tls://{host}/system"}},
    "cs_kvm_migration_check": {"cluster": "c1", "hypervisor": {"url": "qemu+tls://{host}/system"}},
    "cs_maintenance_plan": {"cluster": "c1"},
    "cs_oobm": {"cluster": "c1", "state": "disabled"},
    "cs_oobm_info": {"cluster": "c1"},
    "cs_overprovision": {"cluster": "c1", "cpu_factor": 2},
    "cs_rolling_maintenance": {"cluster": "c1", "state": "released"},
    "cs_router_info": {"cluster": "c1"},
    "cs_router_upgrade": {"cluster": "c1"},
    "cs_router_upgrade_plan": {"cluster": "c1"},
    "cs_storage_pool": {"cluster": "c1", "name": "ps9", "storage_url": "nfs://10.0.0.9/ps9"},
    "cs_storage_pool_info": {"cluster": "c1"},
    "cs_trunk_info": {"cluster": "c1"},
}
# Those of the hypervisor's own clusters, and one that lists what has the name.
OTHERS = {"cs_vsphere_check", "cs_vsphere_host", "cs_overprovision_info", "cs_cluster_info", "cs_report"}


@pytest.fixture
def site(sandbox: Sandbox) -> Site:
    api = Api(sandbox)
    site = Site(api, system_vms=False)
    addresses = {"startip": "10.77.0.10", "endip": "10.77.0.20", "netmask": "255.255.255.0", "gateway": "10.77.0.1"}
    pod = api.ok("createPod", zoneid=site.zone, name="p2", **addresses)["pod"]["id"]
    api.ok(
        "addCluster",
        zoneid=site.zone,
        podid=pod,
        clustername="c1",
        hypervisor="Simulator",
        clustertype="CloudManaged",
    )
    sandbox.calls.clear()
    return site


@pytest.mark.parametrize("module", ASKED)
def test_a_name_in_two_pods_is_refused_with_both_and_pod_and_name_chooses(
    module: str, cloud: Gateway, sandbox: Sandbox, site: Site
) -> None:
    with pytest.raises(Ambiguous, match=r"\(pod p1\).*\(pod p2\)") as caught:
        perform(cloud, module, zone="z1", **ASKED[module])
    assert sorted(caught.value.details["places"]) == ["pod p1", "pod p2"]  # type: ignore[call-overload]
    assert len(caught.value.details["matches"]) == 2  # type: ignore[arg-type]
    assert writes(sandbox) == []
    if module == "cs_cluster":
        return
    assert "or as p1/c1" in caught.value.message
    wanted = {**ASKED[module], "cluster": "P2/C1"}
    code = ""
    try:
        perform(cloud, module, check_mode=True, zone="z1", **wanted)
    except HostcraftError as error:
        code = error.code
    # The cluster is found; what such an empty one lacks is another thing.
    assert code not in ("ambiguous", "not_found")


def test_a_report_of_one_of_them(cloud: Gateway, site: Site, tmp_path: Path) -> None:
    with pytest.raises(Ambiguous, match=r"pod p1.*pod p2"):
        perform(cloud, "cs_report", zone="z1", clusters=["c1"], dest=str(tmp_path / "page.html"))
    assert perform(cloud, "cs_report", zone="z1", clusters=["p2/c1"], dest=str(tmp_path / "page.html")).changed


def test_a_slash_in_a_name_is_no_pod(cloud: Gateway, sandbox: Sandbox, site: Site) -> None:
    assert perform(cloud, "cs_host_info", zone="z1", cluster="p1/c1").result["hosts"]
    with pytest.raises(HostcraftError, match="p9/c1 not found"):
        perform(cloud, "cs_host_info", zone="z1", cluster="p9/c1")


def test_every_module_with_a_cluster_is_asked() -> None:
    folder = Path(importlib.import_module(MODULES).__path__[0])
    with_cluster = {
        file.stem
        for file in folder.glob("cs_*.py")
        if "cluster" in getattr(getattr(importlib.import_module(f"{MODULES}.{file.stem}"), "TASK", None), "options", {})
    }
    assert with_cluster | {"cs_cluster"} == set(ASKED) | (with_cluster & OTHERS)
