"""Secondary storage (T1:50, T7:292-335)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ..errors import failed, invalid, refused
from ..paging import answer, filters, keyword
from ..registry import Body, Call, Work, command
from ..rules import system_vms
from ..world import World
from ..world.storage import ImageStore

PROVIDERS = {"nfs": "NFS", "s3": "S3", "swift": "Swift"}
ADDING = "Failed to add data store: "
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
        **({"disksizetotal": store.capacity, "disksizeused": store.used} if store.capacity else {}),
        "hasannotations": False,
    }


def _without_password(url: str) -> str:
    """As an answer shows it (T7:299)."""
    return re.sub(r"password=[^&]*&?", "", url).rstrip("?&")


@command("addImageStore", JAVA)
def add_image_store(call: Call) -> Body:
    """T1:50, T7:293-299, T7:326-329: all stores are of one provider; an unknown one means NFS on a simulator."""
    world, zone, url = call.world, call.get("zoneid"), call.get("url", "")
    simulated = any(host.hypervisor == "Simulator" for host in world.hosts)
    provider = call["provider"]
    if provider.lower() not in PROVIDERS:
        if not simulated:
            raise invalid(f"can't find image store provider: {provider}")
        provider = "NFS"
    provider = PROVIDERS[provider.lower()]
    others = {store.provider for store in world.image_stores}
    if others and provider not in others:
        raise invalid(f"You can only add new image stores from the same provider {sorted(others)[0]} already added")
    name = call.get("name") or _without_password(url)
    if world.image_stores.first(name=name) is not None:
        raise invalid(f"The image store with name {name} already exists, try creating with another name")
    if provider == "NFS":
        if zone is None:
            kind = "simulator" if simulated else "nfs"
            raise refused(
                f"{ADDING}DataCenter id is null, and {kind} image store has to be associated with a data center"
            )
        if not urlsplit(url).scheme:
            raise invalid(f"uri.scheme is null {url}, add nfs:// (or cifs://) as a prefix")
        if not urlsplit(url).path:
            raise refused(f"{ADDING}Your host and/or path is wrong.  Make sure it is of the format nfs://hostname/path")
    store = ImageStore(
        world.image_stores.next_id(), world.new_uuid(), name, _without_password(url), urlsplit(url).scheme, provider,
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


@command("updateImageStore", JAVA, envelope="updateImageStore", id="image_stores")
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


@command("listImageStoreObjects", f"{JAVA}.browser", id="image_stores")
def list_image_store_objects(call: Call) -> Body:
    """The simulator has none to look at (T7:311-312); files that a test has put there are told by their path."""
    store, path = call["id"], (call.get("path") or "").strip("/")
    if not store.files:
        raise refused("Failed to list datastore objects")
    inside = [(name.removeprefix(f"{path}/" if path else ""), size) for name, size in store.files.items()]
    below = [(name, size) for name, size in inside if not path or f"{path}/{name}" in store.files]
    rows = {name.partition("/")[0]: ("/" in name, size) for name, size in below}
    return answer(
        call,
        "datastoreobject",
        sorted(rows.items()),
        lambda row: {"name": row[0], "isdirectory": row[1][0], "size": 0 if row[1][0] else row[1][1]},
    )


@command("migrateSecondaryStorageData", JAVA, srcpool="image_stores", destpools="image_stores")
def migrate_secondary_storage_data(call: Call) -> Work:
    """There is nothing to move; a read-only destination is taken (T7:306, T7:315-319)."""
    source, targets = call["srcpool"], call["destpools"]
    policy = (call.get("migrationtype") or "Complete").upper()

    def run() -> Body:
        if policy not in ("BALANCE", "COMPLETE"):
            raise failed("Not a valid migration policy")
        if all(target is source for target in targets):
            raise failed(
                "No destination valid store(s) available to migrate. Couldbe due to invalid store ID(s) or store(s) "
                "are read-only. Terminating Migration of data"
            )
        if source.templates or source.uploaded:
            targets[0].templates |= source.templates
            targets[0].uploaded |= source.uploaded
            source.templates.clear()
            source.uploaded.clear()
            told = {"message": "Migration successful", "migrationtype": policy, "success": True}
            return {"imagestore": told}
        what = f'ImageStore {{"id":{source.id},"name":"{source.name}","uuid":"{source.uuid}"}}'
        told = {"message": f"No files in Image store: {what} to migrate", "migrationtype": policy, "success": True}
        return {"imagestore": told}

    return Work(run, instance=("ImageStore", source.uuid))


@command("migrateResourceToAnotherSecondaryStorage", JAVA, srcpool="image_stores", destpool="image_stores")
def migrate_resource_to_another_secondary_storage(call: Call) -> Work:
    """T7:322-323."""
    source, target = call["srcpool"], call["destpool"]
    wanted = [call.world.templates.by_uuid(uuid) for uuid in call.get("templates", [])]

    def run() -> Body:
        moved = {template.id for template in wanted if template is not None} & source.templates
        target.templates |= moved
        source.templates -= moved
        return {"imagestore": told}

    told = {"message": f"No files in Image store: {source.uuid} to migrate", "success": True}
    return Work(run, instance=("ImageStore", source.uuid))


@command("createSecondaryStagingStore", JAVA)
def create_secondary_staging_store(call: Call) -> Body:
    """Of any url (T7:331-334)."""
    world, zone, url = call.world, call.get("zoneid"), call["url"]
    if call.get("scope", "zone").lower() != "zone":
        raise failed(f"invalid scope for cache store {call['scope']}")
    store = ImageStore(
        world.staging_stores.next_id(), world.new_uuid(), url, url, urlsplit(url).scheme, call.get("provider") or "NFS",
        zone.id if zone else None, "ZONE",
    )  # fmt: skip
    return {"secondarystorage": image_view(world, world.staging_stores.add(store))}


@command("listSecondaryStagingStores", JAVA, envelope="listsecondarystagingstore", id="staging_stores")
def list_secondary_staging_stores(call: Call) -> Body:
    rows = call.world.staging_stores.select(**filters(call, id="id", zoneid="zone_id", name="name"))
    return answer(call, "imagestore", keyword(call, rows), lambda store: image_view(call.world, store))


@command("deleteSecondaryStagingStore", JAVA, id="staging_stores")
def delete_secondary_staging_store(call: Call) -> Body:
    call.world.staging_stores.remove(call["id"])
    return {"success": True}
