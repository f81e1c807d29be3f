# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role management_server after a run that ended early: what was written is applied, by time and by content."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from unit.roles.role_tasks import content, outdated, rendered, shell, task

ROLE = "management_server"
NODE = f"roles/{ROLE}/tasks/node.yml"
UNIT = "/etc/systemd/system/cloudstack-management.service.d/hostcraft.conf"
STARTED = 1_500_000_000
LOOK = "Check whether the server was started before its configuration changed"
UNWATCHED = "Check whether the server reads its log configuration only at start"


@pytest.mark.parametrize(
    ("file", "text", "resting", "restarts"),
    [
        ("server.properties", "a", (), True),
        ("server.properties", "a", ("cloudstack-management",), False),
        ("https.p12", "a", (), True),
        ("key", "a", (), True),
        ("other", "a", (), False),
        ("log4j-cloud.xml", '<Configuration monitorInterval="60">', (), False),
        ("log4j-cloud.xml", "<log4j:configuration>", (), False),
        ("log4j-cloud.xml", '<Configuration status="WARN">', (), True),
    ],
)
def test_a_server_that_is_older_than_its_files_is_restarted(
    tmp_path: Path, file: str, text: str, resting: tuple[str, ...], restarts: bool
) -> None:
    for name in ("db.properties", "log4j-cloud.xml", file):
        (tmp_path / name).write_text('<Configuration monitorInterval="5">', encoding="utf-8")
        os.utime(tmp_path / name, (1_000_000_000, 1_000_000_000))
    (tmp_path / file).write_text(text, encoding="utf-8")
    folder = {"management_server_folder": str(tmp_path)}
    argv = rendered(ROLE, task(NODE, UNWATCHED)["ansible.builtin.command"]["argv"], **folder)
    lines = subprocess.run(list(argv), capture_output=True, text=True, check=False).stdout.splitlines()
    known = {**folder, "management_server_log_unwatched": {"stdout_lines": lines}}
    found = outdated(ROLE, task(NODE, LOOK), STARTED, resting, **known)
    assert found == (["cloudstack-management"] if restarts else [])


@pytest.mark.parametrize(
    ("name", "lines", "restarts"),
    [
        ("management_server_properties_set", [], True),
        ("management_server_database", [], True),
        ("management_server_memory_set", [], True),
        ("management_server_log_set", [], False),
        ("management_server_log_set", ["log4j-cloud.xml"], True),
        ("management_server_opened", [], False),
    ],
)
def test_check_mode_foretells_the_restart(tmp_path: Path, name: str, lines: list[str], restarts: bool) -> None:
    known = {"management_server_folder": str(tmp_path), "management_server_log_unwatched": {"stdout_lines": lines}}
    found = outdated(ROLE, task(NODE, LOOK), STARTED, check=True, **known, **{name: {"changed": True}})
    assert found == (["cloudstack-management"] if restarts else [])


def test_files_that_the_package_brings_are_looked_at_too() -> None:
    files = rendered(ROLE, "{{ management_server_read_at_start }}")
    assert {UNIT, "/etc/default/cloudstack-management"} <= set(files)


@pytest.mark.parametrize("tag", ["management_server_machine", "management_server_alerts"])
def test_tags_of_files_restart_in_each_servers_turn(tag: str) -> None:
    """A handler would run at the end, on all servers at once."""
    nodes = [each for each in content(f"roles/{ROLE}/tasks/main.yml") if "ansible.builtin.include_tasks" in each]
    assert len(nodes) == 2
    assert all(tag in each["tags"] for each in nodes)
    modules = [name for each in content(NODE) if tag in each.get("tags", []) for name in each if "." in name]
    assert [name.rpartition(".")[2] for name in modules] == [
        "command",
        "cs_outdated_units_info",
        "systemd_service",
        "import_tasks",
    ]
    assert not (Path(__file__).parents[3] / "roles" / ROLE / "handlers").exists()


def pem(folder: Path, *names: str) -> str:
    """Certificates with the key of the first, as the role writes them."""
    texts = []
    for name in names:
        key, certificate = folder / f"{name}.key", folder / f"{name}.crt"
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        command += ["-keyout", str(key), "-out", str(certificate), "-subj", f"/CN={name}", "-days", "2"]
        subprocess.run(command, check=True, capture_output=True)
        texts.append(certificate.read_text())
    return "".join(texts) + (folder / f"{names[0]}.key").read_text()


def test_a_keystore_of_another_certificate_is_made_anew(tmp_path: Path) -> None:
    """The run before ended between the certificate and the keystore."""
    look: dict[str, Any] = task(
        f"roles/{ROLE}/tasks/https.yml", "Check whether the keystore has the certificate and its chain"
    )
    known = {"management_server_folder": str(tmp_path), "management_server_https_keystore_password": "secret1"}
    said = rendered(ROLE, look["environment"], **known)

    def same() -> bool:
        return shell(look["ansible.builtin.shell"], tmp_path, **said).returncode == 0

    assert not same()
    first = pem(tmp_path, "old", "chain")
    (tmp_path / "https.pem").write_text(first)
    make = ["openssl", "pkcs12", "-export", "-in", "https.pem", "-passout", "pass:secret1", "-out", "https.p12"]
    subprocess.run(make, check=True, cwd=tmp_path)
    assert same()
    for others in (pem(tmp_path, "new"), first.replace((tmp_path / "chain.crt").read_text(), "")):
        (tmp_path / "https.pem").write_text(others)
        assert not same()
    (tmp_path / "https.pem").write_text(first.replace("\n", "\r\n"))
    assert same()
    said["KEYSTORE_PASSWORD"] = "another"
    assert not same()


@pytest.mark.parametrize(
    ("line", "there"),
    [
        ('JAVA_OPTS="-Djava.io.tmpdir=/tmp -Xmx2G -XX:+UseG1GC"', True),
        ('JAVA_OPTS="-XX:MaxRAMPercentage=50"', False),
        ("# JAVA_OPTS=-Xmx2G", False),
    ],
)
def test_a_heap_that_cannot_be_set_is_told(tmp_path: Path, line: str, there: bool) -> None:
    look = task(f"roles/{ROLE}/tasks/machine.yml", "Look for the memory of the Java machine")
    (tmp_path / "cloudstack-management").write_text(line + "\n")
    command = look["ansible.builtin.command"].replace("/etc/default", str(tmp_path))
    assert (shell(command, tmp_path).returncode == 0) is there


def test_what_is_mounted_below_the_servers_directory_keeps_its_owner(tmp_path: Path) -> None:
    """The server mounts secondary storage there, for example of VMware zones."""
    look = task(f"roles/{ROLE}/tasks/machine.yml", "Find files in the directory that the server does not own")
    own = task(f"roles/{ROLE}/tasks/machine.yml", "Own the files in the directory of the server")
    for folder in ("management", "mnt/VM/1.2", "two\nlines"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "management" / "a file").touch()
    text = "mount -t tmpfs none mnt/VM/1.2 && touch mnt/VM/1.2/template.qcow2 && " + look["ansible.builtin.shell"]
    said = {**os.environ, "FOLDER": str(tmp_path), "OWNER": "daemon"}
    run = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", text]
    ended = subprocess.run(run, capture_output=True, text=True, check=True, cwd=tmp_path, env=said)
    found = rendered(ROLE, own["loop"], management_server_foreign={"stdout": ended.stdout})
    names = ["management", "management/a file", "mnt", "mnt/VM", "two\nlines"]
    assert sorted(found) == [str(tmp_path / name) for name in names]
