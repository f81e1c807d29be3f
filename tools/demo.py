# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply a declared zone twice, insist that the second run changes nothing, show the zone and the page of the doctor:

    demo.py INVENTORY

The CloudStack is the one that CLOUDSTACK_ENDPOINT names; when that is a sandbox, the API calls of each run are counted.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urljoin

import requests

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / ".cache" / "doctor.html"
RECAP = re.compile(r"^\S+ +: ok=\d+ +changed=(\d+) +unreachable=(\d+) +failed=(\d+)", re.MULTILINE)
CALLS = urljoin(os.environ.get("CLOUDSTACK_ENDPOINT", ""), "/sandbox/calls")


def changes(recap: str) -> int:
    """The sum of changed= over all hosts of a PLAY RECAP; ValueError when there is none or a host failed."""
    hosts = [tuple(map(int, counts)) for counts in RECAP.findall(recap)]
    if not hosts:
        raise ValueError("the run printed no recap")
    if any(unreachable or failed for _changed, unreachable, failed in hosts):
        raise ValueError("a host failed")
    return sum(changed for changed, _unreachable, _failed in hosts)


def play(inventory: str, playbook: str, **variables: str) -> int:
    """Run a playbook, print what it prints, and return how much it changed; SystemExit when it fails."""
    extra = [word for name, value in variables.items() for word in ("-e", f"{name}={value}")]
    command = ["ansible-playbook", "-i", inventory, *extra, f"playbooks/{playbook}"]
    # Results as YAML, in which a tree of many lines keeps its lines.
    settings = {**os.environ, "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml"}
    with subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.PIPE, text=True) as run:
        if run.stdout is None:
            raise SystemExit("the playbook was started without a pipe to read from")
        lines = []
        for line in run.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    if run.returncode:
        raise SystemExit(f"the playbook ended with status {run.returncode}")
    return changes("".join(lines))


def counted_apply(inventory: str) -> tuple[int, str]:
    """One run with its figures as a sentence."""
    sandbox = requests.delete(CALLS, timeout=10).ok
    start = time.monotonic()
    changed = play(inventory, "site.yml")
    figures = f"changed={changed} in {time.monotonic() - start:.1f} s"
    if sandbox:
        figures += f" with {sum(requests.get(CALLS, timeout=10).json()['counts'].values())} API calls"
    return changed, figures


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        raise SystemExit(__doc__)
    _changed, first = counted_apply(arguments[0])
    again, second = counted_apply(arguments[0])
    play(arguments[0], "show_zone.yml")
    PAGE.parent.mkdir(exist_ok=True)
    # The ports of a declared demo are of no machines.
    play(arguments[0], "doctor.yml", doctor_page=str(PAGE), doctor_fail="never", doctor_probe="false")
    print(f"first run:  {first}\nsecond run: {second}\nthe doctor: {PAGE.relative_to(ROOT)}")
    if again:
        print(f"the second run changed {again} things that the first had left as declared", file=sys.stderr)
    return 1 if again else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
