# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings and accounts of a database server as CloudStack needs them, and nobody else let in."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...core.change import Outcome
from ...core.database import accounts as people
from ...core.database.accounts import Account, Step
from ...core.database.option_files import Options, read_options
from ...core.database.replication import main_version
from ...core.database.settings import Plan, named, overridden, plan, renamed, render, unknown_of
from ...core.database.values import meaning, same
from ...core.errors import NotAsRead, Reason, Refused, TransportError
from ...ports.database import DatabaseServer, OptionFiles

TEST = "test"


@dataclass(frozen=True)
class Request:
    """settings: None leaves them alone; they go to the file ``path``. roots: files that the server reads first."""

    settings: t.Optional[t.Mapping[str, object]]
    path: str
    roots: tuple[str, ...]
    accounts: tuple[Account, ...] = ()
    secured: bool = False


def ensure_server(server: DatabaseServer, files: OptionFiles, request: Request, check_mode: bool) -> Outcome:
    """Raises Refused before anything is changed, with every line that overrides a setting."""
    work = _Work(server, files, request)
    work.look()
    if work.changed and not check_mode:
        work.carry_out()
    return work.outcome(check_mode)


class _Work:
    """running: variables, None while the server does not run. steps: statements about accounts."""

    def __init__(self, server: DatabaseServer, files: OptionFiles, request: Request) -> None:
        self.server, self.files, self.request = server, files, request
        self.running: t.Optional[t.Mapping[str, str]] = None
        self.plan: t.Optional[Plan] = None
        self.held_text: t.Optional[str] = None
        self.wanted: dict[str, str] = {}
        self.steps: tuple[Step, ...] = ()
        self.drop_test = False
        self.left_to_restart: list[str] = []
        self.warnings: list[str] = []

    @property
    def writes_file(self) -> bool:
        return self.plan is not None and self.plan.text != self.held_text

    @property
    def changed(self) -> bool:
        dynamic = self.plan.dynamic if self.plan else {}
        return bool(self.writes_file or dynamic or self.steps or self.drop_test)

    def look(self) -> None:
        fixed: t.Collection[str] = ()
        try:
            self.running, fixed = self.server.variables()
        except TransportError:
            # A server that is not installed or does not run reads the file at its start.
            if self.request.accounts or self.request.secured:
                raise
        if self.request.settings is not None:
            self._look_at_settings(fixed)
        if self.running is not None and (self.request.accounts or self.request.secured):
            self._look_at_accounts(self.running)

    def _look_at_settings(self, fixed: t.Collection[str]) -> None:
        path = self.request.path
        self.wanted = named(self.request.settings or {})
        self.held_text = self.files.read(path)
        version = ".".join(map(str, main_version((self.running or {}).get("version", ""))))
        options = read_options(self.request.roots, self._with_ours, self._listed_with_ours, version)
        complaints = self._complaints()
        if complaints:
            self.wanted = renamed(self.wanted, complaints)
            complaints = self._complaints()
        reasons = list(overridden(self.wanted, options, path))
        reasons += [_not_started(path, each) for each in complaints]
        if path not in options.files and any(self.files.read(root) is not None for root in self.request.roots):
            reasons.append(_not_read(path, options))
        if reasons:
            raise Refused("the settings of the database server", reasons)
        self.plan = plan(self.wanted, options, path, self.running, fixed)
        self.left_to_restart = sorted(self.plan.static)

    def _complaints(self) -> list[str]:
        """Without those of variables that the running server has: of plugins that its own tables name."""
        said = self.files.refused(render(self.wanted))
        return [each for each in said if unknown_of(each) not in (self.running or {})]

    def _with_ours(self, path: str) -> t.Optional[str]:
        """Our file counts where it is not there yet."""
        text = self.files.read(path)
        return "" if text is None and path == self.request.path else text

    def _listed_with_ours(self, path: str) -> t.Sequence[str]:
        folder, _slash, name = self.request.path.rpartition("/")
        names = list(self.files.listed(path))
        return [*names, name] if path.rstrip("/") == folder and name not in names else names

    def _look_at_accounts(self, running: t.Mapping[str, str]) -> None:
        held = self.server.accounts()
        wanted = [people.checked(account) for account in self.request.accounts]
        steps = list(people.decide(wanted, held, self.server.privileges()))
        if meaning(running.get("skip_name_resolve", "OFF")) is True or meaning(
            self.wanted.get("skip_name_resolve", "OFF")
        ):
            named_hosts = sorted(
                {each.title for each in held if people.by_name(each.host) and each.name != "mariadb.sys"}
            )
            lost = [f"{a.name!r}@{host!r}" for a in wanted for host in a.hosts if people.by_name(host)]
            if lost:
                raise Refused("the accounts of the database server", [_no_names(lost)])
            if named_hosts:
                self.warnings.append(
                    f"skip_name_resolve is on, so these accounts never match: {', '.join(named_hosts)}"
                )
        if self.request.secured:
            steps += [
                Step("DROP USER %s@%s", (each.name, each.host), f"drop {each.title}")
                for each in people.openings(held)
                if not any(
                    step.statement.startswith("DROP") and step.values == (each.name, each.host) for step in steps
                )
            ]
            self._look_at_test()
        self.steps = tuple(steps)

    def _look_at_test(self) -> None:
        if TEST not in self.server.replication().databases:
            return
        tables = self.server.tables_of(TEST)
        if tables:
            self.warnings.append(f"the database test has {tables} tables, so it was not removed")
        self.drop_test = not tables

    def carry_out(self) -> None:
        if self.plan is not None:
            if self.writes_file:
                self.files.write(self.request.path, self.plan.text)
            for name, value in self.plan.dynamic.items():
                if not self.server.set_variable(name, value):
                    self.left_to_restart.append(name)
            self._verify(self.plan)
        if self.steps or self.drop_test:
            here = self.server.replication()
            log = here.writer
            self.server.perform(self.steps, log)
            if self.drop_test:
                self.server.drop_databases([TEST], log)
            wanted = [people.checked(account) for account in self.request.accounts]
            left = people.decide(wanted, self.server.accounts(), self.server.privileges())
            if left:
                raise NotAsRead("the accounts of the database server", {step.told: "not done" for step in left})

    def _verify(self, done: Plan) -> None:
        if self.running is None or not done.dynamic:
            return
        held, _fixed = self.server.variables()
        wrong = {
            name: held.get(name)
            for name, value in done.dynamic.items()
            if name not in self.left_to_restart and not same(name, value, held.get(name, ""))
        }
        # A buffer pool changes its size while the server goes on.
        wrong.pop("innodb_buffer_pool_size", None)
        if wrong:
            raise NotAsRead("a setting of the database server", wrong)

    def outcome(self, check_mode: bool) -> Outcome:
        before: dict[str, object] = {}
        after: dict[str, object] = {}
        if self.plan is not None and self.writes_file:
            before["file"], after["file"] = self.held_text or "", self.plan.text
        if self.plan is not None and self.running is not None:
            for name, value in {**self.plan.dynamic, **self.plan.static}.items():
                before[name], after[name] = self.running.get(name), value
        if self.steps:
            before["accounts"], after["accounts"] = [], [step.told for step in self.steps]
        if self.drop_test:
            before["database test"], after["database test"] = "present", "absent"
        result = {
            "running": self.running is not None,
            "restart_needed": bool(self.left_to_restart) or (self.running is None and self.writes_file),
            "restart_for": sorted(self.left_to_restart),
            "replaced": [
                f"{line.place}: {line.name} = {line.value}" for line in (self.plan.replaced if self.plan else ())
            ],
            "kept": [f"{line.place}: {line.name} = {line.value}" for line in (self.plan.kept if self.plan else ())],
            "steps": [step.told for step in self.steps],
        }
        secrets = tuple(account.password for account in self.request.accounts)
        return Outcome(self.changed, before, after, result, tuple(self.warnings), secrets)


def _not_started(path: str, complaint: str) -> Reason:
    return Reason(
        "setting_refused",
        f"the server would not start with {path}: {complaint}",
        "correct the setting, or leave it out (null)",
        {"said": complaint},
    )


def _not_read(path: str, options: Options) -> Reason:
    return Reason(
        "file_not_read",
        f"the server does not read {path}: it reads {', '.join(options.files) or 'nothing'}",
        "choose a path in a directory that one of these files includes (!includedir)",
        {"files": list(options.files)},
    )


def _no_names(lost: t.Sequence[str]) -> Reason:
    return Reason(
        "host_by_name",
        f"skip_name_resolve is on, so accounts with names of hosts never match: {', '.join(lost)}",
        "give addresses or networks instead of names",
        {"accounts": list(lost)},
    )
