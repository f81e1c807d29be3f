# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges a certificate for console proxies before it is uploaded: every reason why consoles would not open with it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...errors import InvalidValue
from ...findings import Finding, Judgement
from ...system_vms.vm import CONSOLE as PROXY
from ...system_vms.vm import SystemVm
from ...text import shortened
from ..chain import Chain, Given, sort_chain
from ..model import LEAST_RSA, Certificate, CertificateUnreadable, KeyUnreadable
from .domains import Domain
from .table import ACCEPTABLE, CONSOLE

WEAK_HASHES = frozenset(("md2", "md4", "md5", "sha1"))
# An address that no system VM has: whoever fits it fits all.
ANY_ADDRESS = "192.0.2.1"
BINARY = ("MII", "LS0tLS1CRUdJTi")  # the beginning of DER and of PEM in base64


@dataclass(frozen=True)
class Wish:
    """console, storage: the domains of URLs; storage None where the task says nothing of it. days: of warning."""

    console: Domain
    storage: t.Optional[Domain]
    days: int = 30


def told_unreadable(error: CertificateUnreadable, text: str) -> Finding:
    """A text that could not be read, in the words of the table; nothing of the text is repeated."""
    what = "key" if isinstance(error, KeyUnreadable) else "certificate"
    kept = {"blanks": "blanks", "passphrase_missing": "passphrase_missing", "passphrase_wrong": "passphrase_wrong"}
    end = kept.get(error.reason, "damaged")
    if error.reason == "none":
        end = "truncated" if truncated(text) else "not_pem" if not_pem(text) else "none"
    option = str(error.details.get("what", what))
    return CONSOLE.found(f"{what}_{end}", option, option=option)


def not_pem(text: str) -> bool:
    """DER, PKCS#7 and PKCS#12, as a file's bytes or as base64 without its lines."""
    begun = text.lstrip("\ufeff \r\n\t")
    return begun.startswith(("0\x82", "0\ufffd", "0\udc82", *BINARY)) or "-----BEGIN PKCS7-----" in text


def truncated(text: str) -> bool:
    """A block that begins and does not end is passed over by readers of PEM, without a word."""
    return text.count("-----BEGIN ") > text.count("-----END ")


def judge_given(
    given: Given, wish: Wish, vms: t.Sequence[SystemVm], now: float, accept: t.Collection[str] = ()
) -> tuple[Chain, Judgement]:
    """The chain in order, and every finding. accept: codes that do not count. Raises InvalidValue for another code."""
    for code in accept:
        if code not in ACCEPTABLE:
            raise InvalidValue("accept", code, f"one of {', '.join(sorted(ACCEPTABLE))}")
    chain = sort_chain(given)
    found = [*_leaf(given, chain), *_links(given, chain), *_strength(chain), *_times(chain, wish, now)]
    if chain.leaf is not None:
        found += _names(chain.leaf, wish, vms)
    return chain, CONSOLE.judgement(found, accept)


def called(certificate: Certificate) -> str:
    return shortened(certificate.common_name or certificate.subject)


def _leaf(given: Given, chain: Chain) -> t.Iterator[Finding]:
    leaf = chain.leaf
    if leaf is None:
        yield CONSOLE.found("leaf_missing", ", ".join(called(each) for each in chain.unrelated))
        return
    if chain.rivals:
        names = [called(each) for each in (leaf, *chain.rivals)]
        yield CONSOLE.found("leaf_several", ", ".join(names), certificates=names)
    if not given.key.fits(leaf):
        signers = [each for each in chain.links if given.key.fits(each)]
        whose = f"; it is the key of {called(signers[0])}" if signers else ""
        yield CONSOLE.found("key_mismatch", called(leaf) + whose, certificate=called(leaf))
    elif leaf.authority is True and not leaf.self_issued:
        yield CONSOLE.found("leaf_is_authority", called(leaf), certificate=called(leaf))
    if not leaf.key.startswith("RSA"):
        yield CONSOLE.found("key_not_rsa", leaf.key or "of an unknown kind", key=leaf.key)
    if leaf.self_issued:
        yield CONSOLE.found("self_signed", called(leaf), certificate=called(leaf))


