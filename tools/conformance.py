# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the sandbox with recorded conversations: conformance.py REPLAY FOLDER [ARGUMENTS OF REPLAY]

A recording that uses an identifier of an earlier one goes on with that conversation; any other starts a conversation
of its own. Each conversation is replayed on an empty sandbox, and the replay program's closing line
``outcomes A/B  fields C/D (…)`` is compared with the wanted shares. Its own status asks for equality, which is more.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

from counterparts.ipmi import SUITE, Ipmi, User

HERE = Path(__file__).resolve().parent
CLOSING = re.compile(r"^outcomes (\d+)/(\d+) +fields (\d+)/(\d+)", re.MULTILINE)
SYMBOL = re.compile(r"<id:[^>]+>")
POWERED = re.compile(r'"address": "([0-9.]+)", "port": "(\d+)"[^{}]*"description": "Chassis Power is')
SIGN_IN = ("--url", "{CLOUDSTACK_ENDPOINT}", "--key", "{CLOUDSTACK_KEY}", "--secret", "{CLOUDSTACK_SECRET}")


class Shares(t.NamedTuple):
    """Wanted shares of equal outcomes and of equal fields."""

    outcomes: float
    fields: float


WANTED = Shares(0.98, 0.93)


def conversations(recordings: t.Sequence[Path]) -> list[list[Path]]:
    """The recordings in order, those of one conversation together."""
    found: list[tuple[list[Path], set[str]]] = []
    for recording in sorted(recordings):
        asked, known = _symbols(recording)
        for files, symbols in found:
            if asked & symbols:
                files.append(recording)
                symbols |= known
                break
        else:
            found.append(([recording], known))
    return [files for files, _symbols_of_it in found]


def _symbols(recording: Path) -> tuple[set[str], set[str]]:
    """The identifiers that a recording's calls use before an answer of it has told them, and all that it tells."""
    asked: set[str] = set()
    known: set[str] = set()
    for line in recording.read_text(encoding="utf-8").splitlines():
        asked |= set(SYMBOL.findall(json.dumps(json.loads(line)["params"]))) - known
        known |= set(SYMBOL.findall(line))
    return asked, known


def controllers(files: t.Sequence[Path]) -> contextlib.ExitStack:
    """Simulators at the places where a controller answered in the recordings, with the login that it first had.

    None without the simulator (Debian's openipmi): then those steps differ.
    """
    logins: dict[tuple[str, int], User] = {}
    answered: set[tuple[str, int]] = set()
    for line in (line for recording in files for line in recording.read_text(encoding="utf-8").splitlines()):
        params = json.loads(line)["params"]
        if params.get("driver") == "ipmitool":
            place = (params["address"], int(params["port"]))
            logins.setdefault(place, User(params["username"], params["password"]))
        answered |= {(address, int(port)) for address, port in POWERED.findall(line)}
    stack = contextlib.ExitStack()
    for address, port in answered & logins.keys() if shutil.which("ipmi_sim") else ():
        stack.enter_context(Ipmi(address, port, users=[logins[address, port]]))
    return stack


def judged(replay: str, files: t.Sequence[Path], arguments: t.Sequence[str]) -> bool:
    """Replay one conversation on an empty sandbox; whether it reaches its shares."""
    command = [sys.executable, replay, *arguments, *SIGN_IN, *map(str, files)]
    start = [sys.executable, str(HERE / "with_sandbox.py"), "--", *command]
    with controllers(files):
        environment = {**os.environ, "SANDBOX_IPMITOOL": " ".join(SUITE)}
        answer = subprocess.run(start, stdout=subprocess.PIPE, text=True, check=False, env=environment)
    print(answer.stdout, end="", flush=True)
    closing = CLOSING.search(answer.stdout)
    if closing is None:
        raise SystemExit(f"the replay ended with status {answer.returncode} and without its closing line")
    right, total, same, fields = (int(number) for number in closing.groups())
    wanted = WANTED
    name = files[0].stem if len(files) == 1 else f"{files[0].stem} to {files[-1].stem}"
    print(
        f"{name}: outcomes {right / total:.1%} (wanted {wanted.outcomes:.0%}), "
        f"fields {same / fields:.1%} (wanted {wanted.fields:.0%})\n",
        flush=True,
    )
    return right >= wanted.outcomes * total > 0 and same >= wanted.fields * fields > 0


def main(arguments: list[str]) -> int:
    if len(arguments) < 2:
        raise SystemExit(__doc__)
    replay, folder, *rest = arguments
    found = conversations(list(Path(folder).glob("*.jsonl")))
    if not found:
        raise SystemExit(f"{folder} holds no recordings (*.jsonl)")
    results = [judged(replay, files, rest) for files in found]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
