# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_host_keystore``: a key and its certificate on the host that it runs on, by CloudStack's scripts."""

from __future__ import annotations

import secrets
import time
import typing as t

from ...adapters.certificates.host import HostFiles
from ...adapters.certificates.x509 import Cryptography
from ...adapters.linux.client import Linux
from ...core.certificates import keystore
from ...core.certificates.check import Limits, Sighting, judge_sighting, judge_together
from ...core.certificates.model import Certificate, CertificateUnreadable, SigningRequest
from ...core.change import Outcome
from ...core.errors import HypervisorError, InvalidValue, MissingValue, NotAsRead, NotFound, Refused
from ...core.findings import HURTS, at_least
from ..fields import Params, Spec, days_checked
from ..module import Module, carry_out

REQUESTED, INSTALLED = "requested", "installed"
OPTIONS: Spec = {
    "state": {"type": "str", "choices": [REQUESTED, INSTALLED], "required": True},
    "certificate": {"type": "str"},
    "ca_certificates": {"type": "str"},
    "days": {"type": "int", "default": 30},
    "validity": {"type": "int", "default": 365},
    "force": {"type": "bool", "default": False},
    "timeout": {"type": "float", "default": 120.0},
}
OWN = ("agent", "keystore", "agent_authority")


def main() -> None:
    """The body of the module."""
    module = Module(
        argument_spec=OPTIONS,
        supports_check_mode=True,
        required_if=[("state", INSTALLED, ["certificate", "ca_certificates"])],
    )
    carry_out(module, lambda: _Keystore(module.params).ensured(module.check_mode))


class _Keystore:
    """Raises MissingLibrary."""

    def __init__(self, params: Params) -> None:
        self.params = params
        self.linux = Linux(params["timeout"])
        self.reader = Cryptography()
        self.authorities = str(params["ca_certificates"] or "")

    def ensured(self, check_mode: bool) -> Outcome:
        """Raises InvalidValue, MissingValue, NotFound, Refused, HypervisorError, NotAsRead, CertificateUnreadable."""
        days_checked(self.params["days"])
        if self.params["validity"] < 1:
            raise InvalidValue("validity", self.params["validity"], "a number of days above 0")
        return self._requested(check_mode) if self.params["state"] == REQUESTED else self._installed(check_mode)

    def _requested(self, check_mode: bool) -> Outcome:
        """A new key and its request, unless the host has what it needs."""
        if not self.params["force"] and not self._lacks():
            return Outcome(False, result={"csr": "", "needed": False})
        if not self.linux.exists(keystore.PROPERTIES):
            raise NotFound("file", keystore.PROPERTIES)
        folder = self._folder()
        # Setup replaces the key: not where its certificate could not be imported then.
        self._order(folder)
        secret = secrets.token_hex(8)
        before, after = {"request": "none"}, {"request": keystore.CSR}
        if check_mode:
            return Outcome(True, before, after, {"csr": "", "needed": True})
        self._run(keystore.setup(folder, secret, self.params["validity"]), secret, self._passphrase())
        request = self._request()
        if request is None:
            raise NotAsRead("the signing request", {keystore.CSR: "not there"})
        return Outcome(True, before, after, {"csr": self.linux.read(keystore.CSR) or "", "needed": True})

    def _installed(self, check_mode: bool) -> Outcome:
        wanted = self.reader.certificates(str(self.params["certificate"]), "certificate")[0]
        own = self.reader.certificates(self.authorities, "ca_certificates")
        held = {each.place: each for each in self._seen()}
        if not self._wrong(wanted, held):
            return Outcome(False, result={"serial": wanted.serial})
        signed = any(self.reader.issued(wanted, each) for each in own)
        reasons = keystore.reasons_against(wanted, signed, self._request(), self.linux.now())
        if reasons:
            raise Refused("the keystore of this host", reasons)
        folder, secret = self._folder(), self._passphrase()
        command = keystore.cert_import(folder, self._order(folder), wanted.pem, self.authorities, secret)
        before = {"serial": _serial(held.get("agent"))}
        if not check_mode:
            self._run(command, secret)
            wrong = self._wrong(wanted, {each.place: each for each in self._seen()})
            if wrong:
                raise NotAsRead("the keystore of this host", wrong)
        return Outcome(True, before, {"serial": wanted.serial}, {"serial": wanted.serial})

    def _seen(self) -> tuple[Sighting, ...]:
        found = HostFiles(self.linux.hostname(), self.authorities).sightings()
        return tuple(each for each in found if each.place in OWN)

    def _lacks(self) -> bool:
        """Whether something is wrong with what the host has, or there is nothing."""
        seen = self._seen()
        limits = Limits(time.time(), self.params["days"])
        findings = [*(it for each in seen for it in judge_sighting(each, limits)), *judge_together(seen)]
        return {each.place for each in seen} < set(OWN) or bool(at_least(HURTS, findings))

    def _wrong(self, wanted: Certificate, held: t.Mapping[str, Sighting]) -> dict[str, object]:
        found: dict[str, object] = {}
        for place in ("agent", "keystore"):
            its = held[place].certificate if place in held else None
            if its is None or its.fingerprint != wanted.fingerprint:
                found[place] = _serial(held.get(place))
        if "agent" in held and held["agent"].key_fits is False:
            found["key"] = "another one"
        if "agent_authority" not in held or held["agent_authority"].of_authority is False:
            found["ca_certificates"] = "not those given"
        return found

    def _request(self) -> t.Optional[SigningRequest]:
        try:
            return self.reader.request(self.linux.read(keystore.CSR) or "", keystore.CSR)
        except CertificateUnreadable:
            return None

    def _folder(self) -> str:
        for folder in keystore.FOLDERS:
            if self.linux.exists(f"{folder}/{keystore.SETUP}"):
                return folder
        raise NotFound("script", keystore.SETUP, ", ".join(keystore.FOLDERS))

    def _order(self, folder: str) -> tuple[str, ...]:
        """It differs between releases of CloudStack."""
        return keystore.import_arguments(self.linux.read(f"{folder}/{keystore.IMPORT}") or "")

    def _passphrase(self) -> str:
        return keystore.passphrase(self.linux.read(keystore.PROPERTIES) or "")

    def _run(self, command: tuple[str, ...], *secret: str) -> None:
        """What a script says is not repeated whole: it may hold the passphrase."""
        ended = self.linux.run(*command)
        if ended is None:
            raise MissingValue("the keystore of this host", [command[0]])
        if ended.status:
            said = (ended.err or ended.out).strip() or f"it ended with status {ended.status}"
            for each in filter(None, secret):
                said = said.replace(each, "********")
            raise HypervisorError(said[-300:], call=command[0].rpartition("/")[2])


def _serial(seen: t.Optional[Sighting]) -> str:
    return seen.certificate.serial if seen is not None and seen.certificate is not None else "none"
