# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What calls of networks, interfaces, VLANs and bonds mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from counterparts.xapi.model import NULL, Failure

if TYPE_CHECKING:
    from counterparts.xapi.pool import Pool

UNTAGGED = -1


def vlan(pool: Pool, pif: str, tag: int, network: str) -> str:
    database = pool.database
    below = database.get("PIF", pif)
    if not 0 <= tag <= 4094:
        raise Failure("VLAN_TAG_INVALID", tag)
    if below["bond_slave_of"] != NULL:
        raise Failure("CANNOT_ADD_VLAN_TO_BOND_SLAVE", pif)
    if below["VLAN"] != UNTAGGED:
        raise Failure("PIF_IS_VLAN", pif)
    if database.find("PIF", device=below["device"], host=below["host"], VLAN=tag):
        raise Failure("PIF_VLAN_EXISTS", below["device"])
    _only_one(pool, below["host"], network)
    upper = _interface(pool, below, network, VLAN=tag)
    ref = database.add("VLAN", tagged_PIF=pif, untagged_PIF=upper, tag=tag)
    database.set("PIF", upper, VLAN_master_of=ref)
    return ref


def _interface(pool: Pool, like: dict[str, Any], network: str, **values: Any) -> str:
    metrics = pool.database.add("PIF_metrics", carrier=True, speed=10000)
    fields = {name: like[name] for name in ("device", "host", "MAC", "MTU")}
    return pool.database.add("PIF", **{**fields, "network": network, "metrics": metrics, **values})


def _only_one(pool: Pool, host: str, network: str) -> None:
    for other in pool.database.find("PIF", host=host, network=network):
        raise Failure("NETWORK_ALREADY_CONNECTED", host, other)


def pool_vlan(pool: Pool, pif: str, network: str, tag: int) -> list[str]:
    """The same on every host, above the interface that is in the same network."""
    database = pool.database
    below = database.find("PIF", network=database.get("PIF", pif)["network"])
    made = [vlan(pool, each, tag, network) for each in below]
    return [database.get("VLAN", each)["untagged_PIF"] for each in made]


def destroy_vlan(pool: Pool, ref: str) -> None:
    """Not below a guest that runs on that host."""
    upper = pool.database.get("PIF", pool.database.get("VLAN", ref)["untagged_PIF"])
    for vif, row in pool.database.rows["VIF"].items():
        guest = pool.database.get("VM", row["VM"])
        if (row["network"], row["currently_attached"], guest["resident_on"]) == (upper["network"], True, upper["host"]):
            raise Failure("VIF_IN_USE", row["network"], vif)
    pool.database.remove("PIF", pool.database.get("VLAN", ref)["untagged_PIF"])
    pool.database.remove("VLAN", ref)


def bond(
    pool: Pool,
    network: str,
    members: list[str],
    mac: str,
    mode: str = "balance-slb",
    properties: dict[str, str] | None = None,
) -> str:
    database = pool.database
    rows = [database.get("PIF", each) for each in dict.fromkeys(members)]
    if len(rows) < 2:
        raise Failure("PIF_BOND_NEEDS_MORE_MEMBERS")
    if len({row["host"] for row in rows}) > 1:
        raise Failure("PIF_CANNOT_BOND_CROSS_HOST")
    for ref, row in zip(members, rows, strict=False):
        if row["bond_slave_of"] != NULL:
            raise Failure("PIF_ALREADY_BONDED", ref)
        if row["VLAN"] != UNTAGGED:
            raise Failure("PIF_VLAN_EXISTS", ref)
    addressed = [row for row in rows if row["ip_configuration_mode"] != "None"]
    if len(addressed) > 1:
        raise Failure("PIF_BOND_MORE_THAN_ONE_IP")
    host = rows[0]["host"]
    _only_one(pool, host, network)
    primary = (addressed or rows)[0]
    number = len([row for row in database.rows["PIF"].values() if row["host"] == host and _is_bond(pool, row)])
    upper = _interface(pool, {**primary, "MAC": mac or primary["MAC"]}, network, device=f"bond{number}", VLAN=UNTAGGED)
    its = ("ip_configuration_mode", "IP", "netmask", "gateway", "DNS", "management")
    database.set("PIF", upper, **{name: primary[name] for name in its}, currently_attached=True)
    ref = database.add("Bond", master=upper, mode=mode, properties=properties or {}, links_up=len(rows))
    for each in members:
        own = {"management": False, "ip_configuration_mode": "None", "IP": "", "currently_attached": False}
        database.set("PIF", each, bond_slave_of=ref, **own)
    return ref


def _is_bond(pool: Pool, row: dict[str, Any]) -> bool:
    return any(pool.database.get("PIF", each["master"]) is row for each in pool.database.rows["Bond"].values())


def destroy_bond(pool: Pool, ref: str) -> None:
    for each in pool.database.find("PIF", bond_slave_of=ref):
        pool.database.set("PIF", each, bond_slave_of=NULL)
    pool.database.remove("PIF", pool.database.get("Bond", ref)["master"])
    pool.database.remove("Bond", ref)


def as_on_master(pool: Pool, host: str) -> None:
    """A host that has joined gets the master's bonds and VLANs."""
    database = pool.database

    def mine(device: str) -> str:
        return database.find("PIF", host=host, device=device, VLAN=UNTAGGED)[0]

    for row in list(database.rows["Bond"].values()):
        upper = database.get("PIF", row["master"])
        if upper["host"] == pool.master:
            members = [each for each in database.rows["PIF"].values() if each["bond_slave_of"] == _ref(pool, row)]
            bond(pool, upper["network"], [mine(each["device"]) for each in members], "", row["mode"])
    for row in list(database.rows["VLAN"].values()):
        below, upper = database.get("PIF", row["tagged_PIF"]), database.get("PIF", row["untagged_PIF"])
        if below["host"] == pool.master:
            vlan(pool, mine(below["device"]), row["tag"], upper["network"])


def _ref(pool: Pool, row: dict[str, Any]) -> str:
    return pool.database.find("Bond", uuid=row["uuid"])[0]


def reconfigure_ip(pool: Pool, pif: str, mode: str, ip: str, netmask: str, gateway: str, dns: str) -> None:
    values = {"ip_configuration_mode": mode, "IP": ip, "netmask": netmask, "gateway": gateway, "DNS": dns}
    pool.database.set("PIF", pif, **values)


def destroy_network(pool: Pool, ref: str) -> None:
    vifs = pool.database.find("VIF", network=ref, currently_attached=True)
    if vifs:
        raise Failure("NETWORK_CONTAINS_VIF", *vifs)
    pifs = pool.database.find("PIF", network=ref)
    if pifs:
        raise Failure("NETWORK_CONTAINS_PIF", *pifs)
    pool.database.remove("network", ref)


MEANINGS: dict[str, Any] = {
    "VLAN.create": vlan,
    "VLAN.destroy": destroy_vlan,
    "pool.create_VLAN_from_PIF": pool_vlan,
    "Bond.create": bond,
    "Bond.destroy": destroy_bond,
    "Bond.set_mode": lambda pool, ref, mode: pool.database.set("Bond", ref, mode=mode),
    "PIF.reconfigure_ip": reconfigure_ip,
    "PIF.plug": lambda pool, ref: pool.database.set("PIF", ref, currently_attached=True),
    "network.destroy": destroy_network,
}
