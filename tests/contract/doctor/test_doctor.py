# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The doctor: a healthy cloud without a finding, each judge with faults of its own, and judges that fail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from contract.clock import SharedClock
from contract.conftest import Connect
from contract.events.test_alerts import GOOD
from contract.tasks import perform, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, NotFound
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.doctor import CloudNotFit
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.doctor import examine
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.doctor.judges import JUDGES
from sandbox.server import Sandbox
from sandbox.surface import version_key
from sandbox.world import World
from sandbox.world.accounts import ManagementServer
from sandbox.world.log import Alert
from sandbox.world.security import Bmc
from unit.sandbox.site import Site

DOCTOR = "cs_doctor"
SETTINGS = {
    **GOOD,
    "host": "192.0.2.11,192.0.2.12",
    "usage.sanity.check.interval": "1",
    "enable.usage.server": "true",
    "ca.plugin.root.allow.expired.cert": "false",
}
TELLS_USAGE = pytest.mark.since("4.17", raises=AssertionError)
TELLS_ALL = pytest.mark.since("4.21", raises=(AssertionError, KeyError, TypeError))


def ago(**time: float) -> str:
    return (datetime.now(UTC) - timedelta(**time)).strftime("%Y-%m-%dT%H:%M:%S+0000")


def heal(world: World) -> None:
    """What a fresh server leaves to its operator."""
    for number in range(2):
        world.bmcs[f"192.0.2.20{number}", "623"] = Bmc("u", "p")
    world.usage_server = {
        "hostname": "usage1/192.0.2.20",
        "lastheartbeat": ago(seconds=30),
        "lastsuccessfuljob": ago(hours=5),
    }
    row = ManagementServer(world.management_servers.next_id(), world.new_uuid(), name="mgmt2", address="192.0.2.12")
    row.given = ["a1", "a2"]
    world.management_servers.add(row)


def settled(site: Site) -> None:
    """Both system VMs are up, and what they have told is archived."""
    site.with_system_vms()

    def told() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = site.api.ok("listAlerts").get("alert", [])
        vms = site.api.ok("listSystemVms").get("systemvm", [])
        up = {each["state"] for each in vms} == {"Running"} and len({each["type"] for each in found}) == len(vms) == 2
        return found if up else []

    for each in site.api.box.wait_for(told):
        site.api.ok("archiveAlerts", ids=each["id"])


@pytest.fixture
def cloud(sandbox: Sandbox, site: Site, connect: Connect) -> Gateway:
    """A healthy one. Certificates are judged by the clock, so it is that of the server."""
    sandbox.run(heal)
    for name, value in SETTINGS.items():
        site.api.ok("updateConfiguration", name=name, value=value)
    for number, host in enumerate(site.hosts):
        sent = {"driver": "ipmitool", "address": f"192.0.2.20{number}", "port": "623", "username": "u", "password": "p"}
        site.api.ok("configureOutOfBandManagement", hostid=host, **sent)
        site.api.done("enableOutOfBandManagementForHost", hostid=host)
        site.api.done("issueOutOfBandManagementPowerAction", hostid=host, action="STATUS")
    settled(site)
    sandbox.calls.clear()
    clock = SharedClock(sandbox)
    clock.epoch = datetime.now(UTC).timestamp() - clock.time
    return Gateway(connect(sandbox, clock=clock))


def examined(cloud: Gateway, **more: Any) -> dict[str, Any]:
    return dict(perform(cloud, DOCTOR, **{"probe": False, **more}).result)


def test_a_healthy_cloud_has_no_finding(cloud: Gateway, sandbox: Sandbox) -> None:
    seen = examined(cloud, fail="note")
    assert seen["findings"] == []
    assert seen["judged"] == [judge.name for judge in JUDGES]
    assert seen["text"] == ["17 checks: nothing is wrong"]
    assert writes(sandbox) == []
    # Before 4.14 what accounts and projects have takes two listings.
    most = 80 if version_key(sandbox.api.version) >= version_key("4.14") else 90
    assert sum(sandbox.calls.counts.values()) <= most, sandbox.calls.counts


