# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the parameters of the modules about diagnostics to their operations."""

from __future__ import annotations

import os
import typing as t

from ...adapters.archive.fetch import fetch
from ...adapters.limits import MIB
from ...core.change import Outcome
from ...core.errors import InvalidValue
from ...core.system_vms.archive import Source
from ...core.system_vms.diagnostics import TYPES, address, arguments, files
from ...operations.system_vms import diagnostics
from ...ports.cloud import Cloud
from ..fields import Params, Spec, seconds
from ..listing import ZONE

TARGET: Spec = {"name": {"type": "str", "required": True}, **ZONE}
DIAGNOSTICS: Spec = {
    **TARGET,
    "type": {"type": "str", "choices": list(TYPES), "required": True},
    "address": {"type": "str", "required": True},
    "arguments": {"type": "list", "elements": "str", "default": []},
    "required": {"type": "bool", "default": True},
}
DATA: Spec = {
    **TARGET,
    "files": {"type": "list", "elements": "str", "default": []},
    "dest": {"type": "path", "required": True},
    "ca_path": {"type": "path"},
    "plain_http": {"type": "bool", "default": False},
    "max_size": {"type": "int", "default": 1024},
    "timeout": {"type": "float", "default": 1800.0},
}


def diagnose(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    given = [each for text in params["arguments"] for each in text.split(" ") if each]
    question = diagnostics.Question(
        name=params["name"],
        zone=params["zone"] or "",
        kind=params["type"],
        address=address(params["address"], params["type"]),
        arguments=arguments(given),
        required=params["required"],
    )
    return diagnostics.diagnose(cloud, question, check_mode)


def retrieve(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    limit = seconds("timeout", params["timeout"])
    dest = os.path.abspath(params["dest"])
    if os.path.isdir(dest):
        raise InvalidValue("dest", params["dest"], "the path of a file, not of a directory")
    if params["max_size"] < 1:
        raise InvalidValue("max_size", params["max_size"], "a number of MiB from 1 on")

    def into(source: Source) -> t.Mapping[str, object]:
        found = fetch(source, dest, params["ca_path"] or "", params["max_size"] * MIB, limit)
        return {"dest": dest, "size": found.size, "sha256": found.sha256}

    request = diagnostics.Archive(
        name=params["name"],
        zone=params["zone"] or "",
        files=files(params["files"]),
        plain=params["plain_http"],
        fetch=into,
    )
    return diagnostics.retrieve(cloud, request, check_mode)
