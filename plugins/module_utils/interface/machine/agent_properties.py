# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of ``cs_agent_properties`` and ``cs_agent_properties_info``, on the KVM host that they run on."""

from __future__ import annotations

import typing as t

from ...adapters.linux.files import replace
from ...core.errors import HostcraftError, NotFound
from ...core.machine import agent_properties as core
from ..fields import Spec
from ..task import Json, Module, failure

PATH: Spec = {"path": {"type": "path", "default": core.PATH}}
OPTIONS: Spec = {
    **PATH,
    "properties": {"type": "dict", "default": {}},
    "allow_unknown": {"type": "bool", "default": False},
    "state": {"type": "str", "choices": ["present", "forgotten"], "default": "present"},
}
NO_FILE = "there is no such file: install the package cloudstack-agent first"


def main() -> None:
    """The body of cs_agent_properties."""
    module = Module(argument_spec=OPTIONS, supports_check_mode=True)
    try:
        module.exit_json(**_ensured(module))
    except HostcraftError as error:
        module.fail_json(**failure(error))
    except OSError as error:
        module.fail_json(msg=f"{error.filename}: {error.strerror}", code="file")


def _ensured(module: Module) -> Json:
    path, forget = module.params["path"], module.params["state"] == "forgotten"
    wanted = core.checked(module.params["properties"], module.params["allow_unknown"])
    text = read(path)
    if text is None and not (module.check_mode or forget):
        raise NotFound("file", path)
    if text is None:
        module.warn(f"{path}: {NO_FILE}")
    change = core.forgotten(text or "") if forget else core.decide(text or "", wanted)
    if change.changed and text is not None and not module.check_mode:
        replace(path, change.text)
    return {
        "changed": change.changed,
        "diff": {"before": _lines(change.before), "after": _lines(change.after), "before_header": path},
        **told(change.text),
    }


def info() -> None:
    """The body of cs_agent_properties_info."""
    module = Module(argument_spec=PATH, supports_check_mode=True)
    try:
        text = read(module.params["path"])
    except OSError as error:
        module.fail_json(msg=f"{error.filename}: {error.strerror}", code="file")
    else:
        module.exit_json(changed=False, installed=text is not None, **told(text or ""))


def read(path: str) -> t.Optional[str]:
    """The file's text, byte for byte what writing it back gives; None where there is none."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None


def told(text: str) -> Json:
    """What results say of a file: no secret among it."""
    held = core.parse(text)
    servers, algorithm = core.hosts_of(held.get("host", ""))
    return {
        "properties": core.shown(held),
        "guid": held.get("guid", ""),
        "management_servers": list(servers),
        "algorithm": algorithm,
    }


def _lines(values: t.Mapping[str, t.Optional[str]]) -> str:
    return "".join(f"{key}={value}\n" for key, value in sorted(values.items()) if value is not None)
