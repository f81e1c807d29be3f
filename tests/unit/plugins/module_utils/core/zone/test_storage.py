# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage URLs: what they tell and what they must not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.masking import without_secret
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.storage import url_place

# No secret that is a piece of what stands around it.
SECRET = st.text(min_size=1, max_size=20).map(lambda text: f"S3-{text}-cr3t")


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("nfs://10.0.0.5/export/a", {"ip_address": "10.0.0.5", "path": "/export/a"}),
        ("nfs://10.0.0.5:/export/a", {"ip_address": "10.0.0.5", "path": "/export/a"}),
        ("NFS://nas.example/export/a%20b", {"ip_address": "nas.example", "path": "/export/a b"}),
        ("nfs://10.0.0.5:2049/export/a", {"ip_address": "10.0.0.5", "path": "/export/a"}),
        ("rbd://user:key@mon/pool", {}),
        ("SharedMountPoint://localhost/mnt", {}),
        ("iscsi://10.0.0.5/iqn.2026/0", {}),
    ],
)
def test_what_a_url_tells(url: str, place: dict[str, str]) -> None:
    assert url_place(url) == place


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