def setting(name: str, value: str) -> Callable[[Site, Sandbox], object]:
    return lambda site, _sandbox: site.api.ok("updateConfiguration", name=name, value=value)


def changed(change: Callable[[World], object]) -> Callable[[Site, Sandbox], object]:
    return lambda _site, sandbox: sandbox.run(change)


def full_pool(world: World) -> None:
    each = next(iter(world.storage_pools))
    each.measured, each.used = True, int(each.capacity * 0.8)


def huge_pool(world: World) -> None:
    next(iter(world.storage_pools)).capacity = 7 * 10**12


def first_host(**fields: Any) -> Callable[[Site, Sandbox], object]:
    def change(world: World) -> None:
        host = next(each for each in world.hosts if each.hypervisor)
        for name, value in fields.items():
            setattr(host, name, value)

    return changed(change)


def alone(site: Site, _sandbox: Sandbox) -> None:
    """A VM whose host is the only one that takes VMs."""
    vm = site.deploy(str(site.network()["id"]))
    on = site.api.ok("listVirtualMachines", id=vm)["virtualmachine"][0]["hostid"]
    for host in site.hosts:
        if host != on:
            site.api.ok("updateHost", id=host, allocationstate="Disable")


def lost_dedication(site: Site, _sandbox: Sandbox) -> None:
    site.api.ok("dedicateGuestVlanRange", physicalnetworkid=site.physical, vlanrange="190-195", account="admin")
    site.api.done("updatePhysicalNetwork", id=site.physical, vlan="100-150")


def stopped_router(site: Site, _sandbox: Sandbox) -> None:
    site.deploy(str(site.network()["id"]))
    router = site.api.ok("listRouters", listall="true")["router"][0]["id"]
    site.api.done("stopRouter", id=router)


def stopped_system_vm(site: Site, _sandbox: Sandbox) -> None:
    vm = site.api.ok("listSystemVms")["systemvm"][0]["id"]
    site.api.done("stopSystemVm", id=vm)


def no_bmc(site: Site, _sandbox: Sandbox) -> None:
    site.api.done("disableOutOfBandManagementForHost", hostid=site.host)


def ha_without_agent(site: Site, sandbox: Sandbox) -> None:
    """Host HA in effect for a host that it cannot act for."""
    site.api.done("configureHAForHost", hostid=site.host, provider="simulatorhaprovider")
    site.api.done("enableHAForHost", hostid=site.host)
    first_host(state="Disconnected")(site, sandbox)


def ha_at_work(site: Site, sandbox: Sandbox) -> None:
    site.api.done("configureHAForHost", hostid=site.host, provider="simulatorhaprovider")
    site.api.done("enableHAForHost", hostid=site.host)
    sandbox.run(lambda world: [setattr(each, "state", "Recovering") for each in world.host_ha.values()])


def alert(world: World) -> None:
    world.alerts.add(Alert(world.alerts.next_id(), world.new_uuid(), 7, "ALERT.COMPUTE.HOST", "down", ago(hours=1)))


def no_template(site: Site, _sandbox: Sandbox) -> None:
    site.hypervisors("k", "KVM", ["kvm1"])
    site.api.ok("updateConfiguration", name="router.template.kvm", value="nothing")


def no_checks(site: Site, _sandbox: Sandbox) -> None:
    for name in ("router.health.checks.basic.interval", "router.health.checks.advanced.interval"):
        site.api.ok("updateConfiguration", name=name, value="0")


def server_down(world: World) -> None:
    list(world.management_servers)[-1].state = "Down"


def usage_behind(world: World) -> None:
    world.usage_server["lastsuccessfuljob"] = ago(days=3)


