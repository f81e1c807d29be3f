# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_stored_secrets_info on a real MariaDB: what each column holds, found faults, and no value in any output."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from counterparts.mariadb.server import PASSWORD, USER, MariaDb

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database import encryption

HERE = Path(__file__).resolve().parent
DATABASE_KEY, MANAGEMENT_KEY = "database key", "management key"
SECRETS = {name: f"s3cret-{name}" for name in ("host", "vcenter", "setting", "cifs", "stale", "dc", "api", "old")}


def locked(name: str, version: str = "V2", key: str = DATABASE_KEY) -> str:
    return encryption.encrypt(version, key, SECRETS[name])


@pytest.fixture
def filled(mariadb: MariaDb) -> MariaDb:
    run = mariadb.run
    setting = "INSERT INTO configuration (category, name, value) VALUES (%s, %s, %s)"
    run(setting, ("Hidden", "init", encryption.encrypt("V2", DATABASE_KEY, "true")))
    run(setting, ("Secure", "alert.smtp.password", locked("setting")))
    run(setting, ("Secure", "ldap.bind.password", ""))
    run(setting, ("Advanced", "quota.usage.smtp.password", "not encrypted by the server either"))
    mariadb.add_host("u1", "kvm1", "root", locked("host"))
    mariadb.add_host("u2", "kvm2", "root", locked("stale", key="the key before"))
    run("INSERT INTO cluster_details (cluster_id, name, value) VALUES (7, 'password', %s)", (SECRETS["vcenter"],))
    run("INSERT INTO cluster_details (cluster_id, name, value) VALUES (7, 'username', 'administrator')")
    run("INSERT INTO vmware_data_center (name, password) VALUES ('zurich-dc', %s)", (SECRETS["dc"],))
    url = f"cifs://10.0.0.8/share?user=u&password={locked('cifs')}&domain=d"
    run("INSERT INTO image_store (name, protocol, url) VALUES ('smb', 'cifs', %s)", (url,))
    run("INSERT INTO image_store (name, protocol, url) VALUES ('nfs', 'nfs', 'nfs://10.0.0.8/sec')")
    run("INSERT INTO user (username, password, secret_key) VALUES ('admin', 'hash', %s)", (locked("api"),))
    run(
        "INSERT INTO account_details (account_id, name, value) VALUES (2, 'ldap.bind.password', %s)",
        (locked("old", "V1"),),
    )
    return mariadb


@pytest.fixture
def properties(filled: MariaDb, tmp_path: Path) -> Path:
    """As cloudstack-setup-databases leaves it, on the management server that the task runs on."""

    def packed(text: str) -> str:
        return f"ENC({encryption.encrypt('V2', MANAGEMENT_KEY, text)})"

    lines = [
        "# db.properties",
        "region.id=1",
        "db.cloud.host=127.0.0.1",
        f"db.cloud.port={filled.port}",
        "db.cloud.name=cloud",
    ]
    lines += [f"db.cloud.username={USER}", f"db.cloud.password={packed(PASSWORD)}", "db.cloud.useSSL=false"]
    lines += ["db.cloud.encryption.type=file", f"db.cloud.encrypt.secret={packed(DATABASE_KEY)}"]
    lines += ["db.cloud.encryptor.version=V2"]
    (tmp_path / "db.properties").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "key").write_text(f"{MANAGEMENT_KEY}\nsecond line\n", encoding="utf-8")
    return tmp_path / "db.properties"


