# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every check of a vSphere cluster: found where it was planted in a vCenter, and nothing else with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from counterparts.vcenter import Vcsim

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.vcenter.hosts import open_vsphere
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import NotFound
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vsphere.check import judge_vsphere
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vsphere.expected import VsphereExpected
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vsphere.model import Vsphere
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.vsphere.table import VSPHERE

FIRST = "esx01.example.net"
LABELS = (("management", "vSwitch0"), ("public", "DVS0,300,vmwaredvs"), ("guest", "DVS0,,vmwaredvs"))
SERVERS = ("ntp1.example.net", "ntp2.example.net")
GOOD: dict[str, Any] = {"labels": LABELS, "joined": True, "use_dvswitch": True, "ntp_servers": SERVERS}
VSWITCH = "Config.Network.Vswitch.0"
TEAMING = f"{VSWITCH}.Spec.Policy.NicTeaming"
ADAPTER = "Config.StorageDevice.HostBusAdapter.+"
ISCSI = {
    "_typeName": "HostInternetScsiHba",
    "key": "iscsi",
    "device": "vmhba64",
    "isSoftwareBased": True,
    "iScsiName": "iqn.1998-01.com.vmware:esx01",
    "configuredSendTarget": [{"_typeName": "HostInternetScsiHbaSendTarget", "address": "10.1.0.1"}],
}
# code: what is written where in the vCenter, and what else is expected.
Plant = tuple[str, str, Any]
PLANTED: dict[str, tuple[list[Plant], dict[str, Any]]] = {
    "host_disconnected": ([(FIRST, "Runtime.ConnectionState", "disconnected")], {}),
    "host_in_maintenance": ([(FIRST, "Runtime.InMaintenanceMode", True)], {}),
    "host_not_esxi": ([(FIRST, "Config.Product.ProductLineId", "esx")], {}),
    "version_old": ([], {"minimum_release": (99,)}),
    "vcenter_port": ([], {"port": 8989}),
    "memory_small": ([(FIRST, "Summary.Hardware.MemorySize", 3 << 30)], {}),
    "hvm_off": (
        [
            (FIRST, "Config.FeatureCapability.+", {"key": key, "featureName": key, "value": "0"})
            for key in ("cpuid.VMX", "cpuid.SVM")
        ],
        {},
    ),
    "address_dynamic": ([(FIRST, "Config.Network.Vnic.0.Spec.Ip.Dhcp", True)], {}),
    "host_name_missing": ([(FIRST, "Config.Network.DnsConfig.HostName", "localhost")], {}),
    "host_name_shared": ([(FIRST, "Config.Network.DnsConfig.HostName", "esx02")], {}),
    "version_differs": ([(FIRST, "Config.Product.Version", "8.0.1")], {}),
    "build_differs": ([(FIRST, "Config.Product.Build", "4711")], {}),
    "cpu_differs": ([(FIRST, "Summary.Hardware.CpuModel", "AMD EPYC")], {}),
    "foreign_vms": ([], {"joined": False}),
    "label_invalid": ([], {"labels": (("guest", "DVS0,5000,vmwaredvs"),)}),
    "label_vlan_ignored": ([], {"labels": (("guest", "DVS0,7,vmwaredvs"),)}),
    "label_needs_standard": ([], {"labels": (("storage", "DVS0,,vmwaredvs"),)}),
    "label_wrong_kind": ([], {"labels": (("guest", "vSwitch0,,vmwaredvs"),)}),
    "dvswitch_off": ([], {"labels": (("guest", "DVS0,,vmwaredvs"),), "use_dvswitch": False}),
    "dvswitch_several": (
        [
            (
                f"esx0{n}.example.net",
                "Config.Network.ProxySwitch.+",
                {
                    "dvsName": "DVS1",
                    "key": "k",
                    "dvsUuid": "u",
                    "numPorts": 1,
                    "numPortsAvailable": 1,
                    "pnic": ["key-vim.host.PhysicalNic-vmnic3", "key-vim.host.PhysicalNic-vmnic4"],
                },
            )
            for n in (1, 2, 3)
        ],
        {"labels": (("guest", "DVS0,,vmwaredvs"), ("guest", "DVS1,,vmwaredvs"))},
    ),
    "switch_missing": ([], {"labels": (("guest", "vSwitch7"),)}),
    "switches_differ": (
        [
            (
                FIRST,
                "Config.Network.Vswitch.+",
                {"name": "vSwitch1", "key": "v1", "numPorts": 8, "numPortsAvailable": 8, "spec": {"numPorts": 128}},
            )
        ],
        {},
    ),
    "switch_without_nic": ([(FIRST, f"{VSWITCH}.Pnic", [])], {}),
    "nic_down": ([(FIRST, "Config.Network.Pnic.0.LinkSpeed", None)], {}),
    "nic_single": ([(FIRST, f"{VSWITCH}.Pnic", ["key-vim.host.PhysicalNic-vmnic0"])], {}),
    "nic_unused": ([(FIRST, f"{TEAMING}.NicOrder.ActiveNic", ["vmnic0"])], {}),
    "teaming_differs": ([(FIRST, f"{TEAMING}.Policy", "failover_explicit")], {}),
    "mtu_differs": ([(FIRST, f"{VSWITCH}.Mtu", 9000)], {}),
    "management_portgroup_missing": ([], {"management_portgroup": "Verwaltung"}),
    "management_traffic_off": ([(FIRST, "Config.VirtualNicManagerInfo.NetConfig.0.SelectedVnic", [])], {}),
    "vmotion_off": ([(FIRST, "Config.VirtualNicManagerInfo.NetConfig.1.SelectedVnic", [])], {}),
    "management_vlan_differs": ([(FIRST, "Config.Network.Portgroup.1.Spec.VlanId", 12)], {"management_vlan": 0}),
    "ntp_absent": ([(FIRST, "Config.DateTimeInfo.NtpConfig.Server", [])], {}),
    "ntp_differs": ([(FIRST, "Config.DateTimeInfo.NtpConfig.Server", ["pool.example.net"])], {}),
    "console_ports_closed": ([], {"console_ports": ((59000, 60000),)}),
    "iscsi_off": ([], {"iscsi_targets": ("10.1.0.1",)}),
    "iscsi_target_missing": (
        [(f"esx0{n}.example.net", ADAPTER, ISCSI) for n in (1, 2, 3)],
        {"iscsi_targets": ("10.1.0.1", "10.1.0.2")},
    ),
    "datastore_unreachable": ([("LocalDS_0", "Host.0.MountInfo.Accessible", False)], {}),
    "datastore_missing": ([("LocalDS_0", "Summary.MultipleHostAccess", True), (FIRST, "Datastore", [])], {}),
    "paths_dead": ([(FIRST, "Config.StorageDevice.MultipathInfo.Lun.1.Path.0.State", "dead")], {}),
    "path_single": ([(FIRST, "Config.StorageDevice.ScsiLun.1.LocalDisk", False)], {}),
    "ha_off": ([("DC0_C0", "ConfigurationEx.DasConfig.Enabled", False)], {}),
    "drs_not_automatic": ([("DC0_C0", "ConfigurationEx.DrsConfig.DefaultVmBehavior", "manual")], {}),
}
# Made by the vCenter's own methods or by another world, below.
APART = {
    "cluster_empty",
    "cluster_in_folder",
    "datastore_foreign_host",
    "other_clusters",
    "ntp_stopped",
    "portgroup_unused",
    "privileges_missing",
    "switch_ports_few",
}


