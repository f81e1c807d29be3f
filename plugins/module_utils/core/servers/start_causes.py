# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a management server answers 503: its log since its last start, in words.

A failed check leaves the process running and port 8080 open, and every call is answered 503. Texts: a 4.22 server.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

STARTED = "Initializing server daemon"


@dataclass(frozen=True)
class Cause:
    code: str
    evidence: str
    remedy: str


# The first that the log has is the cause; what follows it is its consequence.
_CAUSES: t.Sequence[tuple[str, str, str]] = (
    ("database_newer", r"[Dd]atabase version \S+ is higher than management software version",
     "install the version of the database, or restore the database of this version"),
    ("template_missing", r"Failed to (?:find / )?register .*(?:SystemVM template|templates for hypervisors)|"
     r"SystemVm template not found",
     "put the template file of metadata.ini in place, restore the database, and start the server; a start without "
     "that serves without system VM templates"),
    ("metadata_missing", r"Failed to parse systemVM template metadata file|metadata\.ini.*(?:not found|No such file)",
     "install the package again"),
    ("database_key", r"Unable to initialize the database encryptors",
     "set the database key and the encryptor version of this cloud with cs_database_setup"),
    ("management_key", r"Error decrypting value|File containing secret key not found|Secret key is null or empty|"
     r"CLOUD_SECRET_KEY is not set",
     "write db.properties and the key file with cs_database_setup"),
    ("address", r"cluster node IP should be valid local address", "set management_server_address"),
    ("address_in_use", r"another management node with the same IP \S+ is already running",
     "give each management server its own address"),
    ("upgrade_failed", r"Unable to execute upgrade script|Unable to upgrade the db",
     "restore the database from the backup, and read the error above this line"),
    ("database_locked", r"Unable to acquire lock to check for database integrity",
     "wait until the server that upgrades the database serves"),
    ("database_access", r"Access denied for user", "check the account with cs_database_setup"),
    ("database_unreachable", r"Communications link failure|Can't connect to (?:M|server)|Connection refused",
     "check the address of the database, its port and its firewall"),
    ("disk_full", r"No space left on device", "free space on the file system of the log"),
    ("check_failed", r"Unable to upgrade the database|Failed to start module \[\w+\] due to",
     "read the lines above this one in the log"),
)  # fmt: skip
_PATTERNS = tuple((code, re.compile(pattern), remedy) for code, pattern, remedy in _CAUSES)


def cause(log: str) -> t.Optional[Cause]:
    """None where the log names none."""
    lines = log.splitlines()
    starts = [place for place, line in enumerate(lines) if STARTED in line]
    since = lines[starts[-1] :] if starts else lines
    for code, pattern, remedy in _PATTERNS:
        for line in since:
            if pattern.search(line):
                return Cause(code, line.strip()[-400:], remedy)
    return None
