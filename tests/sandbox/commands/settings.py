"""listConfigurations, updateConfiguration, resetConfiguration (T3:58-94, T4:75-77, T4:90-93, T4:123-124)."""

from __future__ import annotations

from typing import Any

from ..errors import failed, invalid
from ..paging import answer
from ..registry import Body, Call, command
from ..world import World
from ..world.settings import CLUSTER_DETAILS, GLOBAL, Setting, setting

JAVA = "org.apache.cloudstack.api.command.admin.config"
# Parameter → scope.
PLACES = {
    "zoneid": "Zone",
    "clusterid": "Cluster",
    "storageid": "StoragePool",
    "imagestoreuuid": "ImageStore",
    "imagestoreid": "ImageStore",
    "accountid": "Account",
    "domainid": "Domain",
}
ENTITIES = {
    "accountid": "accounts",
    "storageid": "storage_pools",
    "imagestoreuuid": "image_stores",
    "imagestoreid": "image_stores",
}
JAVA_TYPES = {
    "Boolean": "java.lang.Boolean",
    "Number": "java.lang.Integer",
    "Decimal": "java.lang.Float",
    "Range": "java.lang.Double",
}
# Of type Float and in weightBasedParametersForValidation: of a Double any number is taken (source:
# ConfigurationManagerImpl.validateConfigurationValue). The early ones were Floats of Config, and are Doubles of
# AlertManager and AgentManagerImpl in newer sources; in which release that changed is not known.
SHARES = frozenset(
    (
        "cluster.cpu.allocated.capacity.disablethreshold",
        "cluster.memory.allocated.capacity.disablethreshold",
        "vm.user.dispersion.weight",
    )
)
EARLY_SHARES = frozenset(
    (
        "agent.load.threshold",
        "cluster.localStorage.capacity.notificationthreshold",
        "pod.privateip.capacity.notificationthreshold",
        "zone.directnetwork.publicip.capacity.notificationthreshold",
        "zone.secstorage.capacity.notificationthreshold",
        "zone.virtualnetwork.publicip.capacity.notificationthreshold",
        "zone.vlan.capacity.notificationthreshold",
    )
)
POSITIVE = frozenset({*CLUSTER_DETAILS, "storage.overprovisioning.factor"})
# Source: ConfigurationManagerImpl.populateConfigValuesForValidationSet; the text is not recorded.
ABOVE_NOUGHT = frozenset(
    (
        "event.purge.interval",
        "account.cleanup.interval",
        "alert.wait",
        "consoleproxy.capacityscan.interval",
        "expunge.interval",
        "host.stats.interval",
        "network.gc.interval",
        "ping.interval",
        "snapshot.poll.interval",
        "storage.stats.interval",
        "storage.cleanup.interval",
        "wait",
        "xenserver.heartbeat.interval",
        "xenserver.heartbeat.timeout",
        "ovm3.heartbeat.interval",
        "ovm3.heartbeat.timeout",
        "incorrect.login.attempts.allowed",
        "vm.password.length",
        "remote.access.vpn.psk.length",
    )
)


def _scope(call: Call) -> tuple[str, int]:
    """Scope and row id that the call names; ApiError 431 when it names several (text not recorded)."""
    given = [(scope, call[param].id) for param, scope in PLACES.items() if param in call]
    if len(given) > 1:
        raise invalid("cannot handle multiple IDs, provide only one ID corresponding to the scope")
    return given[0] if given else (GLOBAL, 0)


def _as_typed(row: Setting, value: str) -> str:
    """A scope's value is listed as its type prints it: "2" → "2.0" (T3:69)."""
    if row.type in ("Decimal", "Range"):
        return str(float(value))
    return value.lower() if row.type == "Boolean" else value


def _view(row: Setting, value: str, scope: str = "") -> Body:
    body: Body = {
        "category": row.category,
        "group": row.group,
        "subgroup": row.subgroup,
        "name": row.name,
        "value": value,
        "defaultvalue": row.default,
    }
    if scope:
        body["scope"] = scope
    body.update(
        description=f"{row.display.strip()} ({row.component})",
        isdynamic=row.dynamic,
        component=row.component,
        displaytext=row.display,
        type=row.type,
    )
    if row.options:
        body["options"] = row.options
    return body


def _matches(call: Call, row: Setting) -> bool:
    """`name` may be a part of it (T3:58); `keyword` is looked for in the component as well (T4:123)."""
    exact = {"category": row.category, "group": row.group, "subgroup": row.subgroup}
    if any(call.get(param) and call[param].lower() != value.lower() for param, value in exact.items()):
        return False
    if call.get("name") and call["name"].lower() not in row.name.lower():
        return False
    word = (call.get("keyword") or "").lower()
    return any(word in text.lower() for text in (row.name, row.component, row.category, row.value))