def world() -> Vcsim:
    return Vcsim(hosts=3, guests=2)


def well_kept(vcenter: Vcsim) -> None:
    vcenter.plant("DC0_C0", "ConfigurationEx.DasConfig.Enabled", True)
    vcenter.plant("DC0_C0", "ConfigurationEx.DrsConfig.Enabled", True)
    vcenter.plant("DC0_C0", "ConfigurationEx.DrsConfig.DefaultVmBehavior", "fullyAutomated")


def seen(vcenter: Vcsim, cluster: str = "DC0_C0") -> Vsphere:
    with closing(open_vsphere(vcenter.access(), cluster)) as hosts:
        return hosts.read()


@pytest.fixture(scope="module")
def clean() -> Iterator[Vcsim]:
    with world() as vcenter:
        well_kept(vcenter)
        yield vcenter


def test_nothing_is_found_in_a_well_kept_cluster(clean: Vcsim) -> None:
    assert judge_vsphere(seen(clean), VsphereExpected(**GOOD)).findings == ()


def test_every_check_is_planted() -> None:
    assert set(PLANTED) | APART == set(VSPHERE.by_code)


def test_whole_checklist_takes_one_request(clean: Vcsim) -> None:
    with closing(open_vsphere(clean.access(), "DC0_C0")) as hosts:
        hosts.read()
        before = len(clean.calls())
        hosts.read()
        assert len(clean.calls()) == before + 1


@pytest.mark.parametrize("code", sorted(PLANTED))
def test_planted_fault_is_found_alone(code: str, clean: Vcsim) -> None:
    plants, expected = PLANTED[code]
    well_kept(clean)
    for plant in plants:
        clean.plant(*plant)
    findings = judge_vsphere(seen(clean), VsphereExpected(**{**GOOD, **expected})).findings
    clean.uproot()
    well_kept(clean)
    assert {each.code for each in findings} == {code}
    if len(plants) == 1 and plants[0][0] == FIRST and code != "host_name_shared":
        assert {each.host for each in findings} == {FIRST}


