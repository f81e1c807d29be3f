# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run antsibull-changelog or antsibull-docs, with the same findings in less time.

For each text they make another Sphinx application, only for the directives and roles that it registers. Here the first
one is made, and what it registered is registered again for each text.

Usage: antsibull.py COMMAND [ITS ARGUMENTS]
"""

from __future__ import annotations

import runpy
import sys
from functools import cache
from pathlib import Path
from typing import Any

# It tells no types.
from docutils.parsers.rst import directives, roles  # type: ignore[import-untyped]
from rstcheck_core import _sphinx

make = _sphinx.create_dummy_sphinx_app


@cache
def application() -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """It, and what is registered once it is made."""
    return make(), dict(directives._directives), dict(roles._roles)


def register() -> Any:
    """In place of another application: before each text the library has taken all back but docutils' own."""
    made, its_directives, its_roles = application()
    directives._directives.update(its_directives)
    roles._roles.update(its_roles)
    return made


if __name__ == "__main__":
    _sphinx.create_dummy_sphinx_app = register
    del sys.argv[0]
    runpy.run_path(str(Path(sys.executable).with_name(sys.argv[0])), run_name="__main__")
