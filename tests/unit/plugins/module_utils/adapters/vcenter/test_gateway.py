# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is particular to vCenter: sessions, pages, names of clusters, and the mode that waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from counterparts.vcenter import SECRET, USER, Vcsim

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.vcenter.client import VcenterClient
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.vcenter.gateway import VcenterGateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    Ambiguous,
    HostcraftError,
    HypervisorError,
    InvalidValue,
    NotFound,
    TransportError,
    WaitTimeout,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.model import HypervisorHost


@pytest.fixture(scope="module")
def vcenter() -> Iterator[Vcsim]:
    with Vcsim(hosts=3, guests=6, clusters=2, datacenters=2) as running:
        yield running


@pytest.fixture
def gateway(vcenter: Vcsim) -> Iterator[VcenterGateway]:
    with closing(vcenter.open("DC0/DC0_C0")) as opened:
        yield opened


def host_of(gateway: VcenterGateway, number: int = 0) -> HypervisorHost:
    return gateway.read().hosts[number]


def emptied(vcenter: Vcsim, host: HypervisorHost, to: HypervisorHost) -> None:
    for guest in vcenter.world()["guests"]:
        if guest["host"] == host.name:
            vcenter.move(guest["name"], to.name)


def test_cluster_of_32_hosts_and_1000_vms_takes_five_requests_with_the_login() -> None:
    with Vcsim(hosts=32, guests=1) as large, closing(large.open()) as gateway:
        large.ask("guests", number=999)
        view = gateway.read()
        assert (len(view.hosts), len(view.guests)) == (32, 1000)
        assert all(each.networks and each.storage and each.nics for each in view.hosts)
        methods = [each.method for each in large.calls()]
        assert methods == ["RetrieveServiceContent", "Login", "RetrievePropertiesEx", "RetrievePropertiesEx"]
        gateway.read()
        assert len(large.calls()) == len(methods) + 1


def test_pages_are_followed_to_the_end(vcenter: Vcsim) -> None:
    with closing(vcenter.open("DC0/DC0_C0")) as whole:
        expected = whole.read()
    before = len(vcenter.calls())
    with closing(VcenterGateway(VcenterClient(vcenter.access(), page_size=7), "DC0/DC0_C0")) as paged:
        assert paged.read() == expected
    assert sum(each.method == "ContinueRetrievePropertiesEx" for each in vcenter.calls()[before:]) >= 3


@pytest.mark.parametrize("name", ["DC1_C1", "DC1/DC1_C1", "vcenter.example.net/DC1/DC1_C1"])
def test_cluster_is_found_by_cloudstacks_name_of_it(vcenter: Vcsim, name: str) -> None:
    with closing(vcenter.open(name)) as gateway:
        assert (gateway.place.datacenter, gateway.place.name, gateway.place.folders) == ("DC1", "DC1_C1", ())
        hosts = {each.name for each in gateway.read().hosts}
    assert hosts == {"esx10.example.net", "esx11.example.net", "esx12.example.net"}


@pytest.mark.parametrize("name", ["DC0_C7", "DC1/DC0_C0", "vcenter/DC9/DC0_C0"])
def test_cluster_that_is_not_there_is_named_with_those_alike(vcenter: Vcsim, name: str) -> None:
    with closing(vcenter.open(name)) as gateway, pytest.raises(NotFound) as missing:
        gateway.read()
    assert "DC0_C0" in missing.value.message


def test_two_clusters_of_one_name_are_told_with_their_datacenters() -> None:
    with Vcsim(hosts=1, guests=0, clusters=1, datacenters=2) as twins:
        twins.plant("DC1_C0", "Name", "DC0_C0")
        with closing(twins.open("DC0_C0")) as gateway, pytest.raises(Ambiguous) as several:
            gateway.read()
        assert "DC0/DC0_C0" in several.value.message
        assert "DC1/DC0_C0" in several.value.message
        with closing(twins.open("DC1/DC0_C0")) as gateway:
            assert gateway.place.datacenter == "DC1"


