# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stages of a roll need of each host, judged before the first change: that it answers, that it is not the
controller or another host under a second name, and that its scripts are there.
"""

from __future__ import annotations

import shlex
import typing as t

Result = t.Mapping[str, t.Any]
ENDINGS = ("", ".sh", ".py")


def machine_problems(results: t.Iterable[Result], controller: str, local: t.Collection[str] = ()) -> list[str]:
    """What is wrong with the hosts that were asked which machine they are (items of a loop over their names).

    controller: the controller's own answer; local: names of hosts that are meant to be the controller.
    """
    problems: list[str] = []
    seen: dict[str, str] = {}
    here = _last_line(controller)
    for result in results:
        name, machine = str(result["item"]), _last_line(result.get("stdout"))
        if result.get("unreachable"):
            told = " ".join(str(result.get("msg") or "no connection").split())
            problems.append(
                f"host {name} cannot be reached: {told}. Check its address and credentials in the inventory."
            )
        elif name in local or not machine:
            continue
        elif machine == here:
            problems.append(
                f"host {name} is the controller itself, so its work would run here. Remove `connection: "
                "local` from the play, the command line and the host's variables. If this is intended, "
                "add the host to rolling_maintenance_local_hosts."
            )
        elif machine in seen:
            both = " and ".join(sorted((seen[machine], name)))
            problems.append(f"hosts {both} are the same machine. Correct ansible_host of one in the inventory.")
        else:
            seen[machine] = name
    return problems


def stage_scripts(
    results: t.Iterable[Result], names: t.Mapping[str, str], folder: str, payload: str = ""
) -> dict[str, t.Any]:
    """``scripts``: the path of the script by host and stage; ``missing``: hosts without one, by stage.

    ``problems``: hosts without any, files that do not run, a payload that is no list of arguments. results: items of a
    loop over hosts, of the module ``find`` in ``folder``. names: of the scripts, by stage.
    """
    scripts: dict[str, dict[str, str]] = {}
    problems = [*_payload_problems(payload)]
    for result in results:
        host = str(result["item"])
        files = {str(each.get("path", "")).rpartition("/")[2]: each for each in result.get("files") or ()}
        found = {stage: _first(files, name) for stage, name in names.items()}
        scripts[host] = {stage: str(each["path"]) for stage, each in found.items() if each}
        if not scripts[host]:
            wanted = ", ".join(names.values())
            problems.append(f"host {host} has none of the scripts {wanted} in {folder}. Copy them there.")
        problems += [
            f"host {host} cannot run {each['path']}: it is not an executable file. Set its mode to 0755."
            for each in found.values()
            if each and not _runs(each)
        ]
    missing = {stage: [host for host, its in scripts.items() if stage not in its] for stage in names}
    return {"scripts": scripts, "missing": missing, "problems": problems}


def _payload_problems(payload: str) -> t.Iterator[str]:
    try:
        shlex.split(payload)
    except ValueError as error:
        yield f"rolling_maintenance_payload cannot be split into arguments: {error}. Close the quotes."


def _first(files: t.Mapping[str, Result], name: str) -> t.Optional[Result]:
    return next((files[name + ending] for ending in ENDINGS if name + ending in files), None)


def _runs(file: Result) -> bool:
    """A link is followed by whoever runs it."""
    return not file.get("isdir") and any(file.get(bit) for bit in ("xusr", "xgrp", "xoth"))


def _last_line(text: object) -> str:
    """Banners come before it."""
    lines = str(text or "").split()
    return lines[-1] if lines else ""
