#!/usr/bin/python3
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-in of cloudstack-setup-databases: its options, exit codes, output and traps, measured on 4.22."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from optparse import OptionParser
from pathlib import Path

CONF = "/etc/cloudstack/management"
SQL = "/usr/share/cloudstack-management/setup"
JAR = "/usr/share/cloudstack-common/lib/cloudstack-utils.jar"
TEMPORARY = Path("~/cloudstackmysql.tmp.sql").expanduser()
SCHEMA = ("create-database", "create-schema", "create-database-premium", "create-schema-premium")


class Failed(Exception):
    pass


def say(text: str, done: bool | None = None) -> None:
    mark = {True: "[ \033[92mOK\033[0m ]\n", False: "[ \033[91mFAILED\033[0m ]\n", None: ""}[done]
    sys.stdout.write(f"{text:<80}{mark}" if text else mark)
    sys.stdout.flush()


def shell(*words: str) -> str:
    """Through the shell, which is where some characters are lost."""
    ended = subprocess.run(" ".join(words), shell=True, capture_output=True, text=True)
    if ended.returncode:
        raise RuntimeError(ended.stderr)
    return ended.stdout


def login(text: str) -> tuple[str, str]:
    parts = text.split(":")
    if len(parts) > 2:
        raise Failed(f"Invalid user name and password format, must be in format of user:password ({text})")
    user, password = parts[0], parts[1] if len(parts) == 2 else ""
    if not user:
        raise Failed("Invalid user name and password format, user name can not be empty")
    for character in "' \\`":
        if character in user:
            raise Failed(f"User name cannot have the {character!r} characters")
        if character in password:
            raise Failed(f"Password cannot have the {character!r} characters")
    return user, password


def place(text: str) -> tuple[str, int]:
    parts = text.split(":")
    if len(parts) > 2:
        raise Failed(f"Invalid host and port format, it must be in format of host:port ({text})")
    try:
        port = int(parts[1]) if len(parts) == 2 else 3306
    except ValueError:
        raise Failed(f"The database port must be an integer ({parts[1]})") from None
    return parts[0], port


