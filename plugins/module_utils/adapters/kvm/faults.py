# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""libvirt's library, and its errors as those of the collection. Source: libvirt, virterror.h."""

from __future__ import annotations

import os
import typing as t

from ...core.errors import AccessDenied, HostcraftError, HypervisorError, MissingLibrary, TransportError
from ...core.hypervisors.model import HypervisorAccess

DENIED = ("VIR_ERR_AUTH_FAILED", "VIR_ERR_AUTH_CANCELLED", "VIR_ERR_AUTH_UNAVAILABLE", "VIR_ERR_ACCESS_DENIED")
# ssh's own words, which libvirt repeats inside of a lost connection.
DENIED_BY_SSH = ("Permission denied (", "Too many authentication failures")
LOST = (
    "VIR_ERR_GNUTLS_ERROR",
    "VIR_ERR_INVALID_CONN",
    "VIR_ERR_LIBSSH",
    "VIR_ERR_NO_CONNECT",
    "VIR_ERR_RPC",
    "VIR_ERR_SSH",
    "VIR_ERR_SYSTEM_ERROR",
    "VIR_ERR_UNKNOWN_HOST",
)
# Domains of errors that a broken connection ends in as an internal error.
WIRE = ("VIR_FROM_REMOTE", "VIR_FROM_RPC", "VIR_FROM_STREAMS")
# Asking again cannot help.
LASTING = ("ertificate", "Host key verification failed", "not owned by the hostname")
LEVELS = ("VIR_ERR_NONE", "VIR_ERR_WARNING", "VIR_ERR_ERROR")


def library() -> t.Any:
    """The module ``libvirt``. Raises MissingLibrary."""
    # It reads this when it is loaded; its warnings would go to the terminal, and errors come as exceptions anyway.
    os.environ.setdefault("LIBVIRT_LOG_OUTPUTS", "4:file:/dev/null")
    try:
        import libvirt
    except ImportError:
        raise MissingLibrary(
            "libvirt-python", "for connections to KVM hosts (the distribution's python3-libvirt can be used)"
        ) from None
    return libvirt


def mapped(error: t.Any, host: str, access: HypervisorAccess) -> HostcraftError:
    """A libvirtError of a call to one host; the password is never in it."""
    lib = library()
    text = str(error.get_error_message() or error)
    if access.password:
        text = text.replace(access.password, "****")
    name = fault_name(lib, error.get_error_code())
    lasting = any(word in text for word in LASTING)
    # A server that is not trusted is no question of who the client is.
    if (name in DENIED and not lasting) or any(words in text for words in DENIED_BY_SSH):
        return AccessDenied(text, call=host, fault=name)
    domain = error.get_error_domain()
    internal = name == "VIR_ERR_INTERNAL_ERROR" and domain in [getattr(lib, each) for each in WIRE]
    if lasting or name in LOST or internal:
        return TransportError(f"{host}: {text}", command="libvirt", passing=not lasting)
    return HypervisorError(text, call=host, fault=name)


def fault_name(lib: t.Any, code: int) -> str:
    """The name of an error's number."""
    for name in dir(lib):
        if name.startswith("VIR_ERR_") and name not in LEVELS and getattr(lib, name) == code:
            return name
    return str(code)
