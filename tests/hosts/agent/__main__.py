# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in package for what is no Python test: ``python -m hosts.agent FOLDER`` writes cloudstack-agent.deb."""

import shutil
import sys
import tempfile
from pathlib import Path

from . import package

with tempfile.TemporaryDirectory() as work:
    shutil.move(package(Path(work)), Path(sys.argv[1]) / "cloudstack-agent.deb")
