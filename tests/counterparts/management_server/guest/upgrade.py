# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""com.cloud.upgrade.DatabaseUpgradeChecker: what happens between code and database at every start."""

from __future__ import annotations

import configparser
import hashlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pymysql

from .codec import decrypt, encrypt
from .properties import NoStart
from .tables import Database

SETUP = Path("/usr/share/cloudstack-management/setup/db")
TEMPLATES = Path("/usr/share/cloudstack-management/templates/systemvm")
VERSIONS = [
    "4.0.0",
    "4.0.1",
    "4.0.2",
    "4.1.0",
    "4.1.1",
    "4.2.0",
    "4.2.1",
    "4.3.0",
    "4.3.1",
    "4.3.2",
    "4.4.0",
    "4.4.1",
    "4.4.2",
    "4.5.1",
    "4.5.2",
    "4.5.3",
    "4.6.0",
    "4.6.1",
    "4.6.2",
    "4.7.0",
    "4.7.1",
    "4.7.2",
    "4.8.0",
    "4.8.1",
    "4.8.2.0",
    "4.9.0",
    "4.9.1.0",
    "4.9.2.0",
    "4.9.3.0",
    "4.9.3.1",
    "4.10.0.0",
    "4.11.0.0",
    "4.11.1.0",
    "4.11.2.0",
    "4.11.3.0",
    "4.12.0.0",
    "4.13.0.0",
    "4.13.1.0",
    "4.14.0.0",
    "4.14.1.0",
    "4.15.0.0",
    "4.15.1.0",
    "4.15.2.0",
    "4.16.0.0",
    "4.16.1.0",
    "4.17.0.0",
    "4.17.1.0",
    "4.17.2.0",
    "4.18.0.0",
    "4.18.1.0",
    "4.19.0.0",
    "4.20.0.0",
    "4.20.1.0",
    "4.20.2.0",
    "4.21.0.0",
    "4.22.0.0",
]
KINDS = {"KVM": "kvm", "VMware": "vmware", "XenServer": "xenserver", "Hyperv": "hyperv", "LXC": "lxc", "Ovm3": "ovm3"}
LOCK = "DatabaseUpgrade"
Log = Callable[..., None]


def number(version: str) -> tuple[int, ...]:
    parts = tuple(int(part) for part in version.split("-")[0].split("."))
    return (*parts, 0, 0, 0, 0)[:4]


def chain(old: str, new: str) -> list[str]:
    """The versions after the old one, up to the new one."""
    return [each for each in VERSIONS if number(old) < number(each) < number(new)] + [new]


def check(database: Database, held: Mapping[str, str], version: str, switches: Mapping[str, Any], log: Log) -> None:
    """Raises NoStart where the server does not serve afterwards."""
    log(
        "INFO",
        "o.a.c.s.m.m.i.DefaultModuleDefinitionSet",
        "Running system integrity checker com.cloud.upgrade.DatabaseUpgradeChecker",
    )
    log("INFO", "c.c.u.DatabaseUpgradeChecker", "Grabbing lock to check for database upgrade.")
    with database.locked(LOCK, 1200) as locked:
        if not locked:
            raise NoStart("Unable to acquire lock to check for database integrity.")
        _decrypts(database, held, log)
        found = database.one("SELECT version FROM version WHERE step = 'Complete' ORDER BY id DESC LIMIT 1")
        old = str(found or "4.0.0")
        metadata = _metadata()
        log("INFO", "c.c.u.DatabaseUpgradeChecker", f"DB version = {old} Code Version = {version}")
        if number(old) > number(version):
            raise NoStart(f"Database version {old} is higher than management software version {version}")
        if number(old) == number(version):
            log("INFO", "c.c.u.DatabaseUpgradeChecker", "DB version and code version matches so no upgrade needed.")
            return
        log("INFO", "c.c.u.DatabaseUpgradeChecker", f"Database upgrade must be performed from {old} to {version}")
        for step in chain(old, version):
            _step(database, held, old, step, switches, log)
            old = step
        log("INFO", "c.c.u.DatabaseUpgradeChecker", "Finished execution of VIEW scripts to upgrade database")
        _templates(database, metadata, version, log)
        log("DEBUG", "c.c.u.SystemVmTemplateRegistration", "Updating System Vm Template IDs Complete")


