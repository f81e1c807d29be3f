# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a cluster is in a vCenter, and which one is meant by a name.

CloudStack calls its clusters VCENTER/DATACENTER/CLUSTER. Names may hold slashes, which vCenter's API and URLs write as
%2f; URLs write blanks as %20 or +.
"""

from __future__ import annotations

import typing as t
import urllib.parse

from ...core.errors import Ambiguous, NotFound
from ...core.naming import nearest
from .client import Step, Thing, Things, VcenterClient
from .mapping import text

FOLDERS = Step(
    "Folder", "childEntity", (Step("Datacenter", "hostFolder", again=("folder",)),), name="folder", again=("folder",)
)
PLACES: t.Mapping[str, t.Sequence[str]] = {
    "Folder": ("name", "parent"),
    "Datacenter": ("name", "parent"),
    "ClusterComputeResource": ("name", "parent"),
}


class ClusterPlace(t.NamedTuple):
    """A cluster and what it is in: names of the folders between its datacenter and it, and above the datacenter.

    others: names of the other clusters of its datacenter.
    """

    ref: t.Any
    name: str
    datacenter: str
    folders: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    datacenter_ref: t.Any = None

    @property
    def names(self) -> tuple[str, ...]:
        """What it may be called: by itself, and from each of the places around it on. Names may hold slashes."""
        steps = (*self.above, self.datacenter, *self.folders, self.name)
        paths = {"/".join(steps[place:]) for place in range(len(self.above) + 1)}
        # CloudStack leaves folders out.
        return tuple(sorted({self.name, f"{self.datacenter}/{self.name}", *paths}))

    @property
    def path(self) -> str:
        return "/".join((*self.above, self.datacenter, *self.folders, self.name))


def find_cluster(client: VcenterClient, wanted: str) -> ClusterPlace:
    """By its name, or with the names of the places that it is in before it. Raises NotFound, Ambiguous."""
    things = client.read([client.content.rootFolder], [FOLDERS], PLACES)
    places = [place_of(each, things) for each in things.of("ClusterComputeResource")]
    found = chosen(wanted, places)
    beside = [each.name for each in places if _around(each) == _around(found) and each.ref is not found.ref]
    return found._replace(others=tuple(sorted(beside)))


def _around(place: ClusterPlace) -> tuple[str, ...]:
    return (*place.above, place.datacenter)


def chosen(wanted: str, places: t.Sequence[ClusterPlace]) -> ClusterPlace:
    """The place that a name fits best: as it stands before as a URL writes it, then with the most of its path."""
    fits = [(_fit(wanted, each), each) for each in places]
    best = max((fit for fit, _place in fits if fit), default=None)
    if best is None:
        # With the path, of which people write a part or none.
        names = nearest(wanted.rpartition("/")[2], [each.name for each in places])
        near = [each.path for name in names for each in places if each.name == name]
        raise NotFound("cluster", wanted, "the vCenter", near[:3])
    found = [each for fit, each in fits if fit == best]
    if len(found) > 1:
        raise Ambiguous("cluster", wanted, sorted(each.path for each in found))
    return found[0]


Fit = tuple[int, bool, int]


def _fit(wanted: str, place: ClusterPlace) -> t.Optional[Fit]:
    """How well: by which spelling, whether by all of it, by how many characters of the place's names."""
    found: list[Fit] = []
    for rank, spelling in enumerate(_spellings(wanted)):
        for name in place.names:
            if spelling == name:
                found.append((-rank, True, len(name)))
            elif name != place.name and spelling.endswith(f"/{name}"):
                found.append((-rank, False, len(name)))
    return max(found, default=None)


def _spellings(wanted: str) -> tuple[str, ...]:
    """As it stands first; then as URLs write it."""
    unquote, plus = urllib.parse.unquote, urllib.parse.unquote_plus
    return tuple(dict.fromkeys((wanted, wanted.rstrip("/"), unquote(wanted), plus(wanted))))


def place_of(cluster: Thing, things: Things) -> ClusterPlace:
    """The folders on the way up; a datacenter's own folder of hosts and the root are none that somebody made."""
    datacenter, ref = "", None
    below: list[str] = []
    above: list[str] = []
    at = things.at(cluster["parent"])
    while at is not None:
        parent = things.at(at["parent"])
        if at.kind == "Datacenter":
            datacenter, ref = text(at["name"]), at.ref
        elif parent is not None and parent.kind != "Datacenter":
            (above if datacenter else below).insert(0, text(at["name"]))
        at = parent
    return ClusterPlace(cluster.ref, text(cluster["name"]), datacenter, tuple(below), tuple(above), datacenter_ref=ref)
