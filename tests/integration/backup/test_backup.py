# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups of a real MariaDB, restored to another one: what is there afterwards, and what is refused before.

The operations of cs_backup and cs_backup_restore, and cs_backup_info.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pymysql
import pytest
from counterparts.mariadb.server import PASSWORD, USER, MariaDb
from integration.backup.cloud import DATABASE_KEY, DATABASES, MANAGEMENT_KEY, SECRET, TRICKY, Cloud

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.backup.folder import Directory
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database import encryption, properties
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.backup.failure import BackupFailed
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.backup.seen import judge
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError, Refused

NAME = "20260102T030405Z-ms1"


def codes(error: Refused) -> list[str]:
    return [reason.code for reason in error.reasons]


@pytest.fixture(scope="module")
def made(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one backup, to be copied."""
    folder = tmp_path_factory.mktemp("backups") / "b"
    cloud.make(folder)
    return folder


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "b"))


def wipe(server: MariaDb) -> None:
    for name in (*DATABASES, "hostcraft_restore"):
        server.run(f"DROP DATABASE IF EXISTS {name}", database="")


@pytest.mark.parametrize("passphrase", ["", "päss'word $HOME"])
def test_restored_elsewhere_it_is_the_same(cloud: Cloud, empty: MariaDb, tmp_path: Path, passphrase: str) -> None:
    wipe(empty)
    # The servers run while the backup is made.
    cloud.server.run("UPDATE mshost SET state = 'Up', last_update = UTC_TIMESTAMP()")
    made = cloud.make(tmp_path, passphrase=passphrase)
    cloud.server.run("UPDATE mshost SET state = 'Down'")
    assert made.result["position"].startswith("0-7-")
    assert made.result["cloudstack"] == "4.22.0.0"
    folder = tmp_path / NAME
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    stored = b"".join(path.read_bytes() for path in folder.iterdir())
    assert PASSWORD.encode() not in stored
    before = {path: path.read_bytes() for path in cloud.management.iterdir()}
    for path in before:
        path.unlink()

    restored = cloud.restore(tmp_path, empty, passphrase=passphrase)

    assert restored.result["secrets"] == 2
    assert restored.result["proven"] is True
    assert {path: path.read_bytes() for path in cloud.management.iterdir()} == before
    assert cloud.properties.stat().st_mode & 0o777 == 0o640
    assert empty.run("SELECT text FROM notes ORDER BY id") == [(text,) for text in TRICKY]
    assert empty.run("SELECT COUNT(*) FROM `odd `` name`") == [(2,)]
    assert empty.run("SELECT name FROM host_view") == [("kvm1",)]
    assert empty.run("SELECT DISTINCT state FROM mshost") == [("Down",)]
    assert encryption.read(empty.passwords()["u1"], DATABASE_KEY) == ("V2", SECRET)
    assert empty.run("SHOW DATABASES LIKE 'hostcraft%%'") == []
    assert json.loads((folder / "restored.json").read_text())[0]["host"] == "ms2"


def test_a_key_in_the_environment_of_the_server_is_used(
    cloud: Cloud, empty: MariaDb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Encryption type env: there is no key file, and nobody gives the key to the backup or to the restore."""
    wipe(empty)
    monkeypatch.setattr(properties, "ENVIRONMENTS", str(cloud.environment.parent))
    cloud.environment.parent.mkdir(parents=True, exist_ok=True)
    cloud.environment.write_text(f"JAVA_OPTS=-Xmx2G\nCLOUD_SECRET_KEY='{MANAGEMENT_KEY}'\n")
    cloud.properties.write_text(cloud.properties.read_text().replace("type=file", "type=env"))
    for folder in (cloud.management, cloud.usage):
        (folder / "key").unlink()
    try:
        cloud.make(tmp_path)
        cloud.environment.unlink()
        restored = cloud.restore(tmp_path, empty, replace=True)
        assert (restored.result["secrets"], restored.result["proven"]) == (2, True)
        assert MANAGEMENT_KEY in cloud.environment.read_text()
    finally:
        cloud.environment.unlink(missing_ok=True)
        cloud.write_files()


def test_it_counts_the_rows_that_are_in_it(cloud: Cloud, place: Path) -> None:
    rows = json.loads((place / NAME / "manifest.json").read_text())["rows"]
    for database in DATABASES:
        tables = cloud.server.run(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = %s AND table_type = 'BASE TABLE'",
            (database,),
        )
        quoted = {name: name.replace("`", "``") for (name,) in tables}
        counted = {
            name: cloud.server.run(f"SELECT COUNT(*) FROM {database}.`{told}`")[0][0] for name, told in quoted.items()
        }
        assert rows[database] == counted


@pytest.mark.parametrize("part", ["databases.sql.gz", "files.tar.gz", "manifest.json", "SHA256SUMS"])
def test_a_changed_part_is_noticed_before_the_target_is_touched(
    cloud: Cloud, empty: MariaDb, place: Path, part: str
) -> None:
    wipe(empty)
    path = place / NAME / part
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(Refused) as refused:
        cloud.restore(place, empty)
    assert set(codes(refused.value)) <= {"backup_damaged", "backup_unreadable"}
    assert empty.run("SHOW DATABASES LIKE 'cloud%%'", database="") == []


def resigned(folder: Path, name: str) -> None:
    """Checksums and sizes as if the part had been written so."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for part in manifest["parts"]:
        if part["name"] == name:
            part["sha256"] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
            part["size"] = (folder / name).stat().st_size
    (folder / "manifest.json").write_text(json.dumps(manifest))
    names = [*(part["name"] for part in manifest["parts"]), "manifest.json"]
    lines = [f"{hashlib.sha256((folder / each).read_bytes()).hexdigest()}  {each}\n" for each in names]
    (folder / "SHA256SUMS").write_text("".join(lines))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: text.replace(b"(2,'it", b"-- (2,'it"), "dump_differs"),
        (lambda text: text + b"USE `mysql`;\n", "dump_foreign"),
        (lambda text: text + b"DROP DATABASE `other`;\n", "dump_foreign"),
        (lambda text: text + b"CREATE DATABASE `other`;\n", "dump_foreign"),
        (lambda text: text + b"/*!40000 GRANT ALL ON *.* TO x@y*/;\n", "dump_foreign"),
        (lambda text: text[: text.index(b"-- Dump completed")], "dump_incomplete"),
    ],
)
def test_another_dump_with_right_checksums_is_noticed(
    cloud: Cloud, empty: MariaDb, place: Path, change: object, code: str
) -> None:
    wipe(empty)
    dump = place / NAME / "databases.sql.gz"
    before = gzip.decompress(dump.read_bytes())
    after = change(before)  # type: ignore[operator]
    assert after != before
    dump.write_bytes(gzip.compress(after))
    resigned(place / NAME, dump.name)
    with pytest.raises(Refused) as refused:
        cloud.restore(place, empty)
    assert code in codes(refused.value)
    assert empty.run("SHOW DATABASES LIKE 'cloud%%'", database="") == []


def test_a_wrong_passphrase_is_told(cloud: Cloud, empty: MariaDb, tmp_path: Path) -> None:
    cloud.make(tmp_path, passphrase="right")
    for given in ("wrong", ""):
        with pytest.raises(HostcraftError) as error:
            cloud.restore(tmp_path, empty, passphrase=given)
        assert "gpg cannot decrypt" in error.value.message or error.value.code == "missing_value"


def test_a_full_target_is_kept_without_consent(cloud: Cloud, place: Path) -> None:
    with pytest.raises(Refused) as refused:
        cloud.restore(place, cloud.server)
    assert codes(refused.value) == ["target_not_empty"]
    cloud.server.run("INSERT INTO notes (text) VALUES ('later')")
    restored = cloud.restore(place, cloud.server, replace=True)
    assert cloud.server.run("SELECT COUNT(*) FROM notes") == [(len(TRICKY),)]
    assert restored.result["files"] == []


def test_a_session_that_is_being_closed_does_not_stop_it(cloud: Cloud, place: Path) -> None:
    with ExitStack() as sessions:
        sessions.enter_context(cloud.server.connection("cloud"))
        closing = threading.Timer(1, sessions.close)
        closing.start()
        assert cloud.restore(place, cloud.server, replace=True).changed
        closing.join()


def test_a_living_server_stops_it(cloud: Cloud, place: Path) -> None:
    with cloud.server.connection("cloud"), pytest.raises(Refused) as refused:
        cloud.restore(place, cloud.server, replace=True)
    assert codes(refused.value) == ["sessions_open"]
    cloud.server.run("UPDATE mshost SET state = 'Up'")
    try:
        with pytest.raises(Refused) as refused:
            cloud.restore(place, cloud.server, replace=True)
        assert codes(refused.value) == ["servers_alive"]
    finally:
        cloud.server.run("UPDATE mshost SET state = 'Down'")


def test_settings_are_other_ones_after_it(cloud: Cloud, empty: MariaDb, place: Path) -> None:
    wipe(empty)
    (cloud.management / "key").unlink()
    cloud.properties.write_text("cluster.node.IP=127.0.0.1\n")
    try:
        restored = cloud.restore(place, empty, settings={"cluster.node.IP": "10.0.0.9", "db.cloud.host": "db2"})
        lines = cloud.properties.read_text().splitlines()
    finally:
        cloud.write_files()
    assert restored.result["proven"] is True
    assert "cluster.node.IP=10.0.0.9" in lines
    assert "db.cloud.host=db2" in lines
    assert sum(line.startswith("cluster.node.IP") for line in lines) == 1


def test_files_alone_need_no_accounts_of_views(cloud: Cloud, empty: MariaDb, place: Path) -> None:
    """A database server that stays as it is is not asked for what the backup's databases need."""
    wipe(empty)
    empty.run(f"DROP USER IF EXISTS {USER}@'127.0.0.1'", database="")
    (cloud.management / "key").unlink()
    try:
        assert cloud.restore(place, empty, databases=False).changed
        assert (cloud.management / "key").exists()
    finally:
        cloud.write_files()
    assert empty.run("SHOW DATABASES LIKE 'cloud%%'", database="") == []


def test_check_mode_changes_nothing(cloud: Cloud, empty: MariaDb, place: Path) -> None:
    wipe(empty)
    assert cloud.restore(place, empty, check_mode=True).changed is True
    assert empty.run("SHOW DATABASES LIKE 'cloud%%'", database="") == []
    assert not (place / NAME / "restored.json").exists()
    assert os.listdir(place) != []


def test_only_old_backups_of_this_host_go_and_the_proven_one_stays(
    cloud: Cloud, empty: MariaDb, tmp_path: Path
) -> None:
    names = [f"2026010{day}T000000Z-ms1" for day in range(1, 6)]
    (tmp_path / "20200101T000000Z-ms1").mkdir()
    (tmp_path / "somebody's").mkdir()
    cloud.make(tmp_path, "20250101T000000Z-ms2")
    cloud.make(tmp_path, names[0])
    wipe(empty)
    cloud.restore(tmp_path, empty, names[0], replace=True)
    gone = [cloud.make(tmp_path, name, keep=2).result["removed"] for name in names[1:]]
    assert gone == [[], [], [names[1]], [names[2]]]
    left = sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith("."))
    assert left == ["20200101T000000Z-ms1", "20250101T000000Z-ms2", names[0], *names[3:], "somebody's"]