def test_session_that_vcenter_ended_is_renewed_once(vcenter: Vcsim, gateway: VcenterGateway) -> None:
    before = gateway.read()
    keys = [each.key for each in gateway.client.content.sessionManager.sessionList if each.userName == USER]
    assert keys
    with closing(vcenter.open("DC0/DC0_C0")) as other:
        sessions = other.client.content.sessionManager
        own = sessions.currentSession.key
        sessions.TerminateSession([key for key in keys if key != own])
    began = len(vcenter.calls())
    host = before.hosts[0]
    emptied(vcenter, host, before.hosts[1])
    gateway.enter_maintenance(host, 10)
    gateway.leave_maintenance(host, 10)
    assert sum(each.method == "Login" for each in vcenter.calls()[began:]) == 1


def test_certificate_is_verified_unless_that_is_refused(vcenter: Vcsim) -> None:
    with closing(vcenter.open(ca_path=None)) as gateway, pytest.raises(TransportError) as refused:
        gateway.read()
    assert not refused.value.passing
    assert "ca_path" in refused.value.message
    with closing(vcenter.open("DC0/DC0_C0", ca_path=None, validate_certs=False)) as gateway:
        assert gateway.read().hosts


@pytest.mark.parametrize(
    "url", ["http://vcenter", "vcenter.example.net", "https://u:p@vcenter", "https://", "https://a:b"]
)
def test_address_that_cannot_be_is_refused(vcenter: Vcsim, url: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        vcenter.open(url=url)
    assert "https://vcenter.example.net" in refused.value.message


def test_ca_file_that_is_not_there_is_refused(vcenter: Vcsim) -> None:
    with pytest.raises(InvalidValue):
        vcenter.open(ca_path="/nowhere/ca.pem")


def test_password_is_never_shown(vcenter: Vcsim) -> None:
    assert SECRET not in repr(vcenter.access())


def test_vms_that_stay_end_the_wait_and_are_named(vcenter: Vcsim, gateway: VcenterGateway) -> None:
    view = gateway.read()
    host = view.hosts[0]
    stays = view.guests[0].name
    vcenter.move(stays, host.name)
    drs(vcenter, "DC0_C0", False)
    with pytest.raises(WaitTimeout) as ended:
        gateway.enter_maintenance(host, 1)
    assert stays in ended.value.message
    assert not gateway.read().hosts[0].maintenance


def test_wait_is_told_by_news_and_not_by_asking(vcenter: Vcsim, gateway: VcenterGateway) -> None:
    """Two seconds of waiting cost two requests: the first state and the last."""
    view = gateway.read()
    host, other = view.hosts[0], view.hosts[1]
    guest = view.guests[0].name
    emptied(vcenter, host, other)
    vcenter.move(guest, host.name)
    began = len(vcenter.calls())
    entering = threading.Thread(target=gateway.enter_maintenance, args=(host, 30))
    entering.start()
    time.sleep(2)
    vcenter.move(guest, other.name)
    entering.join(20)
    assert not entering.is_alive()
    waits = [each for each in vcenter.calls()[began:] if each.method == "WaitForUpdatesEx"]
    assert len(waits) <= 3
    gateway.leave_maintenance(host, 10)


def test_task_of_a_killed_run_is_joined(vcenter: Vcsim, gateway: VcenterGateway) -> None:
    view = gateway.read()
    host, other = view.hosts[2], view.hosts[1]
    guest = view.guests[0].name
    emptied(vcenter, host, other)
    vcenter.move(guest, host.name)
    with closing(vcenter.open("DC0/DC0_C0")) as killed:
        killed.read()
        killed.client.reference("HostSystem", host.id).EnterMaintenanceMode(30, False)
    began = len(vcenter.calls())
    threading.Timer(0.5, vcenter.move, (guest, other.name)).start()
    gateway.enter_maintenance(host, 20)
    assert gateway.read().hosts[2].maintenance
    assert not [each for each in vcenter.calls()[began:] if each.method == "EnterMaintenanceMode_Task"]
    gateway.leave_maintenance(host, 20)


def test_leaving_ends_an_entering_that_still_waits(vcenter: Vcsim, gateway: VcenterGateway) -> None:
    view = gateway.read()
    host, guest = view.hosts[0], view.guests[0].name
    vcenter.move(guest, host.name)
    with closing(vcenter.open("DC0/DC0_C0")) as killed:
        killed.read()
        killed.client.reference("HostSystem", host.id).EnterMaintenanceMode(0, False)
    gateway.leave_maintenance(host, 10)
    emptied(vcenter, host, view.hosts[1])
    time.sleep(0.3)
    assert not gateway.read().hosts[0].maintenance


def test_drs_moves_what_it_can_and_a_fault_of_the_task_is_told(vcenter: Vcsim, gateway: VcenterGateway) -> None:
    view = gateway.read()
    host = view.hosts[0]
    vcenter.move(view.guests[0].name, host.name)
    drs(vcenter, "DC0_C0", True)
    gateway.enter_maintenance(host, 10)
    drs(vcenter, "DC0_C0", False)
    assert gateway.read().active_on(host) == ()
    task = gateway.client.reference("HostSystem", host.id).EnterMaintenanceMode(5, False)
    with pytest.raises(HypervisorError) as refused:
        gateway.client.finish("a repeat", task, 5)
    assert refused.value.fault == "vim.fault.InvalidState"
    gateway.leave_maintenance(host, 10)


def test_host_that_left_the_cluster_is_not_found(gateway: VcenterGateway) -> None:
    with pytest.raises(NotFound):
        gateway.enter_maintenance(HypervisorHost("host-4711", "gone.example.net"), 5)


def test_without_another_host_every_guest_is_an_obstacle() -> None:
    with Vcsim(hosts=1, guests=2) as lonely, closing(lonely.open()) as gateway:
        told = gateway.obstacles(gateway.read().hosts[0])
    assert [(each.guest, each.code) for each in told] == [("i-2-1-VM", "no_other_host"), ("i-2-2-VM", "no_other_host")]


def test_name_that_cloudstack_gave_a_vm_is_told_where_vcenter_shows_another(vcenter: Vcsim) -> None:
    with closing(vcenter.open("DC0/DC0_C0")) as gateway:
        machine = gateway.read().guests[0]
        fields = gateway.client.content.customFieldsManager
        key = next(each.key for each in fields.field if each.name == "cloud.vm.internal.name")
        fields.SetField(gateway.client.reference("VirtualMachine", machine.id), key, "i-9-999-VM")
        assert {each.id: each.name for each in gateway.read().guests}[machine.id] == "i-9-999-VM"


def test_a_host_that_does_not_answer_is_seen_as_such(vcenter: Vcsim, gateway: VcenterGateway) -> None:
    name = host_of(gateway).name
    vcenter.plant(name, "Runtime.ConnectionState", "notResponding")
    assert not host_of(gateway).connected
    vcenter.plant(name, "Runtime.ConnectionState", "connected")


def test_vcenter_that_goes_away_is_told() -> None:
    with Vcsim(hosts=1, guests=0) as short:
        gateway = short.open()
        gateway.read()
    with pytest.raises(HostcraftError) as lost:
        gateway.read()
    assert isinstance(lost.value, TransportError)
    gateway.close()


def drs(vcenter: Vcsim, cluster: str, on: bool) -> None:
    with closing(vcenter.open("DC0/" + cluster)) as gateway:
        vim: Any = gateway.client.vim
        config = vim.cluster.DrsConfigInfo(enabled=on, defaultVmBehavior="fullyAutomated")
        change = vim.cluster.ConfigSpecEx(drsConfig=config)
        task = gateway.place.ref.ReconfigureComputeResource_Task(change, True)
        gateway.client.finish("DRS", task, 10)
