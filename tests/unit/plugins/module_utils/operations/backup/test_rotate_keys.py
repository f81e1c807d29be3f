# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of two servers with one database, where the command fails on either of them, before or after it wrote files."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.backup.failure import BackupFailed
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.backup.keys import Data, Keys
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.backup.restore import Target
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.backup.rotate_keys import Request, rotate

OLD, NEW = Keys("old-management", "old-database", "V2"), Keys("new-management", "new-database", "V2")
WISH = Request(NEW.management, NEW.database, None)


@dataclass
class Database:
    key: str = OLD.database
    form: str = "V2"


@dataclass
class Server:
    """fails: "before" or "after" it wrote its files, "lost" where the data is unreadable then."""

    database: Database
    fails: str = ""
    files: Keys = OLD
    copy: Keys | None = None
    ignores_version: bool = False
    others: tuple[str, ...] = ()

    def held(self, _other: str | None) -> Keys:
        return self.files

    def data(self, keys: Keys) -> Data:
        return Data({self.database.form: 3}) if keys.database == self.database.key else Data()

    def running(self) -> Target:
        return Target()

    def kept(self, _other: str | None) -> Keys | None:
        return self.copy

    def left_behind(self) -> dict[str, tuple[str, ...]]:
        return {"db.properties": self.others}

    def keep(self) -> None:
        self.copy = self.copy or self.files

    def take_back(self) -> None:
        assert self.copy is not None
        self.files = self.copy

    def forget(self) -> None:
        self.copy = None

    def change(self, _held: Keys, wish: Keys, with_data: bool) -> str:
        if self.fails != "before":
            self.files = wish
        if self.fails == "lost":
            self.database.key = "?"
        if with_data and not self.fails:
            # EncryptionSecretKeyChanger: V2 where neither db.properties nor the caller has a version.
            self.files = replace(wish, version="" if self.ignores_version else wish.version or "V2")
            self.database.key, self.database.form = wish.database, self.files.version or "V2"
        if self.fails == "after":
            # The key file is there, db.properties is not.
            self.files = Keys(OLD.management, OLD.database, "V2", in_file=False)
        return "exit code 1"


@pytest.mark.parametrize("fails", ["before", "after"])
def test_a_failure_on_the_first_server_changes_nothing_and_leaves_no_copy(fails: str) -> None:
    """A copy that stays would be put over a db.properties that is changed before the next run."""
    server = Server(Database(), fails)
    with pytest.raises(BackupFailed, match=r"nothing is changed: exit code 1$"):
        rotate(server, WISH, False)
    assert (server.files, server.copy, server.database.key) == (OLD, None, OLD.database)


@pytest.mark.parametrize("fails", ["before", "after"])
def test_a_failure_on_the_second_server_asks_for_another_run_and_not_for_the_backup(fails: str) -> None:
    database = Database()
    first, second = Server(database), Server(database, fails)
    assert rotate(first, WISH, False).changed
    with pytest.raises(BackupFailed, match="the database has the new key: run this again"):
        rotate(second, WISH, False)
    assert (second.files, second.copy) == (OLD, None)
    second.fails = ""
    assert rotate(second, WISH, False).result["secrets"] == 3
    assert (first.files, second.files, database.key) == (NEW, NEW, NEW.database)
    assert not rotate(second, WISH, False).changed


def test_where_no_key_reads_the_data_the_backup_is_asked_for_and_the_copy_stays() -> None:
    server = Server(Database(), "lost")
    with pytest.raises(BackupFailed, match="restore the backup"):
        rotate(server, WISH, False)
    assert server.copy == OLD


def test_a_version_that_nobody_asked_for_is_left_to_the_command() -> None:
    """A cloud from before 4.18: no version in db.properties, data of V1. The command writes V2."""
    first = Server(Database(form="V1"), files=replace(OLD, version=""))
    outcome = rotate(first, Request(None, NEW.database, None), False)
    assert (outcome.changed, outcome.result["version"], outcome.result["secrets"]) == (True, "V2", 3)
    assert outcome.after == {"version": "V2", "keys": "new"}
    assert (first.files, first.copy) == (Keys(OLD.management, NEW.database, "V2"), None)
    assert not rotate(first, Request(None, NEW.database, None), False).changed


@pytest.mark.parametrize("asked", ["V1", "V2"])
def test_a_version_that_was_asked_for_has_to_be_in_the_file(asked: str) -> None:
    server = Server(Database(), files=replace(OLD, version=""), ignores_version=True)
    with pytest.raises(BackupFailed, match=r"the files are as before.*the database has the new key: run this again"):
        rotate(server, Request(None, NEW.database, asked), False)
    assert (server.files, server.copy) == (replace(OLD, version=""), None)


def test_a_secret_that_would_keep_the_old_key_is_refused_before_anything_is_written() -> None:
    server = Server(Database(), others=("db.cloud.trustStorePassword",))
    with pytest.raises(Refused, match=r"db\.cloud\.trustStorePassword would stay encrypted") as caught:
        rotate(server, WISH, check_mode=False)
    assert [reason.code for reason in caught.value.reasons] == ["encrypted_otherwise"]
    assert (server.files, server.copy) == (OLD, None)
    # With the same management key it stays readable.
    assert rotate(server, Request(None, NEW.database, None), check_mode=False).changed
