# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of cs_network_change, cs_network_confirm and cs_network_change_info, on the host that they are for."""

from __future__ import annotations

import os
import time
import typing as t

from ...adapters.linux.network import units
from ...adapters.linux.network.begin import Seen, begin, look, own_connection, preflight
from ...adapters.linux.network.files import text_of
from ...adapters.linux.network.journal import Journal, change_in, identity
from ...adapters.linux.network.running import seen as state_now
from ...core.errors import HostcraftError, InvalidValue, Reason, Refused
from ...core.machine_network.change.model import BACKENDS, NetworkChange, change_of
from ...core.machine_network.change.preflight import refusals
from ...core.machine_network.change.show import masked, shown, shown_after
from ..fields import Params, Spec
from ..module import Json, Module, failure

SHORTEST, LONGEST = 10, 3600
STALE_SECONDS = 60.0
OPTIONS: Spec = {
    "backend": {"type": "str", "required": True, "choices": sorted(BACKENDS)},
    "files": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "path": {"type": "path", "required": True},
            "content": {"type": "str", "required": True},
            "mode": {"type": "str", "default": "0644"},
        },
    },
    "absent": {"type": "list", "elements": "path", "default": []},
    "commands": {"type": "list", "elements": "list", "default": []},
    "doomed": {"type": "list", "elements": "str", "default": []},
    "links": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "kind": {"type": "str", "default": ""},
            "ports": {"type": "list", "elements": "str", "default": []},
            "addresses": {"type": "list", "elements": "str", "default": []},
            "mtu": {"type": "int"},
            "dynamic": {"type": "bool", "default": False},
            "lacp_partner": {"type": "bool", "default": False},
        },
    },
    "address": {"type": "str", "default": ""},
    "probes": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "tcp": {"type": "str", "default": ""},
            "command": {"type": "list", "elements": "str", "default": []},
        },
    },
    "shared": {"type": "list", "elements": "str", "default": []},
    "timeout": {"type": "int", "default": 120},
    "acknowledge": {"type": "bool", "default": False},
    "token": {"type": "str", "no_log": True},
}
CONFIRM_OPTIONS: Spec = {
    "state": {"type": "str", "choices": ["confirmed", "reverted"], "default": "confirmed"},
    "token": {"type": "str", "no_log": True},
}


def main() -> None:
    """The body of ``cs_network_change`` on the host: judge, arm, begin. Its action plugin confirms."""
    module = Module(argument_spec=OPTIONS, supports_check_mode=True)
    invocation = {"module_args": {**module.params, "files": [_without_content(one) for one in module.params["files"]]}}
    try:
        answer = _change(module.params, module.check_mode)
    except (HostcraftError, OSError) as error:
        module.fail_json(invocation=invocation, **_failure(error))
    else:
        for warning in answer.pop("warnings", ()):
            module.warn(warning)
        module.exit_json(invocation=invocation, **answer)


def _change(params: Params, check_mode: bool) -> Json:
    change, journal = change_of(params), Journal()
    if not SHORTEST <= params["timeout"] <= LONGEST:
        raise InvalidValue("timeout", params["timeout"], f"{SHORTEST} to {LONGEST} seconds")
    if not check_mode and not params["token"]:
        raise InvalidValue(
            "token", params["token"], "a secret for cs_network_confirm; the task generates one if it is not set"
        )
    _as_root()
    if check_mode:
        return _judged(change, journal, params, True)
    os.makedirs(journal.home, mode=0o700, exist_ok=True)
    with journal.locked():
        joined = _joined(change, journal, params["token"])
    if not joined:
        _end_stale(journal)
    with journal.locked():
        return joined or _judged(change, journal, params, False)


def _judged(change: NetworkChange, journal: Journal, params: Params, check_mode: bool) -> Json:
    """See and decide; act unless in check mode. The caller holds the lock where it acts."""
    seen = look(change)
    answer: Json = {"id": identity(change), "warnings": [], "diff": [], "address": change.address}
    drifted = seen.drifted(change)
    if not seen.differs(change) and not drifted:
        return {**answer, "changed": False, "state": "as_wanted", "interfaces": shown(seen.state)}
    last = journal.last() if journal.pending() is None else {}
    if last.get("outcome") == "rolled_back":
        told = f"the network change {last['id']} was rolled back on this host: {last['reason']}"
        if last["id"] == answer["id"] and not params["acknowledge"]:
            remedy = "correct the cause, then run once with acknowledge: true"
            raise Refused("network", [Reason("rolled_back_before", told + "; the declared change is the same", remedy)])
        answer["warnings"].append(told)
    via = own_connection()
    against = refusals(change, preflight(change, seen, via.address if via else ""))
    if against:
        raise Refused("network", against)
    answer["diff"] = _diff(change, seen)
    if not check_mode:
        begin(journal, change, seen, params["token"], params["timeout"])
    drift = [reason for reasons in drifted.values() for reason in reasons] if not seen.differs(change) else []
    return {**answer, "changed": True, "state": "would_change" if check_mode else "applying", "drift": drift}


def _joined(change: NetworkChange, journal: Journal, token: str) -> Json:
    """An earlier run's same change that still waits for its confirmation is ours now. Raises Refused for another."""
    entry = journal.pending()
    if entry is None or not units.is_working():
        return {}
    phase = journal.phase()["phase"]
    if entry["id"] != identity(change) or phase == "reverting":
        told = f"another network change ({entry['id']}, {phase}) is running on this host"
        remedy = f"wait up to {entry['timeout']:g} s until it ends, or end it with cs_network_confirm state=reverted"
        raise Refused("network", [Reason("pending", told, remedy, {"id": entry["id"], "phase": phase})])
    journal.take_token(token)
    return {"changed": True, "id": entry["id"], "state": "applying", "diff": [], "address": change.address}