def test_a_dump_that_cannot_be_loaded_leaves_no_way_in_and_is_taken_up_again(
    cloud: Cloud, empty: MariaDb, place: Path
) -> None:
    """The rows are as many as they should be, so that only the database server notices."""
    wipe(empty)
    dump = place / NAME / "databases.sql.gz"
    right = dump.read_bytes()
    dump.write_bytes(gzip.compress(gzip.decompress(right).replace(b"(2,'it", b"(1,'s3cret-it")))
    resigned(place / NAME, dump.name)
    with pytest.raises(HostcraftError) as error:
        cloud.restore(place, empty)
    assert "mariadb ended with 1: ERROR 1" in error.value.message
    assert "s3cret" not in error.value.message
    with pytest.raises(pymysql.err.OperationalError, match="locked"):
        pymysql.connect(host="127.0.0.1", port=empty.port, user=USER, password=PASSWORD)
    dump.write_bytes(right)
    resigned(place / NAME, dump.name)
    assert cloud.restore(place, empty).result["proven"] is True
    pymysql.connect(host="127.0.0.1", port=empty.port, user=USER, password=PASSWORD).close()


def test_a_second_run_is_refused(cloud: Cloud, tmp_path: Path) -> None:
    with Directory(str(tmp_path), "ms1").locked(), pytest.raises(Refused) as refused:
        cloud.make(tmp_path)
    assert codes(refused.value) == ["backup_running"]


