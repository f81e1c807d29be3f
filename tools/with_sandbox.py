# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a command against a fresh sandbox: with_sandbox.py [SANDBOX OPTIONS] -- COMMAND [ARGUMENTS]

The command sees CLOUDSTACK_ENDPOINT, CLOUDSTACK_KEY and CLOUDSTACK_SECRET in its environment, and its exit status is
handed on. ``{NAME}`` in an argument stands for such a variable, for programs that take them as options.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("CLOUDSTACK_ENDPOINT", "CLOUDSTACK_KEY", "CLOUDSTACK_SECRET")


def announced(server: subprocess.Popen[str]) -> dict[str, str]:
    """The three lines that the sandbox prints once it answers; SystemExit when it ends before that."""
    if server.stdout is None:
        raise SystemExit("the sandbox was started without a pipe to read from")
    values: dict[str, str] = {}
    while len(values) < len(NAMES):
        line = server.stdout.readline()
        if not line:
            raise SystemExit(f"the sandbox ended with status {server.wait()} before it was ready")
        name, separator, value = line.strip().removeprefix("export ").partition("=")
        if separator and name in NAMES:
            values[name] = value
    return values


def main(arguments: list[str]) -> int:
    if "--" not in arguments or arguments[-1] == "--":
        raise SystemExit(__doc__)
    at = arguments.index("--")
    options, command = arguments[:at], arguments[at + 1 :]
    path = os.pathsep.join(filter(None, [str(ROOT / "tests"), os.environ.get("PYTHONPATH")]))
    start = [sys.executable, "-m", "sandbox", "--port", "0", *options]
    with subprocess.Popen(start, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, text=True) as server:
        try:
            values = announced(server)
            for name, value in values.items():
                command = [part.replace(f"{{{name}}}", value) for part in command]
            return subprocess.run(command, env={**os.environ, **values}, check=False).returncode
        finally:
            server.terminate()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
