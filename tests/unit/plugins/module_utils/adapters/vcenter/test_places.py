# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cluster of a vCenter is meant by a name, however it is written."""

from __future__ import annotations

import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.vcenter.places import ClusterPlace, chosen
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Ambiguous, NotFound

SLASH = ClusterPlace(None, "Cluster DEV/QA", "DC0")
DEEP = ClusterPlace(None, "c2", "D/C 1", ("folder",), ("above",))
PLAIN = ClusterPlace(None, "QA", "Cluster DEV")
TWIN = ClusterPlace(None, "c2", "DC2")
PERCENT = ClusterPlace(None, "100%2fday", "DC0")
PLUS = ClusterPlace(None, "a+b", "DC0")
PLACES = [SLASH, DEEP, PLAIN, TWIN, PERCENT, PLUS]


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ("DC0/Cluster DEV/QA", SLASH),
        ("DC0/Cluster DEV%2fQA", SLASH),
        ("vcenter.example.net/DC0/Cluster DEV/QA", SLASH),
        ("vcenter.example.net/DC0/Cluster%20DEV%2FQA", SLASH),
        ("vcenter.example.net/DC0/Cluster+DEV%2FQA", SLASH),
        ("vc/DC0/Cluster DEV/QA/", SLASH),
        ("QA", PLAIN),
        ("vc/Cluster DEV/QA", PLAIN),
        ("D/C 1/c2", DEEP),
        ("vc/D%2fC%201/c2", DEEP),
        ("D/C 1/folder/c2", DEEP),
        ("above/D/C 1/folder/c2", DEEP),
        ("DC2/c2", TWIN),
        ("100%2fday", PERCENT),
        ("DC0/100%2fday", PERCENT),
        ("DC0/100%252fday", PERCENT),
        ("DC0/a+b", PLUS),
        ("DC0/a%2Bb", PLUS),
    ],
)
def test_a_cluster_is_found_by_its_whole_path(wanted: str, place: ClusterPlace) -> None:
    assert chosen(wanted, PLACES) is place


@pytest.mark.parametrize("wanted", ["c2", "Cluster DEV/QA"])
def test_a_name_of_two_is_refused_with_their_paths(wanted: str) -> None:
    with pytest.raises(Ambiguous, match="c2" if wanted == "c2" else "DC0/Cluster DEV/QA"):
        chosen(wanted, PLACES)


@pytest.mark.parametrize("wanted", ["", "/", "c3", "DC9/c2", "vc/DC0/QA", "xc2", "D/C 1"])
def test_what_is_no_name_of_any_is_not_found(wanted: str) -> None:
    with pytest.raises(NotFound):
        chosen(wanted, PLACES)


NAMES = st.text(st.sampled_from("ab/% +2f"), min_size=1, max_size=6).filter(lambda name: name.strip("/ "))


@given(NAMES, NAMES, st.sampled_from([str, lambda text: urllib.parse.quote(text, safe=""), urllib.parse.quote_plus]))
def test_however_it_is_written(datacenter: str, name: str, spelled: object) -> None:
    place = ClusterPlace(None, name, datacenter)
    path = f"vcenter.example.net/{spelled(datacenter)}/{spelled(name)}"
    assert chosen(path, [place]) is place
