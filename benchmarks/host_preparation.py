# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long playbooks/add_hosts.yml takes from a bare Debian to a checked host, and how long when all is done already.

Usage: host_preparation.py [RELEASE…]    (bookworm and trixie unless some are named; needs root and ``make system``)
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / ".venv" / "collections")]

from hosts.images import RELEASES
from integration.machine.add_hosts.site import Play, Site

TAGS = "--tags=add_hosts_prepare,add_hosts_check"


def main(releases: list[str]) -> int:
    played = {release: measure(release) for release in releases}
    print("| Debian | bare to checked | of it packages | second run | changed | ÷ first |")
    print("|---|---|---|---|---|---|")
    for release, (first, second) in played.items():
        share, again = first.packages() / first.seconds, second.seconds / first.seconds
        cells = [
            RELEASES[release],
            f"{first.seconds:.0f} s",
            f"{share:.0%}",
            f"{second.seconds:.0f} s",
            str(second.changed),
        ]
        print(f"| {' | '.join(cells)} | {again:.2f} |")
    print()
    print("| role | " + " | ".join(f"Debian {RELEASES[r]}: first, second, ÷" for r in played) + " |")
    print("|---|" + "---|" * len(played))
    for role in sorted(roles(next(iter(played.values()))[0])):
        cells = []
        for first, second in played.values():
            one, two = roles(first)[role], roles(second)[role]
            cells.append(f"{one:.1f} s, {two:.1f} s, {two / one:.2f}")
        print(f"| `{role}` | " + " | ".join(cells) + " |")
    return int(any(second.changed for _first, second in played.values()))


def measure(release: str) -> tuple[Play, Play]:
    """The playbook on a bare host, and once more."""
    with tempfile.TemporaryDirectory() as folder, Site(Path(folder), "kvm1", release=release) as site:
        first, second = (site.play("add_hosts.yml", TAGS) for _run in range(2))
    for play in (first, second):
        if play.status:
            raise SystemExit(play.output)
    return first, second


def roles(play: Play) -> dict[str, float]:
    """Seconds by role."""
    found: dict[str, float] = {}
    for role, seconds in re.findall(r"^hostcraft\.cloudstack\.(\w+) : .+? -+ ([\d.]+)s$", play.output, re.MULTILINE):
        found[role] = found.get(role, 0) + float(seconds)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(RELEASES)))
