# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of ``cs_backup``, ``cs_backup_info`` and ``cs_backup_restore``."""

from __future__ import annotations

import os
import time
import typing as t

from ...adapters.backup.destination import Restored
from ...adapters.backup.folder import Directory
from ...adapters.backup.source import Local
from ...adapters.cloudstack.client import SystemClock
from ...adapters.database.properties import DatabaseAccess
from ...core.backup.manifest import is_root
from ...core.backup.seen import Folder, Seen, judge
from ...core.change import Outcome, plain
from ...core.errors import HostcraftError, InvalidValue
from ...operations.backup import make as making
from ...operations.backup import restore as restoring
from ..database.access import DATABASE, access
from ..fields import Params, Spec, cleaned, exact, seconds
from ..findings import ASKED, answer
from ..module import Module, carry_out, failure

DATABASES = ("cloud", "cloud_usage")
FILES = (
    "/etc/cloudstack/management",
    "/etc/cloudstack/usage",
    "/etc/default/cloudstack-management",
    "/etc/default/cloudstack-usage",
)
PLACE: Spec = {"path": {"type": "path", "required": True}}
SEAL: Spec = {"passphrase": {"type": "str", "no_log": True}}
TIMEOUT: Spec = {"timeout": {"type": "float", "default": 14400.0}}
BACKUP: Spec = {
    **PLACE,
    **DATABASE,
    **SEAL,
    **TIMEOUT,
    "databases": {"type": "list", "elements": "str", "default": list(DATABASES)},
    "files": {"type": "list", "elements": "path", "default": list(FILES)},
    "host": {"type": "str"},
    "keep": {"type": "int", "default": 0},
    "replica": {"type": "bool", "default": False},
    "max_lag": {"type": "int", "default": 30},
}
RESTORE: Spec = {
    **PLACE,
    **DATABASE,
    **SEAL,
    **TIMEOUT,
    "name": {"type": "str", "required": True},
    "host": {"type": "str"},
    "files": {"type": "bool", "default": True},
    "databases": {"type": "bool", "default": True},
    "replace": {"type": "bool", "default": False},
    "other_version": {"type": "bool", "default": False},
    "settings": {"type": "dict", "default": {}},
}
INFO: Spec = {
    **PLACE,
    **ASKED,
    "host": {"type": "str"},
    "checksums": {"type": "bool", "default": True},
    "max_age": {"type": "float", "default": 26.0},
    "max_proof_age": {"type": "float", "default": 90.0},
}


def backup() -> None:
    """The body of cs_backup."""
    module = Module(argument_spec=BACKUP, supports_check_mode=True)
    carry_out(module, lambda: _made(cleaned(module.params), module.check_mode))


def restore() -> None:
    """The body of cs_backup_restore."""
    module = Module(argument_spec=RESTORE, supports_check_mode=True)
    carry_out(module, lambda: _restored(cleaned(module.params), module.check_mode))


def info() -> None:
    """The body of cs_backup_info."""
    module = Module(argument_spec=INFO, supports_check_mode=True)
    try:
        params = cleaned(module.params)
        store = Directory(exact(params["path"]), "")
        found = _of_host(store.folder(params["checksums"]), params.get("host"))
        open_ = [each.name for each in found.backups if store.open_to_others(each.name)]
        now = SystemClock().wall()
        judgement = judge(found, now, params["max_age"], params["max_proof_age"], open_, params["ignore"])
    except HostcraftError as error:
        module.fail_json(**failure(error))
        return
    backups = [_shown(each, store.path, now) for each in found.backups]
    whole = [each for each in backups if each["whole"] and each["databases"]]
    latest = whole[-1]["name"] if whole else ""
    answer(
        module,
        judgement,
        lambda bad: f"the backups in {store.path} are not reliable",
        "backups_not_fit",
        backups=backups,
        latest=latest,
        unfinished=list(found.unfinished),
    )


def _made(params: Params, check_mode: bool) -> Outcome:
    host = _host(params)
    its = _access(params)
    databases = tuple(exact(name) for name in params["databases"]) if its else ()
    roots = tuple(exact(path) for path in params["files"])
    for root in roots:
        if not is_root(root):
            raise InvalidValue("files", root, "absolute paths without '..', below a directory")
    if params["max_lag"] < 0:
        raise InvalidValue("max_lag", params["max_lag"], "a number of seconds")
    passphrase = exact(params.get("passphrase") or "")
    source = Local(its, databases, roots, passphrase, params["replica"], seconds("timeout", params["timeout"]))
    clock = SystemClock()
    name = f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(clock.wall()))}-{host}"
    request = making.Request(
        name, host, databases, roots, bool(passphrase), params["replica"], params["max_lag"], params["keep"]
    )
    return making.make(Directory(exact(params["path"]), host), source, clock, request, check_mode)


def _restored(params: Params, check_mode: bool) -> Outcome:
    host = _host(params)
    settings = {str(name): str(value) for name, value in params["settings"].items()}
    its = _access(params)
    key = (params.get("database") or {}).get("management_key")
    passphrase = exact(params.get("passphrase") or "")
    to = Restored(its, passphrase, settings, key, seconds("timeout", params["timeout"]))
    request = restoring.Request(
        exact(params["name"]), host, params["files"], params["databases"], params["replace"], params["other_version"]
    )
    return restoring.restore(Directory(exact(params["path"]), host), to, SystemClock(), request, check_mode)


def _access(params: Params) -> t.Optional[DatabaseAccess]:
    return access(params) if params.get("database") else None


def _host(params: Params) -> str:
    return str(exact(params.get("host") or os.uname().nodename))


def _of_host(found: Folder, host: t.Optional[str]) -> Folder:
    if not host:
        return found
    kept = tuple(each for each in found.backups if each.name.partition("-")[2] == host)
    return Folder(kept, tuple(name for name in found.unfinished if name.endswith(f"-{host}")))


def _shown(seen: Seen, path: str, now: float) -> dict[str, t.Any]:
    held: dict[str, t.Any] = {"name": seen.name, "path": f"{path}/{seen.name}", "whole": seen.whole}
    manifest = seen.manifest
    if manifest is None:
        return {**held, "proven": False, "databases": [], "wrong": seen.wrong}
    return {
        **held,
        "proven": seen.proven,
        "proofs": [plain(each) for each in seen.proofs],
        "damaged": list(seen.damaged),
        "host": manifest.host,
        "age_hours": round((now - manifest.made) / 3600, 2),
        "databases": list(manifest.databases),
        "rows": {name: sum(counts.values()) for name, counts in manifest.rows.items()},
        "size": sum(part.size for part in manifest.parts),
        "cloudstack": manifest.cloudstack,
        "package": manifest.package,
        "encrypted": manifest.encrypted,
        "position": manifest.position,
        "wrong": "",
    }
