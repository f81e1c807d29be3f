# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of ``cs_agent_properties`` and ``cs_agent_properties_info``, on the KVM host that they run on."""

from __future__ import annotations

import contextlib
import typing as t
import uuid

from ...adapters.linux.files import alone, replace
from ...core.errors import HostcraftError, NotFound
from ...core.machine import agent_properties as core
from ...core.machine.java_properties import ENCODING, parse
from ..fields import Spec
from ..module import Json, Module, failure
from .options import PROPERTIES

OPTIONS: Spec = {
    **PROPERTIES,
    "properties": {"type": "dict", "default": {}},
    "allow_unknown": {"type": "bool", "default": False},
    "state": {"type": "str", "choices": ["present", "forgotten"], "default": "present"},
}
NO_FILE = "an existing file: install the package cloudstack-agent first"


def main() -> None:
    """The body of cs_agent_properties."""
    module = Module(argument_spec=OPTIONS, supports_check_mode=True)
    try:
        with contextlib.ExitStack() as held:
            if not module.check_mode:
                # What another run writes between reading and replacing would be lost.
                with contextlib.suppress(FileNotFoundError):
                    held.enter_context(alone(module.params["path"]))
            answer = _ensured(module)
        module.exit_json(**answer)
    except HostcraftError as error:
        module.fail_json(**failure(error))
    except OSError as error:
        module.fail_json(msg=f"{error.filename}: {error.strerror}", code="file")


def _ensured(module: Module) -> Json:
    path, forget = module.params["path"], module.params["state"] == "forgotten"
    wanted = core.checked(module.params["properties"], module.params["allow_unknown"])
    content = read(path)
    if content is None and not (module.check_mode or forget):
        raise NotFound("file", path)
    if content is None:
        module.warn(f"{path}: {NO_FILE}")
    text = (content or b"").decode(ENCODING)
    change = core.forgotten(text) if forget else core.decide_agent(text, wanted, uuid.uuid4)
    answer = {
        "changed": change.changed,
        "diff": {"before": _lines(change.before), "after": _lines(change.after), "before_header": path},
        **told(change.text),
    }
    # Nothing that may fail comes after this.
    if change.changed and content is not None and not module.check_mode:
        replace(path, change.text.encode(ENCODING))
    return answer


def info() -> None:
    """The body of cs_agent_properties_info."""
    module = Module(argument_spec=PROPERTIES, supports_check_mode=True)
    try:
        content = read(module.params["path"])
    except OSError as error:
        module.fail_json(msg=f"{error.filename}: {error.strerror}", code="file")
    else:
        text = (content or b"").decode(ENCODING)
        module.exit_json(changed=False, installed=content is not None, **told(text))


def read(path: str) -> t.Optional[bytes]:
    """None where there is no such file."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def told(text: str) -> Json:
    """What results say of a file: no secret among it."""
    held = parse(text)
    servers, algorithm = core.hosts_of(held.get("host", ""))
    return {
        "properties": core.shown(held),
        "guid": held.get("guid", ""),
        "management_servers": list(servers),
        "algorithm": algorithm,
    }


def _lines(values: t.Mapping[str, t.Optional[str]]) -> str:
    return "".join(f"{key}={value}\n" for key, value in sorted(values.items()) if value is not None)