@command("listConfigurations", JAVA, **ENTITIES)
def list_configurations(call: Call) -> Body:
    """Of a scope: only the settings that have it, with `scope` in small letters (T3:94)."""
    world, (scope, row_id) = call.world, _scope(call)
    rows = [
        row
        for row in world.settings.values()
        if row.category != "Hidden" and (scope == GLOBAL or scope in row.scopes) and _matches(call, row)
    ]

    def view(row: Setting) -> Body:
        if scope == GLOBAL:
            return _view(row, row.value)
        return _view(row, _as_typed(row, setting(world, row.name, scope, row_id)), scope.lower())

    body = answer(call, "configuration", sorted(rows, key=lambda row: row.name.lower()), view)
    if scope != GLOBAL and body:
        # ConfigurationManagerImpl leaves out what is in its database alone, and counts the rest of the page (source:
        # searchForConfigurations).
        held = [each for each in body.pop("configuration", []) if world.settings[each["name"].lower()].known]
        body = {"count": len(held), "configuration": held} if held else {}
    return body


def _find(call: Call, scope: str) -> Setting:
    row = call.world.settings.get(call["name"].lower())
    if row is None:
        raise invalid(f"Config parameter with name {call['name']} doesn't exist")
    if scope != GLOBAL and scope not in row.scopes:
        raise invalid(f"Invalid scope id provided for the parameter {row.name}")
    return row


def _parses(kind: str, value: str) -> bool:
    parse: Any = {"Number": int, "Decimal": float, "Range": float}.get(kind)
    if kind == "Boolean":
        return value in ("true", "false")
    if parse is None:
        return True
    try:
        parse(value)
    except ValueError:
        return False
    return True


def _check(world: World, row: Setting, value: str) -> None:
    """T3:62-67, T4:92-93; the texts for choices and ranges are not recorded."""
    if not _parses(row.type, value):
        raise invalid(f"Value [{value}] is not a valid [class {JAVA_TYPES[row.type]}].")
    if row.name in POSITIVE and world.release < (4, 17) and float(value) < 1:
        # Source: ConfigurationManagerImpl of 4.15; apache/cloudstack#6218.
        raise invalid(f"{row.name} should be greater than or equal to 1")
    if row.name in POSITIVE and float(value) <= 0:
        raise invalid(f"Value for configuration [{row.name}] should be greater than 0.")
    if row.name in ABOVE_NOUGHT and row.type == "Number" and int(value) <= 0:
        raise invalid(f"Please enter a positive value for the configuration parameter:{row.name}")
    shares = SHARES | EARLY_SHARES if world.release < (4, 18) else SHARES
    if row.name in shares and not 0 <= float(value) <= 1:
        raise invalid(f"Please enter a value between 0 and 1 for the configuration parameter: {row.name}")
    if row.type == "Select" and row.options and value not in row.options.split(","):
        raise invalid(f"Please enter one of [{row.options}] for the configuration parameter: {row.name}")


def _store(world: World, row: Setting, scope: str, row_id: int, value: str | None) -> None:
    """Set a value; None takes it away, so that the wider scope's or the default holds again."""
    if scope == GLOBAL:
        row.value = row.default if value is None else value
        return
    if value is None:
        row.scoped.pop((scope, row_id), None)
    else:
        row.scoped[scope, row_id] = value
    if scope == "Cluster":
        # With its other details (source: ClusterDetailsDaoImpl).
        details, name = world.clusters[row_id].details, CLUSTER_DETAILS.get(row.name, row.name)
        shown = row.value if value is None and row.name in CLUSTER_DETAILS else value
        if shown is None:
            details.pop(name, None)
        else:
            details[name] = shown


@command("updateConfiguration", JAVA, **ENTITIES)
def update_configuration(call: Call) -> Body:
    """The answer holds the value as it was sent (T3:68). Without a value nothing changes."""
    scope, row_id = _scope(call)
    row = _find(call, scope)
    value = call.get("value")
    if scope != GLOBAL and call["name"] != row.name:
        # Of a scope it is looked up by its exact name (T6:290).
        raise failed(
            'Cannot invoke "org.apache.cloudstack.framework.config.ConfigKey.valueInScope('
            'org.apache.cloudstack.framework.config.ConfigKey$Scope, java.lang.Long)" because "configKey" is null'
        )
    if value is not None:
        _check(call.world, row, value)
        _store(call.world, row, scope, row_id, value)
    held = setting(call.world, row.name, scope, row_id)
    return {"configuration": _view(row, held, "" if scope == GLOBAL else scope.lower())}


@command("resetConfiguration", JAVA, **ENTITIES)
def reset_configuration(call: Call) -> Body:
    """Global: the default; a scope: the wider scope's value, with `scope` capitalized (T3:71-72)."""
    scope, row_id = _scope(call)
    row = _find(call, scope)
    _store(call.world, row, scope, row_id, None)
    held = setting(call.world, row.name, scope, row_id)
    return {"configuration": _view(row, held, "" if scope == GLOBAL else scope)}
