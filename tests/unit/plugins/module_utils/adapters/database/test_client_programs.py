# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the option file of a client program says of TLS. MariaDB's of 11.4 and newer verify unless told not to."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.client_programs import options
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.properties import DatabaseAccess


@pytest.mark.parametrize(
    ("tls", "validate", "mariadb", "said"),
    [
        (False, True, True, {"ssl-verify-server-cert=0"}),
        (True, False, True, {"ssl-verify-server-cert=0", "ssl"}),
        (True, True, True, {"ssl-verify-server-cert=1", "ssl"}),
        (False, True, False, set()),
        (True, True, False, {"ssl-mode=VERIFY_IDENTITY"}),
    ],
)
def test_a_server_without_tls_is_not_asked_for_it(tls: bool, validate: bool, mariadb: bool, said: set[str]) -> None:
    text = options(DatabaseAccess(tls=tls, validate_certs=validate, password="x"), mariadb).decode()
    assert {line for line in text.splitlines() if line.startswith("ssl")} == said
