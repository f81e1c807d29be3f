# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripts that CloudStack's agent runs on a KVM host: libvirt's custom hooks, and the stages of rolling maintenance.

Sources: "Working with Hosts: KVM Libvirt Hook Script Include" and "KVM Rolling Maintenance".
"""

from __future__ import annotations

import hashlib
import re
import typing as t
from dataclasses import dataclass

# Each with the sub-operation that libvirt names for it (libvirt.org/hooks.html#qemu).
ACTIONS: t.Mapping[str, str] = {
    "prepare": "begin",
    "start": "begin",
    "started": "begin",
    "stopped": "end",
    "release": "end",
    "migrate": "begin",
    "restore": "begin",
    "reconnect": "begin",
    "attach": "begin",
}
ALL = "all"
STAGES = ("PreFlight", "PreMaintenance", "Maintenance", "PostMaintenance")
ENDINGS = ("", ".sh", ".py")
SKIP = 70  # of PreFlight and PreMaintenance: the host needs no maintenance
_PYTHON_LINT = "/usr/bin/python3 -c 'import ast, sys; ast.parse(open(sys.argv[1], \"rb\").read(), sys.argv[1])' %s"
# By the interpreter's name without version; %s is the file. Others cannot be read without being run.
LINTS: t.Mapping[str, str] = {"bash": "/bin/bash -n %s", "sh": "/bin/sh -n %s", "python": _PYTHON_LINT}


@dataclass(frozen=True)
class Script:
    """One script as it is to be. order: its place among the others. runs: (action, sub-operation) of a dry run.

    lint: a command with %s for the file, "" where its language has none. good: exit codes that are no failure.
    """

    name: str
    sha256: str
    lint: str
    order: int
    runs: tuple[tuple[str, str], ...] = ()
    good: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class ScriptPlan:
    """scripts: in the order in which they run. problems: what is wrong, all at once, each naming its script.

    notes: what is right and may surprise. rivals: names that would run beside or instead of a planned one.
    """

    scripts: tuple[Script, ...]
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()


def plan_hooks(contents: t.Mapping[str, str]) -> ScriptPlan:
    """Custom hooks by file name. They run sorted by the name behind action and underscore."""
    problems = [text for name, content in contents.items() for text in _problems(name, content)]
    for name in contents:
        action, mark, rest = name.partition("_")
        if not mark or action not in (ALL, *ACTIONS) or not rest:
            known = ", ".join((ALL, *ACTIONS))
            problems.append(f"{name}: would never run; start the name with one of {known} and an underscore")
    ordered = sorted(contents, key=lambda name: (name.partition("_")[2], name))
    scripts = []
    for place, name in enumerate(ordered):
        action = name.partition("_")[0]
        runs = tuple(pair for pair in ACTIONS.items() if action in (ALL, pair[0]))
        scripts.append(Script(name, _sum(contents[name]), _lint(contents[name]), place, runs))
    return ScriptPlan(tuple(scripts), tuple(problems))


def plan_stages(contents: t.Mapping[str, str]) -> ScriptPlan:
    """Scripts of rolling maintenance by file name: a stage, with or without ending."""
    problems = [text for name, content in contents.items() for text in _problems(name, content)]
    by_stage: dict[str, list[str]] = {stage: [] for stage in STAGES}
    for name in contents:
        stage = _stage(name)
        if stage:
            by_stage[stage].append(name)
        else:
            problems.append(f"{name}: is not a stage; expected one of {', '.join(STAGES)}, optionally with .sh or .py")
    for stage, names in by_stage.items():
        if len(names) > 1:
            problems.append(f"{' and '.join(sorted(names))}: stage {stage} can have only one script; remove the others")
    notes = []
    if contents and not by_stage["Maintenance"]:
        notes.append("no Maintenance script: CloudStack's rolling maintenance skips hosts without one")
    scripts = tuple(
        Script(name, _sum(contents[name]), _lint(contents[name]), place, ((stage, ""),), _good(stage))
        for place, stage in enumerate(STAGES)
        for name in by_stage[stage]
    )
    rivals = {f"{stage}{end}" for stage, names in by_stage.items() if names for end in ENDINGS} - set(contents)
    return ScriptPlan(scripts, tuple(problems), tuple(notes), tuple(sorted(rivals)))


def _stage(name: str) -> str:
    return next((stage for stage in STAGES for end in ENDINGS if name == stage + end), "")


def _good(stage: str) -> tuple[int, ...]:
    return (0, SKIP) if stage.startswith("Pre") else (0,)


def _problems(name: str, content: str) -> t.Iterator[str]:
    if not re.fullmatch(r"[A-Za-z0-9][\w.+-]*", name):
        yield f"{name}: is not a valid file name of a hook; use letters, digits, '_', '-', '.'"
    first = content.partition("\n")[0]
    # Blanks between "#!" and the path are the kernel's to skip (execve(2)).
    if not re.match(r"#![ \t]*/", first):
        yield (
            f"{name}: begins with {first[:40]!r}; start the script with a line that names the interpreter, "
            "such as #!/bin/bash"
        )
    if "\r\n" in content:
        yield f"{name}: has Windows line ends (CR LF), so the kernel cannot find its interpreter; use LF"


def _lint(content: str) -> str:
    words = content.partition("\n")[0].removeprefix("#!").split()
    if words and words[0].endswith("/env"):
        # "env -S NAME=VALUE python3 -u": neither options nor variables are the program.
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    program = words[0] if words else ""
    return LINTS.get(re.sub(r"[\d.]+$", "", program.rpartition("/")[2]), "")


def _sum(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()