def _decrypts(database: Database, held: Mapping[str, str], log: Log) -> None:
    """Before anything else the setting init is decrypted, with the key and the version of db.properties alone."""
    value = database.one("SELECT value FROM configuration WHERE name = 'init'")
    if value and held.get("db.cloud.encryption.type", "none") != "none":
        version = held.get("db.cloud.encryptor.version") or None
        if decrypt(str(value), held.get("db.cloud.encrypt.secret", ""), version) is None:
            log("ERROR", "c.c.u.c.CloudStackEncryptor", f"Error decrypting value: {value}")
            raise NoStart(
                "Unable to initialize the database encryptors due to the value of init. Please check if database "
                "encryption key and database encryptor version are correct."
            )


def _metadata() -> configparser.ConfigParser:
    path = TEMPLATES / "metadata.ini"
    parsed = configparser.ConfigParser()
    if not parsed.read(path):
        raise NoStart(f"Failed to parse systemVM template metadata file: {path}")
    return parsed


def _step(
    database: Database, held: Mapping[str, str], old: str, new: str, switches: Mapping[str, Any], log: Log
) -> None:
    name = f"Upgrade{old.replace('.', '')}to{new.replace('.', '')}"
    log("DEBUG", "c.c.u.DatabaseUpgradeChecker", f"Running upgrade {name} to upgrade from {old}-{new} to {new}")
    time.sleep(float(switches.get("step_sleep", 0)))
    database.change(
        "INSERT INTO version (version, updated, step) VALUES (%s, UTC_TIMESTAMP(), 'Upgrade') "
        "ON DUPLICATE KEY UPDATE step = 'Upgrade'",
        new,
    )
    if switches.get("fail_upgrade_at") == new:
        raise NoStart(f"Unable to execute upgrade script for {new}")
    try:
        if new == "4.0.1":
            for statement in (SETUP / "first-upgrade.sql").read_text(encoding="utf-8").splitlines():
                if statement and not statement.startswith("--"):
                    database.change(statement)
        if new == "4.22.0.0":
            database.change(
                "CREATE TABLE IF NOT EXISTS extension (id bigint unsigned AUTO_INCREMENT PRIMARY KEY, "
                "name varchar(255) NOT NULL, removed datetime)"
            )
    except pymysql.err.Error as error:
        raise NoStart(f"Unable to execute upgrade script: {error.args[-1]}") from None
    if new == "4.0.1":
        first_start(database, held)
    log("DEBUG", "c.c.u.DatabaseUpgradeChecker", f"Cleanup upgrade {name} to upgrade from {old}-{new} to {new}")
    database.change("UPDATE version SET step = 'Complete', updated = UTC_TIMESTAMP() WHERE version = %s", new)
    log("DEBUG", "c.c.u.DatabaseUpgradeChecker", f"Upgrade completed for version {new}")


SETTINGS = (
    ("Advanced", "host", "localhost", 1),
    ("Advanced", "port", "8250", 0),
    ("Advanced", "integration.api.port", "0", 0),
    ("Advanced", "management.network.cidr", "", 0),
    ("Advanced", "indirect.agent.lb.algorithm", "static", 1),
    ("Advanced", "agent.lb.enabled", "false", 0),
    ("management-server", "cluster.heartbeat.interval", "1500", 0),
    ("management-server", "cluster.heartbeat.threshold", "150000", 0),
    ("Usage", "usage.stats.job.exec.time", "00:15", 0),
    ("Usage", "usage.stats.job.aggregation.range", "1440", 0),
    ("Usage", "usage.execution.timezone", None, 0),
    ("Usage", "enable.usage.server", "true", 0),
    ("Advanced", "router.template.kvm", "SystemVM Template (KVM)", 1),
    ("Advanced", "minreq.sysvmtemplate.version", "4.0.0", 0),
)
SECRETS = ("ssh.privatekey", "ssh.publickey", "ca.plugin.root.private.key", "secstorage.copy.password")