def test_ntp_that_will_not_start_with_the_host_is_found(clean: Vcsim) -> None:
    policy(clean, "off")
    findings = judge_vsphere(seen(clean), VsphereExpected(**GOOD)).findings
    policy(clean, "on")
    assert [(each.code, each.host) for each in findings] == [("ntp_stopped", FIRST)]


def policy(vcenter: Vcsim, word: str) -> None:
    with closing(vcenter.open()) as gateway:
        host = gateway.client.reference("HostSystem", gateway.read().hosts[0].id)
        host.configManager.serviceSystem.UpdateServicePolicy("ntpd", word)


def test_privileges_that_the_user_lacks_are_named() -> None:
    with world() as vcenter:
        well_kept(vcenter)
        with closing(vcenter.open()) as gateway:
            content, vim = gateway.client.content, gateway.client.vim
            manager, user = content.authorizationManager, content.sessionManager.currentSession.userName
            every = next(each.privilege for each in manager.roleList if each.name == "Admin")
            role = manager.AddAuthorizationRole("cloud", [each for each in every if not each.startswith("VApp.")])
            rights = vim.AuthorizationManager.Permission(principal=user, group=False, roleId=role, propagate=True)
            manager.SetEntityPermissions(content.rootFolder.childEntity[0], [rights])
        findings = judge_vsphere(seen(vcenter), VsphereExpected(**GOOD)).findings
    assert [each.code for each in findings] == ["privileges_missing"]
    lost: list[str] = findings[0].facts["privileges"]
    assert lost == sorted(each for each in every if each.startswith("VApp."))
    assert len(lost) > 5
    assert lost[0] in findings[0].evidence


def test_cluster_without_hosts_and_in_a_folder_is_found() -> None:
    with Vcsim(hosts=1, guests=0) as vcenter:
        with closing(vcenter.open()) as gateway:
            vim = gateway.client.vim
            datacenter = gateway.client.content.rootFolder.childEntity[0]
            datacenter.hostFolder.CreateFolder("racks").CreateClusterEx("empty", vim.cluster.ConfigSpecEx())
        cluster = seen(vcenter, "empty")
    assert cluster.folders == ("racks",)
    findings = judge_vsphere(cluster, VsphereExpected(**GOOD)).findings
    assert [each.code for each in findings] == ["cluster_empty", "cluster_in_folder", "other_clusters"]
    assert "DC0/racks/empty" in findings[1].evidence


def test_storage_that_others_mount_is_found() -> None:
    with Vcsim(hosts=2, guests=0, clusters=2) as vcenter:
        well_kept(vcenter)
        findings = judge_vsphere(seen(vcenter), VsphereExpected(**GOOD)).findings
    assert [each.code for each in findings] == ["datastore_foreign_host", "other_clusters"]
    assert [list(each.facts.values())[-1] for each in findings] == [2, ["DC0_C1"]]


def test_ports_are_counted_on_versions_that_do_not_add_them_by_themselves() -> None:
    with world() as vcenter:
        well_kept(vcenter)
        for number in (1, 2, 3):
            vcenter.plant(f"esx0{number}.example.net", "Config.Product.Version", "5.1.0")
        found = judge_vsphere(seen(vcenter), VsphereExpected(**GOOD)).findings
        assert [each.code for each in found] == ["switch_ports_few"] * 3
        for number in (1, 2, 3):
            vcenter.plant(f"esx0{number}.example.net", f"{VSWITCH}.Spec.NumPorts", 4088)
        assert judge_vsphere(seen(vcenter), VsphereExpected(**GOOD)).findings == ()


def test_console_ports_of_version_4_are_looked_at_unasked() -> None:
    with Vcsim(hosts=1, guests=0) as vcenter:
        well_kept(vcenter)
        vcenter.plant(FIRST, "Config.Product.Version", "4.1.0")
        vcenter.plant(FIRST, f"{VSWITCH}.Spec.NumPorts", 4088)
        assert [each.code for each in judge_vsphere(seen(vcenter), VsphereExpected(**GOOD)).findings] == [
            "console_ports_closed"
        ]


def test_an_enabled_ruleset_opens_its_ports(clean: Vcsim) -> None:
    wanted = VsphereExpected(**{**GOOD, "console_ports": ((50000, 50999),)})
    assert {each.code for each in judge_vsphere(seen(clean), wanted).findings} == {"console_ports_closed"}
    with closing(open_vsphere(clean.access(), "DC0_C0")) as hosts:
        for each in hosts.read().hosts:
            hosts.enable_ruleset(each, "gdbserver")
    assert judge_vsphere(seen(clean), wanted).findings == ()


def test_unknown_cluster_is_not_found(clean: Vcsim) -> None:
    with pytest.raises(NotFound):
        seen(clean, "DC0_C9")
