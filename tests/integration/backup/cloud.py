# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cloud on a database server, and backups of it, made and restored by the collection's own operations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from counterparts.mariadb.server import PASSWORD, ROOT, USER, MariaDb

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.backup.destination import Restored
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.backup.folder import Directory
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.backup.source import Local
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import SystemClock
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database import encryption
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.properties import (
    DatabaseAccess,
    from_properties,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.backup import make, restore

DATABASES = ("cloud", "cloud_usage")
MANAGEMENT_KEY, DATABASE_KEY = "management key", "database key"
SECRET = "s3cret of a host"
TRICKY = ("a),(b", "it's", "back\\slash\\", "line\nbreak", "INSERT INTO `host` VALUES (9)", "€ ünï", "')", "\\'),('")

STATEMENTS = (
    "CREATE TABLE IF NOT EXISTS version (id bigint AUTO_INCREMENT PRIMARY KEY, version char(40), step char(32))",
    "CREATE TABLE IF NOT EXISTS mshost (id bigint AUTO_INCREMENT PRIMARY KEY, msid bigint, state varchar(25), "
    "service_ip char(40), last_update datetime, removed datetime)",
    "CREATE TABLE IF NOT EXISTS notes (id bigint AUTO_INCREMENT PRIMARY KEY, text varchar(255), raw blob, "
    "size int AS (length(text)) VIRTUAL)",
    "CREATE TABLE IF NOT EXISTS `odd `` name` (id int)",
    "INSERT INTO version (version, step) VALUES ('4.0.0', 'Complete'), ('4.22.0.0', 'Complete')",
    "INSERT INTO mshost (msid, state, service_ip, last_update) VALUES (1, 'Down', '10.0.0.5', UTC_TIMESTAMP())",
    "INSERT INTO `odd `` name` VALUES (1), (2)",
    f"CREATE DEFINER={USER}@'127.0.0.1' VIEW host_view AS SELECT id, name FROM host",
    f"CREATE DEFINER={USER}@'127.0.0.1' PROCEDURE again() BEGIN\nINSERT INTO notes (text) VALUES ('x');\nEND",
    f"CREATE DEFINER={USER}@'127.0.0.1' TRIGGER t BEFORE INSERT ON notes FOR EACH ROW SET NEW.raw = NEW.raw",
)


class Cloud:
    """properties: of its management server, encrypted with its keys."""

    def __init__(self, server: MariaDb, root: Path) -> None:
        self.server, self.root = server, root
        self._sealed: dict[str, str] = {}
        server.run("CREATE DATABASE IF NOT EXISTS cloud_usage", database="")
        for host in ("localhost", "127.0.0.1"):
            server.run(f"GRANT ALL ON cloud_usage.* TO {USER}@'{host}'", database="")
            server.run(f"GRANT PROCESS ON *.* TO {USER}@'{host}'", database="")
        for statement in STATEMENTS:
            server.run(statement)
        for text in TRICKY:
            server.run("INSERT INTO notes (text, raw) VALUES (%s, %s)", (text, text.encode() + b"\0\xff"))
        server.run(
            "CREATE TABLE cloud_usage (id bigint AUTO_INCREMENT PRIMARY KEY, raw double)", database="cloud_usage"
        )
        server.run("INSERT INTO cloud_usage (raw) VALUES (0.5), (1e300)", database="cloud_usage")
        setting = "INSERT INTO configuration (category, name, value) VALUES (%s, %s, %s)"
        server.run(setting, ("Hidden", "init", encryption.encrypt("V2", DATABASE_KEY, "true")))
        server.add_host("u1", "kvm1", "root", encryption.encrypt("V2", DATABASE_KEY, SECRET))
        self.management = root / "etc/cloudstack/management"
        self.usage = root / "etc/cloudstack/usage"
        self.properties = self.management / "db.properties"
        self.environment = root / "etc/default/cloudstack-management"
        self.write_files()

    def write_files(self) -> None:
        for folder in (self.management, self.usage):
            folder.mkdir(parents=True, exist_ok=True)

        packed = self._packed
        lines = ["# db.properties", "cluster.node.IP=10.0.0.5", "db.cloud.host=127.0.0.1", "db.cloud.name=cloud"]
        lines += [f"db.cloud.port={self.server.port}", f"db.cloud.username={USER}"]
        lines += [f"db.cloud.password={packed(PASSWORD)}", "db.cloud.encryption.type=file"]
        lines += [f"db.cloud.encrypt.secret={packed(DATABASE_KEY)}", "db.cloud.encryptor.version=V2"]
        self.properties.write_text("\n".join(lines), encoding="utf-8")
        self.properties.chmod(0o640)
        (self.management / "key").write_text(MANAGEMENT_KEY, encoding="utf-8")
        (self.management / "key").chmod(0o640)
        for name in ("db.properties", "key"):
            link = self.usage / name
            link.unlink(missing_ok=True)
            link.symlink_to(f"../management/{name}")

    def _packed(self, text: str) -> str:
        """Encrypted once, so that files that are written again are the same."""
        made = f"ENC({encryption.encrypt('V2', MANAGEMENT_KEY, text)})"
        return self._sealed.setdefault(text, made)

    @property
    def roots(self) -> tuple[str, ...]:
        return (str(self.management), str(self.usage), str(self.environment))

    def access(self) -> DatabaseAccess:
        return DatabaseAccess(**from_properties(str(self.properties), None, None))

    def source(self, passphrase: str = "", **more: Any) -> Local:
        return Local(self.access(), more.pop("databases", DATABASES), self.roots, passphrase, **more)

    def make(self, path: Path, name: str = "20260102T030405Z-ms1", passphrase: str = "", **more: Any) -> Outcome:
        """The outcome of a backup into a folder."""
        host = name.partition("-")[2]
        request = make.Request(name, host, DATABASES, self.roots, bool(passphrase), **more)
        source = self.source(passphrase, replica=request.replica)
        return make.make(Directory(str(path), host), source, SystemClock(), request, False)

    def restore(
        self,
        path: Path,
        to: MariaDb,
        name: str = "20260102T030405Z-ms1",
        passphrase: str = "",
        check_mode: bool = False,
        settings: dict[str, str] | None = None,
        **more: Any,
    ) -> Outcome:
        request = restore.Request(name, "ms2", **more)
        own = Restored(
            admin(to), passphrase, settings or {}, properties=str(self.properties), environment=str(self.environment)
        )
        return restore.restore(Directory(str(path), "ms2"), own, SystemClock(), request, check_mode)


def admin(server: MariaDb) -> DatabaseAccess:
    return DatabaseAccess(unix_socket=f"{server.folder}/s", user="root", password=ROOT, name="mysql")
