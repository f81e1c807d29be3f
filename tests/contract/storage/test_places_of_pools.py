# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""URLs of storage: the same one twice in any spelling, what is none, and two runs at the same time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from contract.conftest import Connect
from contract.storage.conftest import Store
from contract.tasks import perform, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import ApiError, InvalidValue, Refused
from sandbox.world import World

POOL: dict[str, Any] = {"name": "new", "cluster": "c1", "pod": "p1", "zone": "z1"}


@pytest.fixture
def another(store: Store, connect: Connect) -> Callable[[], Gateway]:
    """Another run: it reads all by itself."""
    return lambda: Gateway(connect(store.server))


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("nfs://[2001:db8::5]/x", "nfs://[2001:DB8:0::5]:2049/x/"),
        ("nfs://Nas.Example.com/x", "nfs://nas.example.com/x"),
        ("nfs://nas2/a%20b", "nfs://nas2/a b"),
        ("rbd://cs:S@[2001:db8::1]/rbd", "rbd://cs:S@[2001:DB8::1]/rbd/"),
        ("rbd://cs:S@Mon1/rbd", "rbd://cs:S@mon1/rbd"),
    ],
)
def test_the_same_pool_in_any_spelling(store: Store, url: str, other: str, another: Callable[[], Gateway]) -> None:
    assert perform(store.cloud, "cs_storage_pool", storage_url=url, **POOL).changed
    for text in (url, other):
        assert perform(another(), "cs_storage_pool", storage_url=text, **POOL).changed is False

    def lower(world: World) -> None:
        """As another reader of URLs has it."""
        pool = next(each for each in world.storage_pools if each.name == "new")
        pool.address = pool.address.lower().strip("[]")

    store.change(lower)
    assert perform(another(), "cs_storage_pool", storage_url=url, **POOL).changed is False


@pytest.mark.parametrize(
    ("other", "field"),
    [("rbd://cs:S@mon2/rbd", "ip_address"), ("rbd://cs:S@mon1/other", "path"), ("nfs://mon1/rbd", "type")],
)
def test_another_place_is_told_as_such(store: Store, other: str, field: str, another: Callable[[], Gateway]) -> None:
    perform(store.cloud, "cs_storage_pool", storage_url="rbd://cs:S@mon1/rbd", **POOL)
    with pytest.raises(Refused, match=field):
        perform(another(), "cs_storage_pool", storage_url=other, **POOL)


@pytest.mark.since("4.21", raises=pytest.fail.Exception)
def test_another_secret_is_told_as_such(store: Store, another: Callable[[], Gateway]) -> None:
    perform(store.cloud, "cs_storage_pool", storage_url="rbd://cs:S@mon1/rbd", **POOL)
    with pytest.raises(Refused, match="user or secret"):
        perform(another(), "cs_storage_pool", storage_url="rbd://cs:T@mon1/rbd", **POOL)


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("url", ["foo", "", " ", "nfs:/nas/x", "//nas/x", "nfs://", "10.0.0.5:/x"])
def test_what_is_no_url_is_refused_by_name_and_value(store: Store, url: str, check: bool) -> None:
    with pytest.raises(InvalidValue) as caught:
        perform(store.cloud, "cs_storage_pool", check, storage_url=url, **POOL)
    assert caught.value.message.startswith(f"storage_url={url!r} is not valid: expected SCHEME://SERVER/PATH")
    if url.strip():
        with pytest.raises(InvalidValue, match=r"^url='.*' is not valid: expected nfs://SERVER/PATH"):
            store.perform("cs_image_store", check, name="images", url=url, provider="NFS")
    assert writes(store.server) == []


def test_a_secret_of_what_is_no_url_is_masked(store: Store) -> None:
    with pytest.raises(InvalidValue) as caught:
        perform(store.cloud, "cs_storage_pool", storage_url="cs:sesame@mon1/rbd", **POOL)
    assert "sesame" not in str(caught.value.message)


def test_two_identical_creations_at_once(store: Store, another: Callable[[], Gateway]) -> None:
    """The other one has looked before the first one wrote."""
    made = {
        "cs_storage_pool": {**POOL, "storage_url": "nfs://Nas/new"},
        "cs_zone": {"name": "z2", "network_type": "Advanced", "dns1": "192.0.2.1", "internal_dns1": "192.0.2.2"},
        "cs_pod": {
            "name": "p2",
            "zone": "z1",
            "start_ip": "10.9.0.2",
            "end_ip": "10.9.0.9",
            "gateway": "10.9.0.1",
            "netmask": "255.255.255.0",
        },
        "cs_vlan_ip_range": {
            "zone": "z1",
            "physical_network": "phys1",
            "vlan": "77",
            "start_ip": "203.0.113.10",
            "end_ip": "203.0.113.20",
            "gateway": "203.0.113.1",
            "netmask": "255.255.255.0",
            "for_virtual_network": True,
        },
    }
    for module, arguments in made.items():
        late = another()
        assert perform(late, module, True, **arguments).changed
        assert perform(another(), module, **arguments).changed
        told = perform(late, module, **arguments)
        assert (told.changed, told.result.get("id") is not None) == (False, True), module


def test_another_thing_of_the_same_name_stays_an_error(store: Store, another: Callable[[], Gateway]) -> None:
    late = another()
    pool = {**POOL, "storage_url": "nfs://nas/new"}
    assert perform(late, "cs_storage_pool", True, **pool).changed
    perform(another(), "cs_storage_pool", **{**pool, "name": "other"})
    with pytest.raises(ApiError, match="already in use"):
        perform(late, "cs_storage_pool", **pool)
