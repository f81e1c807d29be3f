# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges a host's controller before it is needed: every reason why CloudStack could not use it to fence the host.

Sources: Working with Hosts, "Out-of-band Management"; field facts, "Out-of-band management"; cs#N is an issue or pull
request of apache/cloudstack.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..findings import BLOCKS, HURTS, NOTE, Finding, Judgement, Table, rows
from .controller import ADMINISTRATOR, IPMI, REDFISH, REDFISH_RESET, Controller, Failure
from .oobm import NESTED, Effective, Oobm
from .oobm import REDFISH as REDFISH_DRIVER

_OOBM, _HA = "Hosts: Out-of-band Management", "Hosts: Host HA"
# The cipher suites that ipmitool tries by itself: 17 first (from 1.8.19 on), 3 before that.
USED_SUITES = frozenset((3, 17))


BMC = Table(
    "controller checks",
    rows(
        BLOCKS,
        (
            "oobm_not_configured",
            "No controller is configured for the host in CloudStack",
            "configure out-of-band management with cs_oobm",
            _OOBM,
        ),
        (
            "oobm_disabled",
            "Out-of-band management is disabled",
            "enable it for the listed zone, cluster or host with cs_oobm",
            _OOBM,
        ),
        (
            "bmc_silent",
            "The controller does not answer at its address",
            "check address, cabling and VLAN of the management network, and that IPMI over LAN or Redfish is enabled",
            _OOBM,
        ),
        (
            "bmc_port_closed",
            "The controller refuses the connection",
            "check the port: IPMI uses UDP 623, Redfish uses TCP 443",
            _OOBM,
        ),
        (
            "bmc_password",
            "The controller refuses the user or the password",
            "correct user and password with cs_oobm; some controllers lock the user for minutes after several failures",
            "field facts: T5:15-16",
        ),
        (
            "bmc_certificate",
            "The controller's certificate cannot be verified",
            "install a certificate of a known authority on the controller, or set ca_path",
            _OOBM,
        ),
        (
            "bmc_protocol",
            "The address does not answer with the controller's protocol",
            "check the driver: ipmitool uses IPMI 2.0, redfish uses HTTPS",
            _OOBM,
        ),
        (
            "bmc_privilege",
            "The user has no right to switch the power",
            "set the user's privilege to Administrator on the controller's LAN channel",
            _OOBM,
        ),
        (
            "bmc_cipher",
            "The controller supports none of the cipher suites of ipmitool",
            "allow cipher suite 3 or 17 on the LAN channel",
            "Hosts: Out-of-band Management (note on ipmitool)",
        ),
        (
            "bmc_shared",
            "Two hosts have the same controller",
            "configure a different controller for each host: fencing one host would turn off the other",
            _OOBM,
        ),
        (
            "redfish_port",
            "CloudStack's redfish driver always uses port 443",
            "configure port 443 on the controller, or use the driver ipmitool",
            "cs#10441",
        ),
        (
            "reset_type_refused",
            "The controller does not accept a reset type that CloudStack sends",
            "use the driver ipmitool for this controller",
            "cs#12921",
        ),
    ),
    rows(
        HURTS,
        (
            "power_differs",
            "The power state in CloudStack differs from the controller",
            "read the status with cs_power; if the states still differ, check the controller's address",
            "field facts: T5:5-7",
        ),
        (
            "host_answers_while_off",
            "The controller reports that the host is off, but the host answers",
            "correct the controller's address, which belongs to another machine, before any host is fenced",
            "cs#12922",
        ),
        (
            "bmc_unverified",
            "The controller's certificate was not verified",
            "set ca_path and validate_certs=true",
            "Hosts: Out-of-band Management (redfish.ignore.ssl)",
        ),
        (
            "bmc_not_from_server",
            "CloudStack cannot reach the controller, although it can be reached from here",
            "allow connections from the management servers to the controller (UDP 623 or TCP 443)",
            _OOBM,
        ),
        (
            "graceful_off_only",
            "CloudStack sends OFF as a graceful shutdown, which has no effect on a hung host, and takes the answer for "
            "the fence: the host's VMs may run twice",
            "use the driver ipmitool for hosts with host HA",
            "cs#13376",
        ),
    ),
    rows(
        NOTE,
        (
            "bmc_default_user",
            "The controller has a user with a vendor's default name",
            "remove or rename the user",
            "",
        ),
    ),
)
SHIPPED_USERS = frozenset(("admin", "administrator", "root", "userid"))
FAILED: t.Mapping[str, str] = {
    "silent": "bmc_silent",
    "refused": "bmc_port_closed",
    "password": "bmc_password",
    "certificate": "bmc_certificate",
    "protocol": "bmc_protocol",
}


