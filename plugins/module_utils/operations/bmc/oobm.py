# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Out-of-band management of hosts, clusters and zones: configured, switched, its password proved and changed."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ...core.bmc import oobm as core
from ...core.bmc.controller import Controller, Failure
from ...core.bmc.oobm import Oobm, OobmWish
from ...core.change import Fields, Outcome
from ...core.errors import ApiError, HostcraftError, MissingValue, NotAsRead, Reason, Refused
from ...core.zone.hosts import Host
from ...ports.cloud import Cloud
from ..ensure import within
from ..zone.places import Names, Place, place
from . import asking
from .asking import Direct
from .proof import Proof
from .scopes import ensure_switched, refuse_under_ha

HIDDEN = "(hidden)"


@dataclasses.dataclass(frozen=True)
class Request:
    """state: enabled or disabled, None leaves alone. new_password: what the controller's password is to become.

    verify: whether the server is made to log in after a change. direct: how the task itself reaches the controller.
    """

    names: Names
    wish: OobmWish = dataclasses.field(default_factory=OobmWish)
    state: t.Optional[str] = None
    new_password: t.Optional[str] = None
    verify: bool = True
    direct: t.Optional[t.Callable[[str], Direct]] = None


def ensure_oobm(cloud: Cloud, request: Request, check_mode: bool) -> Outcome:
    """Raises InvalidValue, Refused, MissingValue, NotAsRead, and what the server says."""
    told = {"host": request.names.get("host"), **request.wish.shown(), "state": request.state}
    return within(
        lambda: place(cloud, request.names),
        lambda where: _ensured(cloud, request, where, check_mode),
        told,
        "present",
        check_mode,
    )


def _ensured(cloud: Cloud, request: Request, where: Place, check_mode: bool) -> Outcome:
    if isinstance(where.thing, Host):
        return _host(cloud, request, where.thing, check_mode)
    if where.scope == "pod" or request.state is None:
        raise _missing(where.subject, ["host" if where.scope == "pod" else "state"])
    if any(
        value is not None for value in (*request.wish.shown().values(), request.wish.password, request.new_password)
    ):
        raise MissingValue("the configuration of a controller", ["host"])
    wanted = request.state == core.ENABLED

    def guard() -> None:
        if not wanted:
            cluster_id = where.thing.id if where.scope == "cluster" else ""
            refuse_under_ha(cloud, where.subject, {each.host_id for each in cloud.oobms.all(where.zone.id, cluster_id)})

    return ensure_switched(cloud, where, cloud.oobms, core.DETAIL, wanted, check_mode, guard)


def _host(cloud: Cloud, request: Request, host: Host, check_mode: bool) -> Outcome:
    held = cloud.oobms.of_host(host.id)
    asked = any(value is not None for value in (*request.wish.shown().values(), request.wish.password))
    wish = core.checked(request.wish.completed(held)) if asked or not held.configured else OobmWish()
    if request.new_password is not None and (wish.driver or held.driver) == core.IPMITOOL:
        core.check_password(request.new_password)
    reasons = core.reasons(wish, _use_https(cloud) if wish.driver == core.REDFISH else None)
    if reasons:
        raise Refused(f"out-of-band management of host {host.name}", reasons)
    change = _Change(cloud, request, host, held, wish, check_mode)
    return change.made()


def _missing(whose: str, names: t.Sequence[str]) -> MissingValue:
    subject = f"out-of-band management of {whose}"
    return MissingValue(subject, names, f"{subject} needs them")


