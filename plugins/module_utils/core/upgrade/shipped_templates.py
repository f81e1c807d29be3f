# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The system VM templates that a package has, as its metadata.ini says: with the checksums that ``templates.py``
compares."""

from __future__ import annotations

import configparser
import typing as t

from ..errors import InvalidValue
from .facts import Shipped

MOST = 200  # sections


def shipped(text: str, digests: t.Mapping[str, t.Any]) -> tuple[Shipped, ...]:
    """Its sections. digests: by file name, one or several of different algorithms. Raises InvalidValue.

    Sections without a template name, such as ``default`` with the version, are none.
    """
    parsed = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parsed.read_string(text.lstrip("\ufeff"))
    except configparser.Error as error:
        raise InvalidValue("metadata", "(its text)", f"an INI file as metadata.ini ({type(error).__name__})") from None
    found = []
    for section in parsed.sections()[:MOST]:
        its = parsed[section]
        if not its.get("templatename"):
            continue
        url = its.get("downloadurl", "")
        filename = its.get("filename") or url.rpartition("/")[2]
        held = digests.get(filename) or ()
        of_file = tuple(str(each).lower() for each in (held if isinstance(held, (list, tuple)) else (held,)))
        found.append(Shipped(section, its["templatename"], filename, its.get("checksum", ""), of_file, url))
    return tuple(found)
