# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command lines of CloudStack's keystore scripts, by which a host is secured without its agent.

Source: Working with Hosts, "Securing Process": full paths, the keystore cloud.jks, newlines as ^ and blanks as ~.
"""

from __future__ import annotations

import typing as t

from ..errors import InvalidValue, Reason
from .model import Certificate, SigningRequest

AGENT = "/etc/cloudstack/agent"
PROPERTIES, KEYSTORE, CSR = f"{AGENT}/agent.properties", f"{AGENT}/cloud.jks", f"{AGENT}/cloud.csr"
CERTIFICATE, AUTHORITY, KEY = f"{AGENT}/cloud.crt", f"{AGENT}/cloud.ca.crt", f"{AGENT}/cloud.key"
# Where packages of different releases put them.
FOLDERS = (
    "/usr/share/cloudstack-common/scripts/util",
    "/usr/lib64/cloud/common/scripts/util",
    "/usr/lib/cloudstack-common/scripts/util",
)
SETUP, IMPORT = "keystore-setup", "keystore-cert-import"


def one_word(text: str) -> str:
    """A PEM text as one word. Raises InvalidValue for a text with characters that stand for others there."""
    if "^" in text or "~" in text:
        raise InvalidValue("certificate", "(a text with ^ or ~)", "PEM texts")
    return text.replace("\r", "").strip().replace("\n", "^").replace(" ", "~")


def setup(folder: str, passphrase: str, days: int) -> tuple[str, ...]:
    """Makes a new key and prints its signing request. A passphrase that agent.properties has is used again."""
    return f"{folder}/{SETUP}", PROPERTIES, KEYSTORE, passphrase, str(days), CSR


def cert_import(folder: str, certificate: str, authorities: str) -> tuple[str, ...]:
    """Takes the certificate of that key; the key itself is in the keystore already."""
    words = (CERTIFICATE, one_word(certificate), AUTHORITY, one_word(authorities), KEY)
    return (f"{folder}/{IMPORT}", PROPERTIES, KEYSTORE, "ssh", *words)


def reasons_against(
    certificate: Certificate, signed: bool, asked: t.Optional[SigningRequest], now: float
) -> tuple[Reason, ...]:
    """Why a certificate would not do for the host. signed: by the CA given. asked: the host's own request."""
    found = []
    if not signed:
        message = f"the certificate is issued by {certificate.issuer}, not by the CA given"
        found.append(Reason("not_of_authority", message, "give what cs_certificate returned together"))
    if asked is None:
        found.append(
            Reason("no_request", f"there is no signing request in {CSR}", "make one first, with state=requested")
        )
    elif asked.public_key != certificate.public_key:
        message = f"the certificate is not for the key of the request in {CSR}"
        found.append(Reason("key_differs", message, "have that request signed, or make another one"))
    if not certificate.valid_at(now):
        found.append(Reason("certificate_expired", "the certificate is not valid now", "have another one issued"))
    return tuple(found)
