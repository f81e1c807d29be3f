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


class TlsPort(t.NamedTuple):
    """address: or a name. name: to ask for, "" for the address. authorities: PEM texts to verify with, "" for none."""

    address: str
    port: int
    name: str = ""
    authorities: str = ""


# What each TLS port shows, in the same order. Many are asked at once: one that is silent keeps no other waiting.
Probe = t.Callable[[t.Sequence[TlsPort]], t.Sequence[t.Union[Served, NotServed]]]

# The addresses of each host name, in the same order; empty for one that does not resolve. Many are asked at once.
Resolve = t.Callable[[t.Sequence[str]], t.Sequence[tuple[str, ...]]]


class ConsoleCertificates(t.Protocol):
    """The server's keystore for console proxies and secondary storage VMs. It can be written, and not read."""

    def put_link(self, index: int, name: str, pem: str, suffix: str) -> None:
        """A certificate of the chain; the row of that name is overwritten. Raises ApiError."""

    def put_server(self, pem: str, key: str, suffix: str) -> None:
        """The certificate itself with its key in PKCS#8. The server then restarts secondary storage VMs."""


class Issued(t.NamedTuple):
    """PEM texts. key: "" for a signing request."""

    certificate: str
    authorities: str
    key: str = ""


class Authorities(t.Protocol):
    """CloudStack's certificate authority. provider: "" for the one in force."""

    def providers(self) -> t.Sequence[tuple[str, str]]:
        """Name and description of each."""

    def authority(self, provider: str = "") -> str:
        """Its CA certificates, PEM."""

    def secured(self, zone_id: str) -> t.Mapping[str, t.Optional[bool]]:
        """By the id of a host; None where the server does not say, as for other hypervisors than KVM."""

    def provision(self, host_id: str, reconnect: t.Optional[bool], forced: bool, provider: str = "") -> None:
        """Raises ApiError, Unsupported for forced on an older server."""

    def issue(
        self,
        csr: str,
        names: t.Sequence[str],
        addresses: t.Sequence[str],
        days: t.Optional[int],
        provider: str = "",
    ) -> Issued: ...

    def revoke(self, serial: str, common_name: str, provider: str = "") -> None: ...
