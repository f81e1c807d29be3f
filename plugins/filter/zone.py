# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of a declared zone: its hosts, its problems, and the zone as a tree. Each documents itself in NAME.yml."""

from __future__ import annotations

import os
import re
import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration.problem import PREFIX, Problem

try:  # ansible-core 2.19 and newer know where a value was written; an older one does not, and the path alone is told.
    from ansible._internal._datatag._tags import Origin
except ImportError:
    Origin = None
try:
    from ansible.template import is_trusted_as_template as _is_template
except ImportError:

    def _is_template(value: object) -> bool:
        return not hasattr(value, "__UNSAFE__")


Record = t.Mapping[str, t.Any]
DEFAULTS = "roles/zone/defaults/main.yml"  # only gathers what others declare: no mistake is made there
PASSWORD = f"{PREFIX}password"
ADDRESS = "ansible_host"
MARKED = re.compile(r"\{[{%#]|#jinja2").search  # finds what may be a template
REFERENCE = re.compile(r"\{\{ *([A-Za-z_]\w*) *\}\}")
UNKNOWN = object()


def declared_hosts(variables: t.Mapping[str, Record], names: t.Sequence[str]) -> list[dict[str, t.Any]]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration import check as declaration
    from ansible_collections.hostcraft.cloudstack.plugins.plugin_utils.host_variables import many_hosts

    unknown = [name for name in names if name not in variables]
    if unknown:
        raise AnsibleFilterError(f"declared_hosts: not in the inventory: {', '.join(unknown)}")
    others: set[str] = set()  # of the variables that all hosts have, there may be thousands: each is looked at once
    with many_hosts():
        # Once for each host: Ansible puts its variables together anew each time.
        found = {
            name: dict(_declaring(name, _Host(variables, name), declaration.NOT_HANDED_ON, others)) for name in names
        }
    return declaration.declared_hosts(found, names)


class _Host:
    """The variables of a host. Ansible's templates take milliseconds for each, so only what needs one gets it."""

    def __init__(self, variables: t.Mapping[str, Record], name: str) -> None:
        # What Ansible calls hostvars has the variables as they were written too.
        read = getattr(variables, "raw_get", None)
        self._written: Record = read(name) if read else {}
        self._evaluated: t.Optional[Record] = None if read else variables[name]
        self._variables, self._name = variables, name

    def __iter__(self) -> t.Iterator[str]:
        return iter(self._written if self._evaluated is None else self._evaluated)

    def __getitem__(self, variable: str) -> t.Any:
        if variable in self._written:
            value = _literal(self._written[variable], self._written)
            if value is not UNKNOWN:
                return value
        if self._evaluated is None:
            self._evaluated = self._variables[self._name]
        return self._evaluated[variable]


def _literal(value: t.Any, written: Record, references: int = 3) -> t.Any:
    """A value without templates, or the text that a template names by nothing but its variable; else UNKNOWN.

    references: how many of them may name one another.
    """
    if isinstance(value, str):
        if not MARKED(value):
            return value
        found = REFERENCE.fullmatch(value) if references and _is_template(value) else None
        its = _literal(written.get(found[1]), written, references - 1) if found else UNKNOWN
        # An older Ansible makes a list of a text that looks like one.
        text = isinstance(its, str) and not its.startswith(("{", "[")) and its not in ("True", "False")
        return its if text else UNKNOWN
    if isinstance(value, dict):
        inner = {key: _literal(each, written, 0) for key, each in value.items() if _literal(key, written, 0) == key}
        return UNKNOWN if len(inner) < len(value) or UNKNOWN in inner.values() else inner
    if isinstance(value, list):
        items = [_literal(each, written, 0) for each in value]
        return UNKNOWN if UNKNOWN in items else items
    return value if value is None or isinstance(value, (bool, int, float)) else UNKNOWN


def _declaring(
    name: str, variables: _Host, not_handed_on: t.Collection[str], others: set[str]
) -> t.Iterator[tuple[str, t.Any]]:
    """The variables that declare a host; not the whole zone, which every host has, nor what is secret.

    others: names of variables that say nothing of a host; those that are found are added.
    """
    for variable in [each for each in variables if each not in others]:
        if variable.startswith(PREFIX) and variable[len(PREFIX) :] not in not_handed_on:
            yield variable, _defined(name, variable, variables[variable])
        elif variable == ADDRESS:
            yield variable, variables[variable]
        else:
            others.add(variable)


def _defined(host: str, variable: str, value: t.Any) -> t.Any:
    """The value. Raises AnsibleFilterError where it needs a variable that is undefined.

    ansible-core 2.19 and newer raise by themselves; an older one hands on the template as it stands.
    """
    if isinstance(value, str) and "{{" in value and Origin is None and not hasattr(value, "__UNSAFE__"):
        raise AnsibleFilterError(f"{host}: {variable} uses an undefined variable: define it, or omit {variable}")
    return value


def hosts_with_passwords(
    hosts: t.Sequence[Record], variables: t.Mapping[str, Record], held: t.Sequence[Record] = ()
) -> list[dict[str, t.Any]]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration import credentials
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.worker import spare_inherited

    spare_inherited()
    return credentials.hosts_with_passwords(_plain(hosts), variables, _plain(held))


