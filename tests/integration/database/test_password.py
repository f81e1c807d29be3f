# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_database_password on a real MariaDB: no moment without a valid password, and a way back from each step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pymysql
import pytest
from counterparts.mariadb.server import PASSWORD, ROOT, USER, MariaDb
from integration.backup.cloud import Cloud

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.password_file import PasswordFile
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.password import hashes
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    AccessDenied,
    HostcraftError,
    InvalidValue,
    Refused,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.database import password as task
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.database.access import OPTIONS

NEW = "n3w-p4ss.#%&;!"


class Site:
    """One database server, and a management server with its usage server."""

    def __init__(self, server: MariaDb, folder: Path) -> None:
        self.server = server
        self.cloud = Cloud(server, folder)
        self.file = PasswordFile(str(self.cloud.properties))

    def run(self, state: str, password: str = NEW, check: bool = False, **more: Any) -> Outcome:
        admin = {**dict.fromkeys(OPTIONS), "unix_socket": f"{self.server.folder}/s", "user": "root", "password": ROOT}
        database = {**admin, "name": "", "timeout": 15.0, "validate_certs": True}
        params = {"state": state, "password": password, "user": USER, "database": database, "key_file": None}
        params |= {"path": str(self.cloud.properties), "management_key": None, **more}
        return task._ensured(params, check)

    def accepts(self, password: str) -> bool:
        try:
            pymysql.connect(host="127.0.0.1", port=self.server.port, user=USER, password=password).close()
        except pymysql.err.OperationalError:
            return False
        return True


@pytest.fixture
def site(tmp_path: Path) -> Any:
    with MariaDb(tmp_path / "m") as server:
        made = Site(server, tmp_path / "host")
        lines = made.cloud.properties.read_text(encoding="utf-8")
        sealed = next(line for line in lines.splitlines() if line.startswith("db.cloud.password="))
        more = sealed.replace("db.cloud", "db.usage")
        made.cloud.properties.write_text(f"{lines}\n# a comment\n{more}\n", encoding="utf-8")
        yield made


def test_each_step_leaves_every_server_with_a_valid_password(site: Site) -> None:
    with pytest.raises(AccessDenied):
        site.run("written")
    before = site.cloud.properties.read_bytes()
    assert site.run("both", check=True).changed
    assert (site.accepts(PASSWORD), site.accepts(NEW)) == (True, False)
    assert site.run("both").changed
    assert (site.accepts(PASSWORD), site.accepts(NEW), site.accepts("other")) == (True, True, False)
    assert not site.run("both").changed
    with pytest.raises(Refused) as refused:
        site.run("both", "another-new")
    assert refused.value.reasons[0].code == "change_open"
    assert site.run("written", check=True).changed
    assert site.cloud.properties.read_bytes() == before
    assert site.run("written").changed
    assert not site.run("written").changed
    text = site.cloud.properties.read_text(encoding="utf-8")
    assert NEW not in text
    assert "# a comment" in text
    assert site.cloud.properties.stat().st_mode & 0o777 == 0o640
    # The usage server's file is a link to it, and a second copy would be of the new file.
    usage = str(site.cloud.usage / "db.properties")
    assert not site.run("written", path=usage).changed
    assert Path(site.file.copy).read_bytes() == before
    assert Path(site.file.copy).stat().st_mode & 0o777 == 0o600
    assert site.run("new").changed
    assert not site.run("new").changed
    assert (site.accepts(PASSWORD), site.accepts(NEW)) == (False, True)
    assert not site.run("written").changed
    with pytest.raises(Refused):
        site.run("old")


def test_a_change_goes_back_from_the_middle(site: Site) -> None:
    before = site.cloud.properties.read_bytes()
    site.run("both")
    site.run("written")
    assert site.run("restored").changed
    assert not site.run("restored").changed
    assert site.cloud.properties.read_bytes() == before
    assert site.run("old").changed
    assert not site.run("old").changed
    assert (site.accepts(PASSWORD), site.accepts(NEW)) == (True, False)
    assert not Path(site.file.copy).exists()


def test_what_cannot_be_changed_is_named(site: Site) -> None:
    for wrong in ("", "a$b", "a b", 'a"b', "ü"):
        with pytest.raises(InvalidValue) as failed:
            site.run("written", wrong)
        assert not wrong or wrong not in failed.value.message
    site.server.run("CREATE USER other@localhost IDENTIFIED VIA unix_socket")
    for user, code in (("other", "other_login"), ("missing", "no_account")):
        with pytest.raises(Refused) as refused:
            site.run("both", user=user)
        assert [reason.code for reason in refused.value.reasons] == [code]
    site.server.run("SET GLOBAL read_only = 1")
    with pytest.raises(Refused) as refused:
        site.run("both")
    assert refused.value.reasons[0].code == "not_primary"
    (site.cloud.management / "key").write_text("another key", encoding="utf-8")
    with pytest.raises(HostcraftError):
        site.run("written")


@pytest.mark.parametrize(
    ("login", "held"),
    [
        ("CREATE USER `c`@`%` IDENTIFIED BY PASSWORD '*" + "A" * 40 + "' REQUIRE SSL", ("*" + "A" * 40,)),
        (
            "CREATE USER `c`@`%` IDENTIFIED VIA mysql_native_password USING '*"
            + "A" * 40
            + "' OR mysql_native_password USING '*"
            + "B" * 40
            + "' WITH MAX_USER_CONNECTIONS 9",
            ("*" + "A" * 40, "*" + "B" * 40),
        ),
        ("CREATE USER `c`@`%` IDENTIFIED VIA mysql_native_password USING '*" + "A" * 40 + "' OR unix_socket", None),
        ("CREATE USER `c`@`%`", None),
        ("CREATE USER `c`@`%` IDENTIFIED VIA ed25519 USING 'x'", None),
    ],
)
def test_logins_are_read_as_the_server_writes_them(login: str, held: tuple[str, ...] | None) -> None:
    assert hashes(login) == held
