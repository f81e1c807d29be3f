# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the management server is: parameters, else the environment, else ``cloudstack.ini``; then a gateway to it."""

from __future__ import annotations

import configparser
import contextlib
import math
import os
import typing as t

from ansible.module_utils.common.parameters import AnsibleFallbackNotFound
from ansible.module_utils.parsing.convert_bool import boolean

from ..adapters.cloudstack.client import Client
from ..adapters.cloudstack.gateway import Gateway
from ..adapters.cloudstack.transport import Endpoint, Http, http_library
from ..core.errors import InvalidValue, MissingLibrary, MissingValue
from ..ports.clock import Progress
from .fields import Params, Spec, environment

UNCONNECTED = (
    "set these options or the environment variables CLOUDSTACK_ENDPOINT, CLOUDSTACK_KEY and CLOUDSTACK_SECRET "
    "(in AWX: attach a credential that sets them to the job template)"
)
DEFAULT_TIMEOUT, DEFAULT_JOB_TIMEOUT = 30.0, 3600.0


def _verify_fallback(*names: str) -> bool:
    """The environment says the opposite of ``validate_certs``: "dangerous: do not verify"."""
    for name in names:
        if os.environ.get(name, "").strip():
            return not boolean(os.environ[name], strict=False)
    raise AnsibleFallbackNotFound


CONNECTION: Spec = {
    "api_url": {"type": "str", "fallback": (environment, ["CLOUDSTACK_ENDPOINT"])},
    "api_key": {"type": "str", "no_log": True, "fallback": (environment, ["CLOUDSTACK_KEY"])},
    "api_secret": {"type": "str", "no_log": True, "fallback": (environment, ["CLOUDSTACK_SECRET"])},
    "api_http_method": {
        "type": "str",
        "choices": ["get", "post"],
        "fallback": (environment, ["CLOUDSTACK_METHOD"]),
    },
    "api_timeout": {"type": "float", "fallback": (environment, ["CLOUDSTACK_TIMEOUT"])},
    "api_job_timeout": {"type": "float", "fallback": (environment, ["CLOUDSTACK_JOB_TIMEOUT"])},
    "api_verify_ssl_cert": {"type": "str", "fallback": (environment, ["CLOUDSTACK_VERIFY"])},
    "validate_certs": {"type": "bool", "fallback": (_verify_fallback, ["CLOUDSTACK_DANGEROUS_NO_TLS_VERIFY"])},
    "api_region": {"type": "str", "fallback": (environment, ["CLOUDSTACK_REGION"])},
}


class Connection(t.NamedTuple):
    """A resolved endpoint and how long one asynchronous job may take there, in seconds."""

    endpoint: Endpoint
    job_timeout: float


def preload() -> None:
    """Import the HTTP library now, for processes that are forked later. If it is missing, the first request says so."""
    with contextlib.suppress(MissingLibrary):
        http_library()


def resolve(params: Params, ini: t.Optional[t.Mapping[str, str]] = None) -> Connection:
    """Parameters (their environment fallbacks already applied) completed from ``cloudstack.ini``.

    ini: what its section holds, instead of reading it.

    Raises MissingValue when endpoint, key or secret are nowhere to be found, InvalidValue for one that cannot be.
    """
    ini = _region(params.get("api_region")) if ini is None else ini
    found = {
        "api_url": params.get("api_url") or ini.get("endpoint"),
        "api_key": params.get("api_key") or ini.get("key"),
        "api_secret": params.get("api_secret") or ini.get("secret"),
    }
    missing = [name for name, value in found.items() if not value]
    if missing:
        raise MissingValue("the connection to CloudStack", missing, UNCONNECTED)
    endpoint = Endpoint(
        url=_url(str(found["api_url"])),
        key=str(found["api_key"]),
        secret=str(found["api_secret"]),
        timeout=_seconds("api_timeout", _first(params.get("api_timeout"), ini.get("timeout") or None), DEFAULT_TIMEOUT),
        verify=_verify(params, ini),
        method=_method(params.get("api_http_method") or ini.get("method") or "post"),
    )
    return Connection(endpoint, _seconds("api_job_timeout", params.get("api_job_timeout"), DEFAULT_JOB_TIMEOUT))


def open_cloud(connection: Connection, progress: Progress = lambda line: None) -> Gateway:
    """A gateway to the server; nothing is sent before the first question."""
    return Gateway(Client(Http(connection.endpoint), job_timeout=connection.job_timeout, progress=progress))


def _verify(params: Params, ini: t.Mapping[str, str]) -> t.Union[bool, str]:
    """False only when asked for; else the CA file if one is named, else the system's."""
    wanted = params.get("validate_certs")
    if wanted is None:
        wanted = not boolean(ini.get("dangerous_no_tls_verify", "false"), strict=False)
    ca = params.get("api_verify_ssl_cert") or ini.get("verify")
    if not wanted:
        return False
    if not ca:
        return True
    if not os.path.exists(os.path.expanduser(ca)):
        raise InvalidValue("api_verify_ssl_cert", ca, "the path of a file or directory of CA certificates")
    return os.path.expanduser(ca)


def _url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise InvalidValue("api_url", text, "a URL such as https://cloud.example.net/client/api")
    return text


def _first(*values: t.Any) -> t.Any:
    """The first that is set: 0 is."""
    return next((value for value in values if value is not None), None)


def _method(text: str) -> str:
    if text.lower() not in ("get", "post"):
        raise InvalidValue("api_http_method", text, "get or post")
    return text.lower()


def _seconds(name: str, value: t.Any, default: float) -> float:
    try:
        seconds = float(value) if value is not None else default
    except ValueError:
        raise InvalidValue(name, value, "a number of seconds") from None
    if not (math.isfinite(seconds) and seconds > 0):
        raise InvalidValue(name, value, "a number of seconds above 0")
    return seconds


def _region(region: t.Optional[str]) -> dict[str, str]:
    """The region's section of the file that $CLOUDSTACK_CONFIG names, else ./cloudstack.ini, else ~/.cloudstack.ini."""
    named = os.environ.get("CLOUDSTACK_CONFIG")
    if named and not os.path.isfile(os.path.expanduser(named)):
        # Another file may name another cloud.
        raise InvalidValue("CLOUDSTACK_CONFIG", named, "the path of an existing file")
    places = [named, "cloudstack.ini", "~/.cloudstack.ini"]
    path = next((place for place in places if place and os.path.isfile(os.path.expanduser(place))), None)
    if path is None:
        if region:
            raise InvalidValue("api_region", region, "a section of a cloudstack.ini, but this file does not exist")
        return {}
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(os.path.expanduser(path), encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        # The parser's own text quotes the line, which may hold the secret.
        raise InvalidValue("CLOUDSTACK_CONFIG", path, "a file with [sections] and name = value in each line") from None
    name = region or "cloudstack"
    if not parser.has_section(name):
        if region:
            raise InvalidValue("api_region", region, f"one of the sections of {path}: {', '.join(parser.sections())}")
        return {}
    return dict(parser.items(name))
