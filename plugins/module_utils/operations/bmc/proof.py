# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the management server logs in to a host's controller with what is configured."""

from __future__ import annotations

import typing as t

from ...core.bmc.check import BMC
from ...core.bmc.oobm import ENABLED, NESTED, Oobm
from ...core.errors import ApiError, AuthenticationFailed, HostcraftError
from ...core.zone.hosts import Host
from ...ports.cloud import Cloud
from . import asking

FORBIDDEN = (432, 531)  # of a key that may not ask controllers


class Proof:
    """One login of the server, as out-of-band management of a host is held."""

    def __init__(self, cloud: Cloud, host: Host, held: Oobm) -> None:
        self._cloud, self._host, self._held = cloud, host, held
        self._asked = False
        self._error: t.Optional[ApiError] = None

    def ask(self) -> t.Optional[ApiError]:
        """What the server says against it; None after a login."""
        self._asked, self._error = True, None
        try:
            asking.status(self._cloud, self._host)
        except ApiError as error:
            self._error = error
        return self._error

    def failure(self) -> t.Optional[HostcraftError]:
        """What the last answer says against the configuration; an error of the key that asks says nothing."""
        error, held = self._error, self._held
        if error is None or isinstance(error, AuthenticationFailed) or error.errorcode in FORBIDDEN:
            return None
        code = "bmc_password" if asking.refused_login(error) else "bmc_silent"
        where = held.address if held.driver == NESTED else f"{held.address} port {held.port}"
        told = {
            "bmc_password": f"{where} refuses user {held.username} with this password",
            "bmc_silent": f"nothing answers CloudStack at {where}",
        }
        return HostcraftError(
            f"out-of-band management of host {self._host.name} is configured, but does not work ({code}): "
            f"{told[code]}; {BMC.by_code[code].remedy}; the server says: {error.text}",
            reason=code,
        )

    def of_what_stays(self) -> t.Optional[HostcraftError]:
        """The same of a configuration that does not change. Not asked where the server knows the power state.

        A login that fails makes the server forget that state.
        """
        known = self._asked or self._held.power_state in ("On", "Off")
        if not known and asking.effective_of(self._cloud, self._host, self._held).state == ENABLED:
            self.ask()
        return self.failure()
