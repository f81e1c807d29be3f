# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the parameters of the modules about certificates to their operations."""

from __future__ import annotations

import typing as t

from ...adapters.certificates.probe import all_served
from ...adapters.certificates.x509 import Cryptography
from ...core.certificates.check import Sighting, shown
from ...core.certificates.renewal import ISSUED, REVOKED
from ...core.change import Outcome, plain
from ...core.errors import HostcraftError, InvalidValue
from ...operations.certificates import info, issue, provision
from ...ports.cloud import Cloud
from ..fields import Params, days_checked, taken
from ..findings import outcome
from ..findings import shown as judged
from ..zone import PLACES


class CertificatesNotFit(HostcraftError):
    """Findings at least as severe as the task's ``fail``."""

    code = "certificates_not_fit"


def show_certificates(cloud: Cloud, params: Params) -> Outcome:
    days_checked(params["days"])
    reader = Cryptography()
    request = info.Request(
        taken(params, PLACES),
        reader,
        all_served if params["probe"] else None,
        params["days"],
        tuple(each for result in params["read"] for each in sightings(result, reader)),
        tuple(params["ignore"]),
    )
    seen = info.seen_certificates(cloud, request)
    result = {
        "certificates": [shown(each, seen.now) for each in seen.sightings],
        "hosts": [plain(each) for each in seen.hosts],
        "ca_certificates": seen.authorities,
        "providers": [{"name": name, "description": text} for name, text in seen.providers],
        "settings": dict(seen.settings),
        **judged(seen.judgement),
    }
    findings = seen.judgement.findings
    return outcome(params["fail"], findings, "certificates of these hosts", CertificatesNotFit, result)


def ensure_certificate(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    days_checked(params["days"])
    provider = params["provider"] or ""
    if params["state"] == REVOKED:
        return issue.revoke(cloud, params["serial"], params["common_name"] or "", provider, check_mode)
    reader = Cryptography()
    if params["state"] == ISSUED:
        asked = issue.Request(
            reader,
            params["csr"],
            tuple(params["dns_names"]),
            tuple(params["addresses"]),
            params["duration"],
            provider,
            params["certificate"] or "",
            params["days"],
        )
        return issue.issue(cloud, asked, check_mode)
    request = provision.Request(
        taken(params, PLACES),
        reader,
        all_served if params["probe"] else None,
        params["state"],
        params["days"],
        tuple(each for result in params["read"] for each in sightings(result, reader)),
        params["issued_since"],
        params["reconnect"],
        params["forced"],
        provider,
        params["timeout"],
    )
    return provision.provision(cloud, request, check_mode)


def sightings(result: t.Mapping[str, t.Any], reader: Cryptography) -> t.Iterator[Sighting]:
    """What ``cs_host_certificate_info`` returned on a host. Raises InvalidValue for anything else."""
    rows = result.get("certificates")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidValue("read", sorted(result), "results of cs_host_certificate_info")
    for row in rows:
        pem = row.get("pem")
        held = reader.certificates(str(pem), f"read: {row.get('where')}")[0] if pem else None
        yield Sighting(
            str(row.get("host") or ""),
            str(row.get("place") or ""),
            str(row.get("where") or ""),
            held,
            str(row.get("error") or ""),
            row.get("key_fits"),
            row.get("of_authority"),
        )
