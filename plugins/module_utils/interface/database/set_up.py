# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_database_setup``, on the management server that it runs on."""

from __future__ import annotations

import contextlib
import functools
import grp
import os
import typing as t

from ...adapters.database import encryption
from ...adapters.database.set_up import SetUp
from ...adapters.linux.files import create, replace, text_at
from ...core.addresses import is_address
from ...core.database.forms import VERSIONS
from ...core.database.set_up.decide import Wanted
from ...core.database.set_up.files import FOLDER, Change, Files
from ...core.errors import HostcraftError, InvalidValue, MissingValue, NotFound
from ...core.machine.java_properties import ENCODING, parse
from ...operations.database.set_up import Done, set_up
from ..fields import Params, Spec, cleaned, exact, port
from ..module import Json, Module, failure

SQL = "/usr/share/cloudstack-management/setup"
OPTIONS: Spec = {
    "host": {"type": "str", "required": True},
    "port": {"type": "int", "default": 3306},
    "user": {"type": "str", "default": "cloud"},
    "password": {"type": "str", "required": True, "no_log": True},
    "user_hosts": {"type": "list", "elements": "str", "default": ["localhost", "%"]},
    "admin_user": {"type": "str"},
    "admin_password": {"type": "str", "no_log": True},
    "ca_path": {"type": "path"},
    "character_set": {"type": "str", "default": "utf8mb4"},
    "settings": {"type": "dict", "default": {}},
    "management_key": {"type": "str", "required": True, "no_log": True},
    "database_key": {"type": "str", "required": True, "no_log": True},
    "encryption": {"type": "str", "choices": ["file", "env", "web"], "default": "file"},
    "encryptor": {"type": "str", "choices": list(VERSIONS)},
    "address": {"type": "str", "required": True},
    "region": {"type": "int"},
    "release": {"type": "str", "default": ""},
    "deploy": {"type": "bool", "default": False},
    "path": {"type": "path", "default": FOLDER},
    "sql_path": {"type": "path", "default": SQL},
    "group": {"type": "str", "default": "cloud"},
}


def main() -> None:
    """The body of the module."""
    module = Module(
        argument_spec=OPTIONS, required_together=[["admin_user", "admin_password"]], supports_check_mode=True
    )
    try:
        params = cleaned(module.params)
        module.exit_json(**_answer(_done(params, module.check_mode), params["path"]))
    except HostcraftError as error:
        module.no_log_values.update(error.secrets)
        module.fail_json(**failure(error))
    except OSError as error:
        module.fail_json(msg=f"{error.filename}: {error.strerror}", code="file")


def _done(params: Params, check: bool) -> Done:
    wanted = _wanted(params)
    folder = params["path"]
    files = _files(folder)
    admin = (params["admin_user"], exact(params["admin_password"])) if params.get("admin_user") else None
    database = SetUp(
        wanted,
        admin,
        params["sql_path"],
        params["user_hosts"],
        params["character_set"],
        params["settings"],
        params.get("ca_path"),
    )
    encryption.checked_key(wanted.key, wanted.encryptor, "management_key")
    encryption.checked_key(wanted.database_key, wanted.encryptor, "database_key")

    def read(packed: str) -> t.Optional[str]:
        form, text = encryption.read(packed, wanted.key)
        return text if form in VERSIONS else None

    def write(text: str, version: str) -> str:
        return encryption.encrypt(version, wanted.key, text)

    with contextlib.closing(database):
        return set_up(wanted, database, files, read, write, functools.partial(_put, folder, params["group"]), check)


def _wanted(params: Params) -> Wanted:
    port("port", params["port"])
    if not is_address(params["address"]):
        raise InvalidValue("address", params["address"], "an address of this machine (cluster.node.IP)")
    if not params["character_set"].isalnum():
        raise InvalidValue("character_set", params["character_set"], "the name of a character set")
    if not params["user_hosts"]:
        raise MissingValue("the database user", ["user_hosts"])
    return Wanted(
        host=params["host"],
        port=params["port"],
        user=params["user"],
        password=exact(params["password"]),
        key=exact(params["management_key"]),
        database_key=exact(params["database_key"]),
        address=params["address"],
        encryption=params["encryption"],
        encryptor=params.get("encryptor") or "",
        region=params.get("region"),
        release=params["release"],
        deploy=params["deploy"],
    )


def _files(folder: str) -> Files:
    path = os.path.join(folder, "db.properties")
    try:
        with open(path, "rb") as file:
            text = file.read().decode(ENCODING)
    except FileNotFoundError:
        raise NotFound("file", path, "this machine: install the package cloudstack-management first") from None
    if parse(text).get("db.cloud.uri", "").strip():
        raise InvalidValue(
            "db.cloud.uri", "(not shown)", f"no value in {path}, because it replaces host, port and name"
        )
    server = text_at(os.path.join(folder, "server.properties"), ENCODING)
    place = os.path.join(folder, "key")
    try:
        with open(place, encoding="utf-8", errors="replace") as file:
            return Files(text, file.readline().rstrip("\r\n"), server, _shared(path, place))
    except FileNotFoundError:
        return Files(text, None, server)


def _shared(properties: str, key: str) -> bool:
    """Whether the usage server of this machine reads the key file by a db.properties of its own."""
    usage = os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(properties))), "usage")
    own = os.path.join(usage, "db.properties")
    if os.path.realpath(own) == os.path.realpath(properties):
        return False
    reads = parse(text_at(own, ENCODING)).get("db.cloud.encryption.type", "").strip() == "file"
    return reads and os.path.realpath(os.path.join(usage, "key")) == os.path.realpath(key)


def _put(folder: str, group: str, change: Change) -> None:
    """The key first, or last where it goes: a run that is killed between them leaves what the next run puts right."""
    path = os.path.join(folder, "key")
    if change.key:
        if os.path.exists(path):
            replace(path, change.key.encode("utf-8"))
        else:
            create(path, change.key.encode("utf-8"), 0o640, grp.getgrnam(group).gr_gid)
    if change.after:
        replace(os.path.join(folder, "db.properties"), change.text.encode(ENCODING))
    if change.key == "":
        os.unlink(os.path.realpath(path))


def _answer(done: Done, folder: str) -> Json:
    def lines(values: t.Mapping[str, t.Optional[str]]) -> str:
        return "".join(f"{name}={value}\n" for name, value in sorted(values.items()) if value is not None)

    header = os.path.join(folder, "db.properties")
    diffs = [{"before_header": header, "after_header": header, "before": lines(done.change.before),
              "after": lines(done.change.after)}]  # fmt: skip
    if done.change.key is not None:
        path = os.path.join(folder, "key")
        before, after = ("", "(hidden)\n") if done.change.key else ("(hidden)\n", "")
        diffs.append({"before_header": path, "after_header": path, "before": before, "after": after})
    if done.action == "deployed":
        diffs.append({"before_header": "databases", "after_header": "databases", "before": f"{done.state}\n",
                      "after": "cloud and cloud_usage\n"})  # fmt: skip
    return {
        "changed": done.changed,
        "action": done.action,
        "database": done.state,
        "encryptor": done.encryptor,
        "diff": diffs if done.changed else [],
    }
