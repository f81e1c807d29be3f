# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The libvirt URI of a host. Source: libvirt, "Connection URIs" and "Remote support"."""

from __future__ import annotations

import typing as t
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from ...core.addresses import is_address, is_host_name
from ...core.errors import InvalidValue, Reason, Refused
from ...core.hypervisors.model import HypervisorAccess
from ...core.text import printable, shortened
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

    pki: folder of certificates, "" for libvirt's own. Raises InvalidValue for the URL, Refused for a host whose name or
    address is none: libvirt runs commands that stand in a URI.
    """
    text = access.url
    if ADDRESS in text and not host.ip_address:
        raise InvalidValue("hypervisor.url", text, f"{HOST} instead of {ADDRESS}: {host.name} has no address")
    parts = _parts(text)
    if parts.password is not None:
        # Not repeated: it holds the password.
        raise InvalidValue("hypervisor.url", f"{parts.scheme}://…", "a URI without a password; use hypervisor.password")
    if not parts.scheme.startswith("qemu") or not parts.path:
        raise InvalidValue("hypervisor.url", text, EXPECTED)
    place = _placed(host, [what for what in (HOST, ADDRESS) if what in text])
    query = {name: place(value) for name, value in parse_qsl(parts.query, keep_blank_values=True)}
    if parts.scheme == "qemu+tls":
        query.update({"pkipath": pki} if pki and "pkipath" not in query else {})
        query.update({} if access.validate_certs else {"no_verify": "1"})
    if parts.scheme in SHELLS:
        query.update({"no_tty": "1"} if parts.scheme == SHELLS[0] else {})
        query.update({} if access.validate_certs else {"no_verify": "1"})
    asked = urlencode(query, safe="/:")
    if parts.netloc:
        return urlunsplit((parts.scheme, place(parts.netloc, True), place(parts.path), asked, ""))
    # Not by urlunsplit, which makes qemu:/system of qemu:///system.
    return f"{parts.scheme}://{place(parts.path)}" + (f"?{asked}" if asked else "")


def _parts(text: str) -> SplitResult:
    try:
        # An address brings its brackets itself, and Python takes no placeholder between them.
        parts = urlsplit(text.replace(f"[{ADDRESS}]", ADDRESS))
        parts.password  # noqa: B018 - raises for a netloc that is none
    except ValueError:
        raise InvalidValue("hypervisor.url", text, EXPECTED) from None
    return parts


def _placed(host: Host, wanted: t.Sequence[str]) -> t.Callable[..., str]:
    """Puts the host's name and address in the place of their placeholders. Raises Refused for those wanted."""
    held = {HOST: host.name, ADDRESS: host.ip_address or ""}
    reasons = [
        Reason(
            "unsafe_name",
            f"its {what[1:-1]} in CloudStack is {shortened(held[what])!r}, which is not an address or a host name",
            f"correct it in CloudStack, or use {ADDRESS if what == HOST else HOST} in hypervisor.url",
            {"host": printable(host.name), "value": printable(held[what])},
        )
        for what in wanted
        if not (is_address(held[what]) or is_host_name(held[what]))
    ]
    if reasons:
        raise Refused(f"host {shortened(host.name)}", reasons)

    def place(text: str, within_netloc: bool = False) -> str:
        for what, value in held.items():
            text = text.replace(what, f"[{value}]" if within_netloc and ":" in value else value)
        return text

    return place


def check_spread(url: str, hosts: int) -> None:
    """One daemon speaks for one host: several hosts need a placeholder. Raises InvalidValue."""
    if hosts > 1 and HOST not in url and ADDRESS not in url:
        shown = urlsplit(url)._replace(netloc="…").geturl() if "@" in url else url
        raise InvalidValue("hypervisor.url", shown, f"a URI with {HOST} or {ADDRESS}, because there are {hosts} hosts")
