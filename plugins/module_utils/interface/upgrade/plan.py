# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_upgrade_plan``."""

from __future__ import annotations

import typing as t

from ...adapters.database.upgrade import read
from ...core.change import plain
from ...core.errors import HostcraftError
from ...core.servers.release import wanted
from ...core.text import all_printable, printable
from ...core.upgrade.facts import BEFORE, STAGES, Facts, Node, Replica
from ...core.upgrade.plan import plan, text
from ...core.upgrade.shipped_templates import shipped
from ..database.access import ALONE, access
from ..fields import Spec, cleaned
from ..findings import ASKED, answer
from ..module import Module, failure

NODE: Spec = {
    "name": {"type": "str", "required": True},
    "address": {"type": "str", "default": ""},
    "reachable": {"type": "bool", "default": True},
    "package": {"type": "str", "default": ""},
    "offered": {"type": "list", "elements": "str"},
    "held": {"type": "bool", "default": False},
    "refused": {"type": "str", "default": ""},
    "java": {"type": "int"},
    "encryption": {"type": "str"},
    "encryptor": {"type": "str"},
    "key_digest": {"type": "str", "default": "", "no_log": False},
    "free": {"type": "int"},
    "packaged": {"type": "bool", "default": False},
    "metadata": {"type": "str"},
    "digests": {"type": "dict", "default": {}},
    "active": {"type": "bool"},
}
REPLICA: Spec = {
    "name": {"type": "str", "required": True},
    "io_running": {"type": "bool", "required": True},
    "sql_running": {"type": "bool", "required": True},
    "seconds_behind": {"type": "float"},
    "error": {"type": "str", "default": ""},
}
OPTIONS: Spec = {
    **ALONE,
    **ASKED,
    "version": {"type": "str", "required": True},
    "stage": {"type": "str", "choices": list(STAGES), "default": BEFORE},
    "nodes": {"type": "list", "elements": "dict", "options": NODE, "default": []},
    "replicas": {"type": "list", "elements": "dict", "options": REPLICA},
    "backup_free": {"type": "int"},
}


def main() -> None:
    """The body of the module."""
    module = Module(argument_spec=OPTIONS, supports_check_mode=True)
    try:
        params = cleaned(module.params)
        to = wanted(params["version"], "version")
        nodes = tuple(_node(each) for each in params["nodes"])
        replicas = params["replicas"]
        facts = Facts(
            to=to,
            database=all_printable([read(access(params))])[0],
            nodes=nodes,
            replicas=None if replicas is None else tuple(_replica(each) for each in replicas),
            backup_free=params["backup_free"],
            stage=params["stage"],
        )
        found = plan(facts, params["ignore"])
    except HostcraftError as error:
        module.no_log_values.update(error.secrets)
        module.fail_json(**failure(error))
        return
    answer(
        module,
        found.judgement,
        lambda bad: f"the upgrade from {found.old or 'an unknown version'} to {found.to} is not possible",
        "upgrade_not_possible",
        feasible=found.feasible,
        from_version=found.old,
        to_version=found.to,
        needed=bool(found.chain),
        chain=list(found.chain),
        templates=list(found.templates),
        steps=[plain(each) for each in found.steps],
        seconds=found.seconds,
        seconds_down=found.seconds_down,
        text=[printable(line) for line in text(found)],
    )


def _node(given: t.Mapping[str, t.Any]) -> Node:
    metadata = given["metadata"]
    return Node(
        name=given["name"],
        address=given["address"],
        reachable=given["reachable"],
        package=given["package"],
        offered=None if given["offered"] is None else tuple(given["offered"]),
        held=given["held"],
        refused=given["refused"] or "",
        java=given["java"],
        encryption=given["encryption"],
        encryptor=given["encryptor"],
        key=given["key_digest"],
        free=given["free"],
        shipped=None if not metadata else shipped(metadata, given["digests"] or {}),
        packaged=given["packaged"],
        active=given["active"],
    )


def _replica(given: t.Mapping[str, t.Any]) -> Replica:
    return Replica(
        given["name"], given["io_running"], given["sql_running"], given["seconds_behind"], given["error"] or ""
    )
