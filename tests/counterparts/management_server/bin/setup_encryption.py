#!/usr/bin/python3
"""Stand-in: as in 4.22 it cannot run, because Python 3 has no ``file``."""

import shutil

CONF = "/etc/cloudstack/management/db.properties"
shutil.copy2(CONF, f"{CONF}.origin")
try:
    file(CONF)  # type: ignore[name-defined]  # noqa: F821
finally:
    shutil.move(f"{CONF}.origin", CONF)
