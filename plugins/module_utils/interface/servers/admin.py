# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_admin_password``: it runs before there are API keys, so it is no task of the API."""

from __future__ import annotations

import contextlib
import os
import typing as t

from ...adapters.cloudstack.client import SystemClock
from ...adapters.cloudstack.login import Login
from ...adapters.cloudstack.transport import Http
from ...adapters.linux.files import create
from ...core.change import Outcome
from ...core.errors import InvalidValue
from ...core.servers.admin import DEFAULT_PASSWORD, DEFAULT_USER, Keys, checked_password, held_keys, with_keys
from ...operations.servers.admin import Request, ensure_admin
from ..connection import CONNECTION, resolve
from ..fields import Params, Spec, cleaned, exact
from ..module import Module, carry_out

OPTIONS: Spec = {
    "username": {"type": "str", "default": DEFAULT_USER},
    "domain": {"type": "str"},
    "password": {"type": "str", "no_log": True, "default": DEFAULT_PASSWORD},
    "new_password": {"type": "str", "no_log": True},
    "keys_file": {"type": "path", "no_log": False},
    "keys_section": {"type": "str", "default": "cloudstack", "no_log": False},
    "rotate_keys": {"type": "bool", "default": False, "no_log": False},
    **{name: CONNECTION[name] for name in ("api_url", "api_timeout", "api_verify_ssl_cert", "validate_certs")},
}


class File:
    """The port ``KeysFile``: readable by its owner alone."""

    def __init__(self, path: str, section: str, url: str) -> None:
        self._path, self._section, self._url = os.path.realpath(path), section, url

    def _text(self) -> str:
        try:
            with open(self._path, encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            told = getattr(error, "strerror", None) or "it is not text"
            raise InvalidValue("keys_file", self._path, f"the path of a file that can be read ({told})") from None

    def held(self) -> t.Optional[Keys]:
        folder = os.path.dirname(self._path)
        if not os.access(folder, os.W_OK):
            raise InvalidValue(
                "keys_file", self._path, f"a path in a directory that can be written to; {folder} cannot"
            )
        return held_keys(self._text(), self._section)

    def write(self, keys: Keys) -> None:
        text = with_keys(self._text(), self._section, self._url, keys)
        try:
            create(self._path, text.encode(), 0o600)
        except OSError as error:
            raise InvalidValue("keys_file", self._path, f"a path that can be written to ({error.strerror})") from None


def work(params: Params, check_mode: bool) -> Outcome:
    # Neither the environment's keys nor those of a file are used, so stand-ins complete the connection.
    endpoint = resolve({**params, "api_key": "-", "api_secret": "-", "api_http_method": "post"}, {}).endpoint
    username, old = exact(params["username"]), exact(params["password"])
    new = checked_password(exact(params["new_password"]), old, username) if params["new_password"] else ""
    if params["rotate_keys"] and not params["keys_file"]:
        raise InvalidValue("rotate_keys", True, "keys_file too, because the new keys are shown nowhere else")
    http = Http(endpoint)
    file = File(params["keys_file"], params["keys_section"], endpoint.url) if params["keys_file"] else None
    with contextlib.closing(http):
        request = Request(username, old, new, params["rotate_keys"])
        return ensure_admin(Login(http, username, params["domain"] or ""), file, SystemClock(), request, check_mode)


def main() -> None:
    """The body of the module."""
    module = Module(argument_spec=OPTIONS, supports_check_mode=True, required_one_of=[("new_password", "keys_file")])
    carry_out(module, lambda: work(cleaned(module.params), module.check_mode))
