"""Secondary storage (T1:50; the rest not recorded)."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..errors import failed, invalid, refused
from ..paging import answer, filters, keyword
from ..registry import Body, Call, command
from ..rules import system_vms
from ..world import World
from ..world.storage import ImageStore

JAVA = "org.apache.cloudstack.api.command.admin.storage"


def image_view(world: World, store: ImageStore) -> Body:
    body: Body = {"id": store.uuid}
    if store.zone_id is not None:
        zone = world.zones[store.zone_id]
        body.update(zoneid=zone.uuid, zonename=zone.name)
    return {
        **body,
        "name": store.name,
        "url": store.url,
        "protocol": store.protocol,
        "providername": store.provider,
        "scope": store.scope,
        "readonly": store.readonly,
        "hasannotations": False,
    }


@command("addImageStore", JAVA)
def add_image_store(call: Call) -> Body:
    """T1:50."""
    world, zone, url = call.world, call.get("zoneid"), call.get("url", "")
    provider = call["provider"]
    if provider.upper() == "NFS" and (zone is None or urlsplit(url).scheme != "nfs"):
        raise invalid("An NFS image store needs a zone and an nfs:// url")
    if any(s.url == url and s.zone_id == (zone.id if zone else None) for s in world.image_stores if url):
        raise failed(f"Failed to add data store: an image store of {url} is there already")
    store = ImageStore(
        world.image_stores.next_id(), world.new_uuid(), call.get("name") or url, url, urlsplit(url).scheme, provider,
        zone.id if zone else None, "ZONE" if zone else "REGION",
    )  # fmt: skip
    world.image_stores.add(store)
    for open_zone in [zone] if zone else list(world.zones):
        system_vms.ensure_later(world, open_zone)
    return {"imagestore": image_view(world, store)}


@command("listImageStores", JAVA, id="image_stores")
def list_image_stores(call: Call) -> Body:
    rows = call.world.image_stores.select(
        lambda store: call.get("provider", store.provider).lower() == store.provider.lower(),
        **filters(call, id="id", zoneid="zone_id", name="name", protocol="protocol", readonly="readonly"),
    )
    return answer(call, "imagestore", keyword(call, rows), lambda store: image_view(call.world, store))


@command("updateImageStore", JAVA, id="image_stores")
def update_image_store(call: Call) -> Body:
    store = call["id"]
    if "readonly" in call:
        store.readonly = call["readonly"]
    if call.get("capacitybytes"):
        store.capacity = call["capacitybytes"]
    call.world.image_stores.update(store, name=call.get("name") or store.name)
    return {"imagestore": image_view(call.world, store)}


@command("deleteImageStore", JAVA, id="image_stores")
def delete_image_store(call: Call) -> Body:
    """Refused while templates of users are on it, the last writable one of a zone that has some."""
    world, store = call.world, call["id"]
    others = [s for s in world.image_stores if s is not store and s.zone_id in (store.zone_id, None) and not s.readonly]
    own = [t for t in world.templates if t.account != "system" and t.zone_id in (store.zone_id, None)]
    if own and not others:
        raise refused("Cannot delete image store with active templates backup!")
    world.image_stores.remove(store)
    return {"success": True}