def test_a_full_disk_leaves_no_backup(cloud: Cloud) -> None:
    """A file system of 1 MiB for the backup, and a table that does not compress."""
    cloud.server.run("CREATE TABLE big (raw longblob)")
    cloud.server.run("INSERT INTO big VALUES (%s)", (os.urandom(3_000_000),))
    place = cloud.root / "full"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], check=True)
    try:
        with pytest.raises(Refused) as refused:
            cloud.make(place)
        assert codes(refused.value) == ["disk_space"]
        for passphrase in ("", "sealed"):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Directory, "free", lambda self: 1 << 40)
                with pytest.raises(BackupFailed, match=r"(?i)no space"):
                    cloud.make(place, passphrase=passphrase)
            assert [path.name for path in place.iterdir()] == [".lock"]
    finally:
        subprocess.run(["umount", place], check=True)
        cloud.server.run("DROP TABLE big")


def test_what_judges_backups(cloud: Cloud, empty: MariaDb, tmp_path: Path) -> None:
    def told(hours: float = 0.0) -> set[str]:
        store = Directory(str(tmp_path), "")
        found = store.folder(check=True)
        open_ = [each.name for each in found.backups if store.open_to_others(each.name)]
        return {each.code for each in judge(found, time.time(), hours, 90.0, open_).findings}

    assert told() == {"backup_none"}
    cloud.make(tmp_path)
    assert told() == {"backup_never_restored", "backup_not_encrypted"}
    wipe(empty)
    cloud.restore(tmp_path, empty)
    arguments = json.dumps({"path": str(tmp_path), "fail": "note"})
    command = ["ansible", "localhost", "-m", "hostcraft.cloudstack.cs_backup_info", "-a", arguments]
    environment = {**os.environ, "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1", "ANSIBLE_STDOUT_CALLBACK": "json"}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    answer = json.loads(ended.stdout)["plays"][0]["tasks"][0]["hosts"]["localhost"]
    assert [finding["code"] for finding in answer["findings"]] == ["backup_not_encrypted"]
    assert answer["code"] == "backups_not_fit"
    assert answer["latest"] == NAME
    assert answer["backups"][0]["proven"] is True
    assert "backup_old" in told(hours=1e-9)
    (tmp_path / ".unfinished-20260103T000000Z-ms1").mkdir()
    (tmp_path / NAME).chmod(0o755)
    (tmp_path / NAME / "databases.sql.gz").write_bytes(b"x")
    (tmp_path / "20260104T000000Z-ms1").mkdir()
    assert told() == {
        *("backup_unfinished", "backup_open", "backup_damaged", "backup_unreadable", "backup_none"),
    }
