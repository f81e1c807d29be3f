# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's support matrix: `python tools/support_matrix.py` writes it between its two marks.

It is made of core/versions.py, meta/runtime.yml and the pinned versions in requirements/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core import versions

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
BEGIN, END = "<!-- support matrix: make matrix -->\n", "<!-- end of the support matrix -->"


def pinned(name: str) -> str:
    """The ansible-core of a requirements file."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    found = re.search(r"^ansible-core==(\S+)", text, re.MULTILINE)
    assert found, f"requirements/{name}.txt pins no ansible-core"
    return found[1]


def lines() -> Iterator[str]:
    promised = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))["requires_ansible"]
    yield f"**ansible-core** {promised.removeprefix('>=').removesuffix('.0')} and newer"
    yield ""
    yield "| ansible-core | tests |"
    yield "|---|---|"
    yield f"| {pinned('oldest')} | in part, on Python 3.11 (`make versions`) |"
    yield f"| {pinned('dev')} | all, on Python 3.11 |"
    yield f"| {pinned('newest')} | in part, on Debian 13 (`make versions`) |"
    yield ""
    yield f"**CloudStack** {versions.OLDEST} to {versions.NEWEST}. What came later than {versions.OLDEST}:"
    yield ""
    yield "| since | modules and options | on an older server |"
    yield "|---|---|---|"
    rows: dict[tuple[str, str, str], None] = {}
    for each in versions.LATE:
        module, _, option = each.used.partition(": ")
        named = f"`{module}`" + (f" `{option}`" if option else "")
        rows[each.since, named, each.without or "refused; the error names the release"] = None
    yield from (f"| {release} | {named} | {done} |" for release, named, done in rows)
    yield ""
    yield "Differences in answers:"
    yield ""
    yield "| CloudStack | difference | served |"
    yield "|---|---|---|"
    yield from (f"| {each.releases} | {each.what} | {each.served} |" for each in versions.DIFFERENCES)


def written(text: str) -> str:
    """The README with the matrix in it. Raises ValueError where the marks are not there once."""
    before, begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"README.md has no lines {BEGIN.strip()} and {END}")
    return before + begin + "\n" + "\n".join(lines()) + "\n\n" + end + after


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
