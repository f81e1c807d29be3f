# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command lines of the keystore scripts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates import keystore
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.model import (
    Certificate,
    SigningRequest,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue

WORDS = st.text(st.characters(codec="ascii", exclude_characters="^~\r"), max_size=200)


@given(WORDS)
def test_a_text_becomes_one_word_and_back(text: str) -> None:
    word = keystore.one_word(text)
    assert not set(word) & {" ", "\n"}
    # What the script does with it: tr '^' '\n' | tr '~' ' '.
    assert word.replace("^", "\n").replace("~", " ") == text.strip()


@pytest.mark.parametrize("text", ["a^b", "a~b"])
def test_a_text_that_would_come_back_otherwise(text: str) -> None:
    with pytest.raises(InvalidValue):
        keystore.one_word(text)


def test_the_lines_are_those_of_the_documentation() -> None:
    """keystore-setup PROPERTIES KEYSTORE PASSPHRASE VALIDITY CSR; keystore-cert-import PROPERTIES KEYSTORE MODE …"""
    assert keystore.setup("/u", "secret", 365)[1:] == (
        "/etc/cloudstack/agent/agent.properties",
        "/etc/cloudstack/agent/cloud.jks",
        "secret",
        "365",
        "/etc/cloudstack/agent/cloud.csr",
    )
    assert keystore.cert_import("/u", "a b\nc\n", "d")[1:] == (
        "/etc/cloudstack/agent/agent.properties",
        "/etc/cloudstack/agent/cloud.jks",
        "ssh",
        "/etc/cloudstack/agent/cloud.crt",
        "a~b^c",
        "/etc/cloudstack/agent/cloud.ca.crt",
        "d",
        "/etc/cloudstack/agent/cloud.key",
    )


def test_every_reason_against_a_certificate_is_told() -> None:
    made = Certificate("CN=x", "CN=ca", 0, 10, public_key="a")
    fits, other = (SigningRequest("", (), (), "", key, True) for key in ("a", "b"))
    assert keystore.reasons_against(made, True, fits, 5) == ()
    codes = [each.code for each in keystore.reasons_against(made, False, other, 10)]
    assert codes == ["not_of_authority", "key_differs", "certificate_expired"]
    assert [each.code for each in keystore.reasons_against(made, True, None, 5)] == ["no_request"]
