# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which protocol of primary storage goes with which hypervisor."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.storage_protocols import USABLE, misfit


@pytest.mark.parametrize(
    ("scheme", "hypervisor", "code"),
    [
        *[("nfs", "KVM", ""), ("iscsi", "KVM", "storage_protocol"), ("clvm", "KVM", "clvm"), ("clvm", "LXC", "")],
        *[("iscsi", "XenServer", ""), ("cifs", "Hyperv", ""), ("smb", "Hyperv", "storage_protocol")],
        *[("file", "KVM", "local_pool"), ("iscsi", "Simulator", "")],
    ],
)
def test_what_hosts_cannot_use_is_told(scheme: str, hypervisor: str, code: str) -> None:
    found = misfit(scheme, hypervisor)
    assert (found.code if found else "") == code
    assert found is None or found.refused is (code != "clvm")


@pytest.mark.parametrize(("hypervisor", "instead"), [("KVM", "SharedMountPoint://"), ("VMware", "vmfs://")])
def test_for_a_lun_the_way_to_use_it_is_told(hypervisor: str, instead: str) -> None:
    found = misfit("iscsi", hypervisor)
    assert found is not None
    assert found.remedy.startswith(instead)
    assert "iscsi" not in USABLE[hypervisor]
