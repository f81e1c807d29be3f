# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates: read, made, seen on the wire."""

from __future__ import annotations

import typing as t

from ..core.certificates.model import Certificate, Key, NotServed, Served, SigningRequest


class X509(t.Protocol):
    """Reads certificates and keys. ``what`` names the text in errors: an option, a file."""

    def certificates(self, text: str, what: str) -> tuple[Certificate, ...]:
        """Every PEM certificate of a text, in its order, at least one. Raises CertificateUnreadable."""

    def key(self, text: str, what: str, passphrase: str = "") -> Key:
        """A private key in any PEM form. Raises KeyUnreadable."""

    def request(self, text: str, what: str) -> SigningRequest:
        """A PEM certificate signing request. Raises CertificateUnreadable."""

    def pkcs8(self, text: str, what: str, passphrase: str = "") -> str:
        """The same private key as unencrypted PKCS#8. Secret. Raises KeyUnreadable."""

    def issued(self, certificate: Certificate, by: Certificate) -> bool:
        """Whether ``by`` signed ``certificate``: its name is the issuer's, and the signature is its key's."""


# Address or name, port, name to ask for ("" for the address), PEM texts of CA certificates to verify with or "".
Probe = t.Callable[[str, int, str, str], t.Union[Served, NotServed]]
