# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_migration_path``, on the KVM host that it runs on."""

from __future__ import annotations

import typing as t

from ...adapters.linux.client import Linux
from ...adapters.linux.held_ports import hold
from ...core.change import plain
from ...core.errors import Refused
from ...core.machine.migration_path import FIRST, LAST, TRANSPORTS, MigrationPath, broken
from ..fields import Spec
from ..module import Json, Module, failure

PEER: Spec = {
    "name": {"type": "str", "required": True},
    "address": {"type": "str", "required": True},
    "ports": {"type": "list", "elements": "int", "default": []},
}
OPTIONS: Spec = {
    "hold": {"type": "float", "default": 0},
    "peers": {"type": "list", "elements": "dict", "options": PEER, "default": []},
    "transport": {"type": "str", "choices": list(TRANSPORTS), "default": "any"},
    "timeout": {"type": "float", "default": 5},
}


def main() -> None:
    """The body of the module. It changes nothing that lasts, hence check mode is the same."""
    module = Module(argument_spec=OPTIONS, supports_check_mode=True)
    linux = Linux(module.params["timeout"])
    held = hold((FIRST, LAST), module.params["hold"]) if module.params["hold"] else ()
    paths = [tried(linux, peer, TRANSPORTS[module.params["transport"]]) for peer in module.params["peers"]]
    reasons = [reason for path in paths for reason in broken(path, module.params["transport"])]
    answer: Json = {"changed": False, "ports": list(held), "paths": [plain(path) for path in paths]}
    if reasons:
        module.fail_json(**failure(Refused(f"migrations from {linux.hostname()}", reasons)), **answer)
    module.exit_json(**answer)


def tried(linux: Linux, peer: t.Mapping[str, t.Any], ports: t.Iterable[int]) -> MigrationPath:
    address = peer["address"]
    return MigrationPath(
        peer=peer["name"],
        address=address,
        resolved=linux.resolve(peer["name"]),
        libvirt={port: linux.connect(address, port) for port in ports},
        migration={port: linux.connect(address, port) for port in peer["ports"]},
    )
