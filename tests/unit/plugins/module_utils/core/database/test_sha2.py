# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hash of MySQL's caching_sha2_password, held to OpenSSL's crypt and to a published hash."""

from __future__ import annotations

import subprocess

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.sha2 import (
    digest,
    is_password,
)

# Of the example hashes of a program that guesses passwords.
SALT, HASH = "F9CC98CE08892924F50A213B6BC571A2C11778C5", b"bTy95Y99eAME1dwEkHOA1ndHGBWz.1bxSSRkuTXFGV/"


@pytest.mark.parametrize("length", [1, 15, 16, 31, 32, 33, 64, 100])
def test_it_is_crypt(length: int) -> None:
    word, salt = ("Pa5s w0rd-" * 10)[:length], "saltstring1234ab"
    command = ["openssl", "passwd", "-5", "-salt", salt, "-stdin"]
    said = subprocess.run(command, input=f"{word}\n", capture_output=True, text=True, check=True).stdout
    assert digest(word.encode(), salt.encode(), 5000).decode() == said.strip().rpartition("$")[2]


def test_a_stored_value_is_of_one_password() -> None:
    stored = b"$A$005$" + bytes.fromhex(SALT) + HASH
    assert is_password(stored, "hashcat")
    assert not is_password(stored, "hashcats")
    assert not is_password(stored.replace(b"005", b"006"), "hashcat")
    assert not is_password(stored[:-1], "hashcat")
    assert not is_password(b"", "")
