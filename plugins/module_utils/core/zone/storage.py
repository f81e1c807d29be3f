# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Primary and secondary storage."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import typing as t
from dataclasses import dataclass
from urllib.parse import unquote

from ..addresses import in_url
from ..change import Rules, same_set, same_word
from ..errors import InvalidValue, Reason
from ..masking import MASK, URL_SAFE, is_secret_name, without_secret
from ..text import api_text
from .topology import REPLACE


@dataclass(frozen=True)
class StoragePool:
    """A primary storage pool as ``listStoragePools`` shows it; sizes in bytes."""

    id: str
    name: str
    zone_id: str = ""
    zone: str = ""
    pod_id: str = ""
    pod: str = ""
    cluster_id: str = ""
    cluster: str = ""
    ip_address: t.Optional[str] = None
    path: t.Optional[str] = None
    type: t.Optional[str] = None
    scope: str = ""
    state: str = ""
    hypervisor: t.Optional[str] = None
    provider: t.Optional[str] = None
    managed: t.Optional[bool] = None
    storage_tags: tuple[str, ...] = ()
    is_tag_a_rule: bool = False
    capacity_bytes: t.Optional[int] = None
    capacity_iops: t.Optional[int] = None
    disk_size_total: t.Optional[int] = None
    disk_size_allocated: t.Optional[int] = None
    disk_size_used: t.Optional[int] = None
    overprovision_factor: t.Optional[str] = None
    created: t.Optional[str] = None
    details: t.Optional[t.Mapping[str, str]] = None  # None where the server does not tell them, SomeDetails for some
    # What access_mark made of the URL that the pool was added with; "" where another tool added it.
    access_mark: str = ""

    @property
    def enabled(self) -> bool:
        """Whether new volumes may be placed on it."""
        return self.state != "Disabled"


@dataclass(frozen=True)
class ImageStore:
    """A secondary storage as ``listImageStores`` shows it."""

    id: str
    name: str
    zone_id: str = ""
    zone: str = ""
    url: t.Optional[str] = None
    protocol: t.Optional[str] = None
    provider: str = ""
    scope: t.Optional[str] = None
    read_only: t.Optional[bool] = None
    disk_size_total: t.Optional[int] = None
    disk_size_used: t.Optional[int] = None


# Type of the pool that a URL makes, and how its path is shown, by scheme (T7:249-279). VMFS shows a text instead.
TYPES: t.Mapping[str, str] = {
    "nfs": "NetworkFilesystem",
    "cifs": "SMB",
    "rbd": "RBD",
    "gluster": "Gluster",
    "iscsi": "IscsiLUN",
    "clvm": "CLVM",
    "presetup": "PreSetup",
    "sharedmountpoint": "SharedMountPoint",
}


DEFAULT_PROVIDER = "DefaultPrimary"
# Storage plug-ins read keys and values in place of a URL (``MVIP=10.0.0.5;SVIP=10.0.1.5;…``, SolidFire).
PLUGIN_URL = re.compile(r"[A-Za-z][\w.]*(?:=|%3d)", re.IGNORECASE)


def plugin_keys(text: str) -> dict[str, str]:
    """The values of such a text by their keys in lower case."""
    pairs = [each.partition("=") for each in unquote(text).split(";")]
    return {key.strip().casefold(): value.strip() for key, _equals, value in pairs if key.strip()}


class Parts(t.NamedTuple):
    """A storage URL taken apart. user: what stands before the "@", with the secret."""

    scheme: str
    user: str
    host: str
    path: str


def parts_of(url: str) -> Parts:
    """Keys of RBD hold slashes, so the user ends at the last "@"; NFS has no users, and its paths may hold an "@"."""
    scheme, _slashes, rest = url.partition("://")
    scheme = scheme.lower()
    user, at, place = ("", "", rest) if scheme == "nfs" else rest.rpartition("@")
    host, _slash, path = place.partition("/")
    # The listing shows no port (nfs://10.0.0.5:2049/export).
    return Parts(scheme, user if at else "", re.sub(r":\d*$", "", host), "/" + unquote(path))


def sent_url(url: str) -> str:
    """The URL as the server can read it: a key of Ceph in base64 without "/" and "+", which agents decode alike.

    Source: its user interface sends keys so (AddPrimaryStorage), because java.net.URI ends the host at a slash.
    """
    scheme, user, _host, _path = parts_of(url)
    if scheme != "rbd" or ":" not in user:
        return url
    name, _colon, key = user.partition(":")
    return url.replace(f"{user}@", f"{name}:{key.translate(URL_SAFE)}@", 1)


