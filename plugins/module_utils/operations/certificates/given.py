# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates and a key as a task gives them: read, proved by their signatures, refused where they cannot be read."""

from __future__ import annotations

import dataclasses
import itertools
import typing as t

from ...core.certificates.chain import MOST, Given
from ...core.certificates.console.check import told_unreadable, truncated
from ...core.certificates.console.table import CONSOLE
from ...core.certificates.model import Certificate, CertificateUnreadable, Key
from ...core.errors import Reason, Refused
from ...core.findings import Finding
from ...ports.certificates import X509

SUBJECT = "the console certificate is not uploaded"


@dataclasses.dataclass(frozen=True)
class Texts:
    """certificates: PEM texts by the option that holds them, each with one certificate or several.

    The key and its passphrase are secret.
    """

    certificates: t.Sequence[tuple[str, str]]
    key: str = dataclasses.field(repr=False)
    passphrase: str = dataclasses.field(default="", repr=False)

    KEY: t.ClassVar[str] = "private_key"


def read_given(x509: X509, texts: Texts) -> Given:
    """Raises Refused with a reason for every text that cannot be read."""
    faults: list[Finding] = []
    found: list[Certificate] = []
    for option, text in texts.certificates:
        if truncated(text):
            faults.append(CONSOLE.found("certificate_truncated", option, option=option))
            continue
        try:
            found += x509.certificates(text, option)
        except CertificateUnreadable as error:
            faults.append(told_unreadable(error, text))
    key: t.Optional[Key] = None
    try:
        key = x509.key(texts.key, texts.KEY, texts.passphrase)
    except CertificateUnreadable as error:
        faults.append(told_unreadable(error, texts.key))
    if len(found) > MOST:
        faults.append(CONSOLE.found("certificates_many", f"{len(found)}, at most {MOST}", number=len(found)))
    if faults or key is None:
        raise refused(faults)
    return Given(tuple(found), _signed(x509, found), key)


def refused(findings: t.Sequence[Finding], subject: str = SUBJECT) -> Refused:
    return Refused(subject, [Reason(each.code, each.evidence, each.remedy, each.facts) for each in findings])


def _signed(x509: X509, found: t.Sequence[Certificate]) -> frozenset[tuple[str, str]]:
    """Whether a signer says that it may sign is judged later, so it is not asked here."""
    pairs = itertools.permutations({each.fingerprint: each for each in found}.values(), 2)
    return frozenset(
        (one.fingerprint, other.fingerprint)
        for one, other in pairs
        if x509.issued(one, dataclasses.replace(other, authority=None))
    )
