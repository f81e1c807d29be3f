# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-lint, with the same findings in a third of the time.

It copies each task for each of its rules, starts ansible-playbook for each playbook and role, and compiles the same
patterns for each file. Here texts with a tag are not copied, as no text is, ansible-playbook runs in forks, and what is
compiled is kept.

Usage: ansible_lint.py [ARGUMENTS OF ansible-lint]
"""

from __future__ import annotations

import functools
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from ansible.module_utils._internal import _datatag
from ansiblelint.__main__ import main
from integration import forked
from wcmatch import _wcparse

SCALARS = ("Str", "Bytes", "Int", "Float")


def keep_scalars() -> None:
    """A copy of what cannot change is the thing itself."""
    for name in SCALARS:
        tagged = getattr(_datatag, f"_AnsibleTagged{name}")
        tagged.__deepcopy__ = lambda self, _memo: self


def keep_patterns() -> None:
    """Compiled ones, which are a pure function of what is given."""
    compile_anew = _wcparse.compile
    kept = functools.cache(compile_anew)

    def compiled(patterns: str | Sequence[str], *rest: Any) -> Any:
        return kept(patterns if isinstance(patterns, str) else tuple(patterns), *rest)

    _wcparse.compile = compiled  # type: ignore[assignment]  # the same function, without the names of its arguments


if __name__ == "__main__":
    keep_scalars()
    keep_patterns()
    with tempfile.TemporaryDirectory() as folder:
        forked.install(Path(folder), os.getpid())
        # A fork is used only where ANSIBLE_CONFIG is set: another one may be in the current folder.
        settings = Path(folder, "ansible.cfg")
        settings.touch()
        os.environ.setdefault("ANSIBLE_CONFIG", str(settings))
        sys.exit(main())
