#!/usr/bin/env python3
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take collections out of the downloaded community package (a wheel): those that galaxy.yml depends on, and awx.awx.

Tests validate what the guide of AWX shows against the argument specs of awx.awx; nothing of this collection needs it.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import yaml

FOR_TESTS = ("awx.awx",)


def main(downloads: str, destination: str) -> None:
    (wheel,) = Path(downloads).glob("ansible-*.whl")
    wanted = [*yaml.safe_load(Path("galaxy.yml").read_text(encoding="utf-8"))["dependencies"], *FOR_TESTS]
    folders = tuple(f"ansible_collections/{name.replace('.', '/')}/" for name in wanted)
    with zipfile.ZipFile(wheel) as package:
        members = [name for name in package.namelist() if name.startswith(folders)]
        missing = [folder for folder in folders if not any(name.startswith(folder) for name in members)]
        if missing:
            sys.exit(f"{wheel.name} holds no {', '.join(missing)}")
        package.extractall(destination, [name for name in members if "/tests/" not in name])


if __name__ == "__main__":
    main(*sys.argv[1:])