def asked(database: dict[str, Any], *options: str, **more: Any) -> tuple[dict[str, Any], str]:
    """The module's result as a command of Ansible shows it, and all that was printed."""
    arguments = json.dumps({"database": database, "fail": "never", **more})
    command = ["ansible", "localhost", "-m", "hostcraft.cloudstack.cs_stored_secrets_info", "-a", arguments, *options]
    ended = subprocess.run(
        command,
        env={
            **os.environ,
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1",
            "ANSIBLE_STDOUT_CALLBACK": "json",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    output = ended.stdout + ended.stderr
    start = ended.stdout.index("{\n")
    return json.loads(ended.stdout[start:])["plays"][0]["tasks"][0]["hosts"]["localhost"], output


def shows_no_secret(output: str) -> None:
    for secret in (*SECRETS.values(), DATABASE_KEY, MANAGEMENT_KEY, PASSWORD):
        assert secret not in output


def test_every_column_is_told_with_its_forms_and_no_value(properties: Path) -> None:
    result, output = asked({"properties": str(properties)})
    assert result.get("failed", False) is False, output
    assert result["encryption"] == {"enabled": True, "version": "V2"}
    forms = {(c["table"], c["column"]): {k: v for k, v in c["forms"].items() if v} for c in result["columns"]}
    assert forms == {
        ("configuration", "value"): {"V2": 2, "empty": 1},
        ("account_details", "value"): {"V1": 1},
        ("host_details", "value"): {"V2": 1, "unreadable": 1},
        ("cluster_details", "value"): {"plain": 1},
        ("vmware_data_center", "password"): {"plain": 1},
        ("image_store", "url"): {"V2": 1},
        ("user", "secret_key"): {"V2": 1},
    }
    assert {(row["table"], row["label"], row["form"]) for row in result["rows"]} == {
        ("account_details", "2", "V1"),
        ("host_details", "2", "unreadable"),
        ("cluster_details", "7", "plain"),
        ("vmware_data_center", "zurich-dc", "plain"),
    }
    assert sorted({each["code"] for each in result["findings"]}) == [
        "secret_other_version",
        "secret_plain_text",
        "secret_unreadable",
    ]
    assert result["changed"] is False
    shows_no_secret(output)


def test_very_verbose_output_shows_no_secret_either(properties: Path, mariadb: MariaDb) -> None:
    _result, output = asked({"properties": str(properties)}, "-vvvv")
    shows_no_secret(output)
    given = {
        "host": "127.0.0.1",
        "port": mariadb.port,
        "user": USER,
        "password": PASSWORD,
        "encryption_key": DATABASE_KEY,
    }
    result, output = asked(given, "-vvvv")
    assert result["encryption"] == {"enabled": True, "version": "V2"}
    # What was asked for on the command line is printed by the command itself, so only the answer counts.
    assert PASSWORD not in json.dumps(result)
    assert DATABASE_KEY not in json.dumps(result)


def test_findings_fail_the_task_where_that_is_wanted(properties: Path) -> None:
    result, _output = asked({"properties": str(properties)}, fail="blocks")
    assert (result["failed"], result["code"]) == (True, "secrets_not_fit")
    codes = ["secret_other_version", "secret_plain_text", "secret_unreadable"]
    result, _output = asked({"properties": str(properties)}, fail="blocks", ignore=codes)
    assert "failed" not in result
    assert {each["code"] for each in result["ignored"]} == set(codes)


def test_a_sound_database_has_no_finding(properties: Path, mariadb: MariaDb) -> None:
    for table in ("host_details", "cluster_details", "vmware_data_center", "account_details"):
        mariadb.run(f"DELETE FROM {table}")
    result, output = asked({"properties": str(properties)}, fail="note")
    assert result.get("failed", False) is False, output
    assert (result["findings"], result["rows"]) == ([], [])


def test_without_a_key_everything_is_plain_and_that_is_told(properties: Path) -> None:
    text = properties.read_text(encoding="utf-8")
    off = [line for line in text.splitlines() if "encrypt" not in line and "password" not in line]
    properties.write_text("\n".join([*off, f"db.cloud.password={PASSWORD}"]), encoding="utf-8")
    result, output = asked({"properties": str(properties)})
    assert result["encryption"] == {"enabled": False, "version": ""}
    assert [each["code"] for each in result["findings"]] == ["encryption_off"]
    shows_no_secret(output)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda folder: (folder / "key").write_text("another key"), "management_key"),
        (lambda folder: (folder / "key").unlink(), "no key file"),
        (lambda folder: (folder / "db.properties").unlink(), "database.properties"),
        (lambda folder: (folder / "db.properties").write_text("db.cloud.port=99999"), "port"),
        (lambda folder: (folder / "db.properties").write_text("db.cloud.port=1"), "Connection refused"),
        (lambda folder: (folder / "db.properties").write_text("db.cloud.encryptor.version=V9"), "encryptor.version"),
    ],
)
def test_what_is_wrong_with_the_configuration_is_named(properties: Path, change: Any, named: str) -> None:
    change(properties.parent)
    result, output = asked({"properties": str(properties)})
    assert result["failed"] is True
    assert named in result["msg"]
    assert "code" in result
    shows_no_secret(output)
