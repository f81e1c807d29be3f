# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_secondary_storage_check``: look into a secondary storage VM, judge, report."""

from __future__ import annotations

from urllib.parse import urlsplit

from ...adapters.linux.client import Linux
from ...adapters.linux.system_vm import run_inside
from ...core.addresses import is_address, is_host_name
from ...core.change import plain
from ...core.errors import HostcraftError, InvalidValue
from ...core.system_vms.storage_check import SCRIPT, STORAGE_VM, Asked, judge, sight
from ..fields import Params, Spec, port, seconds
from ..findings import ASKED, answer
from ..module import Module, failure

OPTIONS: Spec = {
    "name": {"type": "str", "default": ""},
    "address": {"type": "str", "required": True},
    "port": {"type": "int", "default": 3922},
    "key": {"type": "path", "default": "/root/.ssh/id_rsa.cloud", "no_log": False},
    "servers": {"type": "list", "elements": "str", "default": []},
    "stores": {"type": "list", "elements": "str", "default": []},
    "resolve": {"type": "str", "default": ""},
    "download": {"type": "str", "default": ""},
    "timeout": {"type": "float", "default": 120.0},
    **ASKED,
}


def main() -> None:
    """The body of the module. It changes nothing, hence check mode is the same."""
    module = Module(argument_spec=OPTIONS, supports_check_mode=True)
    params = module.params
    try:
        asked = asked_of(params)
        linux = Linux(seconds("timeout", params["timeout"]))
        place = (_named("address", params["address"]), port("port", params["port"]), params["key"])
        seen = sight(run_inside(linux, *place, SCRIPT, asked.arguments))
        judgement = STORAGE_VM.judgement(judge(asked, seen, params["name"]), params["ignore"])
    except HostcraftError as error:
        module.fail_json(**failure(error))
    else:
        lead = f"secondary storage VM {params['name'] or params['address']} is not healthy"
        answer(module, judgement, lambda bad: lead, "storage_vm_not_healthy", seen=plain(seen))


def asked_of(params: Params) -> Asked:
    """Raises InvalidValue: settings of a server are texts like any others."""
    url = params["download"]
    if url:
        try:
            parts = urlsplit(url)
            fine = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            fine = False
        if not fine or not url.isprintable() or " " in url:
            raise InvalidValue("download", url, "a URL that begins with http:// or https://")
    return Asked(
        servers=tuple(_named("servers", each) for each in params["servers"]),
        stores=tuple(_named("stores", each) for each in params["stores"]),
        name=_named("resolve", params["resolve"]) if params["resolve"] else "",
        url=url,
    )


def _named(option: str, text: str) -> str:
    if not (is_address(text) or is_host_name(text)):
        raise InvalidValue(option, text, "an address or a host name")
    return text
