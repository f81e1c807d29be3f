# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage URLs: what they tell and what they must not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.masking import without_secret
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.storage import (
    StoragePool,
    access_mark,
    reasons_against_pool,
    url_place,
)

# No secret that is a piece of what stands around it.
SECRET = st.text(min_size=1, max_size=20).map(lambda text: f"S3-{text}-cr3t")


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("nfs://10.0.0.5/export/a", ("NetworkFilesystem", "10.0.0.5", "/export/a")),
        ("nfs://10.0.0.5:/export/a", ("NetworkFilesystem", "10.0.0.5", "/export/a")),
        ("NFS://nas.example/export/a%20b", ("NetworkFilesystem", "nas.example", "/export/a b")),
        ("nfs://10.0.0.5:2049/export/a@b", ("NetworkFilesystem", "10.0.0.5", "/export/a@b")),
        ("rbd://user:k/e@y@mon:6789/pool", ("RBD", "mon", "/pool")),
        ("SharedMountPoint://localhost/mnt", ("SharedMountPoint", "localhost", "/mnt")),
        ("iscsi://10.0.0.5/iqn.2026/0", ("IscsiLUN", "10.0.0.5", "/iqn.2026/0")),
        ("clvm://localhost/vg1", ("CLVM", "localhost", "/vg1")),
        ("vmfs://10.0.0.5/dc/ds", None),
        ("powerflex://user:secret@gw/pool", None),
    ],
)
def test_what_a_url_tells(url: str, place: tuple[str, str, str] | None) -> None:
    assert url_place(url) == (dict(zip(("type", "ip_address", "path"), place, strict=True)) if place else {})


def test_a_mark_tells_user_and_secret_apart_and_holds_neither() -> None:
    urls = ["rbd://a:x@mon/p", "rbd://a:y@mon/p", "rbd://b:x@mon/p", "rbd://a:x@mon/q"]
    marks = [access_mark(url) for url in urls]
    assert len(set(marks)) == len(urls)
    assert marks[0] == access_mark("RBD://a:x@mon/p")
    assert access_mark("rbd://a:k%2Fey@mon/p") == access_mark("rbd://a:k/ey@mon/p")
    assert {access_mark("rbd://mon/p"), access_mark("nfs://nas/a@b")} == {""}


@pytest.mark.parametrize(
    ("url", "held", "details", "codes"),
    [
        ("rbd://a:x@mon/p", "rbd://a:x@mon/p", {}, []),
        ("rbd://a:y@mon/p", "rbd://a:x@mon/p", {}, ["access_differs"]),
        ("rbd://mon/p", "rbd://a:x@mon/p", {}, ["access_differs"]),
        ("rbd://a:y@mon/p", "", {}, []),
        ("", "rbd://a:x@mon/p", {}, []),
        ("rbd://a:x@mon/p", "rbd://a:x@mon/p", {"nfsmountopts": "vers=4.1"}, ["nfs_options"]),
        ("nfs://nas/a", "", {"nfsmountopts": "vers=4.1"}, ["nfs_options"]),
        ("nfs://nas/a", "", {"nfsmountopts": "vers=3"}, []),
    ],
)
def test_a_pool_of_another_user_is_another_pool(url: str, held: str, details: dict[str, str], codes: list[str]) -> None:
    there = StoragePool("1", "p", state="Up", details={"nfsmountopts": "vers=3"}, access_mark=access_mark(held))
    assert [each.code for each in reasons_against_pool("p", url, there, details)] == codes


@given(SECRET, st.sampled_from(["rbd", "powerflex", "http", "RBD", "S"]))
def test_a_password_in_a_url_never_shows(secret: str, scheme: str) -> None:
    """Keys of RBD hold slashes, and nothing keeps people from "@", "?" and line ends."""
    for url in (f"{scheme}://admin:{secret}@mon.example/pool", f"{scheme}://{secret}@mon.example/pool"):
        shown = without_secret(url)
        assert secret not in shown
        assert shown == f"{scheme}://****@mon.example/pool"


@given(st.text(st.characters(exclude_characters="&;"), min_size=1).map(lambda text: f"S3-{text}-cr3t"))
def test_a_password_among_the_options_never_shows(secret: str) -> None:
    shown = without_secret(f"cifs://nas.example/share?user=u&password={secret}&domain=d")
    assert secret not in shown
    assert shown == "cifs://nas.example/share?user=u&password=****&domain=d"


@given(SECRET)
def test_a_url_that_lacks_its_scheme_keeps_its_secret_too(secret: str) -> None:
    assert secret not in without_secret(f"admin:{secret}@mon.example/pool")
    assert secret not in without_secret(f"//admin:{secret}@mon.example/pool")


@pytest.mark.parametrize(
    "url",
    [
        "nfs://10.0.0.5/export/a",
        "nfs://10.0.0.5/export/me@home",
        "rbd://mon.example/pool",
        "",
        "iscsi://10.0.0.5/iqn/0",
    ],
)
def test_a_url_without_a_secret_stays_as_it_is(url: str) -> None:
    assert without_secret(url) == url
