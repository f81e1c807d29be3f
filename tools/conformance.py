# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge a replay of recorded conversations: conformance.py REPLAY ARGUMENTS…

Runs the replay program, hands on what it prints, and succeeds when the closing line
``outcomes A/B  fields C/D (…)`` reaches the wanted shares. The program's own status asks for equality, which is more.
"""

from __future__ import annotations

import re
import subprocess
import sys

OUTCOMES = 0.98
FIELDS = 0.93
CLOSING = re.compile(r"^outcomes (\d+)/(\d+) +fields (\d+)/(\d+)", re.MULTILINE)


def main(arguments: list[str]) -> int:
    answer = subprocess.run([sys.executable, *arguments], stdout=subprocess.PIPE, text=True, check=False)
    print(answer.stdout, end="", flush=True)
    closing = CLOSING.search(answer.stdout)
    if closing is None:
        raise SystemExit(f"the replay ended with status {answer.returncode} and without its closing line")
    right, total, same, fields = (int(number) for number in closing.groups())
    print(f"outcomes {right / total:.1%} (wanted {OUTCOMES:.0%}), fields {same / fields:.1%} (wanted {FIELDS:.0%})")
    return 0 if right >= OUTCOMES * total > 0 and same >= FIELDS * fields > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
