# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One configuration setting in one scope.

Source: 4.11.1 documentation, "Setting Configuration Parameters"; T3:58-94.
"""

from __future__ import annotations

import dataclasses
import typing as t
from types import MappingProxyType

from ...core.change import Fields, Outcome, plain
from ...core.errors import HostcraftError, NotAsRead, NotFound
from ...core.masking import MASK, is_secret_name, masked, secrets_in_text
from ...core.naming import nearest
from ...core.zone import settings
from ...core.zone.settings import Setting
from ...ports.cloud import Cloud
from .. import lookup
from ..ensure import within

# Of these types no value is a secret, whatever the name (system.vm.random.password).
OPEN_TYPES = ("boolean", "number", "decimal", "range", "select", "order")
UNTOLD = "this server does not return defaults, so the effect of a reset is known only afterwards"
# A server whose database is encrypted answers secrets encrypted anew each time (server: createConfigurationResponse).
UNREADABLE = "the server shows this secret only encrypted, so every run writes it without verification"


class Scope(t.NamedTuple):
    """Where a setting is set: "global", "zone", … and the id of that zone, …; places: names, as modules return them.

    around: the scopes whose values count where it has none of its own, by name and id, narrowest first.
    """

    name: str = "global"
    id: str = ""
    places: Fields = MappingProxyType({})
    around: t.Sequence[tuple[str, str]] = ()


def ensure_setting(cloud: Cloud, name: str, value: t.Optional[str], where: Scope, check_mode: bool) -> Outcome:
    """Set a setting, or with a value of None return it to what it is without a value of its own.

    Raises NotFound with the nearest names, InvalidValue for a value that is not of the setting's type.
    """
    held = cloud.settings.find(name, where.name, where.id)
    if held is None:
        raise unknown(cloud, name, where)
    told = [each for each in (value, held.value) if each]
    secrets = tuple(told) if is_secret(held) else tuple(each for text in told for each in secrets_in_text(text))
    try:
        outcome = _set(cloud, held, value, where, check_mode)
        doubt = None if value is None else settings.doubt(held, value)
    except HostcraftError as error:
        error.secrets = secrets
        raise
    warnings = outcome.warnings
    # A factor that an older server refuses has failed by now.
    if doubt is not None and doubt.code != "setting_factor":
        warnings += (f"{doubt.text}; its default is {held.default}" if held.default_told else doubt.text,)
    result = {**outcome.result, **where.places}
    return dataclasses.replace(outcome, secrets=secrets, result=result, warnings=warnings)


def ensure_in_scope(
    cloud: Cloud, name: str, value: object, names: t.Mapping[str, t.Optional[str]], check_mode: bool
) -> Outcome:
    """The same in the scope that ``names`` tell (see scope_of), for any scalar value; None resets."""
    text = settings.spelled(value)
    wanted = {"name": name, "value": text}

    def then(where: Scope) -> Outcome:
        return ensure_setting(cloud, name, text, where, check_mode)

    return within(lambda: scope_of(cloud, names), then, wanted, "present", check_mode, names)


def _set(cloud: Cloud, held: Setting, value: t.Optional[str], where: Scope, check_mode: bool) -> Outcome:
    # What a reset leads to is the server's own: many a number has no default at all.
    goal = _reset_value(cloud, held, where) if value is None else _checked(cloud, held, value)
    if goal is None:
        return _reset(cloud, held, where, check_mode)
    if settings.same_value(held, goal):
        return Outcome(False, result=show(held))
    before, after = {"value": _shown(held)}, {"value": _shown(held, goal)}
    if check_mode:
        return Outcome(True, before, after, show(held))
    if value is None:
        cloud.settings.reset(held.name, where.name, where.id)
    else:
        cloud.settings.write(held.name, goal, where.name, where.id)
    seen = cloud.settings.find(held.name, where.name, where.id)
    if seen is not None and settings.same_value(seen, goal):
        return Outcome(True, before, after, show(seen))
    if value is None and seen is not None and not seen.encrypted:
        if not settings.same_value(seen, held.value):
            return Outcome(True, before, {"value": _shown(seen)}, show(seen))
        if where.name in ("domain", "account"):
            # It had none of its own: a child inherits its parents' (enable.domain.settings.for.child.domain).
            return Outcome(False, result=show(seen))
    if seen is not None and seen.encrypted:
        return Outcome(True, before, after, show(seen), (f"{UNREADABLE}: {held.name}",))
    raise NotAsRead(f"setting {held.name}", {"value": {"held": seen.value if seen else None, "wanted": goal}})


def _checked(cloud: Cloud, held: Setting, value: str) -> str:
    return settings.check(held, value, cloud.release() if settings.by_release(held, value) else ())


def _reset(cloud: Cloud, held: Setting, where: Scope, check_mode: bool) -> Outcome:
    """Where nobody tells what it leads to: judged by the values before and after. Raises NotFound."""
    before = {"value": _shown(held)}
    if check_mode:
        return Outcome(True, before, {}, show(held), (f"{held.name}: {UNTOLD}",))
    cloud.settings.reset(held.name, where.name, where.id)
    seen = cloud.settings.find(held.name, where.name, where.id)
    if seen is None:
        raise unknown(cloud, held.name, where)
    if settings.same_value(held, seen.value):
        return Outcome(False, result=show(seen))
    return Outcome(True, before, {"value": _shown(seen)}, show(seen))


def _reset_value(cloud: Cloud, held: Setting, where: Scope) -> t.Optional[str]:
    """In a scope a reset returns to the value around it, globally to the default; None where that is not told.

    A setting has the scopes that the server lists it with: one before CloudStack 4.21, which then is the only one
    below the global one (FIELD_FACTS "Over-provisioning"; server: ConfigKey.Scope).
    """
    if where.name == "global":
        return held.default or ("" if held.default_told else None)
    around = [*where.around, ("global", "")]
    if where.name == "account":
        around.insert(0, ("domain", cloud.owner_id("domain", str(where.places["domain"]))))
    found = (cloud.settings.find(held.name, scope, id) for scope, id in around)
    return next((each.value for each in found if each is not None), held.default or "")


def unknown(cloud: Cloud, name: str, where: Scope) -> NotFound:
    there = [each.name for each in cloud.settings.all(where.name, where.id)]
    scope = "" if where.name == "global" else f"the settings of scope {where.name}"
    return NotFound("setting", name, scope, nearest(name, there))


def show(setting: Setting) -> Fields:
    """A setting's values; those of a secret category masked."""
    return {**plain(setting), "value": _shown(setting)}


