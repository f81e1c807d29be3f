# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The libvirt URI of a host. Source: libvirt, "Connection URIs" and "Remote support"."""

from __future__ import annotations

import typing as t
from urllib.parse import parse_qsl, urlencode, urlsplit

from ...core.errors import InvalidValue
from ...core.hypervisors.model import HypervisorAccess
from ...core.zone.hosts import Host

HOST, ADDRESS = "{host}", "{address}"
EXPECTED = f"a libvirt URI such as qemu+tls://{HOST}/system"
# Where libvirt looks for a client's certificate unless it is told a folder.
DEFAULT_PKI: t.Mapping[str, str] = {
    "clientcert.pem": "/etc/pki/libvirt/clientcert.pem",
    "clientkey.pem": "/etc/pki/libvirt/private/clientkey.pem",
}
SHELLS = ("qemu+ssh", "qemu+libssh", "qemu+libssh2")


def uri(access: HypervisorAccess, host: Host, pki: str) -> str:
    """With what libvirt has to be told beside: certificates, whether they are verified, never to ask a terminal.

    pki: folder of certificates, "" for libvirt's own. Raises InvalidValue.
    """
    text = access.url
    if ADDRESS in text and not host.ip_address:
        raise InvalidValue("hypervisor.url", text, f"{HOST} instead of {ADDRESS}: {host.name} has no address")
    text = text.replace(HOST, host.name).replace(ADDRESS, host.ip_address or "")
    try:
        parts = urlsplit(text)
        password = parts.password
    except ValueError:
        raise InvalidValue("hypervisor.url", access.url, EXPECTED) from None
    if password is not None:
        # Not repeated: it holds the password.
        raise InvalidValue("hypervisor.url", f"{parts.scheme}://…", "no password in it: that is hypervisor.password")
    if not parts.scheme.startswith("qemu") or not parts.path:
        raise InvalidValue("hypervisor.url", access.url, EXPECTED)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme == "qemu+tls":
        query.update({"pkipath": pki} if pki and "pkipath" not in query else {})
        query.update({} if access.validate_certs else {"no_verify": "1"})
    if parts.scheme in SHELLS:
        query.update({"no_tty": "1"} if parts.scheme == SHELLS[0] else {})
        query.update({} if access.validate_certs else {"no_verify": "1"})
    # Not by urlunsplit, which makes qemu:/system of qemu:///system.
    place = text.partition("?")[0]
    return f"{place}?{urlencode(query, safe='/:')}" if query else place


def check_spread(url: str, hosts: int) -> None:
    """One daemon speaks for one host: several hosts need a placeholder. Raises InvalidValue."""
    if hosts > 1 and HOST not in url and ADDRESS not in url:
        shown = urlsplit(url)._replace(netloc="…").geturl() if "@" in url else url
        raise InvalidValue("hypervisor.url", shown, f"{HOST} or {ADDRESS} in it, for there are {hosts} hosts")
