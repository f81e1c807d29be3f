# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server answers that knows only MySQL's new words, as a MySQL 9.7 has said it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.properties import DatabaseAccess
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.server import MariaDbServer
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.replication import Source
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import DatabaseError

REPLICA = {
    "Replica_IO_State": "", "Source_Host": "127.0.0.9", "Source_User": "r", "Source_Port": 3310, "Connect_Retry": 60,
    "Replica_IO_Running": "Connecting", "Replica_SQL_Running": "Yes", "Seconds_Behind_Source": 7, "Last_IO_Errno": 2003,
    "Last_IO_Error": "Error connecting to source 'r@127.0.0.9:3310'", "Last_SQL_Errno": 0, "Last_SQL_Error": "",
    "Retrieved_Gtid_Set": "", "Auto_Position": 0,
}  # fmt: skip
PRIVILEGES = (("Alter", "Tables", "To alter the table"), ("Usage", "Server Admin", ""), ("Proxy", "Server Admin", ""),
              ("Grant option", "Databases", ""), ("XA_RECOVER_ADMIN", "Server Admin", ""))  # fmt: skip


class Said(Client):
    def __init__(self, number: int, replica: Sequence[Mapping[str, object]]) -> None:
        super().__init__(DatabaseAccess())
        self.number, self.replica = number, replica

    def rows(self, statement: str, *_values: object) -> Sequence[tuple[object, ...]]:
        if statement.startswith("SELECT COUNT"):
            return ((0,),)
        return PRIVILEGES if statement == "SHOW PRIVILEGES" else ()

    def named(self, statement: str, *_values: object) -> Sequence[Mapping[str, object]]:
        if statement == "SHOW SLAVE STATUS":
            raise DatabaseError("no", where="here", number=self.number)
        assert statement == "SHOW REPLICA STATUS"
        return self.replica


def test_replication_is_read_by_the_new_words() -> None:
    found = MariaDbServer(Said(1064, [REPLICA])).replication().source
    error = "Error connecting to source 'r@127.0.0.9:3310' (error 2003)"
    assert found == Source("127.0.0.9", 3310, "Connecting", True, 7, "", error, "", False)
    assert MariaDbServer(Said(1064, [])).replication().source is None
    with pytest.raises(DatabaseError):
        MariaDbServer(Said(1227, [REPLICA])).replication()


def test_privileges_that_can_be_granted_are_read() -> None:
    assert MariaDbServer(Said(1064, [])).privileges() == {"ALTER", "XA_RECOVER_ADMIN"}