def _shown(setting: Setting, value: t.Optional[str] = None) -> str:
    """A proxy's URL is no secret as a whole, and may hold one."""
    text = setting.value if value is None else value
    return MASK if is_secret(setting) else masked(text, secrets_in_text(text))


def is_secret(setting: Setting) -> bool:
    """By its category, or by its name: some passwords are "Advanced" (quota.usage.smtp.password)."""
    return setting.encrypted or (setting.type.lower() not in OPEN_TYPES and is_secret_name(setting.name))


def scope_of(cloud: Cloud, names: t.Mapping[str, t.Optional[str]]) -> Scope:
    """The scope that the given names tell: at most one of cluster, storage, image_store, account, zone, domain.

    A cluster, storage pool or image store is looked up in the zone, an account in the domain, given beside it.
    """
    domain = names.get("domain")
    zone = lookup.zone(cloud, names["zone"]) if names.get("zone") else None
    inside = {"zone_id": zone.id} if zone else {}
    of_zone = {"zone": zone.name} if zone else {}
    if names.get("cluster"):
        cluster = lookup.one_cluster(cloud, str(names["cluster"]), **inside)
        return Scope("cluster", cluster.id, {**of_zone, "cluster": cluster.name}, (("zone", cluster.zone_id),))
    if names.get("storage"):
        pool = lookup.one(cloud.storage_pools, "storage pool", str(names["storage"]), **inside)
        above = [("cluster", pool.cluster_id)] if pool.cluster_id else []
        return Scope("storage", pool.id, {**of_zone, "storage": pool.name}, (*above, ("zone", pool.zone_id)))
    if names.get("image_store"):
        store = lookup.one(cloud.image_stores, "image store", str(names["image_store"]), **inside)
        places = {**of_zone, "image_store": store.name}
        return Scope("imagestore", store.id, places, (("zone", store.zone_id),) if store.zone_id else ())
    if names.get("account"):
        account, its_domain = str(names["account"]), domain or "ROOT"
        its_id = cloud.owner_id("account", account, its_domain)
        return Scope("account", its_id, {"account": account, "domain": its_domain})
    if zone:
        return Scope("zone", zone.id, of_zone)
    return Scope("domain", cloud.owner_id("domain", domain), {"domain": domain}) if domain else Scope()
