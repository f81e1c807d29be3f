# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges certificates wherever they were seen (files of a host, its keystore, TLS ports, CloudStack's own CA), the
settings of that CA, and clusters in which only some hosts are secured.

Sources: Working with Hosts, "Security"; cs#N is an issue or pull request of apache/cloudstack.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..findings import BLOCKS, HURTS, NOTE, Finding, Judgement, Table, Verdict, rows
from ..text import shortened
from .model import LEAST_RSA, Certificate

_SECURITY = "Hosts: Security"
WEAK = frozenset(("md5", "sha1"))

CERTIFICATES = Table(
    "certificates",
    rows(
        BLOCKS,
        (
            "certificate_expired",
            "A certificate has expired",
            "renew it with cs_certificate; see docs/guides/certificates.md if all have expired",
            "cs#9562; cs#12982",
        ),
        (
            "certificate_not_yet_valid",
            "A certificate is not valid yet",
            "correct the clocks of host and management server, or provision again",
            "cs#8707",
        ),
        ("certificate_unreadable", "A file contains no certificate or key", "provision the host again", _SECURITY),
        (
            "key_differs",
            "A private key does not belong to its certificate",
            "provision the host again; key and certificate are from different attempts",
            "cs#8707",
        ),
        (
            "not_of_authority",
            "A certificate is not signed by CloudStack's CA in force",
            "provision the host again, with forced if its agent cannot connect",
            "cs#12911; cs#5805",
        ),
        (
            "authority_differs",
            "A host trusts another CA than the one in force",
            "provision the host again, with forced if its agent cannot connect",
            "cs#12911",
        ),
        (
            "mixed_security",
            "Secured and unsecured hosts in one cluster cannot migrate VMs to each other",
            "provision certificates on the unsecured hosts",
            "cs#8379; cs#2505",
        ),
    ),
    rows(
        HURTS,
        ("certificate_expiring", "A certificate expires soon", "renew it with cs_certificate", "cs#9562; cs#4129"),
        (
            "keystore_differs",
            "The agent's keystore contains another certificate than the file beside it",
            "restart the agent after provisioning; if this does not help, provision again",
            _SECURITY,
        ),
        (
            "served_differs",
            "A port serves another certificate than the host's file",
            "restart libvirtd; for consoles run cs_kvm_console_certificate",
            "cs#9718; cs#9982",
        ),
        (
            "not_served",
            "A port that should serve a certificate serves none",
            "check that the service runs and that the port is open from where the task runs",
            _SECURITY,
        ),
        (
            "host_unsecured",
            "A host has no certificate of CloudStack's CA",
            "provision one; with ca.plugin.root.auth.strictness its agent cannot connect",
            "cs#8379",
        ),
        ("name_missing", "A certificate does not name the host's address", "provision the host again", "cs#8707"),
        ("key_open", "A private key can be read by others", "set its mode to 0600", _SECURITY),
        (
            "key_short",
            "A key is shorter than 2048 bits",
            "set ca.framework.cert.keysize and provision again",
            _SECURITY,
        ),
        (
            "signature_weak",
            "A certificate is signed with a hash that clients refuse",
            "set ca.framework.cert.signature.algorithm and provision again",
            _SECURITY,
        ),
        (
            "renewal_off",
            "CloudStack does not renew certificates by itself",
            "renew them with a scheduled run of rotate_certificates.yml, or set ca.framework.cert.automatic.renewal",
            "cs#4129; cs#4848",
        ),
    ),
    rows(
        NOTE,
        (
            "expired_allowed",
            "CloudStack accepts agents with an expired certificate",
            "set ca.plugin.root.allow.expired.cert to false once every certificate is valid",
            _SECURITY,
        ),
        (
            "strictness_off",
            "CloudStack accepts agents without a certificate",
            "secure every host, then run cs_certificate_strictness with state=strict",
            _SECURITY,
        ),
    ),
)


@dataclass(frozen=True)
class Limits:
    """days: fewer left is a finding. seen_at: seconds since 1970."""

    seen_at: float
    days: int = 30


@dataclass(frozen=True)
class Sighting:
    """One certificate where it was seen.

    place: "agent", "keystore", "libvirt", "libvirt_client", "vnc", "authority", "agent_authority", "libvirt_authority",
    "vnc_authority", "libvirt_port", "management_server", "console_proxy", "secondary_storage". where: file or
    address:port. error: why there is none. key_fits: whether the private key beside it is its own. of_authority:
    whether the CA in force signed it, or it is that CA itself. Both None where nobody could tell.
    """

    host: str
    place: str
    where: str
    certificate: t.Optional[Certificate] = None
    error: str = ""
    key_fits: t.Optional[bool] = None
    of_authority: t.Optional[bool] = None
    key_mode: str = ""
    wanted_names: tuple[str, ...] = ()

    @property
    def on_wire(self) -> bool:
        return self.place in ON_WIRE

    @property
    def trusts(self) -> bool:
        """It is a CA that the host trusts, not a certificate that it shows."""
        return self.place.endswith("authority")


ON_WIRE = frozenset(("libvirt_port", "management_server", "console_proxy", "secondary_storage"))
# Ports and files that have to hold the same certificate.
PAIRS: t.Mapping[str, str] = {"libvirt_port": "libvirt", "keystore": "agent"}