class Setup:
    def __init__(self) -> None:
        parser = OptionParser(usage="%prog user:[password]@mysqlhost:[port] [--deploy-as=rootuser:[rootpassword]]")
        add = parser.add_option
        add("-v", "--debug", action="store_true", default=False)
        add("-d", "--deploy-as", dest="root", default="")
        add("-s", "--schema-only", action="store_true", dest="schema_only", default=False)
        add("-a", "--auto", default="")
        add("-e", "--encrypt-type", dest="kind", default="file")
        add("-m", "--managementserver-secretkey", dest="management_key", default="password")
        add("-k", "--database-secretkey", dest="database_key", default="password")
        add("-i", "--mshost", default="")
        add("-r", "--regionid", default="1")
        add("-c", "--db-conf-path", dest="conf", default=CONF)
        add("-f", "--db-files-path", dest="sql", default=SQL)
        add("-j", "--encryption-jar-path", dest="jar", default=JAR)
        add("-n", "--encryption-key-file", dest="key_file", default=f"{CONF}/key")
        add("-g", "--encryptor-version", dest="encryptor", default="V2")
        add("-b", "--mysql-bin-path", dest="mysql", default="")
        add("-u", "--skip-users-auto-creation", action="store_true", dest="skip_users", default=False)
        add("--force-recreate", action="store_true", dest="force", default=False)
        self.given, self.args = parser.parse_args()
        self.properties = Path(self.given.conf) / "db.properties"
        self.origin = self.properties.with_name("db.properties.origin")
        self.user = self.password = self.host = self.root = self.root_password = ""
        self.port = 3306
        self.held: dict[str, str] = {}

    def understand(self) -> None:
        if not self.args:
            raise Failed("Please specify user:password@hostname")
        if len(self.args) > 1:
            raise Failed(f"There are more than one parameters for user:password@hostname ({self.args})")
        credentials, sign, where = self.args[0].rpartition("@")
        self.user, self.password = login(credentials if sign else self.args[0])
        self.host, self.port = place(where if sign else "localhost")
        say(f"Mysql user name:{self.user}", True)
        say("Mysql user password:******", True)
        say(f"Mysql server ip:{self.host}", True)
        say(f"Mysql server port:{self.port}", True)
        if self.given.schema_only and self.given.root:
            raise Failed("--schema-only and --deploy-as cannot be passed together")
        if self.given.root:
            self.root, self.root_password = login(self.given.root)
            if self.root == self.user:
                raise Failed("--deploy-as= user name cannot be the user name supplied for the connection credentials")
            say(f"Mysql root user name:{self.root}", True)
            say("Mysql root user password:******", True)
        if self.given.auto:
            if not self.root:
                raise Failed("--auto= requires valid --deploy-as= credentials")
            if os.path.isfile(self.given.auto):
                raise Failed(f"{self.given.auto} is not a valid file")
        if self.given.kind not in ("file", "web", "env"):
            raise Failed(f'Wrong encryption type {self.given.kind}, --encrypt-type can only be "file", "web" or "env"')
        if self.given.kind == "env":
            self.given.management_key = os.environ.get("CLOUD_SECRET_KEY", "")
            if not self.given.management_key:
                raise Failed("Please set environment variable CLOUD_SECRET_KEY with your management server key")

    def look(self) -> None:
        say("Checking Cloud database files ...")
        needed = [self.properties, Path(self.given.jar)]
        needed += [Path(self.given.sql) / f"{name}.sql" for name in ("create-database", "create-schema", "templates")]
        for path in needed:
            if not path.is_file():
                raise Failed(f"Cannot find {path}")
        for command in ("mysql", "java"):
            if shutil.which(command) is None:
                raise Failed(f"Cannot find {command}")
        say("", True)
        say("Checking local machine hostname ...", True)
        say("Checking SELinux setup ...", True)
        if not self.given.mshost:
            try:
                self.given.mshost = socket.gethostbyname(socket.gethostname())
            except OSError:
                self.given.mshost = "127.0.0.1"
            say(
                f"Detected local IP address as {self.given.mshost}, will use as cluster management server node IP", True
            )
        blank = 0
        for line in map(str.strip, self.properties.read_text(encoding="utf-8").splitlines()):
            if line.startswith("#"):
                self.held[line] = ""
            elif not line:
                blank += 1
                self.held[f"\0{blank}"] = ""
            elif "=" not in line:
                raise Failed(
                    f'Wrong format in {self.properties} ({line}):\nBesides comments beginning "#" and empty '
                    "line, all key-value pairs must be in formula of\n key=value"
                )
            else:
                key, _sign, value = line.partition("=")
                self.held[key] = value
        say(f"Preparing {self.properties}", True)
        where = {"username": self.user, "password": self.password, "host": self.host, "port": str(self.port)}
        for database in ("cloud", "usage"):
            self.held.update({f"db.{database}.{name}": value for name, value in where.items()})
        self.held["cluster.node.IP"], self.held["region.id"] = self.given.mshost, self.given.regionid

    def run_sql(self, text: str, name: str) -> str:
        as_root = bool(self.root)
        user, password = (self.root, self.root_password) if as_root else (self.user, self.password)
        told = {"user": user, **({"passwd": password} if password else {}), "port": self.port, "host": self.host}
        mysql = f'"{self.given.mysql}/mysql"' if self.given.mysql else "mysql"
        TEMPORARY.write_text(text, encoding="utf-8")
        words = [mysql, f"--user='{user}'", f"--host={self.host}", f"--port={self.port}"]
        words += [f"--password='{password}'"] if password else []
        try:
            return shell(*words, "-N", "<", str(TEMPORARY))
        except RuntimeError as error:
            line = "-" * 70
            raise Failed(
                f"Encountering an error when executing mysql script\n{line}\ntable:\n{name}\n\nError:\n{error}"
                f"\n\nSql parameters:\n{told}\n{line}\n"
            ) from None

    def schema(self) -> None:
        if not self.root and not self.given.schema_only:
            say("No mysql root user specified, will not create Cloud DB schema\n")
            return
        there = [
            name
            for name in self.run_sql("SHOW DATABASES LIKE 'cloud%';", "SHOW DATABASES").split()
            if name in ("cloud", "cloud_usage")
        ]
        if there and not self.given.force:
            raise Failed(
                f"Aborting script as the databases ({', '.join(there)}) already exist.\n"
                "Please use the --force-recreate parameter if you want to recreate the schemas."
            )
        names = [name for name in SCHEMA if not self.given.schema_only or "schema" in name]
        for name in (*names, "server-setup", "templates"):
            path = Path(self.given.sql) / f"{name}.sql"
            say(f"Applying {path}")
            self.run_sql(self.for_user(path.read_text(encoding="utf-8")), str(path))
            say("", True)

    def for_user(self, text: str) -> str:
        if self.given.skip_users:
            text = "\n".join(
                line for line in text.splitlines() if not line.startswith(("CREATE USER", "GRANT", "CALL"))
            )
        text = text.replace("IDENTIFIED BY 'cloud'", f"IDENTIFIED BY '{self.password}'")
        return text.replace("'cloud'@", f"'{self.user}'@").replace("`User` = 'cloud'", f"`User` = '{self.user}'")

    def encrypt(self, text: str) -> str:
        return shell(
            "java",
            "-classpath",
            f'"{self.given.jar}"',
            "com.cloud.utils.crypt.EncryptionCLI",
            "-i",
            f'"{text}"',
            "-p",
            f'"{self.given.management_key}"',
            "-e",
            self.given.encryptor,
        ).strip("\r\n")

    def secrets(self) -> None:
        say("Processing encryption ...")
        self.held["db.cloud.encryption.type"] = self.given.kind
        self.held["db.cloud.encryptor.version"] = self.given.encryptor
        if self.given.kind == "file":
            path = Path(self.given.key_file)
            path.write_text(self.given.management_key, encoding="utf-8")
            path.chmod(0o640)
            shutil.chown(path, group="cloud")
        self.held["db.cloud.encrypt.secret"] = f"ENC({self.encrypt(self.given.database_key)})"
        for name in ("db.cloud.password", "db.usage.password"):
            if self.held[name]:
                self.held[name] = f"ENC({self.encrypt(self.held[name])})"
        say("", True)

    def finish(self) -> None:
        say("Finalizing setup ...")
        lines = [
            "" if key[:1] == "\0" else key if key.startswith("#") else f"{key}={value}"
            for key, value in self.held.items()
        ]
        self.properties.write_text("\n".join(lines), encoding="utf-8")
        say("", True)

    def run(self) -> None:
        done = False
        if self.properties.is_file():
            shutil.copy2(self.properties, self.origin)
        try:
            self.understand()
            self.look()
            self.schema()
            self.secrets()
            self.finish()
            done = True
        except Failed as error:
            stars = "*" * 63
            sys.stderr.write(
                f"\n\nWe apologize for below error:\n{stars}\n{error}\n{stars}\nPlease run:\n\n"
                "    cloudstack-setup-databases -h\n\nfor full help\n"
            )
            sys.exit(1)
        finally:
            if self.origin.is_file():
                if not done:
                    shutil.copyfile(self.origin, self.properties)
                self.origin.unlink()
            TEMPORARY.unlink(missing_ok=True)
        print(
            f"\nCloudStack has successfully initialized database, you can check your database configuration in "
            f"{self.properties}\n"
        )


if __name__ == "__main__":
    Setup().run()