def missing_credentials(
    hosts: t.Sequence[Record], declared: Record, variables: t.Mapping[str, Record], held: t.Sequence[Record]
) -> list[dict[str, str]]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration import credentials
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration.elsewhere import misplaced_hosts

    def password(name: str) -> t.Optional[str]:
        known = variables.get(name, {})
        found = _defined(name, PASSWORD, known[PASSWORD]) if PASSWORD in known else None
        return None if found is None else str(found)

    known_hosts, there = _plain(hosts), _plain(held)
    found = credentials.missing_credentials(declared, known_hosts, password, there)
    found += misplaced_hosts(known_hosts, there)
    return [_told(problem, declared, hosts) for problem in found]


def declared_settings(declared: t.Any, values: bool = True) -> list[dict[str, t.Any]]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration import settings

    found = settings.declared_settings(_plain(declared))
    return found if values else [{key: its for key, its in each.items() if key != "value"} for each in found]


def consulted_settings(declared: t.Any) -> list[dict[str, t.Any]]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration import check as declaration

    return declaration.consulted_settings(declared)


def declaration_problems(
    declared: t.Any,
    hosts: t.Sequence[Record] = (),
    settings: t.Sequence[t.Sequence[Record]] = (),
    server: t.Optional[Record] = None,
    management_servers: t.Sequence[Record] = (),
) -> list[dict[str, str]]:
    found = declaration_findings(declared, hosts, settings, server, management_servers)
    return [each for each in found if each["severity"] == "error"]


def declaration_warnings(
    declared: t.Any,
    hosts: t.Sequence[Record] = (),
    server: t.Optional[Record] = None,
    management_servers: t.Sequence[Record] = (),
) -> list[dict[str, str]]:
    found = declaration_findings(declared, hosts, (), server, management_servers)
    return [each for each in found if each["severity"] == "warning"]


def declaration_findings(
    declared: t.Any,
    hosts: t.Sequence[Record] = (),
    settings: t.Sequence[t.Sequence[Record]] = (),
    server: t.Optional[Record] = None,
    management_servers: t.Sequence[Record] = (),
) -> list[dict[str, str]]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.declaration import check as declaration
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.worker import spare_inherited

    spare_inherited()
    # What is given is a template that Ansible evaluates anew at each look, so it is looked at once.
    given = (_plain(each) for each in (declared, hosts, settings, server, management_servers))
    return [_told(problem, declared, hosts) for problem in declaration.judged(*given)]


def zone_tree(facts: t.Mapping[str, t.Any]) -> str:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone import tree

    return tree.zone_tree(facts)


def _plain(value: t.Any) -> t.Any:
    """The same without templates. What has none is taken as it was written, without Ansible's templates."""
    if isinstance(value, t.Mapping):
        written = _written(value)
        return {key: _inner(value, key, written.get(key, UNKNOWN)) for key in value}
    if isinstance(value, (list, tuple)):
        return [_inner(value, number, each) for number, each in enumerate(_written(value))]
    return value


def _written(value: t.Any) -> t.Any:
    """Ansible's containers evaluate what is taken out of them, unless they are asked for a copy that does not."""
    copy = getattr(value, "_non_lazy_copy", None)
    return copy() if copy else value


def _inner(holder: t.Any, key: t.Any, written: t.Any) -> t.Any:
    literal = _literal(written, {}, 0)
    return _plain(holder[key]) if literal is UNKNOWN else literal


def _told(problem: Problem, declared: t.Any, hosts: t.Sequence[Record]) -> dict[str, str]:
    source = _source(hosts if problem.host else declared, problem.path)
    place = f"{source}: {problem.where}" if source else problem.where
    return {
        "code": problem.code,
        "severity": problem.severity,
        "where": problem.where,
        "source": source,
        "value": problem.value,
        "message": problem.message,
        "remedy": problem.remedy,
        "text": f"{problem.message} ({place}); expected: {problem.remedy}",
    }


def _source(root: t.Any, path: t.Iterable[t.Union[str, int]]) -> str:
    """``file:line`` of the innermost value on the way to a problem that tells it; "" where none does."""
    if Origin is None:
        return ""
    found, value = _line(root), root
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            break
        found = _line(value) or found
    return found


def _line(value: t.Any) -> str:
    """A path below the working directory is told from there."""
    origin = Origin.get_tag(value)
    if origin is None or not origin.path or not origin.line_num or str(origin.path).endswith(DEFAULTS):
        return ""
    near = os.path.relpath(origin.path)
    return f"{origin.path if near.startswith('..') else near}:{origin.line_num}"


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "declared_hosts": declared_hosts,
            "declared_settings": declared_settings,
            "consulted_settings": consulted_settings,
            "declaration_findings": declaration_findings,
            "declaration_problems": declaration_problems,
            "declaration_warnings": declaration_warnings,
            "hosts_with_passwords": hosts_with_passwords,
            "missing_credentials": missing_credentials,
            "zone_tree": zone_tree,
        }
