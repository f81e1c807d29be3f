# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_system_vm_template_seed on a real MariaDB and a mounted file system, and what CloudStack's script does wrong."""

from __future__ import annotations

import bz2
import contextlib
import hashlib
import http.server
import os
import subprocess
import threading
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from counterparts.mariadb.server import PASSWORD, USER, MariaDb

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.properties import DatabaseAccess
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.seeding.records import Tables
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.seeding.storage import Mount
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.seeding.failure import SeedingFailed
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.seeding.seed import Request, seed

VIRTUAL = 5 << 30
IMAGE = b"QFI\xfb" + bytes(20) + VIRTUAL.to_bytes(8, "big") + os.urandom(50_000)
PACKED = bz2.compress(IMAGE)
SUM = hashlib.sha512(PACKED).hexdigest()
OLD = "https://download.cloudstack.org/systemvm/4.21/systemvmtemplate-4.21.0-x86_64-kvm.qcow2.bz2"
SCHEMA = (
    "CREATE TABLE vm_template (id bigint PRIMARY KEY, name varchar(255), uuid varchar(40), type varchar(32), "
    "hypervisor_type varchar(32), url varchar(1024), removed datetime)",
    "CREATE TABLE version (id bigint AUTO_INCREMENT PRIMARY KEY, version char(40), step char(32))",
    "ALTER TABLE cluster ADD removed datetime, ADD hypervisor_type varchar(32)",
    "ALTER TABLE image_store ADD removed datetime, ADD image_provider_name varchar(255)",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    with MariaDb(tmp_path_factory.mktemp("mariadb") / "m") as made:
        for statement in SCHEMA:
            made.run(statement)
        yield made


@pytest.fixture
def mariadb(server: MariaDb) -> MariaDb:
    server.reset()
    server.run("INSERT INTO version (version, step) VALUES ('4.0.0', 'Complete'), ('4.22.0.0', 'Complete')")
    row = (
        "INSERT INTO vm_template (id, name, uuid, type, hypervisor_type, url) VALUES (%s, %s, %s, 'SYSTEM', 'KVM', %s)"
    )
    server.run(row, (3, "SystemVM Template (KVM)", "u3", OLD))
    server.run("INSERT INTO vm_template (id, type, hypervisor_type, removed) VALUES (9, 'SYSTEM', 'KVM', NOW())")
    return server


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, as a mount of NFS is one."""
    place = tmp_path / "store"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], check=True)
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "template.qcow2.bz2"
    path.write_bytes(PACKED)
    return path


def seeded(mariadb: MariaDb, place: Path, *, check_mode: bool = False, metadata: str = "/none", **more: Any) -> Outcome:
    access = DatabaseAccess("127.0.0.1", mariadb.port, user=USER, password=PASSWORD)
    with contextlib.closing(Client(access)) as client:
        storage = Mount(str(place), "", "", 10.0, metadata)
        return seed(Tables(client), storage, Request(**{"hypervisor": "kvm", "checksum": SUM, **more}), check_mode)


def record(mariadb: MariaDb) -> tuple[str, str]:
    ((its_uuid, url),) = mariadb.run("SELECT uuid, url FROM vm_template WHERE id = 3")
    return its_uuid, url


def test_it_is_seeded_once(mariadb: MariaDb, store: Path, source: Path) -> None:
    foretold = seeded(mariadb, store, source=str(source), check_mode=True)
    assert (foretold.changed, foretold.result["step"], record(mariadb)) == (True, "seed", ("u3", OLD))
    assert list(store.iterdir()) == []
    outcome = seeded(mariadb, store, source=str(source))
    folder = store / "template/tmpl/1/3"
    its_uuid, url = record(mariadb)
    assert outcome.result["filename"] == f"{its_uuid}.qcow2"
    assert url == OLD
    assert sorted(path.name for path in folder.iterdir()) == sorted([f"{its_uuid}.qcow2", "template.properties"])
    assert (folder / f"{its_uuid}.qcow2").read_bytes() == IMAGE
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o644}
    assert (folder / "template.properties").read_text().splitlines() == [
        f"filename={its_uuid}.qcow2",
        "description=SystemVM Template",
        "hvm=false",
        f"size={len(IMAGE)}",
        "qcow2=true",
        "id=3",
        "public=true",
        f"qcow2.filename={its_uuid}.qcow2",
        "uniquename=routing-3",
        f"qcow2.virtualsize={VIRTUAL}",
        f"virtualsize={VIRTUAL}",
        f"qcow2.size={len(IMAGE)}",
    ]
    again = seeded(mariadb, store, source=str(source), replace=True)
    assert (again.changed, record(mariadb)) == (False, (its_uuid, OLD))


def test_after_a_second_run_of_the_script_the_database_is_corrected(
    mariadb: MariaDb, store: Path, source: Path
) -> None:
    seeded(mariadb, store, source=str(source))
    right = record(mariadb)
    mariadb.run("UPDATE vm_template SET uuid = %s, url = '' WHERE id = 3", (str(uuid.uuid4()),))
    outcome = seeded(mariadb, store, source=str(source))
    assert outcome.result["step"] == "record"
    assert record(mariadb)[0] == right[0]
    assert seeded(mariadb, store, source=str(source)).changed is False


def test_another_template_replaces_it_only_if_asked(mariadb: MariaDb, store: Path, source: Path) -> None:
    seeded(mariadb, store, source=str(source))
    first = record(mariadb)
    other = source.with_name("other.qcow2")
    other.write_bytes(IMAGE + b"x")
    given = {"source": str(other), "checksum": "sha256:" + hashlib.sha256(IMAGE + b"x").hexdigest()}
    assert seeded(mariadb, store, **given).changed is False
    assert seeded(mariadb, store, replace=True, **given).changed is True
    assert record(mariadb)[0] != first[0]
    assert len(list((store / "template/tmpl/1/3").iterdir())) == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"hypervisor": "lxc"}, "template_row_missing"),
        ({"space": 1 << 30}, "disk_space"),
    ],
)
def test_nothing_is_touched_where_it_cannot_work(
    mariadb: MariaDb, store: Path, source: Path, change: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        seeded(mariadb, store, source=str(source), **change)
    assert code in [reason.code for reason in refused.value.reasons]
    assert (list(store.iterdir()), record(mariadb)) == ([], ("u3", OLD))


def test_a_directory_that_is_no_mount_is_not_filled(mariadb: MariaDb, tmp_path: Path, source: Path) -> None:
    place = tmp_path / "empty"
    place.mkdir()
    with pytest.raises(Refused) as refused:
        seeded(mariadb, place, source=str(source))
    assert [reason.code for reason in refused.value.reasons] == ["not_mounted"]
    assert (list(place.iterdir()), record(mariadb)) == ([], ("u3", OLD))


@pytest.mark.parametrize("damage", ["checksum", "archive", "full"])
def test_a_template_that_cannot_be_used_leaves_the_old_one(
    mariadb: MariaDb, store: Path, source: Path, damage: str
) -> None:
    seeded(mariadb, store, source=str(source))
    before = record(mariadb), sorted(path.name for path in (store / "template/tmpl/1/3").iterdir())
    bad = source.with_name("bad")
    bad.write_bytes({"checksum": bz2.compress(b"another"), "archive": PACKED[:-9], "full": os.urandom(3 << 20)}[damage])
    digest = "0" * 128 if damage == "checksum" else hashlib.sha512(bad.read_bytes()).hexdigest()
    if damage != "checksum":
        # What cannot be unpacked cannot be compared either.
        (store / "template/tmpl/1/3/template.properties").write_text("filename=x\nsize=1\n")
    with pytest.raises(HostcraftError) as error:
        seeded(mariadb, store, source=str(bad), checksum=digest, replace=True)
    assert isinstance(error.value, (SeedingFailed, Refused))
    assert (record(mariadb), sorted(path.name for path in (store / "template/tmpl/1/3").iterdir())) == before


def test_the_template_of_the_packages_is_the_default(mariadb: MariaDb, store: Path, source: Path) -> None:
    metadata = source.with_name("metadata.ini")
    lines = ["[default]", "version = 4.22.0.0", "[kvm-x86_64]", f"filename = {source.name}", f"checksum = {SUM}"]
    metadata.write_text("\n".join(lines))
    mariadb.run("INSERT INTO cluster (name, hypervisor_type) VALUES ('c', 'KVM')")
    setting = "INSERT INTO configuration (name, value) VALUES ('minreq.sysvmtemplate.version', %s)"
    mariadb.run(setting, ("4.21.0",))
    outcome = seeded(mariadb, store, metadata=str(metadata), checksum="")
    assert outcome.result["step"] == "seed"
    assert outcome.result["registers_itself"] is True
    assert outcome.result["registration_failed"] is True
    assert "restore the dump" in outcome.warnings[0]
    mariadb.run("UPDATE configuration SET value = '4.22.0' WHERE name = 'minreq.sysvmtemplate.version'")
    mariadb.run("INSERT INTO image_store (name, image_provider_name) VALUES ('s', 'NFS')")
    outcome = seeded(mariadb, store, metadata=str(metadata), checksum="")
    assert (outcome.changed, outcome.warnings) == (False, ())
    source.write_bytes(PACKED[:-1])
    with pytest.raises(HostcraftError, match="the template of the packages is damaged"):
        seeded(mariadb, store, metadata=str(metadata), checksum="")


def test_packages_of_older_releases_have_md5_and_may_have_older_templates(
    mariadb: MariaDb, store: Path, source: Path
) -> None:
    """4.16 to 4.21. 4.19.2 goes on with the templates of 4.19.1."""
    metadata = source.with_name("metadata.ini")
    digest = hashlib.md5(source.read_bytes(), usedforsecurity=False).hexdigest()
    lines = ["[default]", "version = 4.19.2.0", "[kvm]", f"filename = {source.name}", f"checksum = {digest}"]
    metadata.write_text("\n".join(lines))
    mariadb.run("INSERT INTO cluster (name, hypervisor_type) VALUES ('c', 'KVM')")
    mariadb.run("UPDATE version SET version = '4.19.2.0' WHERE version = '4.22.0.0'")
    setting = "INSERT INTO configuration (name, value) VALUES ('minreq.sysvmtemplate.version', '4.19.1')"
    mariadb.run(setting)
    outcome = seeded(mariadb, store, metadata=str(metadata), checksum="")
    assert (outcome.result["step"], outcome.result["registration_failed"]) == ("seed", False)
    metadata.write_text("\n".join([*lines[:-1], f"checksum = {'0' * 32}"]))
    with pytest.raises(HostcraftError, match="the template of the packages is damaged"):
        seeded(mariadb, store, metadata=str(metadata), checksum="")


def test_a_url_is_fetched_and_recorded(mariadb: MariaDb, store: Path, source: Path) -> None:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_args: object) -> None: ...

    handler = partial(Quiet, directory=str(source.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{web.server_port}/{source.name}"
        with pytest.raises(SeedingFailed, match="404"):
            seeded(mariadb, store, source=f"{url}.missing", replace=True)
        assert record(mariadb) == ("u3", OLD)
        assert seeded(mariadb, store, source=url).changed is True
        assert record(mariadb)[1] == url
        assert seeded(mariadb, store, source=url, replace=True).changed is False
        web.shutdown()