def judge_sighting(seen: Sighting, limits: Limits) -> t.Iterator[Finding]:
    """What is wrong with one certificate by itself."""
    held = seen.certificate
    if held is None:
        code = "not_served" if seen.on_wire else "certificate_unreadable"
        yield CERTIFICATES.found(code, f"{seen.where}: {seen.error}", seen.host, where=seen.where)
        return
    yield from _validity(seen, held, limits)
    if seen.key_fits is False:
        yield CERTIFICATES.found("key_differs", seen.where, seen.host, where=seen.where)
    if seen.key_mode:
        yield CERTIFICATES.found("key_open", f"{seen.where}: mode {seen.key_mode}", seen.host, mode=seen.key_mode)
    if seen.of_authority is False:
        code = "authority_differs" if seen.trusts else "not_of_authority"
        evidence = f"{seen.where} is issued by {shortened(held.issuer)}"
        yield CERTIFICATES.found(code, evidence, seen.host, issuer=held.issuer)
    if held.key.startswith("RSA") and held.key_bits < LEAST_RSA:
        yield CERTIFICATES.found("key_short", f"{seen.where}: {held.key}", seen.host, key=held.key)
    if held.signature in WEAK and not held.self_issued:
        yield CERTIFICATES.found("signature_weak", f"{seen.where}: {held.signature}", seen.host)
    lacking = [name for name in seen.wanted_names if not held.covers(name)]
    if lacking:
        yield CERTIFICATES.found("name_missing", f"{seen.where}: {', '.join(lacking)}", seen.host, names=lacking)


def judge_together(seen: t.Sequence[Sighting]) -> t.Iterator[Finding]:
    """What is wrong between certificates of one host: ports and files that should hold the same."""
    by_place = {(each.host, each.place): each for each in seen if each.certificate is not None}
    for (host, place), one in by_place.items():
        other = by_place.get((host, PAIRS.get(place, "")))
        if other is None or one.certificate is None or other.certificate is None:
            continue
        if one.certificate.fingerprint != other.certificate.fingerprint:
            code = "served_differs" if one.on_wire else "keystore_differs"
            evidence = f"{one.where} has serial {one.certificate.serial}, {other.where} {other.certificate.serial}"
            yield CERTIFICATES.found(code, evidence, host, serial=one.certificate.serial)


@dataclass(frozen=True)
class Secured:
    """Whether CloudStack counts a host as secured; None where it does not say."""

    host: str
    cluster: str
    secured: t.Optional[bool]


def judge_security(hosts: t.Sequence[Secured]) -> t.Iterator[Finding]:
    """Unsecured hosts, and clusters that have both kinds."""
    for cluster in sorted({each.cluster for each in hosts}):
        inside = [each for each in hosts if each.cluster == cluster]
        open_ones = [each.host for each in inside if each.secured is False]
        secured = [each.host for each in inside if each.secured]
        for host in open_ones:
            yield CERTIFICATES.found("host_unsecured", "CloudStack reports secured=false", host)
        if open_ones and secured:
            evidence = f"in {cluster} {', '.join(secured)} secured, {', '.join(open_ones)} not"
            yield CERTIFICATES.found("mixed_security", evidence, "", secured=secured, unsecured=open_ones)


# Settings of the CA framework: what is told of them, with the server's defaults.
RENEWAL, ALERT_DAYS = "ca.framework.cert.automatic.renewal", "ca.framework.cert.expiry.alert.period"
VALIDITY = "ca.framework.cert.validity.period"
STRICTNESS, ALLOW_EXPIRED = "ca.plugin.root.auth.strictness", "ca.plugin.root.allow.expired.cert"


def judge_settings(values: t.Mapping[str, str]) -> t.Iterator[Finding]:
    """values: by name, without those that the server does not have."""
    strict = values.get(STRICTNESS)
    if values.get(RENEWAL) == "false":
        yield CERTIFICATES.found("renewal_off", f"{RENEWAL} is false")
    elif strict == "false":
        yield CERTIFICATES.found("renewal_off", f"{STRICTNESS} is false, and so automatic renewal never runs")
    if strict == "false":
        yield CERTIFICATES.found("strictness_off", f"{STRICTNESS} is false")
    if values.get(ALLOW_EXPIRED) == "true":
        yield CERTIFICATES.found("expired_allowed", f"{ALLOW_EXPIRED} is true")


def judged(found: t.Iterable[Verdict], ignore: t.Collection[str] = ()) -> Judgement:
    """Raises InvalidValue for a code in ``ignore`` that is none."""
    return CERTIFICATES.judgement(found, ignore)


def _validity(seen: Sighting, held: Certificate, limits: Limits) -> t.Iterator[Finding]:
    left = held.days_left(limits.seen_at)
    facts: dict[str, object] = {"where": seen.where, "days_left": left, "serial": held.serial}
    if held.not_before > limits.seen_at:
        early = (held.not_before - limits.seen_at) / 3600
        yield CERTIFICATES.found(
            "certificate_not_yet_valid", f"{seen.where} begins in {early:.1f} h", seen.host, **facts
        )
    elif held.not_after <= limits.seen_at:
        yield CERTIFICATES.found("certificate_expired", f"{seen.where}, {-left} days ago", seen.host, **facts)
    elif left < limits.days:
        yield CERTIFICATES.found("certificate_expiring", f"{seen.where}, {left} days left", seen.host, **facts)


def shown(seen: Sighting, now: float) -> dict[str, object]:
    """A row of the table, as modules return it."""
    held = seen.certificate
    row: dict[str, object] = {
        "host": seen.host,
        "place": seen.place,
        "where": seen.where,
        "error": seen.error,
        "key_fits": seen.key_fits,
        "of_authority": seen.of_authority,
    }
    if held is None:
        return {**row, **dict.fromkeys(SHOWN), "days_left": None}
    return {**row, **{name: _plain(getattr(held, name)) for name in SHOWN}, "days_left": held.days_left(now)}


SHOWN = (
    "subject",
    "issuer",
    "names",
    "addresses",
    "serial",
    "key",
    "signature",
    "not_before",
    "not_after",
    "fingerprint",
    "pem",
)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
