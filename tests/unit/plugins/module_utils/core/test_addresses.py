# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which texts are names of hosts."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.addresses import is_host_name


@pytest.mark.parametrize(
    "text", ["kvm1", "kvm-1.example.net", "h0.", "1a.2b", "101-kvm", "0xen", "x" * 63, "10.0.0.kvm"]
)
def test_names_of_hosts(text: str) -> None:
    assert is_host_name(text)


@pytest.mark.parametrize(
    "text",
    [
        # The library of C takes these for addresses, of this very machine most of them.
        *("127.1", "2130706433", "0x7f000001", "0x7F.1", "0177.0.0.1", "127.0.0.1.", "0x7f.0x1", "0x", "1"),
        # A slip in an address, and what begins an option, a path, a URL or another line.
        *("10.0.0.300", "-oProxyCommand=x", "h/system?command=x", "h\n", "h h", "h..", "", ".", "fe80::1%eth0", "h:22"),
    ],
)
def test_what_is_no_name_of_a_host(text: str) -> None:
    assert not is_host_name(text)