def url_place(url: str) -> dict[str, str]:
    """Type, address and path that a pool added by this URL shows, where the server tells them; else nothing."""
    scheme, _user, host, path = parts_of(url)
    if scheme not in TYPES:
        return {}
    return {"type": TYPES[scheme], "ip_address": host, "path": path}


def access_mark(url: str, place: t.Optional[str] = None, way: t.Optional[str] = None) -> str:
    """A mark of the user and secret of a URL; "" where it has none. place, way: its hosts and path, written otherwise.

    The server tells neither, so the module leaves this with the pool, to see when another one is declared.
    """
    scheme, user, host, path = parts_of(url)
    salt = f"{scheme}://{place or host}{path if way is None else way}".encode()
    return hashlib.pbkdf2_hmac("sha256", unquote(user).encode(), salt, 50_000).hex()[:16] if user else ""


class SomeDetails(dict[str, str]):
    """Details of a server that tells no others."""


def untold_details(wanted: t.Mapping[str, object], held: t.Optional[t.Mapping[str, object]]) -> list[str]:
    """Names of the wanted ones that the server does not tell, apart from secrets."""
    lacking = wanted if held is None else set(wanted) - set(held) if isinstance(held, SomeDetails) else ()
    return sorted(name for name in lacking if not is_secret_name(name))


def same_places(wanted: object, held: object) -> bool:
    """Servers of a pool by address or name, in any order: the monitors of RBD are several."""
    return _places(wanted) == _places(held)


def _places(text: object) -> set[str]:
    return {_server(each.strip()) for each in str(text or "").split(",")}


def _server(text: str) -> str:
    """A server's name or address, written in one way: no port, as the listing shows none, and IPv6 as it is compared.

    Java keeps capitals and brackets (``URI.getHost``); other readers of URLs do not.
    """
    bracketed = re.fullmatch(r"\[([^]]*)\](?::\d*)?", text)
    bare = bracketed[1] if bracketed else re.sub(r"(?<=[^:]):\d+$", "", text) if text.count(":") == 1 else text
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return bare.casefold()


def same_path(wanted: object, held: object) -> bool:
    """``/pool`` is ``pool`` (T7:256), and ``%20`` a blank, which not all servers show decoded."""
    one, other = (str(each or "").strip("/") for each in (wanted, held))
    return one == other or unquote(one) == unquote(other)


def same_store(wanted: object, held: object) -> bool:
    """URLs of image stores, as far as the server tells them: that of SMB is listed without its password.

    The server may cut more of it than the password (StringUtils.cleanString); what is no URL cannot be compared.
    """
    if held and "://" not in str(held) and str(wanted).casefold().startswith("cifs://"):
        return True
    return _store(wanted) == _store(held)


def _store(url: object) -> tuple[object, ...]:
    scheme, _slashes, rest = str(url or "").partition("://")
    scheme, user, query = scheme.casefold(), "", ""
    if scheme != "nfs":
        rest, _mark, query = rest.partition("?")
        user, _at, rest = rest.rpartition("@")
    host, _slash, path = rest.partition("/")
    pairs = [each.partition("=") for each in query.split("&") if each]
    options = frozenset((name.casefold(), unquote(value)) for name, _is, value in pairs if not is_secret_name(name))
    port = re.search(r"(?<=[^:]):(\d+)$", host) if scheme != "nfs" else None
    place = _server(host), port[1] if port else ""
    return scheme, user.partition(":")[0], place, unquote(path).strip("/"), options


SMB, NFS = "SMB", "NFS"


def same_store_provider(wanted: object, held: object) -> bool:
    return same_word(store_provider(wanted), store_provider(held))


def store_provider(name: object) -> object:
    """The server has no provider of that name for SMB: DataStoreProvider.SMB is "NFS"."""
    return NFS if same_word(name, SMB) else name


def same_details(wanted: t.Mapping[str, object], held: t.Optional[t.Mapping[str, object]]) -> bool:
    """The wanted ones are held; the server adds its own, and secrets are not compared, nor what it does not tell."""
    if held is None:
        return True
    known = {name: value for name, value in wanted.items() if name in held or not isinstance(held, SomeDetails)}
    return all(is_secret_name(name) or str(held.get(name)) == api_text(value) for name, value in known.items())


