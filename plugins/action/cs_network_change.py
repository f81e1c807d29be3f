# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of a commit-confirmed network change: begin it, then confirm it over new connections only.

Whoever can confirm has shown that the host can be reached as it is now. Who cannot, lets it fall back.
"""

from __future__ import annotations

import secrets
import time
import typing as t

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

CHANGE, CONFIRM, INFO = (
    f"hostcraft.cloudstack.{name}" for name in ("cs_network_change", "cs_network_confirm", "cs_network_change_info")
)
# After the deadline the host still needs to take the change back, and we to hear why.
AFTERWARDS = 30.0
PAUSE = 0.5
CONNECT_SECONDS, CONNECTIONS = 4, 12
# None of these goes over the connection of before; a network that dies under one is noticed within seconds.
FRESH = "-o ControlPath=none -o ServerAliveInterval=2 -o ServerAliveCountMax=3"
Json = dict[str, t.Any]

display = Display()


class ActionModule(ActionBase):
    """See the module of this name."""

    _supports_check_mode = True
    _supports_async = False
    _own: t.Optional[Json] = None
    _timeout = 0.0

    def run(self, tmp: t.Any = None, task_vars: t.Any = None) -> Json:
        result = super().run(tmp, task_vars)
        self._vars = task_vars
        self._token = self._task.args.get("token") or secrets.token_urlsafe(24)
        started = time.monotonic()
        timeout = self._timeout = float(self._task.args.get("timeout") or 120)
        begun: Json
        try:
            begun = self._execute_module(CHANGE, {**self._task.args, "token": self._token}, task_vars=task_vars)
        except AnsibleConnectionFailure as error:
            # The answer may be lost, the change begun all the same: the token tells.
            begun = {
                "changed": True,
                "state": "applying",
                "lost": str(error),
                "address": self._task.args.get("address"),
            }
        result.update(begun)
        if begun.get("failed") or begun.get("state") != "applying":
            return result
        self._own = self._options()
        result.update(self._await(started + timeout + AFTERWARDS, begun.get("address") or ""))
        result["seconds"] = round(time.monotonic() - started, 1)
        return result

    def cleanup(self, force: bool = False) -> None:
        """Where the host answers last; one that answers nowhere keeps our temporary files."""
        try:
            super().cleanup(force)
        except AnsibleConnectionFailure as error:
            display.vv(f"temporary files were not removed: {error}", host=self._task_host())
        finally:
            if self._own:
                self._use(self._own)

    def _await(self, end: float, address: str) -> Json:
        """Ask over new connections until the change is confirmed or known to have been taken back."""
        last: Json = {"msg": "no answer"}
        turn = 0
        while time.monotonic() < end:
            # Where the address changes, the old one tells of a rollback.
            elsewhere = bool(address) and turn % 2 == 1
            turn += 1
            last = self._ask("" if elsewhere else address, elsewhere)
            if last.get("state") == "confirmed":
                return {"state": "confirmed", "interfaces": last["interfaces"]}
            reasons = {one.get("code") for one in (last.get("details") or {}).get("reasons", ())}
            if last.get("failed") and reasons & {"rolled_back", "no_change", "wrong_token"}:
                return {"failed": True, "state": "rolled_back", "changed": False, "msg": last["msg"], **_of(last)}
            time.sleep(PAUSE)
        told = (
            "the host does not answer; it rolls the change back and returns to its old address "
            f"automatically; last error: {last.get('msg', last)}"
        )
        return {"failed": True, "unreachable": False, "state": "unknown", "msg": told, "code": "not_confirmed"}

    def _ask(self, address: str, telling_only: bool) -> Json:
        self._use(self._fresh(address))
        try:
            if not telling_only:
                return self._execute_module(CONFIRM, {"token": self._token}, task_vars=self._vars)
            told = self._execute_module(INFO, {}, task_vars=self._vars)
            if told.get("state") == "none":
                return self._execute_module(CONFIRM, {"token": self._token}, task_vars=self._vars)
        except AnsibleConnectionFailure as error:
            display.vv(f"not yet: {error}", host=self._task_host())
            return {"msg": str(error)}
        return told

    def _task_host(self) -> str:
        return str(self._vars.get("inventory_hostname", ""))

    def _options(self) -> Json:
        """Those of the connection that are changed here; empty where it is not by ssh."""
        if self._connection.transport != "ssh":
            return {}
        return {name: self._connection.get_option(name) for name in ("host", "timeout", "ssh_common_args")}

    def _fresh(self, address: str) -> Json:
        """The same for a new connection, to that address where given: with the host's key of before."""
        if not self._own:
            return {}
        common = f"{FRESH} {self._own['ssh_common_args'] or ''}"
        host = self._own["host"] or self._play_context.remote_addr
        if address:
            port = self._connection.get_option("port") or 22
            common += f" -o HostKeyAlias={host if int(port) == 22 else f'[{host}]:{port}'}"
        seconds = connect_seconds(self._timeout, int(self._own["timeout"]))
        return {"host": address or host, "timeout": seconds, "ssh_common_args": common}

    def _use(self, options: Json) -> None:
        """Leave the connection of before, and take the options for the next."""
        if hasattr(self._connection, "reset"):
            self._connection.reset()
        for name, value in options.items():
            self._connection.set_option(name, value)
        # It names the control socket of the address of before.
        if options:
            self._connection.control_path = None


def connect_seconds(timeout: float, own: int) -> int:
    """Seconds for one new connection: within them the greeting of sshd has to come, late on a host at full load.

    timeout: the whole change's, which has room for a dozen at least. own: what the connection has from the user, never
    exceeded but by the least that is needed.
    """
    return max(CONNECT_SECONDS, min(own, int(timeout / CONNECTIONS)))


def _of(answer: Json) -> Json:
    return {"code": "rolled_back", "details": answer.get("details", {})}