class _Change:
    """Everything that a task changes of one host, decided first and then done step by step."""

    def __init__(
        self, cloud: Cloud, request: Request, host: Host, held: Oobm, wish: OobmWish, check_mode: bool
    ) -> None:
        self.cloud, self.request, self.host, self.held, self.wish = cloud, request, host, held, wish
        self.check_mode = check_mode
        self.before: dict[str, object] = {}
        self.after: dict[str, object] = {}
        self.warnings: list[str] = []
        self._has_new: t.Optional[bool] = None
        self.proof = Proof(cloud, host, held)

    def made(self) -> Outcome:
        configure = self._configuration()
        switch = self._switching()
        new = self._new_password(configure)
        if new:
            self._refuse_password()
        if configure and self.wish.password is None:
            raise _missing(f"host {self.host.name}", core.missing(self.wish))
        if not self.check_mode:
            self._carry_out(configure, switch, new)
        changed = bool(self.after)
        failed = self.proof.of_what_stays() if self.request.verify and not changed else None
        if failed and not self.check_mode:
            raise failed
        self.warnings += [failed.message] if failed else []
        held = self.held if self.check_mode or not changed else self.cloud.oobms.of_host(self.host.id)
        shown = show(self.cloud, self.host, held)
        result = {**shown, **self._foretold()}
        return Outcome(changed, self.before, self.after, result, tuple(self.warnings), unproved=bool(failed))

    def _configuration(self) -> bool:
        """Whether it has to be configured; what differs goes into the diff."""
        if self.wish.driver is None:
            return False
        found = core.differs(self.wish, self.held)
        if not self.held.configured:
            lacking = core.missing(self.wish)
            if lacking:
                raise _missing(f"host {self.host.name}", lacking)
        for name, (has, wanted) in found.items():
            self.before[name], self.after[name] = has, wanted
        if self.wish.password is None or (not found and self._renewed()):
            return bool(found)
        if not found and self._same_password(self.wish.password):
            return False
        self.before["password"], self.after["password"] = HIDDEN, f"{HIDDEN} (changed)"
        return True

    def _same_password(self, password: str) -> bool:
        """Whether the server has this one already. It shows one letter, so the rest is found out by trying.

        The controller has one password. If it takes the declared one and the server's, they are the same.
        """
        if not core.hint_fits(self.held.password_hint, password):
            return False
        direct = self._try_directly(password)
        if isinstance(direct, Failure) and direct.reason == "password":
            raise Refused(
                f"out-of-band management of host {self.host.name}",
                [
                    Reason(
                        "bmc_password",
                        f"the controller refuses user {self.wish.username or self.held.username} with this password",
                        "set the controller's present password; nothing was changed",
                    )
                ],
            )
        if asking.effective_of(self.cloud, self.host, self.held).state != core.ENABLED:
            self.warnings.append(
                "only the first letter of the password was compared: out-of-band management is disabled, "
                "so the server cannot test the login"
            )
            return True
        error = self.proof.ask()
        if error is not None and asking.refused_login(error):
            return False
        if error is not None and not (self.request.verify and self.proof.failure()):
            self.warnings.append(f"the password could not be compared: {error.text}")
        return True

    def _try_directly(self, password: str) -> t.Union[Controller, Failure, None]:
        """What the controller says to the task itself; None where the task has no way to it."""
        if self.request.direct is None:
            return None
        direct = self.request.direct(password)
        return asking.look(self._known(), direct)[1]

    def _known(self) -> Oobm:
        """As it will be configured."""
        return dataclasses.replace(
            self.held,
            driver=self.wish.driver or self.held.driver,
            address=self.wish.address or self.held.address,
            port=self.wish.port or self.held.port,
            username=self.wish.username or self.held.username,
        )

    def _switching(self) -> t.Optional[bool]:
        if self.request.state is None:
            return None
        wanted = self.request.state == core.ENABLED
        if self.held.enabled is wanted:
            return None
        if wanted and not self.held.configured and self.wish.driver is None:
            raise _missing(f"host {self.host.name}", core.missing(self.wish))
        if not wanted:
            refuse_under_ha(self.cloud, f"host {self.host.name}", {self.host.id})
        self.before["enabled"], self.after["enabled"] = self.held.enabled, wanted
        return wanted

    def _new_password(self, configure: bool) -> bool:
        """Whether the controller's password has to change: not when the server logs in with the new one already."""
        new = self.request.new_password
        if new is None:
            return False
        if not configure and self._renewed():
            return False
        self.before["bmc_password"], self.after["bmc_password"] = HIDDEN, f"{HIDDEN} (changed)"
        return True

    def _renewed(self) -> bool:
        """Whether both sides have the new password already."""
        if self._has_new is None:
            self._has_new = self._look_for_new()
        return self._has_new

    def _look_for_new(self) -> bool:
        new, hint = self.request.new_password, self.held.password_hint
        if new is None or not core.hint_fits(hint, new):
            return False
        seen = self._try_directly(new)
        if seen is not None:
            return isinstance(seen, Controller) and self._server_logs_in()
        # The old one may have the same first letter.
        if core.hint_fits(hint, self.wish.password or "") or not self._server_logs_in():
            return False
        self.warnings.append("the new password was compared only by its first letter and a login of the server")
        return True

    def _refuse_password(self) -> None:
        driver = self._known().driver
        whose = f"the password of the controller of host {self.host.name}"
        reasons = core.password_reasons(driver, self.request.direct is not None)
        if reasons:
            raise Refused(whose, reasons)
        if driver == core.REDFISH and self.wish.password is None:
            raise MissingValue(whose, ["password"], f"{whose} is changed with its present one")

    def _server_logs_in(self) -> bool:
        try:
            return bool(asking.status(self.cloud, self.host))
        except ApiError:
            return False

    def _carry_out(self, configure: bool, switch: t.Optional[bool], new: bool) -> None:
        oobms, host = self.cloud.oobms, self.host
        if configure:
            oobms.configure(host.id, self.wish)
        if switch is not None:
            oobms.switch("host", host.id, switch)
        held = oobms.of_host(host.id)
        rest = core.differs(self.wish, held)
        if switch is not None and held.enabled is not switch:
            rest["enabled"] = (str(held.enabled), str(switch))
        if rest:
            raise NotAsRead(f"out-of-band management of host {host.name}", rest)
        usable = asking.effective_of(self.cloud, host, held).state == core.ENABLED
        if (configure or switch) and self.request.verify:
            self._prove(held, usable)
        if new:
            self._change_password(held, usable)

    def _prove(self, held: Oobm, usable: bool) -> None:
        if not usable:
            self.warnings.append(
                "the configuration was not tested: out-of-band management is disabled for the host, its "
                "cluster or its zone"
            )
            return
        proof = Proof(self.cloud, self.host, held)
        error = proof.ask()
        if error:
            raise proof.failure() or error

    def _change_password(self, held: Oobm, usable: bool) -> None:
        """On both sides, proved by a login of the server and, where there is a way, one of the task."""
        new = t.cast(str, self.request.new_password)
        if not usable:
            raise Refused(
                f"the password of the controller of host {self.host.name}",
                [
                    Reason(
                        "oobm_off",
                        "out-of-band management is disabled, so the server cannot change the password",
                        "enable it first",
                    )
                ],
            )
        if held.driver == core.REDFISH:
            self._change_directly(new)
            return
        try:
            self.cloud.oobms.change_password(self.host.id, new)
            asking.status(self.cloud, self.host)
        except ApiError as error:
            raise self._stuck(error) from None
        seen = self._try_directly(new)
        if isinstance(seen, Failure):
            raise NotAsRead(f"the password of the controller of host {self.host.name}", {"bmc": seen.text})

    def _change_directly(self, new: str) -> None:
        """On the controller by the task, then in the server's record, which its driver alone would change."""
        whose = f"the password of the controller of host {self.host.name}"
        direct = t.cast("t.Callable[[str], Direct]", self.request.direct)(t.cast(str, self.wish.password))
        access = asking.access_to(self._known(), direct)
        try:
            with contextlib.closing(direct.reach(access)) as bmc:
                bmc.set_password(access.username, new)
        except HostcraftError as error:
            # An answer may be lost after the change.
            seen = self._try_directly(new)
            if isinstance(seen, Failure):
                same = seen.reason == "password"
                told = "was not changed" if same else "may have changed"
                raise HostcraftError(
                    f"{whose} {told}: {error.message}; a login with the new one: {seen.text}",
                    reason="not_changed" if same else "unknown",
                ) from None
        try:
            self.cloud.oobms.configure(self.host.id, dataclasses.replace(self.wish, password=new))
            asking.status(self.cloud, self.host)
        except HostcraftError as error:
            raise HostcraftError(
                f"{whose} was changed on the controller, but CloudStack cannot log in with it: {error.message}; set it "
                "as password in another run",
                reason="late",
            ) from None

    def _stuck(self, error: ApiError) -> HostcraftError:
        """Which password works now; the old one is given back to the server where it is known and still good."""
        old = self.request.wish.password
        text = f"a change of the password of the controller of host {self.host.name} failed: {error.text}"
        if old is None:
            return self._seen_after(text)
        seen = self._try_directly(old)
        if isinstance(seen, Failure) and seen.reason == "password":
            new = t.cast(str, self.request.new_password)
            self.cloud.oobms.configure(self.host.id, dataclasses.replace(self.wish, password=new))
            if self._server_logs_in():
                return HostcraftError(
                    f"{text}; the controller has the new password, and it was set on the server", reason="late"
                )
        self.cloud.oobms.configure(self.host.id, dataclasses.replace(self.wish, password=old))
        works = "works" if self._server_logs_in() else "was set on the server again, but does not work either"
        return HostcraftError(f"{text}; the old password {works}", reason="not_changed")

    def _seen_after(self, text: str) -> HostcraftError:
        """Where the old password is not known: what the controller takes, as far as it can be seen."""
        if isinstance(self._try_directly(t.cast(str, self.request.new_password)), Controller):
            return HostcraftError(f"{text}; the controller has the new password: set password to it", reason="late")
        if self._server_logs_in():
            return HostcraftError(f"{text}; the password in CloudStack's record works", reason="not_changed")
        return HostcraftError(
            f"{text}; CloudStack cannot log in: set password to the password of the controller", reason="unknown"
        )

    def _foretold(self) -> Fields:
        names = ("driver", "address", "port", "username", "enabled")
        return {name: self.after[name] for name in names if self.check_mode and name in self.after}


def show(cloud: Cloud, host: Host, held: Oobm) -> dict[str, object]:
    """One host's out-of-band management as the modules return it."""
    seen = asking.effective_of(cloud, host, held)
    return {
        "id": host.id,
        "host": host.name,
        "cluster": host.cluster,
        "zone": host.zone,
        "configured": held.configured,
        "enabled": held.enabled,
        "state": seen.state,
        "decided_by": seen.decided_by,
        "driver": held.driver,
        "address": held.address,
        "port": held.port,
        "username": held.username,
        "power_state": held.power_state,
    }


def _use_https(cloud: Cloud) -> t.Optional[bool]:
    held = cloud.settings.find("redfish.use.https")
    return None if held is None else held.value != "false"