def first_start(database: Database, held: Mapping[str, str]) -> None:
    """Settings, secrets and accounts of a cloud that has none yet."""
    key, version = held.get("db.cloud.encrypt.secret", ""), held.get("db.cloud.encryptor.version") or None
    crypts = held.get("db.cloud.encryption.type", "none") != "none"

    def put(category: str, name: str, value: str | None, dynamic: int = 0) -> None:
        database.change(
            "INSERT IGNORE INTO configuration (category, instance, name, value, is_dynamic, updated) "
            "VALUES (%s, 'DEFAULT', %s, %s, %s, UTC_TIMESTAMP())",
            category,
            name,
            value,
            dynamic,
        )

    for row in SETTINGS:
        put(*row)
    for name in SECRETS:
        text = f"secret text of {name}"
        put("Hidden" if "copy" not in name else "Secure", name, encrypt(text, key, version) if crypts else text)
    database.change(
        "UPDATE configuration SET value = %s, category = 'Hidden' WHERE name = 'init'",
        encrypt("true", key, version) if crypts else "true",
    )
    for number_, name, kind in ((1, "system", 1), (2, "admin", 1)):
        database.change(
            "INSERT IGNORE INTO account (id, account_name, uuid, type, domain_id) VALUES (%s, %s, UUID(), %s, 1)",
            number_,
            name,
            kind,
        )
        database.change(
            "INSERT IGNORE INTO user (id, uuid, username, password, account_id, created) "
            "VALUES (%s, UUID(), %s, 'hashed', %s, UTC_TIMESTAMP())",
            number_,
            name,
            number_,
        )


def _templates(database: Database, metadata: configparser.ConfigParser, version: str, log: Log) -> None:
    """Of the hypervisors of clusters; the version is complete by now, whatever comes out."""
    short = ".".join(str(part) for part in number(version)[:3])
    rows = database.rows(
        "SELECT DISTINCT hypervisor_type, COALESCE(arch, 'x86_64') FROM cluster "
        "WHERE removed IS NULL AND hypervisor_type <> 'External'"
    )
    for kind, arch in rows:
        section = KINDS.get(str(kind), "")
        if section == "kvm":
            section = f"kvm-{arch}"
        if not metadata.has_section(section):
            continue
        row = metadata[section]
        path = TEMPLATES / row["filename"]
        algorithm = hashlib.sha512 if number(version) >= (4, 22) else hashlib.md5
        if not path.exists() or algorithm(path.read_bytes()).hexdigest() != row["checksum"]:
            log("ERROR", "c.c.u.SystemVmTemplateRegistration", f"{path} is not present")
            log("ERROR", "c.c.u.SystemVmTemplateRegistration", "SystemVm template not found. Cannot upgrade system Vms")
            log(
                "ERROR",
                "c.c.u.SystemVmTemplateRegistration",
                f"Failed to register {version} templates for hypervisors: [{section}]. Cannot upgrade system VMs",
            )
            raise NoStart("Failed to find / register SystemVM template(s)")
        name = row["templatename"]
        made = database.one("SELECT id FROM vm_template WHERE name = %s AND removed IS NULL", name)
        if made is None:
            database.change(
                "INSERT INTO vm_template (unique_name, name, uuid, type, url, checksum, format, created, "
                "hypervisor_type, arch) VALUES (%s, %s, UUID(), 'SYSTEM', %s, %s, 'QCOW2', UTC_TIMESTAMP(), "
                "%s, %s)",
                f"routing-{short}",
                name,
                row["downloadurl"],
                row["checksum"],
                kind,
                arch,
            )
            made = database.one("SELECT MAX(id) FROM vm_template WHERE name = %s", name)
        for (store,) in database.rows("SELECT id FROM image_store WHERE removed IS NULL AND role = 'Image'"):
            database.change(
                "INSERT INTO template_store_ref (store_id, template_id, store_role, download_state, state, "
                "install_path, created) VALUES (%s, %s, 'Image', 'DOWNLOADED', 'Ready', %s, UTC_TIMESTAMP())",
                store,
                made,
                f"template/tmpl/1/{made}/",
            )
        database.change(
            "UPDATE configuration SET value = %s WHERE name = %s", name, f"router.template.{KINDS[str(kind)]}"
        )
    database.change("UPDATE configuration SET value = %s WHERE name = 'minreq.sysvmtemplate.version'", short)
    for kind, section in KINDS.items():
        wanted = f"{section}-x86_64" if section == "kvm" else section
        if metadata.has_section(wanted):
            database.change(
                "UPDATE vm_template SET url = %s, checksum = %s WHERE hypervisor_type = %s AND type = 'SYSTEM' "
                "AND id < 10",
                metadata[wanted]["downloadurl"],
                metadata[wanted]["checksum"],
                kind,
            )