def shown_details(details: t.Optional[t.Mapping[str, object]]) -> dict[str, object]:
    known = details or {}
    told = {name: value for name, value in known.items() if value or not isinstance(known, SomeDetails)}
    return {name: MASK if is_secret_name(name) else value for name, value in told.items()}


NFS_OPTIONS = "nfsmountopts"


def _same_access(url: str, held: StoragePool) -> bool:
    """Whether user and secret are those of the URL that the pool was added with, wherever the declared one leads."""
    kind = url_place(url).get("type")
    if kind and held.type and kind != held.type:
        return True  # which differs for itself
    path = "/" + str(held.path or "").strip("/")
    ways = (None, path, f"{path}/")
    at = held.ip_address or ""
    places = {None, at or None, in_url(at.strip("[]")) or None}
    return any(access_mark(url, place, way) == held.access_mark for place in places for way in ways)


def check_pool_url(url: str, provider: object) -> None:
    """Raises InvalidValue for what is no URL: the server answers with an error of Java. Plug-ins read other texts."""
    if provider and not same_word(provider, DEFAULT_PROVIDER):
        return
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://.", url) and not PLUGIN_URL.match(url):
        raise InvalidValue("storage_url", without_secret(url), "SCHEME://SERVER/PATH, such as nfs://10.0.0.5/export")


def check_store_url(url: str) -> None:
    """Raises InvalidValue for what is no URL of a share."""
    if not re.match(r"nfs://[^/]+/|cifs://[^/]+/.", url, re.IGNORECASE):
        raise InvalidValue("url", without_secret(url), "nfs://SERVER/PATH or cifs://SERVER/SHARE")


def reasons_against_pool(
    name: str, url: str, held: t.Optional[StoragePool], details: t.Mapping[str, object]
) -> t.Iterator[Reason]:
    """Why a pool is not the one that is declared, or cannot be made so."""
    if held is not None and url and held.access_mark and not _same_access(url, held):
        message = "the user or secret in its URL differs from the present one, and the server cannot change it"
        remedy = "use the present user and secret, or add a pool with another name and migrate the volumes to it"
        yield Reason("access_differs", message, remedy, {"pool": name})
    if PLUGIN_URL.match(url) and "=" not in url:
        message = "the keys and values in storage_url are encoded, and the module encodes them itself"
        yield Reason("url_encoded", message, "do not encode = and ;, for example MVIP=10.0.0.5;SVIP=10.0.1.5")
    scheme_of_url = parts_of(url).scheme
    if scheme_of_url == "smb":
        yield Reason("smb_url", "the server uses the scheme cifs for SMB", "cifs://SERVER/SHARE")
    lacking = [each for each in ("user", "password") if not details.get(each)]
    if scheme_of_url == "cifs" and held is None and lacking:
        message = f"the server reads {' and '.join(lacking)} of SMB from details, not from the URL"
        yield Reason("smb_details", message, "set user, password and domain in details")
    if NFS_OPTIONS not in details:
        return
    scheme = parts_of(url).scheme if url else "nfs" if held is None or held.type == TYPES["nfs"] else ""
    if scheme != "nfs":
        yield Reason("nfs_options", f"{NFS_OPTIONS} applies to NFS only", "remove it from details")
    elif held is not None and held.state != "Maintenance" and not same_details(details, held.details):
        message = f"the server changes {NFS_OPTIONS} only while the pool is in maintenance, but it is {held.state}"
        yield Reason("nfs_options", message, "set allocation_state: maintenance first")


STORAGE_POOL = Rules(
    kind="storage pool",
    required=("name", "zone_id", "storage_url"),
    fixed=dict.fromkeys(
        ("zone_id", "pod_id", "cluster_id", "scope", "hypervisor", "provider", "managed", "ip_address", "path", "type"),
        REPLACE,
    ),
    write_only=frozenset(("storage_url", "access_mark")),
    untold=frozenset(("managed",)),
    same={
        "storage_tags": same_set,
        "scope": same_word,
        "hypervisor": same_word,
        "provider": same_word,
        "path": same_path,
        "ip_address": same_places,
        "details": same_details,
    },
)
IMAGE_STORE = Rules(
    kind="image store",
    required=("name", "provider"),
    fixed={"url": REPLACE, "provider": REPLACE, "zone_id": REPLACE},
    same={"provider": same_store_provider, "url": same_store},
    write_only=frozenset(("details",)),
)
STAGING_STORE = Rules(
    kind="staging store",
    required=("url", "zone_id"),
    fixed={"url": REPLACE, "zone_id": REPLACE},
    write_only=frozenset(("scope", "provider", "details")),
)