PLANTED: list[Any] = [
    ("capacity", changed(full_pool), "notification_threshold_reached"),
    ("capacity", alone, "no_spare_capacity"),
    ("capacity", setting("cluster.memory.allocated.capacity.notificationthreshold", "0.95"), "capacity_doubtful"),
    ("rolls", alone, "roll_not_possible"),
    ("hosts", first_host(state="Down"), "host_not_up"),
    ("hosts", first_host(resource_state="ErrorInMaintenance"), "host_in_error"),
    ("hosts", lambda site, _s: site.api.ok("updatePod", id=site.pod, allocationstate="Disabled"), "place_disabled"),
    ("vlans", lost_dedication, "dedicated_outside"),
    ("ha", setting("ha.tag", "spare"), "ha_tag_without_host"),
    ("fencing", no_bmc, "no_out_of_band"),
    ("fencing", ha_without_agent, "host_ha_not_ready"),
    ("fencing", ha_at_work, "host_ha_acts"),
    ("fencing", ha_at_work, "fence_not_proven"),
    ("storage", changed(lambda world: setattr(next(iter(world.storage_pools)), "state", "Maintenance")), "pool_out"),
    ("storage", changed(huge_pool), "pool_large"),
    ("certificates", setting("ca.plugin.root.allow.expired.cert", "true"), "expired_allowed"),
    ("console_certificates", lambda _site, _sandbox: None, "plain_text"),
    ("system_vms", stopped_system_vm, "system_vm_down"),
    ("templates", no_template, "default_missing"),
    ("routers", stopped_router, "router_not_running"),
    ("router_monitoring", no_checks, "checks_without_interval"),
    pytest.param(
        "management_servers",
        changed(server_down),
        "server_down",
        marks=pytest.mark.since("4.12", raises=AssertionError),
    ),
    ("alerts", setting("alert.smtp.port", "465"), "mail_starttls_on_tls_port"),
    ("alerts", changed(alert), "alerts_open"),
    pytest.param("usage", changed(usage_behind), "usage_behind", marks=TELLS_USAGE),
    ("settings", setting("host", "localhost"), "agents_sent_to_localhost"),
    ("settings", setting("secstorage.allowed.internal.sites", "0.0.0.0/0"), "downloads_unprotected"),
    ("settings", setting("kvm.rolling.maintenance.stage.timeout", "10"), "roll_timeout_short"),
    ("settings", setting("management.network.cidr", ""), "management_network_unset"),
]


@pytest.mark.parametrize(("judge", "plant", "code"), PLANTED)
def test_each_judge_sees_a_planted_fault(
    cloud: Gateway, site: Site, sandbox: Sandbox, judge: str, plant: Any, code: str
) -> None:
    asked = {"judges": [judge], "probe": judge == "console_certificates"}
    if judge != "console_certificates":
        assert code not in {each["code"] for each in examined(cloud, **asked)["findings"]}
    plant(site, sandbox)
    found = {each["code"]: each for each in examined(Gateway(cloud._client), **asked)["findings"]}
    assert code in found
    assert (found[code]["judge"], bool(found[code]["remedy"])) == (judge, True)
    assert all(each.startswith(("cs_", "playbook ")) for each in found[code]["tools"])
    assert found[code]["tools"]


def test_hosts_are_judged_where_management_servers_are_not_listed(cloud: Gateway, sandbox: Sandbox) -> None:
    """As before 4.12: their version is that of the server which answers."""

    def old_agent(world: World) -> None:
        host = next(iter(world.hosts))
        host.hypervisor, host.version = "KVM", "4.9.0.0"

    sandbox.run(old_agent)
    sandbox.faults.add("listManagementServers", "http", status=401, times=9)
    sandbox.faults.add("listApis", "http", status=431, times=9)
    seen = examined(cloud, judges=["hosts"])
    assert "agent_version_differs" in {each["code"] for each in seen["findings"]}
    assert "hosts" in seen["judged"]


