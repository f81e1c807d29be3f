# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""URLs of image stores, which the server lists without passwords and as they were sent."""

from __future__ import annotations

import pytest
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    HostcraftError,
    InvalidValue,
    Refused,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.storage import same_store
from sandbox.server import Sandbox

CIFS = "cifs://10.0.0.9/share?user=u1&password=Geheim1&domain=D"
NFS = "nfs://10.0.0.9/sec2"
STORE = {"zone": "z1", "name": "more"}


@pytest.mark.parametrize("provider", ["SMB", "smb", "NFS"])
def test_a_share_of_smb(sandbox: Sandbox, cloud: Gateway, provider: str) -> None:
    made = twice(cloud, "cs_image_store", **STORE, provider=provider, url=CIFS)
    (call,) = sandbox.calls.of("addImageStore")
    assert (call.params["provider"], made.result["provider"]) == ("NFS", "NFS")
    assert "Geheim1" not in str(made.result)
    sandbox.calls.clear()
    assert not perform(cloud, "cs_image_store", **STORE, provider=provider, url=CIFS, force_recreate=True).changed
    other = CIFS.replace("Geheim1", "another")
    assert not perform(cloud, "cs_image_store", **STORE, provider=provider, url=other).changed
    for url in (CIFS.replace("u1", "u2"), CIFS.replace("share", "other"), CIFS.replace("0.9", "0.8"), NFS):
        with pytest.raises(Refused, match="url is"):
            perform(cloud, "cs_image_store", **STORE, provider=provider, url=url)
    assert writes(sandbox) == []


@pytest.mark.parametrize("url", ["nfs://10.0.0.9/sec2/", "NFS://10.0.0.9/sec2", "nfs://10.0.0.9//sec2"])
@pytest.mark.parametrize("recreate", [False, True])
def test_another_spelling_is_the_same(sandbox: Sandbox, cloud: Gateway, url: str, recreate: bool) -> None:
    perform(cloud, "cs_image_store", **STORE, provider="NFS", url=NFS)
    sandbox.calls.clear()
    again = perform(cloud, "cs_image_store", **STORE, provider="nfs", url=url, force_recreate=recreate)
    assert (again.changed, writes(sandbox)) == (False, [])


def test_a_store_is_there_again_where_the_new_one_is_refused(sandbox: Sandbox, cloud: Gateway) -> None:
    perform(cloud, "cs_image_store", **STORE, provider="NFS", url=NFS)
    sandbox.faults.add("addImageStore", "http", status=530)
    new = "nfs://10.0.0.9/new"
    with pytest.raises(HostcraftError, match=r"image store more was removed, .*; the old one was added again"):
        perform(cloud, "cs_image_store", **STORE, provider="NFS", url=new, force_recreate=True)
    assert [each.url for each in cloud.image_stores.again() if each.name == "more"] == [NFS]
    sandbox.faults.clear()
    done = perform(cloud, "cs_image_store", **STORE, provider="NFS", url=new, force_recreate=True)
    assert (done.before["url"], done.result["url"]) == (NFS, new)


@pytest.mark.parametrize("url", ["10.0.0.9:/sec3", "nfs:/10.0.0.9/sec3", "nfs://10.0.0.9", "cifs://10.0.0.9/"])
@pytest.mark.parametrize("check", [True, False])
def test_a_store_is_not_removed_for_what_is_no_url(sandbox: Sandbox, cloud: Gateway, url: str, check: bool) -> None:
    perform(cloud, "cs_image_store", **STORE, provider="NFS", url=NFS)
    sandbox.calls.clear()
    with pytest.raises(InvalidValue, match="expected nfs://SERVER/PATH"):
        perform(cloud, "cs_image_store", check, **STORE, provider="NFS", url=url, force_recreate=True)
    assert writes(sandbox) == []


def test_the_root_of_a_server_is_a_path(cloud: Gateway) -> None:
    """As NFSv4 exports it."""
    assert twice(cloud, "cs_image_store", **STORE, provider="NFS", url="nfs://10.0.0.9/").result["name"] == "more"


@pytest.mark.parametrize(
    ("wanted", "held", "same"),
    [
        ("cifs://h/s?password=a&user=u", "u", True),
        ("cifs://H/s?password=a&user=u", "cifs://h/s?user=u", True),
        ("cifs://h/s?password=a%26b&user=u", "cifs://h/s?user=u", True),
        ("cifs://h/s?user=u", None, False),
        ("nfs://h/a?b", "nfs://h/a?c", False),
        ("nfs://h/a@b", "nfs://h/a@b/", True),
        ("https://h:8080/a", "https://h:8081/a", False),
        ("nfs://[2001:DB8::7]/st", "nfs://[2001:db8:0::7]:2049/st/", True),
    ],
)
def test_urls(wanted: str, held: str | None, same: bool) -> None:
    assert same_store(wanted, held) is same
