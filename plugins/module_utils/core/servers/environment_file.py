# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The management key in the environment of a service: encryption type env. Source: systemd.exec, EnvironmentFile."""

from __future__ import annotations

import re
import shlex

VARIABLE = "CLOUD_SECRET_KEY"
_LINE = re.compile(rf"^[ \t]*{VARIABLE}=(.*)$", re.MULTILINE)


def management_key(text: str) -> str:
    """What systemd makes of the last line of the file that sets it; "" where there is none."""
    found = _LINE.findall(text.replace("\r\n", "\n"))
    value = found[-1].strip() if found else ""
    if value[:1] not in ("'", '"'):
        return re.sub(r"\\(.)", r"\1", value)
    try:
        parts = shlex.split(value)
    except ValueError:
        return ""
    return parts[0] if len(parts) == 1 else ""
