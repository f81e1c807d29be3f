# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write CHANGELOG.md from the releases and from the fragments that no release has yet: changelog.py [FILE]

The fragments stay: the release is made in a copy of the checkout.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What antsibull-changelog reads: the version, the fragments, and the plugins, which it lists as new.
NEEDED = ("galaxy.yml", "README.md", "changelogs", "meta", "plugins", "playbooks", "roles")


def main(arguments: list[str]) -> int:
    target = Path(arguments[0]) if arguments else ROOT / "CHANGELOG.md"
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "ansible_collections" / "hostcraft" / "cloudstack"
        copy.mkdir(parents=True)
        for name in NEEDED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", ".plugin-cache.yaml"))
            else:
                shutil.copy(source, copy / name)
        if any((copy / "changelogs" / "fragments").glob("*.yml")):
            settings = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": folder}
            subprocess.run(["antsibull-changelog", "release"], cwd=copy, env=settings, check=True)
        text = (copy / "CHANGELOG.md").read_text(encoding="utf-8")
    target.write_text(text.rstrip() + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
