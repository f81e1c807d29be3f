"""Management servers, usage, events, alerts, limits (T7:1-134, T7:351-372)."""

from __future__ import annotations

import pytest

from sandbox.server import Sandbox
from sandbox.world.accounts import ManagementServer
from unit.sandbox.client import Api


@pytest.fixture
def api(sandbox: Sandbox) -> Api:
    return Api(sandbox)


def test_a_server_goes_to_maintenance_only_beside_another(api: Api, sandbox: Sandbox) -> None:
    server = api.ok("listManagementServers")["managementserver"][0]["id"]
    assert api.ok("readyForShutdown", managementserverid=server)["readyforshutdown"]["readyforshutdown"] is True
    assert api.ask("prepareForMaintenance", managementserverid=server)[0] == 530
    assert api.ask("cancelMaintenance", managementserverid=server)[0] == 530
    sandbox.run(lambda world: world.management_servers.add(ManagementServer(2, world.new_uuid(), "mgmt2")))
    assert api.ask("prepareForMaintenance", managementserverid=server, algorithm="bogus")[0] == 530
    prepared = api.ok("prepareForMaintenance", managementserverid=server)["prepareformaintenance"]
    assert (prepared["state"], prepared["maintenanceinitiated"]) == ("PreparingForMaintenance", True)
    api.ok("cancelMaintenance", managementserverid=server)
    assert {row["state"] for row in api.ok("listManagementServers")["managementserver"]} == {"Up"}


def test_usage_is_asked_for_in_ranges(api: Api) -> None:
    assert api.ok("listUsageServerMetrics")["usageMetrics"]["hostname"] == "N/A"
    assert api.ok("generateUsageRecords", startdate="2026-01-02", enddate="2026-01-01") == {"success": True}
    assert "lastheartbeat" in api.ok("listUsageServerMetrics")["usageMetrics"]
    assert api.ok("listUsageRecords", startdate="2026-01-01", enddate="2026-01-31") == {}
    assert api.ask("listUsageRecords", startdate="2026-01-31", enddate="2026-01-01")[0] == 431
    assert api.ask("listUsageRecords", startdate="yesterday", enddate="2026-01-01")[0] == 431
    assert api.ask("removeRawUsageRecords", interval=0)[0] == 431


def test_a_zone_made_is_written_down_and_an_archived_event_stays(api: Api) -> None:
    zone = api.make_zone()
    (event,) = api.ok("listEvents", type="ZONE.CREATE")["event"]
    assert (event["resourceid"], event["state"], event["level"]) == (zone, "Completed", "INFO")
    assert api.ok("archiveEvents", ids=event["id"]) == {"success": True}
    assert api.ok("listEvents", type="ZONE.CREATE") == {}
    assert api.ok("listEvents", type="ZONE.CREATE", archived="true")["count"] == 1
    assert api.ask("archiveEvents", ids=event["id"])[0] == 530
    assert api.ask("deleteEvents", ids=event["id"])[0] == 530
    assert api.ok("deleteEvents", type="ZONE.CREATE") == {"success": True}
    assert api.ok("listEvents", type="ZONE.CREATE", archived="true")["count"] == 1


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"state": "Bogus"}, 431),
        ({"resourcetype": "Bogus", "resourceid": "x"}, 431),
        ({"resourceid": "x"}, 431),
        ({"startdate": "tomorrow"}, 431),
        ({"type": "NO.SUCH"}, 200),
        ({"level": "BOGUS"}, 200),
        ({"startdate": "2020-01-02", "enddate": "2020-01-01"}, 200),
    ],
)
def test_what_listings_of_events_refuse(api: Api, asked: dict[str, str], status: int) -> None:
    api.make_zone()
    found, body = api.ask("listEvents", **asked)
    assert found == status
    assert body.get("count", 0) == 0


def test_alerts_of_ones_own(api: Api) -> None:
    zone = api.make_zone()
    sent = {"name": "door", "description": "rack 4 door open", "zoneid": zone}
    assert api.job("generateAlert", **sent, type=9)["jobresultcode"] == 431
    for _ in range(2):
        api.done("generateAlert", **sent, type=1001)
    (alert,) = api.ok("listAlerts", name="door")["alert"]
    assert api.ok("archiveAlerts", ids=alert["id"]) == {"success": True}
    assert api.ok("listAlerts", name="door") == {}
    assert api.ask("archiveAlerts", ids=alert["id"])[0] == 530
    assert api.ask("deleteAlerts", ids=alert["id"])[0] == 530
    assert api.ask("deleteAlerts")[0] == 431
    assert {9: "ALERT.SERVICE.DOMAINROUTER"}.items() <= {
        row["alerttypeid"]: row["name"] for row in api.ok("listAlertTypes")["alerttype"]
    }.items()


def test_limits_of_a_domain_and_of_an_account_in_it(api: Api) -> None:
    domain = api.ok("createDomain", name="d1")["domain"]["id"]
    person = {"email": "a@example.net", "firstname": "A", "lastname": "B", "username": "acme", "password": "x"}
    api.ok("createAccount", domainid=domain, **person)
    root = api.ok("listDomains", name="ROOT")["domain"][0]["id"]
    assert api.ask("updateResourceLimit", resourcetype=0, max=2, domainid=root)[0] == 531
    assert api.ask("updateResourceLimit", resourcetype=0, max=2, account="admin", domainid=root)[0] == 431
    assert api.ok("updateResourceLimit", resourcetype=0, max=5, domainid=domain)["resourcelimit"]["max"] == 5
    own = {"account": "acme", "domainid": domain, "resourcetype": 0}
    assert api.ask("updateResourceLimit", **own, max=6)[0] == 431
    assert api.ok("updateResourceLimit", **own, max=4)["resourcelimit"]["account"] == "acme"
    assert api.ok("listResourceLimits", **own)["resourcelimit"][0]["max"] == 4
    assert api.ask("updateResourceLimit", resourcetype=77, max=1, domainid=domain)[0] == 431
    assert api.ok("updateResourceCount", domainid=domain)["count"] == 17
