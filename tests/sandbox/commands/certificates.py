"""The installation's certificate authority, and certificates uploaded to system VMs (T4:81-96)."""

from __future__ import annotations

from cryptography import x509

from ..errors import invalid, refused
from ..paging import answer
from ..registry import Body, Call, Work, command
from ..rules.addresses import is_ip
from ..world import World

JAVA = "org.apache.cloudstack.api.command.admin.ca"
PROVIDER = "root"


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
            issued = world.authority.issue(domains, addresses, max(_days(world, call), 1), csr)
        except ValueError:
            raise refused(f"Unable to read/process CSR: {csr}") from None
        told = {"certificate": issued.certificate, "cacertificates": world.authority.certificate()}
        return {"certificates": {**told, "privatekey": issued.key} if issued.key else told}

    return Work(run)


@command("provisionCertificate", JAVA)
def provision_certificate(call: Call) -> Work:
    """T4:86-87; an agent that is away cannot be reached (not recorded)."""
    host = call["hostid"]

    def run() -> Body:
        _check_provider(call)
        if host.state not in ("Up", "Disconnected", "Connecting"):
            raise refused(f"Unable to find/generate/provision certificate: host {host.name} is {host.state}")
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
    """Without a private key it is a link of a chain and needs a name (T4:94-96)."""
    key, name, domain = call.get("privatekey", ""), call.get("name", ""), call["domainsuffix"]
    lead = "Failed to pass certificate validation check with error: Certificate validation failed due to exception"

    def run() -> Body:
        if not key and not name:
            raise invalid("alias can't be empty, if it's a certification chain")
        try:
            x509.load_pem_x509_certificate(call["certificate"].encode())
        except ValueError:
            why = f" for domain: {domain}" if key else ": Could not parse certificate: java.io.IOException: Empty input"
            raise invalid(lead + why) from None
        return {"customcertificate": {"message": "Certificate has been successfully updated"}}

    return Work(run)
