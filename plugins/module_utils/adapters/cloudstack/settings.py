# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuration settings, remembered; those of many clusters by one listing of the clusters.

A cluster's own values are rows of its details, which ``listClusters`` tells as ``resourcedetails`` (server:
ClusterDetailsDaoImpl, createClusterResponse), the two over-provisioning factors under names of their own.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.masking import is_secret_name
from ...core.zone.settings import Setting
from . import mapping, resources
from .client import Client
from .records import Record
from .transport import Json

# From which question on a whole scope is listed instead: a cluster has some 50 settings, the whole server over 1,000.
ASKED = {"global": 6}
ASKED_IN_SCOPE = 2
CLUSTERS_ASKED = 2  # clusters that are asked themselves before all are listed
IN_DETAILS = {
    "cpu.overprovisioning.factor": "cpuOvercommitRatio",
    "mem.overprovisioning.factor": "memoryOvercommitRatio",
}


class Settings:
    """Configuration settings (the port ``Settings``)."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._answers: dict[tuple[str, str, str], list[Setting]] = {}
        self._details: t.Optional[dict[str, t.Mapping[str, str]]] = None  # of clusters, by their ids
        self._alone: set[str] = set()  # clusters that are asked themselves
        self._writes = 0
        self._model = ""  # the cluster whose settings are listed for all

    def find(self, name: str, scope: str = "global", scope_id: str = "") -> t.Optional[Setting]:
        """``name`` also matches inside longer names (T3:58), so the exact one is chosen here, without case (T4:75)."""
        asked = [key[0] for key in tuple(self._answers) if key[1:] == (scope, scope_id)]
        if scope == "cluster" and not asked:
            told = self._told(name, scope_id)
            if told is not None:
                return told
        whole = sum(1 for each in asked if each != name) + 1 >= ASKED.get(scope, ASKED_IN_SCOPE)
        known = self._answers.get(("", scope, scope_id)) or self._list("" if whole else name, scope, scope_id)
        return next((each for each in known if each.name.casefold() == name.casefold()), None)

    def all(self, scope: str = "global", scope_id: str = "") -> t.Sequence[Setting]:
        return tuple(self._list("", scope, scope_id))

    def own(self, cluster_id: str) -> t.Sequence[Setting]:
        # Each has factors of its own, so without any these are unread.
        details = self._of_clusters().get(cluster_id)
        if not details:
            return self.all("cluster", cluster_id)
        alike = self._alike(cluster_id)
        return [replace(each, value=details[name]) for name, each in alike.items() if name in details]

    def write(self, name: str, value: str, scope: str = "global", scope_id: str = "") -> Setting:
        where = _scope(resources.SETTING_SCOPES, scope, scope_id)
        answer = self._client.run("updateConfiguration", {"name": name, "value": value, **where})
        return self._changed(answer, scope, scope_id)

    def reset(self, name: str, scope: str = "global", scope_id: str = "") -> Setting:
        where = _scope(resources.RESET_SCOPES, scope, scope_id)
        return self._changed(self._client.run("resetConfiguration", {"name": name, **where}), scope, scope_id)

    def _list(self, name: str, scope: str, scope_id: str) -> list[Setting]:
        """Others write at the same time: what was asked before a write is not remembered after it."""
        key, began = (name, scope, scope_id), self._writes
        held = self._answers.get(key)
        if held is None:
            params = {"name": name or None, **_scope(resources.SETTING_SCOPES, scope, scope_id)}
            found = self._client.listing("listConfigurations", "configuration", params, thinned=bool(scope_id))
            held = [mapping.setting(item, self._client.tell) for item in found]
            if began == self._writes:
                self._answers[key] = held
        return held

    def _told(self, name: str, cluster_id: str) -> t.Optional[Setting]:
        """A value of the cluster's own; None where its listing does not tell, and for the first clusters."""
        if self._details is None and len(self._alone | {cluster_id}) <= CLUSTERS_ASKED:
            self._alone.add(cluster_id)
        if cluster_id in self._alone:
            return None
        details = self._of_clusters().get(cluster_id, {})
        if name not in details:
            return None
        alike = self._alike(cluster_id).get(name)
        return alike and replace(alike, value=details[name])

    def _alike(self, cluster_id: str) -> dict[str, Setting]:
        """What clusters may have of their own: apart from the values, every cluster has the same settings."""
        self._model = self._model or cluster_id
        listed = self._list("", "cluster", self._model)
        return {each.name: each for each in listed if _is_open(each)}

    def _of_clusters(self) -> dict[str, t.Mapping[str, str]]:
        if self._details is None:
            answer = self._client.listing("listClusters", "cluster", {})
            found = [Record(each, "cluster", self._client.tell) for each in answer]
            self._details = {each.id(): _details(each) for each in found if each.has("resourcedetails")}
        return self._details

    def _changed(self, answer: Json, scope: str, scope_id: str) -> Setting:
        """A wide change shows in every scope that has no value of its own, so all are asked anew."""
        self._writes += 1
        if scope == "cluster":
            self._alone.add(scope_id)
            (self._details or {}).pop(scope_id, None)
            for key in [each for each in tuple(self._answers) if each[1:] == (scope, scope_id)]:
                self._answers.pop(key, None)
        else:
            self._answers.clear()
        return mapping.setting(answer.get("configuration") or {}, self._client.tell)


def _details(cluster: Record) -> dict[str, str]:
    """By the names of settings; what is secret in the details of a cluster of vCenter is not kept."""
    held = cluster.record("resourcedetails", "details of a cluster")
    told = {name: held.text(name) for name in held.wire if not is_secret_name(name)}
    factors = {name: held.text(key) for name, key in IN_DETAILS.items()}
    return {name: value for name, value in {**told, **factors}.items() if value}


def _is_open(setting: Setting) -> bool:
    """The details hold what is encrypted as it is kept."""
    return not setting.encrypted and not is_secret_name(setting.name)


def _scope(words: t.Mapping[str, str], scope: str, scope_id: str) -> dict[str, str]:
    return {} if scope == "global" else {words[scope]: scope_id}
