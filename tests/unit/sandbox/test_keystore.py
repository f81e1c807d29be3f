"""Uploaded certificates: the server's own checks, and what system VMs serve of them on real ports."""

from __future__ import annotations

import socket
import ssl
import time
from typing import Any

import pytest
from counterparts.console_pki import Chain, elliptic_key

from sandbox.server import Sandbox
from sandbox.tls_ports import TlsPorts
from sandbox.world import World
from unit.sandbox.client import Api
from unit.sandbox.site import Site

SUFFIX = "console.example.test"
TURNED_ON = {
    "consoleproxy.sslEnabled": "true",
    "consoleproxy.url.domain": f"*.{SUFFIX}",
    "secstorage.encrypt.copy": "true",
    "secstorage.ssl.cert.domain": f"*.{SUFFIX}",
}


@pytest.fixture(scope="module")
def pki() -> Chain:
    return Chain(f"*.{SUFFIX}")


@pytest.fixture
def ports() -> TlsPorts:
    return TlsPorts.free()


def sent(pki: Chain, **changes: Any) -> dict[str, Any]:
    whole = {"certificate": pki.leaf.pem, "privatekey": pki.leaf.key_pem(), "domainsuffix": SUFFIX}
    return {name: value for name, value in {**whole, **changes}.items() if value is not None}


def link(name: str, index: int, pem: str) -> dict[str, Any]:
    return {"name": name, "id": index, "certificate": pem, "domainsuffix": SUFFIX}


def links(pki: Chain) -> list[dict[str, Any]]:
    return [link(f"ca{index}", index, each.pem) for index, each in enumerate((pki.root, pki.upper, pki.middle), 1)]


def test_the_server_takes_what_it_takes_and_nothing_else(sandbox: Sandbox, pki: Chain) -> None:
    api = Api(sandbox)

    def text(**given: Any) -> str:
        state = api.job("uploadCustomCertificate", **given)
        return str(state["jobresult"].get("errortext", "")) if state["jobstatus"] == 2 else ""

    refused = "validation failed due to exception for domain"
    assert text(**sent(pki)) == ""
    assert text(**sent(pki, privatekey=pki.root.key_pem())) == ""  # a key of another is not noticed
    assert refused in text(**sent(pki, privatekey=pki.leaf.key_pem("TraditionalOpenSSL")))
    assert refused in text(**sent(pki, privatekey=pki.leaf.key_pem("PKCS8", "secret")))
    assert refused in text(**sent(pki, privatekey=pki.server(key=elliptic_key()).key_pem()))
    assert refused in text(**sent(pki, certificate=pki.leaf.pem.replace("+", " ").replace("A", " ", 1)))
    assert "Can't change the alias" in text(**sent(pki, name="x"))
    assert "index can't be empty" in text(**sent(pki, name="x", privatekey=None))


def shown(address: str, port: int, root: str) -> str:
    """The subject of what is served, verified up to the root."""
    context = ssl.create_default_context(cadata=root)
    name = f"{address.replace('.', '-')}.{SUFFIX}"
    with socket.create_connection((address, port), 5) as plain, context.wrap_socket(plain, server_hostname=name) as tls:
        return str(tls.version())


def test_system_vms_serve_what_was_uploaded_once_they_start_again(
    sandbox: Sandbox, pki: Chain, ports: TlsPorts
) -> None:
    sandbox.run(lambda world: setattr(world, "tls_ports", ports))
    site = Site(Api(sandbox), public="127.0.21")
    for name, value in TURNED_ON.items():
        site.api.ok("updateConfiguration", name=name, value=value)
    proxy, storage = system_vms(site)
    for each in (*links(pki), sent(pki)):
        site.api.done("uploadCustomCertificate", **each)
    at = {vm["systemvmtype"]: vm["publicip"] for vm in (proxy, storage)}
    with pytest.raises(OSError, match="refused"):  # the settings are read when the server starts
        shown(at["secondarystoragevm"], ports.storage, pki.root.pem)
    sandbox.run(lambda world: world.settings.start())
    for vm in (proxy, storage):
        site.api.done("rebootSystemVm", id=vm["id"])
    assert shown(at["consoleproxy"], ports.console, pki.root.pem).startswith("TLS")
    assert shown(at["secondarystoragevm"], ports.storage, pki.root.pem).startswith("TLS")
    site.api.done("stopSystemVm", id=proxy["id"])
    with pytest.raises(OSError, match="refused"):
        shown(at["consoleproxy"], ports.console, pki.root.pem)


def test_an_upload_restarts_the_storage_vm_and_the_proxy_only_where_the_server_does(
    sandbox: Sandbox, pki: Chain, ports: TlsPorts
) -> None:
    def arrange(world: World) -> None:
        world.tls_ports = ports
        for name, value in TURNED_ON.items():
            world.settings[name.lower()].value = value
        world.settings.start()
        world.durations["console reset"] = 0.01

    sandbox.run(arrange)
    site = Site(Api(sandbox), public="127.0.22")
    proxy, storage = system_vms(site)
    for each in (*links(pki), sent(pki)):
        site.api.done("uploadCustomCertificate", **each)
    assert shown(storage["publicip"], ports.storage, pki.root.pem)
    with pytest.raises(OSError, match="refused"):
        shown(proxy["publicip"], ports.console, pki.root.pem)
    sandbox.run(lambda world: setattr(world, "resets_consoles", True))
    site.api.done("uploadCustomCertificate", **sent(pki))
    sandbox.wait_for(lambda: site.api.ok("listSystemVms", id=proxy["id"])["systemvm"][0].get("privateip"))
    assert seen_within(10, proxy["publicip"], ports.console, pki.root.pem)


def seen_within(seconds: float, address: str, port: int, root: str) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            return bool(shown(address, port, root))
        except OSError:
            time.sleep(0.01)
    return False


def system_vms(site: Site) -> tuple[dict[str, Any], dict[str, Any]]:
    """The console proxy and the secondary storage VM, once they run."""
    site.api.becomes(lambda: len(site.api.ok("listSystemVms").get("systemvm", [])), 2)
    found = site.api.ok("listSystemVms")["systemvm"]
    return tuple(sorted(found, key=lambda vm: str(vm["systemvmtype"])))  # type: ignore[return-value]