def _end_stale(journal: Journal) -> None:
    """A change whose deadline is gone (somebody stopped the timer) is taken back now."""
    if journal.pending() is not None:
        units.start_reverting()
        _wait_for_end(journal)


def _wait_for_end(journal: Journal) -> None:
    end = time.monotonic() + STALE_SECONDS
    while journal.pending() is not None:
        if time.monotonic() > end:
            raise Refused("network", [Reason("pending", "an unconfirmed network change cannot be rolled back")])
        time.sleep(0.2)


def _diff(change: NetworkChange, seen: Seen) -> list[Json]:
    """Before and after of each file, then of the interfaces that are promised."""
    found = []
    wanted = {file.path: file.content for file in change.files}
    for path in seen.differs(change):
        before, after = text_of(seen.held(path) if path in wanted else seen.before[path]) or "", wanted.get(path, "")
        found.append({"before_header": path, "after_header": path, "before": masked(before), "after": masked(after)})
    names = {link.name for link in change.links} | {port for link in change.links for port in link.ports}
    before = shown(seen.state, {*names, *change.doomed, *seen.released})
    after = shown_after(change, seen.state, seen.released)
    if before != after:
        header = "interfaces"
        found.append({"before_header": header, "after_header": header, "before": before, "after": after})
    return found


def confirm() -> None:
    """The body of ``cs_network_confirm``."""
    needs = [("state", "confirmed", ("token",))]
    module = Module(argument_spec=CONFIRM_OPTIONS, required_if=needs, supports_check_mode=True)
    try:
        _as_root()
        if module.params["state"] == "confirmed":
            answer = _confirmed(Journal(), module.params["token"], module.check_mode)
        else:
            answer = _reverted(Journal(), module.check_mode)
    except (HostcraftError, OSError) as error:
        module.fail_json(**_failure(error))
    else:
        module.exit_json(**answer)


def _confirmed(journal: Journal, token: str, check_mode: bool) -> Json:
    """Raises Refused with code rolled_back, no_change, wrong_token, not_fresh or wrong_address."""
    if journal.pending() is None:
        last = journal.last()
        if not journal.is_token(token):
            raise Refused("network", [Reason("no_change", "no network change on this host has this token")])
        if last["outcome"] != "confirmed":
            raise Refused(
                "network", [Reason("rolled_back", f"rolled back: {last['reason']}", "", {"left": last["left"]})]
            )
        return {"changed": False, "state": "confirmed", "id": last["id"], "interfaces": shown(state_now())}
    if not journal.is_token(token):
        raise Refused("network", [Reason("wrong_token", "the network change on this host has another token")])
    phase = journal.phase()
    if phase["phase"] != "applied" or check_mode:
        return {"changed": check_mode, "state": phase["phase"]}
    with journal.locked():
        entry = journal.pending()
        if entry is None:
            return {"changed": False, "state": "reverting"}
        address, via = change_in(entry).address, own_connection()
        if via and via.peer in journal.phase().get("peers", ()):
            raise Refused(
                "network",
                [
                    Reason(
                        "not_fresh",
                        "this connection is older than the change, so it does not prove that the host can be reached",
                    )
                ],
            )
        if via and address not in ("", via.address):
            told = f"the connection uses {via.address}, not {address}, which must be confirmed"
            raise Refused("network", [Reason("wrong_address", told)])
        journal.end("confirmed", reason="", left=[])
    units.disarm()
    return {"changed": True, "state": "confirmed", "id": entry["id"], "interfaces": shown(state_now())}


def _reverted(journal: Journal, check_mode: bool) -> Json:
    if journal.pending() is None:
        return {"changed": False, "state": "none"}
    if not check_mode:
        units.start_reverting()
        _wait_for_end(journal)
    return {"changed": True, "state": "reverted", "interfaces": shown(state_now())}


def info() -> None:
    """The body of ``cs_network_change_info``."""
    module = Module(argument_spec={}, supports_check_mode=True)
    try:
        _as_root()
        journal = Journal()
        entry, last = journal.pending(), journal.last()
        last.pop("token", None)
        phase = journal.phase() if entry else {"phase": "none"}
        module.exit_json(
            changed=False,
            state=phase["phase"],
            reason=phase.get("reason") or "",
            id=entry["id"] if entry else "",
            timeout=entry["timeout"] if entry else None,
            guarded=units.is_working() if entry else None,
            last=last or None,
            interfaces=shown(state_now()),
        )
    except (HostcraftError, OSError) as error:
        module.fail_json(**_failure(error))


def _as_root() -> None:
    if os.geteuid() != 0:
        raise Refused(
            "network", [Reason("not_root", "only root can change the network of a host; use become", "become: true")]
        )


def _without_content(file: Params) -> Json:
    return {**file, "content": f"({len(file['content'])} characters)"}


def _failure(error: t.Union[HostcraftError, OSError]) -> Json:
    """Raised before anything was touched, or by a system call that then left nothing behind."""
    if isinstance(error, HostcraftError):
        return failure(error)
    return {"msg": f"the host could not be prepared: {error}; nothing was changed", "code": "host", "details": {}}
