# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A laboratory, and in it a zone of four hosts with three VMs of 1 GiB on each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fakes.lab import Lab
from integration.maintenance.site import Site, build


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab() as made:
        yield made


@pytest.fixture
def site(lab: Lab) -> Site:
    return build(lab.client())
