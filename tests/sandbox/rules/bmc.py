"""What the server does to a controller: in memory where a test has put one there, else by ipmitool or Redfish.

Source: IpmitoolOutOfBandManagementDriver and RedfishOutOfBandManagementDriver as recorded in T4:125 and T5:5-22.
"""

from __future__ import annotations

import asyncio
import shutil
import ssl

import aiohttp

from ..world import World
from ..world.security import Bmc, OutOfBand

# action → what the chassis is afterwards; None: as it was.
ACTIONS = {"STATUS": None, "ON": "On", "OFF": "Off", "CYCLE": "On", "RESET": "On", "SOFT": "Off"}
SAID = {
    "ON": "Chassis Power Control: Up/On\n",
    "OFF": "Chassis Power Control: Down/Off\n",
    "CYCLE": "Chassis Power Control: Cycle\n",
    "RESET": "Chassis Power Control: Reset\n",
    "SOFT": "Chassis Power Control: Soft\n",
}
REDFISH_PORT = 443
REDFISH_RESET = {
    "ON": "On",
    "OFF": "GracefulShutdown",
    "SOFT": "GracefulShutdown",
    "RESET": "ForceRestart",
    "CYCLE": "PowerCycle",
}
# One on its way counts as there (RedfishWrapper).
REDFISH_POWER = {"On": "on", "PoweringOn": "on", "Off": "off", "PoweringOff": "off"}
UNREACHED = (
    "Loading IANA PEN Registry...\nGet Auth Capabilities error\nError issuing Get Channel Authentication Capabilities "
    "request\nError: Unable to establish IPMI v2 / RMCP+ session\n"
)
WRONG_PASSWORD = (
    "Loading IANA PEN Registry...\nUnable to Get Channel Cipher Suites\n> RAKP 2 HMAC is invalid\n"
    "Error: Unable to establish IPMI v2 / RMCP+ session\n"
)


class Silent(Exception):
    """The controller did not do it; the text is the tool's own."""


async def power(world: World, held: OutOfBand, action: str) -> str:
    """What the tool prints. Raises Silent."""
    if (there := _in_memory(world, held)) is not None:
        _log_in(there, held)
        if action not in there.deaf and not (there.hung and _asks_the_system(held, action)):
            there.power = ACTIONS[action] or there.power
            there.switched(action)
        return f"Chassis Power is {there.power.lower()}\n" if action == "STATUS" else SAID[action]
    if held.driver == "redfish":
        with world.waits_outside():
            return await _redfish(world, held, action)
    return await _ipmitool(world, held, "chassis", "power", action.lower())


async def set_password(world: World, held: OutOfBand, password: str) -> None:
    """Raises Silent. The redfish driver asks the controller nothing: it writes the first record of that address."""
    if held.driver == "redfish":
        next(each for each in world.out_of_band.values() if each.address == held.address).password = password
        return
    if held.driver == "nestedcloudstack":
        raise Silent(
            "Change password operation is not supported by the nested-cloudstack out-of-band management driver"
        )
    if (there := _in_memory(world, held)) is not None:
        _log_in(there, held)
        there.password = password
        return
    try:
        listing = await _ipmitool(world, held, "user", "list")
    except Silent as error:
        line = " ".join(_line(world, held, "user", "list"))
        text = f"Failed to find IPMI user [{held.username}] to change password. Command [{line}], error [{error}]."
        raise Silent(text) from None
    rows = [line.split() for line in listing.splitlines()[1:]]
    number = next((row[0] for row in rows if len(row) > 1 and row[1] == held.username), None)
    if number is None:
        raise Silent(f"Failed to find IPMI user [{held.username}] to change password.")
    await _ipmitool(world, held, "user", "set", "password", number, password)


def _asks_the_system(held: OutOfBand, action: str) -> bool:
    """Whether it is a shutdown that the operating system has to carry out (RedfishWrapper)."""
    return action == "SOFT" or (held.driver == "redfish" and REDFISH_RESET.get(action) == "GracefulShutdown")


def _in_memory(world: World, held: OutOfBand) -> Bmc | None:
    port = str(REDFISH_PORT) if held.driver == "redfish" else held.port
    return world.bmcs.get((held.address, port))


def _log_in(there: Bmc, held: OutOfBand) -> None:
    if there.silent:
        raise Silent(UNREACHED)
    if (there.username, there.password) != (held.username, held.password):
        raise Silent(WRONG_PASSWORD)


def _line(world: World, held: OutOfBand, *words: str) -> list[str]:
    """The command line as the server builds it, password and all (T4:125)."""
    value = world.settings.value
    path, interface = value("outofbandmanagement.ipmitool.path"), value("outofbandmanagement.ipmitool.interface")
    start = [path, "-I", interface, "-R", value("outofbandmanagement.ipmitool.retries"), "-v"]
    return [*start, "-H", held.address, "-p", held.port, "-U", held.username, "-P", held.password, *words]


async def _ipmitool(world: World, held: OutOfBand, *words: str) -> str:
    line = _line(world, held, *words)
    if not shutil.which(line[0]):
        raise Silent(UNREACHED)
    timeout = float(world.settings.value("outofbandmanagement.action.timeout"))
    with world.waits_outside():
        process = await asyncio.create_subprocess_exec(
            line[0], *world.ipmitool, *line[1:], stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        try:
            out, said = await asyncio.wait_for(process.communicate(), timeout)
        except TimeoutError:
            process.kill()
            raise Silent("Operation timed out, aborted.") from None
    if process.returncode:
        raise Silent(said.decode(errors="replace") or UNREACHED)
    return out.decode(errors="replace")


async def _redfish(world: World, held: OutOfBand, action: str) -> str:
    """Always at port 443, whatever is configured (T5:19-20). Raises Silent."""
    base = f"https://{held.address}:{REDFISH_PORT}"
    trust: ssl.SSLContext | bool = world.settings.value("redfish.ignore.ssl") != "true"
    auth = aiohttp.BasicAuth(held.username, held.password)
    try:
        async with aiohttp.ClientSession(auth=auth, timeout=aiohttp.ClientTimeout(total=20)) as session:
            async with session.get(f"{base}/redfish/v1/Systems", ssl=trust) as answer:
                answer.raise_for_status()
                system = (await answer.json())["Members"][0]["@odata.id"]
            if action == "STATUS":
                async with session.get(f"{base}{system}", ssl=trust) as answer:
                    answer.raise_for_status()
                    state = str((await answer.json())["PowerState"])
                    return f"Chassis Power is {REDFISH_POWER.get(state, 'unknown')}\n"
            url, body = f"{base}{system}/Actions/ComputerSystem.Reset", {"ResetType": REDFISH_RESET[action]}
            async with session.post(url, json=body, ssl=trust) as answer:
                if answer.status not in (200, 202, 204):
                    raise Silent(
                        f"Failed to execute System power command for host by performing '{REDFISH_RESET[action]}' "
                        f"request on URL '{url}' and host address '{held.address}'. The expected HTTP status code is "
                        f"'2XX' but it got '{answer.status}'."
                    )
    except aiohttp.ClientResponseError as error:
        raise Silent(f"Failed to get System power state for host: HTTP status {error.status}") from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        why = "Connection refused" if "Connect call" in str(error) else str(error)
        raise Silent(
            f"Failed to execute HTTP GET request retry attempt 2/2 [URL: https://{held.address}/redfish/v1/Systems] "
            "due to exception org.apache.http.conn.HttpHostConnectException: Connect to "
            f"{held.address}:{REDFISH_PORT} [/{held.address}] failed: {why}"
        ) from None
    return SAID[action]
