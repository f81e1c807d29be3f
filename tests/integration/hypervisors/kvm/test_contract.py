# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The KVM adapter keeps the contract of all adapters, against two real libvirt daemons and guests that run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from counterparts.contract import HypervisorContract
from integration.hypervisors.kvm.bed import KvmBed, two_hosts

pytest.importorskip("libvirt")


class TestKvm(HypervisorContract):
    @pytest.fixture(scope="class")
    @classmethod
    def bed(cls) -> Iterator[KvmBed]:
        with two_hosts() as libvirt:
            yield KvmBed(libvirt)
