# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host names and addresses as texts: which text is one, and how it stands in a URL."""

from __future__ import annotations

import ipaddress
import re
import typing as t

# RFC 1123 with the underscore that people use; a label neither begins nor ends with a dash.
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)", re.ASCII)
# What inet_aton(3) takes for a number of an address: "127.1", "2130706433", "0x7f.1".
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*", re.ASCII)


def is_host_name(text: str) -> bool:
    """Whether it is a name that DNS or an inventory may know, and nothing else: no option, path or part of a URL.

    A name whose last label is a number is none: who connects to 127.1 or 2130706433 gets to himself.
    """
    labels = text[:-1].split(".") if text.endswith(".") else text.split(".")
    named = len(text) <= 253 and all(_LABEL.fullmatch(label) for label in labels)
    return named and not _NUMBER.fullmatch(labels[-1])


def is_address(text: str) -> bool:
    """Whether it is an address of IPv4 or IPv6, without a zone: what follows a % may be anything."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def in_url(address: str) -> str:
    """An address or a host name as it stands before a port: IPv6 in brackets."""
    return f"[{address}]" if ":" in address else address


def endpoint(address: str, port: t.Union[int, str]) -> str:
    return f"{in_url(address)}:{port}"
