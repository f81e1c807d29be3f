# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools and stores are added only where a host has seen nothing on them."""

from __future__ import annotations

from typing import Any

import pytest
from contract.storage.conftest import Store
from contract.tasks import writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.storage_content import content_of

CASES = (
    ("cs_storage_pool", "storage_url", {"cluster": "c1"}),
    ("cs_image_store", "url", {"provider": "NFS"}),
)


@pytest.mark.parametrize(("module", "option", "more"), CASES)
def test_storage_with_contents_needs_consent(store: Store, module: str, option: str, more: dict[str, Any]) -> None:
    url = "nfs://10.0.0.9/new"
    asked = {"name": "new", option: url, "content": content_of(["backup.tar"], 9, 9).told(url), **more}
    for check in (True, False):
        with pytest.raises(Refused) as caught:
            store.perform(module, check, **asked)
        assert [reason.code for reason in caught.value.reasons] == ["not_empty"]
    assert writes(store.server) == []
    assert store.perform(module, **{**asked, "allow_not_empty": True}).changed
    # What is there already has contents, of course.
    assert not store.perform(module, **asked).changed


@pytest.mark.parametrize(("module", "option", "more"), CASES)
def test_empty_storage_is_added(store: Store, module: str, option: str, more: dict[str, Any]) -> None:
    url = "nfs://10.0.0.9/new"
    told = content_of(["lost+found"], 9, 9).told(url)
    assert store.perform(module, name="new", **{option: url}, content=told, **more).changed


@pytest.mark.parametrize(
    ("which", "size", "warned"),
    [(0, 6 * 10**12, 0), (0, 6 * 10**12 + 1, 1), (0, 9, 0), (1, 10**11 - 1, 1), (1, 10**11, 0), (1, 9 * 10**12, 0)],
)
def test_storage_of_an_unsuitable_size_is_warned_of_when_it_is_added(
    store: Store, which: int, size: int, warned: int
) -> None:
    module, option, more = CASES[which]
    url = "nfs://10.0.0.9/new"
    asked = {"name": "new", option: url, "content": content_of([], size, 9).told(url), **more}
    foretold = store.perform(module, True, **asked)
    made = store.perform(module, **asked)
    assert len(made.warnings) == warned
    assert made.warnings == foretold.warnings
    assert store.perform(module, **asked).warnings == ()
