"""The installation's certificate authority, and certificates uploaded to system VMs (T4:81-96)."""

from __future__ import annotations

import functools

from ..errors import invalid, refused
from ..paging import answer
from ..registry import Body, Call, Work, command
from ..rules import host_states, keystore, serving, system_vms
from ..rules.addresses import is_ip
from ..world import World
from ..world.agents import NotJoined
from ..world.vms import CONSOLE_PROXY, STORAGE_VM

JAVA = "org.apache.cloudstack.api.command.admin.ca"
PROVIDER = "root"
STATE = "consoleproxy.management.state"
UPLOADED = (
    "Certificate has been successfully updated, if its the server certificate we would reboot all running console "
    "proxy VMs and secondary storage VMs to propagate the new certificate, please give a few minutes for console "
    "access and storage services service to be up and working again"
)


def _check_provider(call: Call) -> None:
    if call.get("provider", PROVIDER) != PROVIDER:
        raise refused(f"CA provider plugin not found by given name:{call['provider']}")


@command("listCAProviders", JAVA)
def list_ca_providers(call: Call) -> Body:
    rows = [PROVIDER] if call.get("name", PROVIDER) == PROVIDER else []
    return answer(
        call, "caprovider", rows, lambda name: {"name": name, "description": "CloudStack's Root CA provider plugin"}
    )


@command("listCaCertificate", JAVA)
def list_ca_certificate(call: Call) -> Body:
    _check_provider(call)
    return {"cacertificates": {"certificate": call.world.authority.certificate()}}


def _split(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _days(world: World, call: Call) -> int:
    return call.get("duration") or int(world.settings.value("ca.framework.cert.validity.period"))


@command("issueCertificate", JAVA)
def issue_certificate(call: Call) -> Work:
    """For names or for a signing request (T4:83-85); a key comes back only in the first case."""
    world = call.world

    def run() -> Body:
        _check_provider(call)
        domains, csr = _split(call.get("domain", "")), call.get("csr", "")
        if not domains and not csr:
            raise invalid("Please provide the domains or the CSR, none of them are provided")
        addresses = _split(call.get("ipaddress", ""))
        if not all(is_ip(text, 4) or is_ip(text, 6) for text in addresses):
            raise invalid(f"Please provide valid IP addresses: {call['ipaddress']}")
        try:
            issued = world.authority.issue(domains, addresses, _days(world, call), csr)
        except ValueError:
            raise refused(f"Unable to read/process CSR: {csr}") from None
        told = {"certificate": issued.certificate, "cacertificates": world.authority.certificate()}
        return {"certificates": {**told, "privatekey": issued.key} if issued.key else told}

    return Work(run)


@command("provisionCertificate", JAVA)
def provision_certificate(call: Call) -> Work:
    """T4:86-87; an agent that is away cannot be reached, and what comes of it on a host is not recorded.

    The agent makes a key, the CA signs for its names, and the host counts as secured. With reconnect it is Disconnected
    for a while. forced (cs#12911) goes by SSH instead, and only the agent is started again.
    """
    world, host = call.world, call["hostid"]

    def run() -> Body:
        _check_provider(call)
        forced = call.get("forced", False)
        if not forced and host.state not in ("Up", "Disconnected", "Connecting"):
            raise refused(f"Unable to find/generate/provision certificate: host {host.name} is {host.state}")
        if host.name in world.authority.refused:
            raise refused(world.authority.refused[host.name])
        days = int(world.settings.value("ca.framework.cert.validity.period"))
        if host.guid and world.agents is not None:
            try:
                world.agents.provision(host, days)
            except NotJoined as error:
                raise refused(str(error)) from None
        else:
            issued = world.authority.issue([host.name], [host.ip_address], days)
            if world.authority.deploy is not None:
                world.authority.deploy(host.name, issued)
            if forced or call.get("reconnect", True):
                host_states.disconnect(world, host)
                host_states.reconnect_later(world, host)
        host.details["secured"] = "true"
        return {"success": True}

    return Work(run)


@command("revokeCertificate", JAVA)
def revoke_certificate(call: Call) -> Work:
    """Any hexadecimal number is taken (T4:88-89)."""
    world, serial = call.world, call["serial"]

    def run() -> Body:
        try:
            number = int(serial, 16)
        except ValueError:
            raise refused(f'For input string: "{serial}" under radix 16') from None
        world.authority.revoked.add(number)
        return {"success": True}

    return Work(run)


@command("uploadCustomCertificate", "org.apache.cloudstack.api.command.admin.resource")
def upload_custom_certificate(call: Call) -> Work:
    """Without a private key it is a link of a chain (T4:94-96, T5:42-45). Sources: as rules.keystore."""
    world, key = call.world, call.get("privatekey")
    given = (call.get("name"), call.get("id"), call["certificate"], key, call["domainsuffix"])

    def run() -> Body:
        keystore.check(*given)
        keystore.save(world, *given)
        if key is not None:
            for vm in world.vms.select(kind=STORAGE_VM):
                if vm.state == "Running":
                    serving.started(world, vm)
        if world.resets_consoles:
            world.settings[STATE].value = "ResetSuspending"
            world.later("console reset", lambda: _reset_consoles(world))
        return {"customcertificate": {"message": UPLOADED}}

    return Work(run)


def _reset_consoles(world: World) -> None:
    """The scan stops every console proxy, and the next one starts it."""
    world.settings[STATE].value = "Auto"
    for vm in world.vms.select(kind=CONSOLE_PROXY):
        if vm.state == "Running":
            system_vms.stop(world, vm)
            world.later("console reset", functools.partial(system_vms.start, world, vm))
