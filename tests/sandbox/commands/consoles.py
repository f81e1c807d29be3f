"""createConsoleEndpoint (source: ConsoleAccessManagerImpl, CreateConsoleEndpointCmd of 4.22; not recorded)."""

from __future__ import annotations

from ..registry import Body, Call, command
from ..rules import system_vms
from ..world.vms import CONSOLE_PROXY

PAGE = "/resource/noVNC/vnc.html"


@command("createConsoleEndpoint", "org.apache.cloudstack.api.command.user.consoleproxy", virtualmachineid="vms")
def create_console_endpoint(call: Call) -> Body:
    """The page of the console proxy; without a host or a proxy there is no URL, and no error either."""
    world, vm = call.world, call["virtualmachineid"]
    if world.hosts.get(vm.host_id) is None:
        told = f"VM {vm.uuid} does not have host, return blank response for console access request"
        return {"consoleendpoint": {"success": False, "details": told}}
    proxy = world.vms.first(kind=CONSOLE_PROXY, zone_id=vm.zone_id)
    if proxy is None or system_vms.agent_state(world, proxy) != "Up":
        return {"consoleendpoint": {"success": False, "details": "Console access is not ready, no console proxy"}}
    public = next((nic.ip for nic in proxy.nics if nic.traffic_type == "Public"), "")
    # A console proxy of the sandbox is a row: its page is served by the sandbox itself, unless a test says otherwise.
    place = world.console_place or f"http://{public}"
    url = f"{place}{PAGE}?autoconnect=true&port=8080&token={world.new_uuid()}&language=en-us"
    return {"consoleendpoint": {"success": True, "url": url, "websocket": {"host": public, "port": "8080"}}}
