# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command lines of CloudStack's keystore scripts, by which a host is secured without its agent.

Source: Working with Hosts, "Securing Process": full paths, the keystore cloud.jks, newlines as ^ and blanks as ~.
CloudStack's source, scripts/util/keystore-cert-import: newer releases take the passphrase as the second argument.
"""

from __future__ import annotations

import re
import typing as t

from ..errors import InvalidValue, Reason, Refused
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
# NAME="$2", NAME=${10} and NAME=$(echo "$5" | …), by which the script names its arguments.
_ARGUMENT = re.compile(r"""^[ \t]*(\w+)=["']?(?:\$\(echo[ \t]+["']?)?\$(?:(\d)|\{(\d+)\})""", re.MULTILINE)
_NEEDED = {"PROPS_FILE", "KS_FILE", "MODE", "CERT_FILE", "CERT", "CACERT_FILE", "CACERT", "PRIVKEY_FILE", "PRIVKEY"}
_PASSPHRASE = re.compile(r"^keystore\.passphrase=(.*)$", re.MULTILINE)


def one_word(text: str) -> str:
    """A PEM text as one word. Raises InvalidValue for a text with characters that stand for others there."""
    if "^" in text or "~" in text:
        raise InvalidValue("certificate", "(a text with ^ or ~)", "PEM texts")
    return text.replace("\r", "").strip().replace("\n", "^").replace(" ", "~")


def setup(folder: str, passphrase: str, days: int) -> tuple[str, ...]:
    """Makes a new key and prints its signing request. A passphrase that agent.properties has is used again."""
    return f"{folder}/{SETUP}", PROPERTIES, KEYSTORE, passphrase, str(days), CSR


def passphrase(properties: str) -> str:
    """Of the keystore, from agent.properties; "" where it has none."""
    found = _PASSPHRASE.findall(properties)
    return found[-1].strip() if found else ""


def import_arguments(script: str) -> tuple[str, ...]:
    """The names of what keystore-cert-import takes, in its order. Raises Refused for a script that does not tell."""
    named: dict[int, str] = {}
    for name, digit, digits in _ARGUMENT.findall(script):
        named.setdefault(int(digit or digits), name)
    order = tuple(named.get(place, "") for place in range(1, max(named, default=0) + 1))
    if len(set(order)) != len(order) or not _NEEDED <= set(order) <= _NEEDED | {"KS_PASS"}:
        seen = ", ".join(each or "?" for each in order) or "none"
        message = f"the arguments of {IMPORT} on this host are not known: {seen}"
        remedy = "install the scripts of CloudStack's package cloudstack-common again"
        raise Refused("the keystore of this host", [Reason("import_unknown", message, remedy)])
    return order


def cert_import(
    folder: str, order: t.Sequence[str], certificate: str, authorities: str, secret: str
) -> tuple[str, ...]:
    """Takes the certificate of that key; the key itself is in the keystore already, so none is given.

    order: as ``import_arguments`` found it in the script of that folder. secret: the passphrase of the keystore.
    """
    words = {
        "PROPS_FILE": PROPERTIES,
        "KS_PASS": secret,
        "KS_FILE": KEYSTORE,
        "MODE": "ssh",
        "CERT_FILE": CERTIFICATE,
        "CERT": one_word(certificate),
        "CACERT_FILE": AUTHORITY,
        "CACERT": one_word(authorities),
        "PRIVKEY_FILE": KEY,
        "PRIVKEY": "",
    }
    return (f"{folder}/{IMPORT}", *(words[name] for name in order))


def reasons_against(
    certificate: Certificate, signed: bool, asked: t.Optional[SigningRequest], now: float
) -> tuple[Reason, ...]:
    """Why a certificate would not do for the host. signed: by the CA given. asked: the host's own request."""
    found = []
    if not signed:
        message = f"the certificate is issued by {certificate.issuer}, not by the CA in ca_certificates"
        found.append(
            Reason(
                "not_of_authority", message, "use certificate and ca_certificates of the same result of cs_certificate"
            )
        )
    if asked is None:
        found.append(
            Reason("no_request", f"there is no signing request in {CSR}", "create it first, with state=requested")
        )
    elif asked.public_key != certificate.public_key:
        message = f"the certificate is not for the key of the request in {CSR}"
        found.append(Reason("key_differs", message, "let the CA sign that request, or create another one"))
    if not certificate.valid_at(now):
        found.append(Reason("certificate_expired", "the certificate is not valid now", "request another certificate"))
    return tuple(found)