def _links(given: Given, chain: Chain) -> t.Iterator[Finding]:
    top = chain.top
    if chain.leaf is None or top is None:
        return
    gap = _gap(given, chain, top)
    if gap is not None:
        yield gap
    for each in chain.links:
        if each.authority is not True:
            yield CONSOLE.found("authority_missing", called(each), certificate=called(each))
    # What lies beyond a gap cannot be told from what has nothing to do with the chain.
    if gap is None or gap.code == "root_missing":
        for each in chain.unrelated:
            yield CONSOLE.found("unrelated", called(each), certificate=called(each))
    if chain.repeated:
        yield CONSOLE.found("repeated", f"{chain.repeated} times", number=chain.repeated)


def _gap(given: Given, chain: Chain, top: Certificate) -> t.Optional[Finding]:
    """Why the chain does not end at a root."""
    if top.self_issued:
        return None
    signer = shortened(top.issuer)
    namesakes = [each for each in given.certificates if each.subject == top.issuer and each != top]
    if namesakes:
        return CONSOLE.found("not_signed", f"{called(top)} by {called(namesakes[0])}", certificate=called(top))
    missing = top is chain.leaf or any(each.self_issued for each in chain.unrelated)
    code = "intermediate_missing" if missing else "root_missing"
    return CONSOLE.found(code, f"{called(top)} was signed by {signer}", issuer=signer)


def _strength(chain: Chain) -> t.Iterator[Finding]:
    """Nobody looks at the signature of a root on itself."""
    for each in chain.members:
        if each.key.startswith(("RSA", "DSA")) and each.key_bits < LEAST_RSA:
            yield CONSOLE.found(
                "key_weak", f"{called(each)} has {each.key}", certificate=called(each), bits=each.key_bits
            )
        if each.signature in WEAK_HASHES and not (each.self_issued and each is not chain.leaf):
            yield CONSOLE.found(
                "signature_weak", f"{called(each)} with {each.signature}", certificate=called(each), hash=each.signature
            )


def _times(chain: Chain, wish: Wish, now: float) -> t.Iterator[Finding]:
    for each in chain.members:
        days = each.days_left(now)
        if each.not_after <= now:
            yield CONSOLE.found("expired", f"{called(each)} {-days} days ago", certificate=called(each), days=days)
        elif each.not_before > now:
            hours = int((each.not_before - now) // 3600) + 1
            yield CONSOLE.found(
                "not_yet_valid", f"{called(each)} begins in {hours} hours", certificate=called(each), hours=hours
            )
        elif days < wish.days:
            yield CONSOLE.found("expires_soon", f"{called(each)} in {days} days", certificate=called(each), days=days)


def _names(leaf: Certificate, wish: Wish, vms: t.Sequence[SystemVm]) -> t.Iterator[Finding]:
    if not leaf.names:
        yield CONSOLE.found("names_missing", f"its common name is {called(leaf)}", common_name=called(leaf))
    fixed = False
    domains = [(wish.console, True, "name_mismatch")]
    if wish.storage is not None:
        domains.append((wish.storage, False, "storage_name_mismatch"))
    for domain, console, code in domains:
        if leaf.covers(domain.host_name(ANY_ADDRESS)):
            continue
        addresses = [vm.address for vm in vms if (vm.kind == PROXY) is console and vm.address]
        wanted = [domain.host_name(each) for each in addresses or [ANY_ADDRESS]]
        lacking = [name for name in wanted if not leaf.covers(name)]
        if lacking:
            held = ", ".join(shortened(each) for each in leaf.names or (leaf.common_name,))
            yield CONSOLE.found(code, f"it is for {held}, URLs have {', '.join(lacking)}", names=lacking)
        else:
            fixed = True
    if fixed:
        yield CONSOLE.found("names_fixed", ", ".join(shortened(each) for each in leaf.names))
