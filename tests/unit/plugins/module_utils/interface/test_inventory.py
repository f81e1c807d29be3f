# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the inventory plugin, and what its cache may hold."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.inventory.build import Entry
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.inventory import (
    Trouble,
    kept,
    question,
    remembered,
)

GIVEN = {"api_url": "http://127.0.0.1:1/client/api", "api_key": "the-key", "api_secret": "the-secret-itself"}


def test_the_environment_stands_in_for_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDSTACK_ENDPOINT", "http://127.0.0.1:2/client/api")
    monkeypatch.setenv("CLOUDSTACK_TIMEOUT", "")
    found = question({"api_url": None, "api_key": "k", "api_secret": "s", "zone": ""})
    assert (found.connection.endpoint.url, found.wanted.zone) == ("http://127.0.0.1:2/client/api", None)


def test_a_refusal_shows_no_secret() -> None:
    with pytest.raises(Trouble, match="kinds") as caught:
        question({**GIVEN, "kinds": [GIVEN["api_secret"]]})
    assert GIVEN["api_secret"] not in caught.value.message


def test_other_filters_and_servers_have_other_keys() -> None:
    keys = {
        question({**GIVEN, **more}).key
        for more in ({}, {"zone": "a"}, {"pod": "a"}, {"kinds": ["router"]}, {"api_url": "http://127.0.0.1:2/api"})
    }
    assert len(keys) == 5
    assert question({**GIVEN, "api_secret": "another"}).key == question(GIVEN).key


def test_the_cache_gives_back_what_it_kept() -> None:
    entries = [Entry("router", {"id": "1", "name": "{{ x }}", "networks": ["a"], "redundant": True, "vpc": None})]
    assert remembered(kept(entries)) == entries


@pytest.mark.parametrize(
    "held",
    [
        *(None, [], {}, "x", {"form": 0, "entries": []}, {"form": 1}, {"form": 1, "entries": [1]}),
        {"form": 1, "entries": [{"kind": "localhost", "facts": {}}]},
        {"form": 1, "entries": [{"kind": "router", "facts": []}]},
        {"form": 1, "entries": [{"kind": "router", "facts": {"x y": 1}}]},
    ],
)
def test_what_is_not_of_its_form_is_read_again(held: object) -> None:
    assert remembered(held) is None
