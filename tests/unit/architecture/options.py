# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that modules share: one doc fragment and one argument spec each, as functions of plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Options = Mapping[str, Mapping[str, Any]]

# Each doc fragment with options, as modules extend it, and its spec in module_utils/interface.
SPECS: Mapping[str, str] = {
    "bmc": "bmc.access:BMC",
    "cloudstack": "connection:CONNECTION",
    "cloudstack.connection": "connection:CONNECTION",
    "console": "certificates.console:SYSTEM_VMS",
    "database": "database.access:DATABASE",
    "hypervisor": "hypervisors.access:HYPERVISOR",
    "hypervisor.hosts": "hypervisors.access:HOSTS",
    "hypervisor.kind": "hypervisors.kind:KIND",
    "hypervisor.vsphere": "vsphere.hosts:CLUSTER",
    "hypervisor.xenserver": "xenserver.pool:TIMEOUT",
    "listing": "listing:NAME",
    "listing.cluster": "listing:CLUSTER",
    "listing.physical_network": "listing:PHYSICAL_NETWORK",
    "listing.pod": "listing:POD",
    "listing.vlan": "listing:VLAN",
    "listing.zone": "listing:ZONE",
    "looks.findings": "findings:ASKED",
    "machine.haproxy": "servers.load_balancer:SOCKET",
    "machine.labels": "machine.options:LABELS",
    "machine.properties": "machine.options:PROPERTIES",
    "maintenance": "maintenance.host:TERMS",
    "maintenance.lock": "maintenance.claims:LOCK",
    "maintenance.moves": "maintenance.host:MOVES",
    "roll": "maintenance.rolling:ROLL",
    "routers": "routers.tasks:NETWORKS",
    "routers.consent": "routers.tasks:CONSENT",
    "routers.health": "routers.tasks:HEALTH",
    "routers.required_health": "routers.tasks:REQUIRE_HEALTH",
    "routers.upgrade": "routers.tasks:UPGRADE",
    "site": "site.task:DECLARED",
    "state": "fields:STATE",
    "state.display_text": "fields:DISPLAY_TEXT",
    "state.enabled": "fields:ENABLED",
    "state.id": "fields:ID",
    "state.poll_async": "fields:POLL_ASYNC",
    "storage": "storage.options:POOL",
    "storage.consent": "storage.options:CONSENT",
    "storage.migration": "storage.options:MIGRATION",
    "storage.work": "storage.options:WORK",
    "vlans": "vlans:SCHEME",
    "zone": "zone:ZONE",
    "zone.cluster": "zone:CLUSTER",
    "zone.content": "zone:CONTENT",
    "zone.host": "zone:HOST",
    "zone.ip_range": "zone:IP_RANGE",
    "zone.limits": "zone:LIMITS",
    "zone.one_cluster": "zone:ONE_CLUSTER",
    "zone.one_host": "zone:ONE_HOST",
    "zone.one_physical_network": "zone:ONE_PHYSICAL_NETWORK",
    "zone.one_pod": "zone:ONE_POD",
    "zone.owner": "zone:OWNER",
    "zone.pod": "zone:POD",
    "zone.required_tags": "zone:REQUIRED_TAGS",
    "zone.scope": "zone:SCOPE",
}
# Modules that may repeat a block; one more has to share it.
MOST = 2
# What a spec may have that documentation does not show.
UNSHOWN = frozenset({"apply_defaults"})


class Documented(NamedTuple):
    """What a module's DOCUMENTATION says: the fragments that it extends, and the options that it has itself."""

    extends: frozenset[str]
    options: Options


def repeated(modules: Mapping[str, Options], fragments: Mapping[str, Options]) -> Iterator[str]:
    """Blocks of options that a fragment has already, or that more than MOST modules have.

    An option without a type changes the option of a fragment, and is no block.
    """
    for name in sorted({name for options in modules.values() for name in options}):
        blocks = {module: options[name] for module, options in modules.items() if "type" in options.get(name, ())}
        for module, block in blocks.items():
            for slug, shared in fragments.items():
                if name in shared and same_block(block, shared[name]):
                    yield f"{module}: {name} stands in the fragment {slug}: extend it, and keep only what differs"
        alike = max(
            ([m for m, b in blocks.items() if same_block(b, one)] for one in blocks.values()), key=len, default=[]
        )
        if len(alike) > MOST:
            yield f"{', '.join(sorted(alike))}: {name} is one option: make it a fragment with a spec in interface"


def same_block(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two options of one name are of one type and share two further lines.

    A text has two lines: ``description:`` and its own.
    """
    keys = (set(one) & set(other)) - {"type", "description"}
    lines = sum(one[key] == other[key] for key in keys) + 2 * len(_texts(one) & _texts(other))
    return one.get("type") == other.get("type") and lines >= 2


def _texts(option: Mapping[str, Any]) -> set[str]:
    said = option.get("description") or []
    return {" ".join(str(text).split()) for text in (said if isinstance(said, list) else [said])}


def unspecified(fragments: Mapping[str, Options], specs: Mapping[str, Options]) -> Iterator[str]:
    """Fragments and specs that are not each other's, by slug."""
    for slug in sorted(set(fragments) | set(specs)):
        documented, specified = set(fragments.get(slug, ())), set(specs.get(slug, ()))
        if documented != specified:
            yield f"{slug}: documents {sorted(documented)}, specifies {sorted(specified)}: see SPECS"


def strayed(module: str, said: Documented, effective: Options, specs: Mapping[str, Options]) -> Iterator[str]:
    """Where a module extends a fragment without its spec, or uses a spec without its fragment.

    ``effective``: the argument spec that the module runs with. ``specs``: the shared ones, by slug.
    """
    for slug, spec in specs.items():
        missed = sorted(
            name for name in spec if not _is_from(spec[name], effective.get(name), said.options.get(name, {}))
        )
        if slug in said.extends and missed:
            yield f"{module}: extends {slug}, but does not use its spec for {', '.join(missed)}"
        elsewhere = any(specs.get(other) is spec for other in said.extends)
        if (
            slug not in said.extends
            and not elsewhere
            and all(effective.get(name) is option for name, option in spec.items())
        ):
            yield f"{module}: uses the spec of {slug}, but does not extend the fragment"


def _is_from(shared: Mapping[str, Any], effective: Any, documented: Mapping[str, Any]) -> bool:
    """Whether an option is the shared one, or that with the differences that the module documents."""
    if effective is shared or effective is None:
        return effective is shared
    free = (set(documented) - {"description"}) | UNSHOWN
    changed = {key for key in {*shared, *effective} if shared.get(key) != effective.get(key)}
    return bool(changed) and changed <= free
