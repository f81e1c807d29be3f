"""Events and alerts: listed, archived, deleted; alerts of operators' own (T4:131-132, T7:62-134)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ..errors import failed, invalid
from ..paging import answer
from ..registry import Body, Call, Work, command
from ..rules.log import ALERTS, CHANGES, EVENTS
from ..validation import moment
from ..world import World
from ..world.log import Alert, Event
from .guest_networks import account_view, in_project

USER = "org.apache.cloudstack.api.command.user.event"
ADMIN = "org.apache.cloudstack.api.command.admin"
FIELDS = {
    "type": "type",
    "level": "level",
    "state": "state",
    "resourceid": "resource_uuid",
    "resourcetype": "resource_type",
}
STATES = ("Created", "Scheduled", "Started", "Completed")
# What an event can be about (general knowledge; those that are written down here are among them).
RESOURCES = (
    "Zone", "Pod", "Cluster", "Host", "StoragePool", "ImageStore", "VirtualMachine", "DomainRouter", "SystemVm", "Vpc",
    "ConsoleProxy", "Network", "PhysicalNetwork", "Volume", "Template", "Iso", "Snapshot", "IpAddress", "FirewallRule",
    "Domain", "Account", "User", "Project", "ServiceOffering", "DiskOffering", "NetworkOffering", "AffinityGroup",
    "VpnGateway", "TrafficType", "ManagementServer", "Configuration", "None",
)  # fmt: skip


def _event_view(world: World, event: Event) -> Body:
    body: Body = {
        "id": event.uuid,
        "username": world.admin.name,
        "type": event.type,
        "level": event.level,
        "description": event.description,
        **account_view(world, event.account_id or world.admin.id),
        "created": event.created,
        "state": event.state,
    }
    if event.resource_uuid:
        body.update(resourceid=event.resource_uuid, resourcetype=event.resource_type, resourcename=event.resource_name)
    if event.parent_uuid:
        body["parentid"] = event.parent_uuid
    return body


def _newest_first(events: Sequence[Event]) -> list[Event]:
    """By the second; within one, in the order written (T4:131)."""
    by_order = sorted(events, key=lambda event: event.id)
    return sorted(by_order, key=lambda event: event.created, reverse=True)


def _between(call: Call) -> Callable[[str], bool]:
    """Whether a time lies in the range asked for; an end by its day counts as the whole day."""
    first, last = moment(call.get("startdate", "")), moment(call.get("enddate", ""))
    if last is not None and ":" not in call["enddate"]:
        last += timedelta(days=1, seconds=-1)

    def inside(text: str) -> bool:
        when = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z").astimezone(UTC).replace(tzinfo=None)
        return (first is None or when >= first) and (last is None or when <= last)

    return inside


def _check_events(call: Call) -> None:
    if call.get("resourceid") and not call.get("resourcetype"):
        raise invalid("resourceid parameter must be used with resourcetype parameter")
    if call.get("resourcetype") and call["resourcetype"].lower() not in {name.lower() for name in RESOURCES}:
        raise invalid("Invalid resourcetype")
    if call.get("state") and call["state"].lower() not in {name.lower() for name in STATES}:
        raise invalid(f"Invalid state specified: {call['state']}")


@command("listEvents", USER, id="events", startid="events")
def list_events(call: Call) -> Body:
    """An unknown type or level finds nothing, an unknown state or kind of resource is refused (T7:97-119)."""
    _check_events(call)
    if "duration" in call and "entrytime" in call:
        # Only commands that have been at it for so long (T7:110).
        return {}
    word, inside = (call.get("keyword") or "").lower(), _between(call)
    wanted = {
        attribute: str(call[param]).lower()
        for param, attribute in FIELDS.items()
        if call.get(param)
    }  # fmt: skip

    def passes(event: Event) -> bool:
        return (
            (call.get("archived", False) or not event.archived)
            and ("id" in call or in_project(call, event.account_id))
            and ("id" not in call or event is call["id"])
            and ("startid" not in call or event.parent_uuid == call["startid"].uuid)
            and all(getattr(event, name).lower() == value for name, value in wanted.items())
            and (not word or word in event.type.lower() or word in event.description.lower())
            and inside(event.created)
        )

    rows = call.world.events.select(passes)
    return answer(call, "event", _newest_first(rows), lambda event: _event_view(call.world, event))


@command("listEventTypes", USER)
def list_event_types(_call: Call) -> Body:
    """Those that are written down here."""
    names = dict.fromkeys(kind.type for kind in (*EVENTS.values(), *CHANGES.values()))
    return {"count": len(names), "eventtype": [{"name": name} for name in names]}


def _chosen(call: Call, rows: Sequence[Any], time_of: str, what: str, fields: str) -> list[Any]:
    """The rows that a call names by ids, type and range; refused without any, and for an archived id (T7:81-95)."""
    given = fields.replace("either ", "").replace(" or ", ", ").removesuffix(" must be specified").split(", ")
    if not any(name in call.raw for name in given):
        raise invalid(fields)
    verb = "archive" if call.api.name.startswith("archive") else "delete"
    ids = call.get("ids", [])
    if any(row.archived or row not in rows for row in ids):
        raise failed(f"Unable to {verb} {what}, one or more parameters has invalid values")
    inside = _between(call)
    return [
        row
        for row in rows
        if not row.archived
        and (not ids or row in ids)
        and call.get("type", str(row.type)) == str(row.type)
        and inside(getattr(row, time_of))
    ]


def _archive(rows: list[Any]) -> Body:
    for row in rows:
        row.archived = True
    return {"success": True}


BY_ANY, BY_END = (
    "either ids, type, startdate or enddate must be specified",
    "either ids, type or enddate must be specified",
)


@command("archiveEvents", USER, ids="events")
def archive_events(call: Call) -> Body:
    return _archive(_chosen(call, list(call.world.events), "created", "Events", BY_END))


@command("deleteEvents", USER, ids="events")
def delete_events(call: Call) -> Body:
    """An archived one stays (T7:130-134)."""
    for row in _chosen(call, list(call.world.events), "created", "Events", BY_END):
        call.world.events.remove(row)
    return {"success": True}


# -- alerts ------------------------------------------------------------------------------------------------------------


def _alert_view(alert: Alert) -> Body:
    return {
        "id": alert.uuid,
        "type": alert.type,
        "name": alert.name,
        "description": alert.description,
        "sent": alert.sent,
    }


@command("listAlerts", f"{ADMIN}.resource", id="alerts")
def list_alerts(call: Call) -> Body:
    """Newest first, within a second in the order written; archived ones never (T7:84)."""
    word = (call.get("keyword") or "").lower()
    rows = call.world.alerts.select(
        lambda alert: (
            not alert.archived
            and ("id" not in call or alert is call["id"])
            and call.get("type", str(alert.type)) == str(alert.type)
            and call.get("name", alert.name) == alert.name
            and word in alert.description.lower()
        )
    )
    newest_first = sorted(rows, key=lambda alert: alert.sent, reverse=True)
    return answer(call, "alert", newest_first, _alert_view)


@command("listAlertTypes", f"{ADMIN}.alert.ListAlertTypesCmd")
def list_alert_types(_call: Call) -> Body:
    """Some numbers stand for several (T7:62)."""
    rows = [{"alerttypeid": number, "name": name} for number, name in ALERTS]
    return {"count": len(rows), "alerttype": rows}


@command("generateAlert", f"{ADMIN}.alert")
def generate_alert(call: Call) -> Work:
    """Not of a type of the server's own under another name; one that is there already makes no second (T7:63-72).

    Without a zone none is seen afterwards.
    """
    world, number, name = call.world, call["type"], call["name"]

    def run() -> Body:
        known = next((text for each, text in ALERTS if each == number), None)
        if known is not None and known != name:
            raise invalid(f"There is a default alert having type {number} and name {known}")
        zone = call.get("zoneid")
        same = world.alerts.first(type=number, zone_id=zone.id, archived=False) if zone is not None else None
        if zone is not None and same is None:
            row = Alert(world.alerts.next_id(), world.new_uuid(), number, name, call["description"], world.now())
            row.zone_id = zone.id
            world.alerts.add(row)
        return {"success": True}

    return Work(run)


@command("archiveAlerts", f"{ADMIN}.resource", ids="alerts")
def archive_alerts(call: Call) -> Body:
    return _archive(_chosen(call, list(call.world.alerts), "sent", "Alerts", BY_ANY))


@command("deleteAlerts", f"{ADMIN}.resource", ids="alerts")
def delete_alerts(call: Call) -> Body:
    for row in _chosen(call, list(call.world.alerts), "sent", "Alerts", BY_END):
        call.world.alerts.remove(row)
    return {"success": True}
