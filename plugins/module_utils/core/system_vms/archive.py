# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an archive of diagnostics may be fetched from: a secondary storage VM of the zone, and nothing else.

The URL is the server's, and could name any address that this machine reaches.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..addresses import is_address, is_host_name
from ..errors import HostcraftError
from ..text import printable, shortened

GC, AGE, RETRIEVAL, DEFAULTS, THRESHOLD = (
    "diagnostics.data.gc.enable",
    "diagnostics.data.max.file.age",
    "diagnostics.data.retrieval.timeout",
    "diagnostics.systemvm.defaults",
    "diagnostics.data.disable.threshold",
)
PORTS: t.Mapping[str, int] = {"https": 443, "http": 80}


class UrlRefused(HostcraftError):
    """The server's URL is not one to fetch from."""

    code = "url_refused"


@dataclass(frozen=True)
class Source:
    """A URL whose every part was looked at. path: with the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def encrypted(self) -> bool:
        return self.scheme == "https"

    @property
    def file_name(self) -> str:
        """The last part of the path, printable."""
        return printable(self.path.partition("?")[0].rpartition("/")[2])[:200]


def hosts_of(addresses: t.Iterable[str], domain: str) -> frozenset[str]:
    """The hosts that URLs of secondary storage VMs have: their addresses, and their names in the domain's setting."""
    found = {address for address in addresses if address}
    name = domain.strip().lower()
    if name.startswith("*."):
        found |= {f"{address.replace('.', '-')}.{name[2:]}" for address in set(found)}
    elif name:
        found.add(name)
    return frozenset(found)


def source(url: str, hosts: t.Collection[str], plain: bool) -> Source:
    """Raises UrlRefused. hosts: those of the zone's secondary storage VMs. plain: whether http is accepted."""
    shown = shortened(url, 120)
    if not url.isascii() or any(not char.isprintable() or char.isspace() for char in url) or "\\" in url:
        raise _refused(shown, "it has invalid characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused(shown, "it cannot be read") from None
    host = (parts.hostname or "").lower()
    if parts.scheme not in PORTS:
        raise _refused(shown, "it is neither https nor http")
    if parts.username is not None or parts.password is not None:
        raise _refused(shown, "it contains a user")
    if not (is_address(host) or is_host_name(host)):
        raise _refused(shown, "it has no host")
    if host not in hosts:
        known = ", ".join(sorted(hosts)) or "none"
        raise _refused(shown, f"{shortened(host, 60)} is not a secondary storage VM of the zone (these are: {known})")
    if port not in (None, PORTS[parts.scheme]):
        raise _refused(shown, f"port {port} is not that of {parts.scheme}")
    if ".." in parts.path.split("/") or not parts.path.startswith("/"):
        raise _refused(shown, "its path is outside of the directory of archives")
    if parts.scheme == "http" and not plain:
        remedy = "give secondary storage VMs a certificate (cs_console_certificate, storage_domain), or set plain_http"
        raise _refused(shown, f"it is not encrypted ({remedy})")
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return Source(parts.scheme, host, port or PORTS[parts.scheme], path)


def _refused(url: str, why: str) -> UrlRefused:
    return UrlRefused(f"the archive is not fetched from {url}: {why}", url=url)
