"""listEvents, listAlerts (T4:131-132)."""

from __future__ import annotations

from ..paging import answer
from ..registry import Body, Call, command
from ..world import World
from ..world.log import Alert, Event
from .guest_networks import account_view

USER = "org.apache.cloudstack.api.command.user.event"
ADMIN = "org.apache.cloudstack.api.command.admin.resource"
_FIELDS = {
    "type": "type",
    "level": "level",
    "state": "state",
    "resourceid": "resource_uuid",
    "resourcetype": "resource_type",
}


def _view(world: World, event: Event) -> Body:
    body: Body = {
        "id": event.uuid,
        "username": world.admin.name,
        "type": event.type,
        "level": event.level,
        "description": event.description,
        **account_view(world, world.admin.id),
        "created": event.created,
        "state": event.state,
    }
    if event.resource_uuid:
        body.update(resourceid=event.resource_uuid, resourcetype=event.resource_type, resourcename=event.resource_name)
    if event.parent_uuid:
        body["parentid"] = event.parent_uuid
    return body


def _newest_first(events: list[Event]) -> list[Event]:
    """By the second; within one, in the order written, the scheduling last: it was a moment earlier (T4:131)."""
    by_order = sorted(events, key=lambda event: (event.state == "Scheduled", event.id))
    return sorted(by_order, key=lambda event: event.created, reverse=True)


@command("listEvents", USER, id="events", startid="events")
def list_events(call: Call) -> Body:
    chosen = {attribute: call[param] for param, attribute in _FIELDS.items() if call.get(param)}
    if "id" in call:
        chosen["id"] = call["id"].id
    if "startid" in call:
        chosen["parent_uuid"] = call["startid"].uuid
    word = (call.get("keyword") or "").lower()
    since, until = call.get("startdate"), call.get("enddate")
    rows = call.world.events.select(
        lambda event: (
            (not word or word in event.type.lower() or word in event.description.lower())
            and (not since or event.created[:10] >= str(since)[:10])
            and (not until or event.created[:10] <= str(until)[:10])
        ),
        **chosen,
    )
    return answer(call, "event", _newest_first(list(rows)), lambda event: _view(call.world, event))


def _alert_view(alert: Alert) -> Body:
    return {
        "id": alert.uuid,
        "type": alert.type,
        "name": alert.name,
        "description": alert.description,
        "sent": alert.sent,
    }


@command("listAlerts", ADMIN, id="alerts")
def list_alerts(call: Call) -> Body:
    """Newest first."""
    word = (call.get("keyword") or "").lower()
    rows = call.world.alerts.select(
        lambda alert: (
            ("id" not in call or alert is call["id"])
            and call.get("type", str(alert.type)) == str(alert.type)
            and call.get("name", alert.name) == alert.name
            and word in alert.description.lower()
        )
    )
    return answer(call, "alert", rows[::-1], _alert_view)
