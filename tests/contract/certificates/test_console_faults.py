# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults planted in chains and keys: each is refused with its code before anything is uploaded."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from contract.certificates.consoles import SUFFIX, Consoles
from contract.tasks import writes
from counterparts.console_pki import Chain, elliptic_key, key
from counterparts.pki import Made, make
from cryptography.hazmat.primitives import serialization

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.certificates.console.table import (
    ACCEPTABLE,
    CONSOLE,
    GIVEN,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.findings import BLOCKS

Change = Callable[[Chain], dict[str, Any]]


def leaf(made: Made, **more: Any) -> dict[str, Any]:
    return {"leaf": made, **more}


def blanks(text: str) -> str:
    """As a form that was decoded once too often."""
    head, body, tail = text.partition("\n")[0], text.split("\n")[1:-2], text.split("\n")[-2:]
    changed = "\n".join(body).replace("+", " ")
    return "\n".join((head, changed if " " in changed else changed.replace("A", " ", 1), *tail))


def der(made: Made) -> str:
    return made.certificate.public_bytes(serialization.Encoding.DER).decode("utf-8", "surrogateescape")


def base64_der(made: Made) -> str:
    return base64.b64encode(made.certificate.public_bytes(serialization.Encoding.DER)).decode()


def under(ca: Made, **how: Any) -> Made:
    """A leaf that this authority signed."""
    given = {"days": 90, "key": key("leaf"), "now": datetime.now(UTC), **how}
    return make(f"*.{SUFFIX}", f"*.{SUFFIX}", by=ca, **given)


def renamed(chain: Chain) -> Made:
    """An authority of the same name as the leaf's signer, with another key."""
    return chain.ca("Example Issuing", chain.upper, key=key("Example Issuing, second"))


def bad_upper(chain: Chain, **how: Any) -> dict[str, Any]:
    """A chain whose intermediate is made in another way."""
    upper = chain.ca("Example Policy B", chain.root, **how)
    return leaf(under(upper), intermediates=[upper.pem])


PLANTED: dict[str, tuple[str, Change]] = {
    "no certificate": ("certificate_none", lambda c: {"certificate": "hello"}),
    "a key instead of a certificate": ("certificate_none", lambda c: {"certificate": c.leaf.key_pem()}),
    "DER": ("certificate_not_pem", lambda c: {"certificate": der(c.leaf)}),
    "DER in base64": ("certificate_not_pem", lambda c: {"root": base64_der(c.root)}),
    "PKCS#7": ("certificate_not_pem", lambda c: {"root": "-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----\n"}),
    "+ turned into a blank": ("certificate_blanks", lambda c: {"certificate": blanks(c.leaf.pem)}),
    "+ of an intermediate turned into a blank": (
        "certificate_blanks",
        lambda c: {"intermediates": [c.upper.pem, blanks(c.middle.pem)]},
    ),
    "cut off": ("certificate_truncated", lambda c: {"certificate": c.leaf.pem[:-60]}),
    "cut off after whole ones": (
        "certificate_truncated",
        lambda c: {"intermediates": [c.upper.pem + c.middle.pem + c.root.pem[:200]]},
    ),
    "damaged": ("certificate_damaged", lambda c: {"certificate": c.leaf.pem[:30] + "A" * 10 + c.leaf.pem[40:]}),
    "line breaks written as \\n": ("certificate_damaged", lambda c: {"certificate": c.leaf.pem.replace("\n", "\\n")}),
    "a bundle of authorities": (
        "certificates_many",
        lambda c: {"intermediates": [c.ca(f"CA {n}", c.root, key=key("stranger")).pem for n in range(20)]},
    ),
    "no key": ("key_none", lambda c: {"private_key": "hello"}),
    "a certificate instead of a key": ("key_none", lambda c: {"private_key": c.leaf.pem}),
    "a key in base64 alone": ("key_not_pem", lambda c: {"private_key": "".join(c.leaf.key_pem().split("\n")[1:-2])}),
    "a key cut off": ("key_truncated", lambda c: {"private_key": c.leaf.key_pem()[:-60]}),
    "a key with a blank": ("key_blanks", lambda c: {"private_key": blanks(c.leaf.key_pem())}),
    "a damaged key": (
        "key_damaged",
        lambda c: {"private_key": c.leaf.key_pem()[:300] + "A" * 9 + c.leaf.key_pem()[309:]},
    ),
    "no passphrase": ("key_passphrase_missing", lambda c: {"private_key": c.leaf.key_pem("PKCS8", "secret1")}),
    "no passphrase, the old form": (
        "key_passphrase_missing",
        lambda c: {"private_key": c.leaf.key_pem("TraditionalOpenSSL", "secret1")},
    ),
    "a wrong passphrase": (
        "key_passphrase_wrong",
        lambda c: {"private_key": c.leaf.key_pem("PKCS8", "secret1"), "private_key_passphrase": "secret2"},
    ),
    "the key of another": ("key_mismatch", lambda c: {"private_key": c.server(key=key("other")).key_pem()}),
    "the key of the authority": ("key_mismatch", lambda c: {"private_key": c.root.key_pem()}),
    "an elliptic key": ("key_not_rsa", lambda c: leaf(c.server(key=elliptic_key()))),
    "a short key": ("key_weak", lambda c: leaf(c.server(key=key("short", 1024)))),
    "a short key of an authority": ("key_weak", lambda c: bad_upper(c, key=key("short CA", 1024))),
    "authorities alone": (
        "leaf_missing",
        lambda c: {"certificate": c.middle.pem, "private_key": c.server(key=key("other")).key_pem()},
    ),
    "two leaves of one key": ("leaf_several", lambda c: {"intermediates": [c.upper.pem, c.middle.pem, c.server().pem]}),
    "two leaves": (
        "leaf_several",
        lambda c: {"intermediates": [c.upper.pem, c.middle.pem, c.server("x.example.test", key=key("other")).pem]},
    ),
    "an authority's certificate": ("leaf_is_authority", lambda c: leaf(c.ca(f"*.{SUFFIX}", c.middle))),
    "no intermediate": ("intermediate_missing", lambda c: {"intermediates": []}),
    "a gap below the root": ("intermediate_missing", lambda c: {"intermediates": [c.middle.pem]}),
    "a gap above the leaf": ("intermediate_missing", lambda c: {"intermediates": [c.upper.pem]}),
    "an authority of the same name": ("not_signed", lambda c: {"intermediates": [c.upper.pem, renamed(c).pem]}),
    "no CA flag": ("authority_missing", lambda c: bad_upper(c, ca=False)),
    "a stranger": ("unrelated", lambda c: {"intermediates": [c.upper.pem, c.middle.pem, c.ca("X", None).pem]}),
    "expired": ("expired", lambda c: leaf(c.server(days=-1, since=-9))),
    "an expired authority": ("expired", lambda c: bad_upper(c, days=-1, since=-9)),
    "not yet valid": ("not_yet_valid", lambda c: leaf(c.server(since=2))),
    "SHA-1": ("signature_weak", lambda c: leaf(c.server(sha1=True))),
    "SHA-1 of an authority": ("signature_weak", lambda c: bad_upper(c, sha1=True)),
    "no subjectAltName": (
        "names_missing",
        lambda c: leaf(make(f"*.{SUFFIX}", by=c.middle, key=key("leaf"), now=datetime.now(UTC))),
    ),
    "another domain": ("name_mismatch", lambda c: leaf(c.server("*.example.test"))),
    "the domain without its wildcard": ("name_mismatch", lambda c: leaf(c.server(SUFFIX))),
    "exact names of other addresses": ("name_mismatch", lambda c: leaf(c.server(f"192-0-2-7.{SUFFIX}"))),
    "another domain for storage": ("storage_name_mismatch", lambda c: {"storage_domain": "*.storage.example.test"}),
}


@pytest.mark.parametrize("name", PLANTED)
def test_it_is_refused_before_the_upload(consoles: Consoles, name: str) -> None:
    code, change = PLANTED[name]
    given = change(consoles.chain)
    with pytest.raises(Refused) as refused:
        consoles.ensure(**given)
    assert code in [each.code for each in refused.value.reasons], refused.value.message
    assert all(each.remedy for each in refused.value.reasons)
    assert writes(consoles.server) == []
    secret = given.get("private_key") or consoles.chain.leaf.key_pem()
    assert not any(line in refused.value.message for line in secret.split("\n") if len(line) > 20 and "---" not in line)


def test_each_code_that_refuses_is_planted() -> None:
    codes = {check.code for group in GIVEN for check in group if check.severity == BLOCKS}
    assert codes - {"system_vms_missing"} == {code for code, _change in PLANTED.values()}


def test_every_reason_is_told_at_once(consoles: Consoles) -> None:
    bad = consoles.chain.server("x.example.test", days=-1, since=-9, sha1=True)
    with pytest.raises(Refused) as refused:
        consoles.ensure(leaf=bad, intermediates=[], private_key=consoles.chain.server(key=key("other")).key_pem())
    assert {each.code for each in refused.value.reasons} == {
        "key_mismatch", "expired", "signature_weak", "name_mismatch", "storage_name_mismatch", "intermediate_missing",
    }  # fmt: skip


def test_only_what_a_server_may_not_mind_can_be_accepted(consoles: Consoles) -> None:
    assert set(CONSOLE.by_code) > ACCEPTABLE
    for code in ("key_mismatch", "nonsense"):
        with pytest.raises(InvalidValue, match="accept"):
            consoles.ensure(accept=[code])
    consoles.turn_on()
    done = consoles.ensure(accept=["root_missing"], root=None)
    assert (done.result["proved"], done.result["findings"]) == (True, [])


def test_an_elliptic_key_is_left_to_the_server_where_that_is_wanted(consoles: Consoles) -> None:
    """It refuses it, and the keystore keeps what it had."""
    consoles.turn_on()
    consoles.ensure()
    with pytest.raises(Exception, match="uploadCustomCertificate"):
        consoles.ensure(leaf=consoles.chain.server(key=elliptic_key()), accept=["key_not_rsa"])
    assert not consoles.ensure().changed


def test_a_certificate_that_signed_itself_is_served_with_a_warning(consoles: Consoles) -> None:
    consoles.turn_on()
    own = make(f"*.{SUFFIX}", f"*.{SUFFIX}", key=key("leaf"), now=datetime.now(UTC), ca=True)
    done = consoles.ensure(leaf=own, intermediates=[], root=None)
    assert ([each["code"] for each in done.result["findings"]], done.result["proved"]) == (["self_signed"], True)


@pytest.mark.parametrize(
    "domain", ["*.com", "example", "*", "*.*.example.com", "https://x.example.com", "a_b.example.com"]
)
def test_a_domain_is_one(consoles: Consoles, domain: str) -> None:
    with pytest.raises(InvalidValue, match="console_domain"):
        consoles.ensure(console_domain=domain)
