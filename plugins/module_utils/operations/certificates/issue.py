# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates for signing requests, and certificates that are taken back."""

from __future__ import annotations

import dataclasses
import typing as t

from ...core.certificates.model import Certificate, CertificateUnreadable, SigningRequest
from ...core.certificates.renewal import serial_number
from ...core.change import Outcome
from ...core.errors import NotAsRead, Reason, Refused
from ...ports.certificates import X509
from ...ports.cloud import Cloud


@dataclasses.dataclass(frozen=True)
class Request:
    """held: the certificate that there is for this request already, or "". duration: days, None for the setting's."""

    reader: X509
    csr: str
    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    duration: t.Optional[int] = None
    provider: str = ""
    held: str = ""
    days: int = 30


def issue(cloud: Cloud, request: Request, check_mode: bool) -> Outcome:
    """Raises CertificateUnreadable, Refused, NotAsRead, ApiError."""
    asked = request.reader.request(request.csr, "csr")
    if not asked.signed:
        reason = Reason(
            "request_not_signed", "the signing request is not signed by the key that it names", "make another one"
        )
        raise Refused("issue a certificate", [reason])
    authorities = cloud.authorities.authority(request.provider)
    own = request.reader.certificates(authorities, "listCaCertificate")
    held = _usable(cloud, request, asked, own)
    if held is not None:
        return Outcome(False, result=_result(held, authorities, cloud.clock.wall()))
    before, after = {"certificate": "none that fits"}, {"certificate": f"of {asked.subject or 'the request'}"}
    if check_mode:
        return Outcome(True, before, after, {"certificate": None, "ca_certificates": authorities})
    issued = cloud.authorities.issue(request.csr, request.names, request.addresses, request.duration, request.provider)
    made = request.reader.certificates(issued.certificate, "issueCertificate")[0]
    now = cloud.clock.wall()
    wrong = _wrong(request, asked, made, own)
    if not made.valid_at(now):
        wrong["days_left"] = made.days_left(now)
    if wrong:
        raise NotAsRead("the certificate", wrong)
    return Outcome(True, before, after, _result(made, issued.authorities or authorities, now))


def revoke(cloud: Cloud, serial: str, common_name: str, provider: str, check_mode: bool) -> Outcome:
    """The server keeps a list that it does not show: a serial number is sent at every run. Raises InvalidValue."""
    number = serial_number(serial)
    if not check_mode:
        cloud.authorities.revoke(number, common_name, provider)
    return Outcome(
        True, {"serial": number, "revoked": "unknown"}, {"serial": number, "revoked": True}, {"serial": number}
    )


def _usable(
    cloud: Cloud, request: Request, asked: SigningRequest, own: t.Sequence[Certificate]
) -> t.Optional[Certificate]:
    """The certificate that there is, if it does for the request."""
    if not request.held.strip():
        return None
    try:
        held = request.reader.certificates(request.held, "certificate")[0]
    except CertificateUnreadable:
        return None
    now = cloud.clock.wall()
    fits = not _wrong(request, asked, held, own) and held.valid_at(now) and held.days_left(now) >= request.days
    return held if fits else None


def _wrong(
    request: Request, asked: SigningRequest, made: Certificate, own: t.Sequence[Certificate]
) -> dict[str, object]:
    found: dict[str, object] = {}
    if made.public_key != asked.public_key:
        found["key"] = "of another signing request"
    if not any(request.reader.issued(made, each) for each in own):
        found["issuer"] = made.issuer
    lacking = [each for each in (*request.names, *request.addresses) if not made.covers(each)]
    if lacking:
        found["names"] = f"without {', '.join(lacking)}"
    return found


def _result(held: Certificate, authorities: str, now: float) -> dict[str, object]:
    return {
        "certificate": held.pem,
        "ca_certificates": authorities,
        "serial": held.serial,
        "days_left": held.days_left(now),
    }
