# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage whose access is not told by a URL: shares of SMB, keys and values of SolidFire, keys of object storage."""

from __future__ import annotations

from typing import Any

import pytest
from contract.conftest import Connect
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.masking import secrets_in_url, without_secret
from sandbox.server import Sandbox

SMB = {"user": "cloud", "password": "sesame-1", "domain": "EXAMPLE"}
SOLIDFIRE = "MVIP=10.9.0.5;SVIP=10.9.0.6:3260;clusterAdminUsername=cloud;clusterAdminPassword=sesame-2"


def test_a_share_of_smb_is_added_with_its_details(sandbox: Sandbox, cloud: Gateway) -> None:
    given: dict[str, Any] = {"name": "smb", "zone": "z1", "cluster": "c1", "storage_url": "cifs://10.9.0.5/primary"}
    with pytest.raises(Refused) as caught:
        perform(cloud, "cs_storage_pool", True, **given)
    assert [each.code for each in caught.value.reasons] == ["smb_details"]
    with pytest.raises(Refused, match="cifs"):
        perform(cloud, "cs_storage_pool", **{**given, "storage_url": "smb://10.9.0.5/primary", "details": SMB})
    made = twice(cloud, "cs_storage_pool", details=SMB, **given).result
    assert (made["type"], made["ip_address"], made["storage_path"]) == ("SMB", "10.9.0.5", "/primary")
    assert "sesame" not in repr(made)
    # Servers before 4.19 cannot change them afterwards.
    assert writes(sandbox) == ["createStoragePool"]


@pytest.mark.parametrize("key", ["AQBz/KEY+two/==", "AQBzKEYtwo=="])
def test_a_key_of_ceph_is_sent_so_that_the_server_reads_the_host(sandbox: Sandbox, cloud: Gateway, key: str) -> None:
    """The sandbox ends the host at the first slash too."""
    url = f"rbd://cloudstack:{key}@10.9.0.7/pool"
    made = twice(cloud, "cs_storage_pool", name="ceph", zone="z1", cluster="c1", storage_url=url).result
    assert (made["ip_address"], made["storage_path"]) == ("10.9.0.7", "pool")
    (sent,) = sandbox.calls.of("createStoragePool")
    safe = key.replace("/", "_").replace("+", "-")
    assert sent.params["url"] == f"rbd://cloudstack:{safe}@10.9.0.7/pool"
    assert {key, safe} <= set(secrets_in_url(url))


@pytest.mark.since("4.21", raises=pytest.fail.Exception)
def test_another_key_of_ceph_is_refused(cloud: Gateway) -> None:
    """Older servers do not show the details among which the mark of the key is."""
    given = {"name": "ceph", "zone": "z1", "cluster": "c1"}
    perform(cloud, "cs_storage_pool", storage_url="rbd://cloudstack:AQBz/KEY==@10.9.0.7/pool", **given)
    with pytest.raises(Refused) as caught:
        perform(cloud, "cs_storage_pool", storage_url="rbd://cloudstack:AQBz/OTHER==@10.9.0.7/pool", **given)
    assert [each.code for each in caught.value.reasons] == ["access_differs"]


def test_solidfire_reads_keys_and_values(sandbox: Sandbox, cloud: Gateway) -> None:
    given: dict[str, Any] = {
        "name": "solid",
        "zone": "z1",
        "scope": "zone",
        "hypervisor": "Any",
        "provider": "SolidFire",
        "capacity_bytes": 10**12,
        "capacity_iops": 10000,
    }
    with pytest.raises(Refused) as caught:
        perform(cloud, "cs_storage_pool", True, storage_url=SOLIDFIRE.replace("=", "%3D"), **given)
    assert [each.code for each in caught.value.reasons] == ["url_encoded"]
    made = twice(cloud, "cs_storage_pool", storage_url=SOLIDFIRE, **given).result
    (sent,) = sandbox.calls.of("createStoragePool")
    assert (sent.params["url"], sent.params["capacityiops"]) == (SOLIDFIRE, "10000")
    assert (made["provider"], made["ip_address"]) == ("SolidFire", "10.9.0.6")


@pytest.mark.parametrize(
    ("provider", "details"),
    [
        ("Swift", {"account": "cloud", "username": "images", "key": "sesame-3"}),
        ("S3", {"accesskey": "AKIA", "secretkey": "sesame-3", "bucket": "images", "endpoint": "s3.example.net"}),
    ],
)
def test_object_storage_serves_all_zones_with_its_keys(
    sandbox: Sandbox, connect: Connect, provider: str, details: dict[str, str]
) -> None:
    """All stores of a server have one provider, so that this one has none before."""
    cloud = Gateway(connect(sandbox))
    given: dict[str, Any] = {"name": "objects", "provider": provider, "details": details}
    if provider == "Swift":
        given["url"] = "https://swift.example.net/auth/v1.0"
    made = twice(cloud, "cs_image_store", **given).result
    (call,) = sandbox.calls.of("addImageStore")
    sent = {call.params[f"details[{n}].key"]: call.params[f"details[{n}].value"] for n in range(len(details))}
    assert (sent, call.params["provider"], "zoneid" in call.params) == (details, provider, False)
    assert (made["provider"], made["zone"] or None) == (provider, None)
    assert "sesame" not in repr(made)


@pytest.mark.parametrize("url", [SOLIDFIRE, SOLIDFIRE.replace("=", "%3D"), SOLIDFIRE + ";clusterDefaultMinIops=100"])
def test_the_password_among_keys_and_values_is_masked(url: str) -> None:
    assert secrets_in_url(url) == ("sesame-2",)
    assert "sesame" not in without_secret(url)
    assert "MVIP" in without_secret(url)


def test_several_monitors(sandbox: Sandbox, cloud: Gateway) -> None:
    place = {"zone": "z1", "pod": "p1", "cluster": "c1", "name": "ceph"}
    url = "rbd://admin:AQBZc==@10.0.0.1,10.0.0.2,mon3.example.net:6789/cloud"
    made = twice(cloud, "cs_storage_pool", **place, storage_url=url)
    assert made.result["ip_address"] == "10.0.0.1,10.0.0.2,mon3.example.net"
    turned = "rbd://admin:AQBZc==@10.0.0.2:6789,10.0.0.1:6789,mon3.example.net/cloud"
    assert not perform(cloud, "cs_storage_pool", **place, storage_url=turned.replace(":6789", "")).changed
    for other in ("10.0.0.1,10.0.0.3,mon3.example.net", "10.0.0.1"):
        with pytest.raises(Refused, match="ip_address is"):
            perform(cloud, "cs_storage_pool", **place, storage_url=f"rbd://admin:AQBZc==@{other}/cloud")
    assert [doubt for doubt in cloud.doubts() if "address" in doubt] == []
