# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that are remembered, while others write at the same time or the server answers something odd."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.settings import Settings

NAME = "some.limit"


class Server:
    """One setting. meanwhile: what happens once an answer is on its way."""

    def __init__(self, details: object = None) -> None:
        self.value, self.details, self.meanwhile = "1", details, list[Any]()

    def listing(
        self, command: str, _key: str, _params: Mapping[str, Any], thinned: bool = False
    ) -> list[dict[str, Any]]:
        if command == "listClusters":
            return [{"id": "c", "name": "c", "resourcedetails": self.details}]
        answer = [{"name": NAME, "value": self.value, "category": "Advanced", "type": "Number"}]
        if self.meanwhile:
            self.meanwhile.pop()()
        return answer

    def run(self, _command: str, params: Mapping[str, Any]) -> dict[str, Any]:
        self.value = params["value"]
        return {"configuration": {"name": NAME, "value": self.value}}

    def tell(self, _text: str) -> None:
        pass


@pytest.mark.parametrize(("scope", "id"), [("global", ""), ("zone", "z"), ("cluster", "c")])
def test_an_answer_from_before_a_write_is_not_remembered_after_it(scope: str, id: str) -> None:
    """cs_site writes several settings at the same time and looks whether each is there."""
    server = Server()
    settings = Settings(cast(Client, server))
    server.meanwhile.append(lambda: settings.write(NAME, "2", scope, id))
    settings.all(scope, id)
    found = settings.find(NAME, scope, id)
    assert found is not None
    assert found.value == "2"


@pytest.mark.parametrize("details", [None, "odd", [], {}, {"cpuOvercommitRatio": None}])
def test_a_cluster_whose_details_say_nothing_is_asked_itself(details: object) -> None:
    own = Settings(cast(Client, Server(details))).own("c")
    assert [(each.name, each.value) for each in own] == [(NAME, "1")]