def test_every_judge_has_a_planted_fault() -> None:
    named = {(each.values if hasattr(each, "values") else each)[0] for each in PLANTED}
    assert named == {judge.name for judge in JUDGES}


def test_a_judge_that_fails_is_a_finding_and_hides_none(
    cloud: Gateway, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.run(alert)
    sandbox.faults.add("listCapacity", "http", status=503, times=99)
    broken = [each._replace(look=lambda *_: [None.x]) if each.name == "vlans" else each for each in JUDGES]  # type: ignore[attr-defined]
    monkeypatch.setattr(examine, "JUDGES", tuple(broken))
    seen = examined(cloud)
    failed = {each["evidence"].split(": ")[1] for each in seen["findings"] if each["code"] == "judge_failed"}
    assert {"capacity", "vlans"} <= failed
    assert "alerts_open" in {each["code"] for each in seen["findings"]}
    assert "capacity" not in seen["judged"]
    assert "hosts" in seen["judged"]


def test_it_fails_by_severity(cloud: Gateway, site: Site, sandbox: Sandbox) -> None:
    sandbox.run(alert)
    judges = {"judges": ["alerts"]}
    assert examined(cloud, fail="hurts", **judges)["summary"] == {"blocks": 0, "hurts": 0, "note": 1}
    with pytest.raises(CloudNotFit) as caught:
        examined(Gateway(cloud._client), fail="note", **judges)
    assert "[alerts_open]" in caught.value.message
    assert [each["code"] for each in caught.value.details["findings"]] == ["alerts_open"]
    seen = examined(Gateway(cloud._client), fail="note", ignore=["alerts_open"], **judges)
    assert (seen["findings"], [each["code"] for each in seen["ignored"]]) == ([], ["alerts_open"])


def test_what_is_asked_for_is_checked(cloud: Gateway) -> None:
    with pytest.raises(InvalidValue, match="no_such_code"):
        examined(cloud, ignore=["no_such_code"], judges=["alerts"])
    with pytest.raises(InvalidValue, match="spare_hosts"):
        examined(cloud, spare_hosts=-1)
    with pytest.raises(NotFound):
        examined(cloud, zone="nowhere")
    with pytest.raises(InvalidValue, match="cs_backup_info"):
        examined(cloud, results={"cs_backup_info": {"changed": False}}, judges=["alerts"])


def test_findings_of_other_modules_are_added(cloud: Gateway) -> None:
    backups = {
        "findings": [
            {
                "code": "never_restored",
                "severity": "hurts",
                "evidence": "b1",
                "remedy": "restore it with cs_backup_restore",
            },
            {"code": "odd", "severity": {"a": 1}, "message": "x\x1b[31m"},
            "rubbish",
        ],
        "unseen": [{"code": "key_wrong", "missing": "no key"}],
    }
    gone = {"failed": True, "msg": "the host does not answer"}
    given = {"cs_backup_info": {"results": [backups, gone, {"skipped": True}]}}
    seen = examined(cloud, judges=["alerts"], results=given, ignore=["odd"])
    assert [(each["code"], each["judge"], each["tools"]) for each in seen["findings"]] == [
        ("never_restored", "cs_backup_info", ["cs_backup_restore"]),
        ("result_failed", "cs_backup_info", ["cs_backup_info"]),
    ]
    assert seen["ignored"][0]["severity"] == "hurts"
    assert "\x1b" not in seen["ignored"][0]["evidence"]
    assert seen["judged"] == ["alerts", "cs_backup_info"]
    assert {"code": "key_wrong", "judge": "cs_backup_info", "zone": "", "missing": "no key"} in seen["unseen"]


def test_all_zones_are_examined_by_default(cloud: Gateway, site: Site) -> None:
    site.api.make_zone(name="z2")
    judges = {"judges": ["hosts"], "ignore": []}
    assert {each["zone"] for each in examined(cloud, **judges)["findings"]} == {"z2"}
    assert examined(Gateway(cloud._client), zone="z1", **judges)["findings"] == []
