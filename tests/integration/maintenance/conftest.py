# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A laboratory, and in it a zone of four hosts with three VMs of 1 GiB on each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fakes.lab import Lab
from integration.maintenance.site import Site, build, list_storage_motion


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab() as made:
        yield made


@pytest.fixture
def site(lab: Lab) -> Site:
    """With storage motion listed for its hosts, so that a check run can foretell where system VMs go."""
    made = build(lab.client())
    list_storage_motion(lab.box.world)
    return made
