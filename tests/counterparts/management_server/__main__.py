# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For what is no Python test: ``python -m counterparts.management_server VERSION FOLDER`` writes the packages."""

import sys
from pathlib import Path

from . import packages

folder = Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
packages(sys.argv[1], folder, connector=False)
