# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures against what a server does with what it receives."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.signing import (
    expires,
    signed_form,
)

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
# What java.net.URLEncoder leaves alone; everything else becomes %XX by its UTF-8 bytes.
PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-*_")
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NAMES = st.text("abcXYZ0[].", min_size=1, max_size=12) | st.sampled_from(["a b", "details[0].Ünï", "a&b", "a=b", "a+b"])


def java_encode(value: str) -> str:
    return "".join(chr(byte) if byte in PLAIN else f"%{byte:02X}" for byte in value.encode())


def server_accepts(form: str, secret: str) -> bool:
    """Take the form apart, sort the names as they are, encode the values, lower all, compare (ApiServer)."""
    pairs = parse_qsl(form, keep_blank_values=True, strict_parsing=True)
    given_signature = dict(pairs)["signature"]
    text = "&".join(f"{k}={java_encode(v)}" for k, v in sorted(pairs) if k.lower() != "signature").lower()
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode() == given_signature


@pytest.mark.parametrize(
    "value",
    ["~", "*", "+", " ", "a b+c*d~e", "Zürich ☃ 日本", "a,b,c", "%41", "a&b=c", "/+=", "'\"", "\n", "", "𝄞"],
)
def test_awkward_values_are_signed_as_the_server_signs_them(value: str) -> None:
    form = signed_form({"command": "updateHost", "annotation": value}, "key", "secret", NOW)
    assert dict(parse_qsl(form, keep_blank_values=True))["annotation"] == value
    assert server_accepts(form, "secret")


@given(st.dictionaries(NAMES.filter(lambda name: name.lower() != "signature"), TEXT, max_size=6), TEXT, TEXT)
def test_every_call_is_accepted_and_arrives_as_it_was_said(params: dict[str, str], key: str, secret: str) -> None:
    form = signed_form({**params, "command": "listHosts"}, key, secret, NOW)
    assert server_accepts(form, secret)
    assert not server_accepts(form, secret + "x")
    arrived = dict(parse_qsl(form, keep_blank_values=True, strict_parsing=True))
    expected = {**params, "command": "listHosts", "apiKey": key, "response": "json", "signatureVersion": "3"}
    assert {name: arrived[name] for name in expected} == expected


def test_capitals_in_names_of_map_keys_come_first() -> None:
    """The server sorts by code point: sorted without case the signature would be another."""
    form = signed_form({"command": "c", "details[0].apple": "1", "details[0].Zoo": "2"}, "key", "secret", NOW)
    assert server_accepts(form, "secret")
    assert form.index("Zoo") < form.index("apple")


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), st.integers(-12, 14))
def test_a_call_expires_soon_after_it_was_signed_in_any_time_zone(moment: datetime, hours: int) -> None:
    """The server may refuse what is good for more than a quarter of an hour."""
    now = moment.replace(microsecond=0, tzinfo=timezone(timedelta(hours=hours)))
    until = datetime.strptime(expires(now), "%Y-%m-%dT%H:%M:%S%z")
    assert expires(now).endswith("+0000")
    assert timedelta(minutes=1) <= until - now <= timedelta(minutes=15)
