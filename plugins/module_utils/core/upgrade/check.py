# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in the way of an upgrade: of the database and its servers."""

from __future__ import annotations

import typing as t

from ..database.management_servers import Server
from ..findings import Unseen, Verdict
from ..servers.javas import javas
from ..servers.release import Release, release, words
from ..text import shortened
from .facts import BEFORE, STOPPED, UPGRADED, Facts, Node
from .table import UPGRADE
from .templates import template_verdicts

GIB = 1 << 30
PER_SERVER = 350  # connections
NEEDED = frozenset(
    (
        *("SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "REFERENCES", "INDEX", "ALTER", "CREATE VIEW"),
        *("SHOW VIEW", "CREATE ROUTINE", "ALTER ROUTINE", "EXECUTE"),
    )
)
ALL = "ALL PRIVILEGES"
SCHEMAS = ("cloud", "cloud_usage")
# Hypervisors by the release that no longer has them: older ones than this are refused (Release Notes, 8.3.5).
REMOVED: t.Mapping[str, tuple[Release, tuple[int, ...]]] = {
    "xenserver": ((4, 12, 0, 0), (7,)),
    "vmware": ((4, 13, 0, 0), (6,)),
}
TRANSITION = ("prepareformaintenance", "errorinmaintenance", "errorinprepareformaintenance", "creating", "degraded")
LAG = 60.0
CLOSED = ("maintenance", "preparingformaintenance", "preparingforshutdown", "readytoshutdown")
SMALL: tuple[Release, int] = ((4, 20, 0, 0), 512)  # MiB that system VMs need since this release


def verdicts(facts: Facts) -> t.Iterator[Verdict]:
    """Everything that can be told of the facts at their stage."""
    old = release(facts.database.version)
    yield from _versions(facts, old)
    yield from _servers(facts, old)
    if facts.stage != UPGRADED:
        yield from _nodes(facts)
        yield from _jobs(facts)
        yield from _sql(facts)
        yield from _copies(facts)
    if facts.stage == BEFORE:
        yield from _hosts(facts, old)
        yield from _system_vms(facts, old)
    yield from template_verdicts(facts, old)


def _versions(facts: Facts, old: t.Optional[Release]) -> t.Iterator[Verdict]:
    database = facts.database
    if old is None:
        seen = shortened(database.version, 40) or "nothing"
        yield UPGRADE.found("version_unknown", f"the table version has {seen}")
    elif old > facts.to:
        yield UPGRADE.found("downgrade", f"{words(old)}, wanted {words(facts.to)}")
    elif old == facts.to and facts.stage != UPGRADED:
        yield UPGRADE.found("up_to_date", words(old))
    elif old < facts.to and facts.stage == UPGRADED:
        yield UPGRADE.found("not_upgraded", f"{words(old)}, wanted {words(facts.to)}")
    for version in database.interrupted:
        yield UPGRADE.found("upgrade_interrupted", f"the upgrade to {shortened(version, 40)} has no end")
    if database.locked and facts.stage != UPGRADED:
        yield UPGRADE.found("lock_held", "a connection holds the lock DatabaseUpgrade")


def _servers(facts: Facts, old: t.Optional[Release]) -> t.Iterator[Verdict]:
    ours = {address for node in facts.nodes for address in (node.address, node.name) if address}
    alive = [server for server in facts.database.servers if server.alive]
    for server in facts.database.servers:
        if server.address in ours or server.name in ours or not facts.nodes:
            continue
        if server.alive and facts.stage != STOPPED:
            yield UPGRADE.found("server_unknown", _told(server), server.name)
        elif not server.alive:
            yield UPGRADE.found("server_retired", _told(server), server.name)
    for server in alive if facts.stage == BEFORE else ():
        if server.state.casefold() in CLOSED:
            yield UPGRADE.found("server_closed", _told(server), server.name)
    if facts.stage == STOPPED:
        for server in alive:
            yield UPGRADE.found("server_alive", _told(server), server.name)
        for node in facts.nodes:
            if node.active:
                yield UPGRADE.found("server_alive", f"the unit on {node.name} is active", node.name)
        return
    right = facts.to if facts.stage == UPGRADED else old
    others = [server for server in alive if right and release(server.version) not in (right, None)]
    if others:
        seen = ", ".join(f"{each.name} ({each.address}) has {shortened(each.version, 40)}" for each in others)
        yield UPGRADE.found("server_versions_differ", f"{seen}; expected {words(right or facts.to)}")


def _told(server: Server) -> str:
    age = "no heartbeat" if server.age is None else f"last heartbeat {server.age:.0f} s ago"
    return f"{server.name} at {server.address} is {server.state}, {age}"


def _nodes(facts: Facts) -> t.Iterator[Verdict]:
    reached = [node for node in facts.nodes if node.reachable]
    for node in facts.nodes:
        if not node.reachable:
            yield UPGRADE.found("node_unreachable", node.name, node.name)
    if facts.stage == BEFORE:
        versions = {node.package for node in reached if node.package}
        if len(versions) > 1:
            seen = ", ".join(f"{node.name} has {shortened(node.package, 40)}" for node in reached if node.package)
            yield UPGRADE.found("packages_differ", seen)
    for node in reached:
        yield from _packages(facts, node)
        yield from _java(facts, node)
        if node.free is not None and node.free < 5 * GIB and facts.stage == BEFORE:
            yield UPGRADE.found("node_space", f"{node.name} has {node.free / GIB:.1f} GiB", node.name)
    yield from _encryption(facts, reached)


def _packages(facts: Facts, node: Node) -> t.Iterator[Verdict]:
    if node.held:
        yield UPGRADE.found("package_held", f"cloudstack-management on {node.name}", node.name)
    if facts.stage != BEFORE or release(node.package) == facts.to:
        return
    if node.offered is None:
        yield Unseen("package_not_offered", f"the packages that {node.name} can install")
    elif not any(release(each) == facts.to for each in node.offered):
        seen = ", ".join(shortened(each, 40) for each in node.offered) or "none"
        yield UPGRADE.found("package_not_offered", f"{node.name} can install: {seen}", node.name)
    else:
        if node.refused and not node.held:
            yield UPGRADE.found("package_not_installable", f"{node.name}: {shortened(node.refused)}", node.name)
        old = release(facts.database.version)
        if old and not any(release(each) == old for each in node.offered):
            seen = ", ".join(shortened(each, 40) for each in node.offered)
            text = f"{node.name} cannot install {words(old)}, only {seen}"
            yield UPGRADE.found("package_back_not_offered", text, node.name)


def _java(facts: Facts, node: Node) -> t.Iterator[Verdict]:
    right, old = javas(facts.to), release(facts.database.version)
    if node.java is None:
        yield Unseen("java_wrong", f"the version of Java on {node.name}")
    elif node.java not in right:
        names = ", ".join(str(each) for each in sorted(right))
        yield UPGRADE.found("java_wrong", f"{node.name} has Java {node.java}; supported are {names}", node.name)
    elif facts.stage == BEFORE and old and old < facts.to and node.java not in javas(old):
        names = ", ".join(str(each) for each in sorted(javas(old)))
        text = f"{node.name} has Java {node.java}; supported by {words(old)} are {names}"
        yield UPGRADE.found("java_back", text, node.name)


def _encryption(facts: Facts, reached: t.Sequence[Node]) -> t.Iterator[Verdict]:
    seen = {node.name: (node.encryption, node.encryptor, node.key) for node in reached if node.encryption is not None}
    if len(set(seen.values())) > 1:
        told = ", ".join(f"{name}: {kind} {version or 'no version'}" for name, (kind, version, _key) in seen.items())
        yield UPGRADE.found("encryption_differs", told)
    held = facts.database.encryptor
    for node in reached:
        if held and node.encryptor and node.encryptor != held:
            yield UPGRADE.found("encryptor_wrong", f"{node.name} has {node.encryptor}, values have {held}", node.name)


def _jobs(facts: Facts) -> t.Iterator[Verdict]:
    alive = {server.msid for server in facts.database.servers if server.alive}
    here = [job for job in facts.database.jobs if job.msid in alive]
    left = [job for job in facts.database.jobs if job.msid not in alive]
    for code, jobs in (("jobs_running", here), ("jobs_orphaned", left)):
        if jobs:
            names = sorted({shortened(job.command.rpartition(".")[2], 60) for job in jobs})
            yield UPGRADE.found(code, f"{len(jobs)}: {', '.join(names[:5])}", count=len(jobs))


def _sql(facts: Facts) -> t.Iterator[Verdict]:
    database = facts.database
    for schema in SCHEMAS:
        held = database.grants.get(schema, frozenset()) | database.grants.get("*", frozenset())
        lacking = frozenset() if ALL in held else NEEDED - held
        if lacking and database.grants:
            yield UPGRADE.found("rights_missing", f"on {schema}: {', '.join(sorted(lacking))}")
    if not database.grants:
        yield Unseen("rights_missing", "the rights of the database account")
    yield from _variables(facts)
    # Since 4.14 the schema upgrade removes the slash itself (apache/cloudstack pull request 3813).
    for name, path in database.local_paths if facts.to < (4, 14, 0, 0) else ():
        if path.rstrip("/") and path.endswith("/"):
            yield UPGRADE.found("local_path_slash", f"{shortened(name, 60)} has {shortened(path, 120)}")
    if database.unknown_settings:
        names = database.unknown_settings
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        yield UPGRADE.found("setting_unknown", ", ".join(shortened(each, 60) for each in names[:5]) + more)


def _variables(facts: Facts) -> t.Iterator[Verdict]:
    held = {name.lower(): value for name, value in facts.database.variables.items()}
    most, servers = held.get("max_connections", ""), max(len(facts.nodes), 1)
    if most.isdigit() and int(most) < PER_SERVER * servers:
        yield UPGRADE.found("connections_few", f"{most} for {servers} servers")
    if "ONLY_FULL_GROUP_BY" in held.get("sql_mode", "").upper() and facts.to < (4, 12, 0, 0):
        yield UPGRADE.found("sql_mode_groups", held["sql_mode"])
    logs, trusted = held.get("log_bin", ""), held.get("log_bin_trust_function_creators", "")
    rights = facts.database.grants.get("*", frozenset())
    super_user = bool(rights & {ALL, "SUPER", "SET_USER_ID"})
    mysql = "mariadb" not in held.get("version", "mariadb").lower()
    if mysql and logs.upper() in ("1", "ON") and trusted.upper() in ("0", "OFF") and not super_user:
        yield UPGRADE.found("functions_not_trusted", "log_bin_trust_function_creators is OFF")


def _copies(facts: Facts) -> t.Iterator[Verdict]:
    if facts.backup_free is None:
        yield Unseen("dump_space", "the free space for the dump")
    # A dump as text has about the size of the data; half as much again for what grows meanwhile.
    elif facts.backup_free < facts.database.size * 3 // 2:
        seen = f"{facts.backup_free / GIB:.2f} GiB free for databases of {facts.database.size / GIB:.2f} GiB"
        yield UPGRADE.found("dump_space", seen)
    if facts.replicas is None:
        yield Unseen("replica_broken", "the state of replication")
        return
    for each in facts.replicas:
        if not (each.io and each.sql) or each.lag is None:
            said = f" ({shortened(each.said)})" if each.said else ""
            yield UPGRADE.found("replica_broken", f"{each.name}{said}", each.name)
        elif each.lag > LAG:
            yield UPGRADE.found("replica_lagging", f"{each.name} by {each.lag:.0f} s", each.name)


def _hosts(facts: Facts, old: t.Optional[Release]) -> t.Iterator[Verdict]:
    for host in facts.database.agents:
        state, name = host.resource_state.casefold(), host.name
        if state == "maintenance":
            yield UPGRADE.found("host_in_maintenance", name, name)
        elif state in TRANSITION:
            yield UPGRADE.found("host_in_transition", f"{name} is {host.resource_state}", name)
        elif state == "disabled":
            yield UPGRADE.found("host_disabled", name, name)
        if host.status.casefold() != "up" and state != "maintenance":
            yield UPGRADE.found("host_not_up", f"{name} is {host.status}", name)
        version = release(host.version)
        if version and version > facts.to:
            yield UPGRADE.found("agent_newer", f"{name} has {words(version)}", name)
        elif version and old and version < old and host.hypervisor.casefold() in ("kvm", "lxc"):
            yield UPGRADE.found("agent_old", f"{name} has {words(version)}, the database {words(old)}", name)
        least = REMOVED.get(host.hypervisor.casefold())
        parts = [part for part in host.hypervisor_version.split(".")[:2] if part.isdigit()]
        if least and parts and facts.to >= least[0] and tuple(int(part) for part in parts) < least[1]:
            yield UPGRADE.found("hypervisor_removed", f"{name} has {host.hypervisor} {host.hypervisor_version}", name)


def _system_vms(facts: Facts, old: t.Optional[Release]) -> t.Iterator[Verdict]:
    older: list[str] = []
    small = [each for each in facts.database.system_vms if each.memory is not None and each.memory < SMALL[1]]
    if small and facts.to >= SMALL[0]:
        seen = ", ".join(f"{each.name} has {each.memory} MiB" for each in small[:5])
        yield UPGRADE.found("system_vm_small", seen, count=len(small))
    for vm in facts.database.system_vms:
        if vm.kind != "DomainRouter" and vm.state.casefold() != "running":
            yield UPGRADE.found("system_vm_not_running", f"{vm.name} is {vm.state}", vm.name)
        version = release(vm.version.replace("Cloudstack Release", "").strip())
        # Of a template only release and patch count: 4.22.0 is right for 4.22.0.1.
        if vm.kind == "DomainRouter" and version and old and version[:2] < old[:2]:
            older.append(vm.name)
    if older:
        more = f" and {len(older) - 5} more" if len(older) > 5 else ""
        yield UPGRADE.found("router_old", ", ".join(sorted(older)[:5]) + more, count=len(older))