@dataclass(frozen=True)
class BmcSeen:
    """Everything that was seen of one host's controller.

    answer: what a login told or why it failed; None where none was tried. server_power: what CloudStack learned by
    asking now, "" where it was not asked; server_error: its own words where that failed. answers: whether the host
    itself answers on its network; None where nobody tried. shared_with: other hosts with the same controller.
    host_ha: whether host HA is enabled for the host.
    """

    host: str
    oobm: Oobm
    effective: Effective
    protocol: str = IPMI
    answer: t.Union[Controller, Failure, None] = None
    verified: bool = True
    server_power: str = ""
    server_error: str = ""
    answers: t.Optional[bool] = None
    shared_with: tuple[str, ...] = ()
    host_ha: bool = False


def judge_bmc(seen: BmcSeen, ignore: t.Collection[str] = ()) -> Judgement:
    """Every finding, worst first. Raises InvalidValue for a code in ``ignore`` that is none."""
    return BMC.judgement([*_configuration(seen), *_login(seen), *_agreement(seen)], ignore)


def _configuration(seen: BmcSeen) -> t.Iterator[Finding]:
    held = seen.oobm
    if not held.configured:
        yield BMC.found("oobm_not_configured", "no driver, address or user", seen.host)
        return
    if seen.effective.state != "enabled":
        yield BMC.found(
            "oobm_disabled", f"by {seen.effective.decided_by}", seen.host, decided_by=seen.effective.decided_by
        )
    if held.driver == REDFISH_DRIVER and held.port != "443":
        yield BMC.found("redfish_port", f"port {held.port} is configured", seen.host, port=held.port)
    if held.driver == REDFISH_DRIVER and seen.host_ha:
        yield BMC.found("graceful_off_only", f"OFF is sent as {REDFISH_RESET['OFF']}", seen.host)
    if seen.shared_with:
        where = held.address if held.driver == NESTED else f"{held.address}:{held.port}"
        yield BMC.found(
            "bmc_shared",
            f"{where} is also the controller of {', '.join(seen.shared_with)}",
            seen.host,
            hosts=list(seen.shared_with),
        )


def _login(seen: BmcSeen) -> t.Iterator[Finding]:
    answer = seen.answer
    if answer is None:
        return
    if isinstance(answer, Failure):
        yield BMC.found(FAILED[answer.reason], answer.text, seen.host)
        return
    if answer.privilege and answer.privilege != ADMINISTRATOR:
        yield BMC.found(
            "bmc_privilege",
            f"{seen.oobm.username} has the privilege {answer.privilege}",
            seen.host,
            privilege=answer.privilege,
        )
    if answer.cipher_suites and not answer.cipher_suites & USED_SUITES:
        shown = ", ".join(str(each) for each in sorted(answer.cipher_suites))
        yield BMC.found("bmc_cipher", f"supported are {shown}", seen.host, cipher_suites=sorted(answer.cipher_suites))
    if seen.protocol == REDFISH and not seen.verified:
        yield BMC.found("bmc_unverified", "validate_certs is false", seen.host)
    if seen.oobm.driver == REDFISH_DRIVER and answer.reset_types is not None:
        yield from _resets(seen, answer.reset_types)
    shipped = sorted(each.name for each in answer.accounts if each.name.casefold() in SHIPPED_USERS and each.enabled)
    if shipped:
        yield BMC.found("bmc_default_user", ", ".join(shipped), seen.host, users=shipped)


def _resets(seen: BmcSeen, accepted: t.Collection[str]) -> t.Iterator[Finding]:
    lacking = {word: sent for word, sent in REDFISH_RESET.items() if sent not in accepted}
    for word, sent in lacking.items():
        yield BMC.found("reset_type_refused", f"{word} is sent as {sent}", seen.host, action=word, reset_type=sent)


def _agreement(seen: BmcSeen) -> t.Iterator[Finding]:
    if not isinstance(seen.answer, Controller):
        return
    power = seen.answer.power
    if seen.server_error:
        yield BMC.found("bmc_not_from_server", seen.server_error, seen.host)
    elif seen.server_power in ("On", "Off") and power in ("On", "Off") and seen.server_power != power:
        yield BMC.found("power_differs", f"CloudStack {seen.server_power}, controller {power}", seen.host)
    if power == "Off" and seen.answers:
        yield BMC.found("host_answers_while_off", "its address answers", seen.host)
