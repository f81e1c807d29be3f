# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins for the packages of CloudStack's management and usage servers; see the README."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from . import build
from .cloud import Cloud

__all__ = ["Cloud", "packages"]


def packages(
    version: str, folder: Path | None = None, *, connector: bool = True, templates: Mapping[str, bytes] | None = None
) -> list[Path]:
    """cloudstack-common, -management and -usage of a version, and the Java that they need, as .deb files.

    folder: where they go; one that ends with this process by default. connector: with the Python module that Debian 12
    lacks. templates: system VM templates that the package has (section of metadata.ini → content).
    """
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="management-server."))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    held = dict(templates or {})
    debs = [build.common(version), build.management(version, held), build.usage(version), build.java()]
    debs += [build.connector()] if connector else []
    with tempfile.TemporaryDirectory() as work:
        return [deb.build(Path(work), folder) for deb in debs]
