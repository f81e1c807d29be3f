# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A load balancer in front of management servers: a declaration judged, and the configuration of HAProxy for it.

A node serves where its API answers 401 to a call without a signature: a server whose start failed keeps 8080 open and
answers 503 to everything. Sessions are in the memory of one node, so that who has one stays there.
"""

from __future__ import annotations

import hashlib
import re
import typing as t
from dataclasses import dataclass

from ..addresses import endpoint, is_address, is_host_name
from ..errors import InvalidValue, Reason, Refused
from . import ports

HEAD = "# Written by hostcraft.cloudstack.load_balancer; changes here are overwritten."
WEB, AGENTS = "cloudstack_web", "cloudstack_agents"
COOKIE = "CLOUDSTACKNODE"
LABEL = "cloudstack-"
STICKINESS = ("cookie", "source")
# Answered with 401 by a server that serves.
PROBE = "/client/api?command=listZones&response=json"
_SERVER = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
_PATH = re.compile(r"/[A-Za-z0-9_./@+-]+", re.ASCII)


@dataclass(frozen=True)
class Node:
    """A management server."""

    name: str
    address: str


@dataclass(frozen=True)
class Declaration:
    """What the operator said. out: names of nodes that get no connection, being in maintenance.

    addresses: what to listen on; all where none are named. https_port is used with a certificate only.
    redirect: port 80 leads to HTTPS where there is a certificate.
    """

    nodes: tuple[Node, ...]
    out: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    http_ports: tuple[int, ...] = (ports.WEB,)
    https_port: int = 443
    agent_port: int = ports.AGENTS
    node_port: int = ports.WEB
    node_agent_port: int = ports.AGENTS
    stickiness: str = "cookie"
    certificate: str = ""
    redirect: bool = True
    log: tuple[str, ...] = ("/dev/log local0", "/dev/log local1 notice")
    socket: str = "/run/haproxy/admin.sock"


def checked(declared: Declaration) -> Declaration:
    """Raises InvalidValue for a value that HAProxy could not have, Refused for what would do harm."""
    _check_listening(declared)
    if declared.stickiness not in STICKINESS:
        raise InvalidValue("stickiness", declared.stickiness, "cookie or source: sessions are kept by one node")
    for path in filter(None, (declared.socket, declared.certificate)):
        if not _PATH.fullmatch(path):
            raise InvalidValue("path", path, "an absolute path of letters, digits and . _ - @ +")
    for line in declared.log:
        if not re.fullmatch(r"[\x21-\x7e]+(?: [a-z0-9]+)*", line):
            raise InvalidValue("log", line, "a target and facility such as /dev/log local0")
    for node in declared.nodes:
        _check_node(node)
    reasons = [*_reasons(declared)]
    if reasons:
        raise Refused("load balancer", reasons)
    return declared


def _check_listening(declared: Declaration) -> None:
    for parameter, values in (("http_ports", declared.http_ports), *_ports(declared)):
        for value in values:
            if not 1 <= value <= 65535:
                raise InvalidValue(parameter, value, "a port, 1 to 65535")
    for address in declared.addresses:
        if not is_address(address):
            raise InvalidValue("addresses", address, "an address of this machine or the virtual address")


def _ports(declared: Declaration) -> t.Iterator[tuple[str, tuple[int, ...]]]:
    for name in ("https_port", "agent_port", "node_port", "node_agent_port"):
        yield name, (getattr(declared, name),)


def _check_node(node: Node) -> None:
    if not _SERVER.fullmatch(node.name):
        raise InvalidValue("nodes", node.name, "a name of letters, digits and . _ : -")
    if not (is_address(node.address) or is_host_name(node.address)):
        raise InvalidValue(f"nodes {node.name}", node.address, "an address or a host name")


def _reasons(declared: Declaration) -> t.Iterator[Reason]:
    if not declared.nodes:
        yield Reason("no_nodes", "there are no management servers to balance", "set nodes")
    for what, values in (
        ("name", [node.name for node in declared.nodes]),
        ("address", [node.address.casefold() for node in declared.nodes]),
    ):
        for value in sorted({value for value in values if values.count(value) > 1}):
            yield Reason(f"{what}_twice", f"two nodes have the {what} {value}", "remove one of them")
    names = {node.name for node in declared.nodes}
    for name in declared.out:
        if name not in names:
            yield Reason("unknown_node", f"{name} in out is not a node", f"use one of {', '.join(sorted(names))}")
    if names and names <= set(declared.out):
        yield Reason("all_out", "every node is out, so no node would serve", "leave one node in")
    used = [*declared.http_ports, declared.agent_port, *([declared.https_port] if declared.certificate else [])]
    for port in sorted({port for port in used if used.count(port) > 1}):
        yield Reason("port_twice", f"port {port} is used twice", "use a different port for each")
    if not declared.http_ports and not declared.certificate:
        yield Reason("no_port", "there is no port for users", "set http_ports, or a certificate for HTTPS")
    for port in (*used, declared.node_port, declared.node_agent_port):
        if port == ports.UNAUTHENTICATED:
            yield Reason(
                "unauthenticated_port",
                f"on {ports.UNAUTHENTICATED} CloudStack answers every command without authentication",
                "balance 8080 and 8250 only",
            )


def configuration(declared: Declaration) -> str:
    """The whole of haproxy.cfg. Raises what ``checked`` raises.

    Its description is made of all the rest, so that a running HAProxy tells whether it has loaded this very text.
    """
    checked(declared)
    general = _general(declared)
    sections = (_defaults(), *_web(declared), *_agents(declared))
    digest = hashlib.sha256(_text((general, *sections)).encode()).hexdigest()[:16]
    return f"{HEAD}\n{_text(((general[0], [*general[1], f'description {LABEL}{digest}']), *sections))}"


Section = tuple[str, list[str]]


def _text(sections: t.Iterable[Section]) -> str:
    return "\n".join(f"{head}\n" + "".join(f"    {line}\n" for line in lines) for head, lines in sections)


def _general(declared: Declaration) -> Section:
    return "global", [
        *(f"log {line}" for line in declared.log),
        "chroot /var/lib/haproxy",
        f"stats socket {declared.socket} mode 600 level admin",
        "stats timeout 30s",
        "user haproxy",
        "group haproxy",
        "ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets",
    ]


def _defaults() -> Section:
    return "defaults", [
        "log global",
        "option dontlognull",
        "option redispatch",
        "timeout connect 5s",
        "timeout check 5s",
        "timeout http-request 10s",
        "timeout queue 30s",
        # A name that does not resolve yet keeps one node out, not the load balancer down.
        "default-server check inter 3s fall 3 rise 2 init-addr last,libc,none",
    ]


def _binds(declared: Declaration, port: int, more: str = "") -> list[str]:
    return [f"bind {_bound(address, port)}{more}" for address in declared.addresses or ("",)]


def _bound(address: str, port: int) -> str:
    return endpoint(address, port) if address else f":{port}"


def _web(declared: Declaration) -> t.Iterator[Section]:
    secured = bool(declared.certificate)
    front = ["mode http", "option httplog", "option forwardfor", "timeout client 10m"]
    for port in declared.http_ports:
        front += _binds(declared, port)
    if secured:
        front += _binds(declared, declared.https_port, f" ssl crt {declared.certificate} alpn h2,http/1.1")
    front += [
        "http-request del-header X-Forwarded-Proto",
        "http-request set-header X-Forwarded-Proto https if { ssl_fc }",
    ]
    if secured and declared.redirect and 80 in declared.http_ports:
        other = f"location https://%[req.hdr(host),field(1,:)]:{declared.https_port}%[capture.req.uri]"
        where = "scheme https" if declared.https_port == 443 else other
        front.append(f"http-request redirect {where} code 301 if {{ dst_port 80 }} !{{ ssl_fc }}")
    yield f"frontend {WEB}", [*front, f"default_backend {WEB}"]
    sticks = declared.stickiness == "cookie"
    back = ["mode http", "timeout server 10m"]
    back += ["balance roundrobin", f"cookie {COOKIE} insert indirect nocache httponly"] if sticks else _by_source()
    back += _check()
    for node in declared.nodes:
        cookie = f" cookie {node.name}" if sticks else ""
        back.append(f"server {node.name} {endpoint(node.address, declared.node_port)}{cookie}{_state(declared, node)}")
    yield f"backend {WEB}", back


def _agents(declared: Declaration) -> t.Iterator[Section]:
    front = [
        "mode tcp",
        "option tcplog",
        "option clitcpka",
        "timeout client 1h",
        *_binds(declared, declared.agent_port),
    ]
    yield f"frontend {AGENTS}", [*front, f"default_backend {AGENTS}"]
    # Asked on its port for users, which opens last, and reached on the port for agents.
    check = _check(declared.node_port)
    back = ["mode tcp", "option srvtcpka", "timeout server 1h", *_by_source(), *check]
    back.append(f"http-check connect port {declared.node_agent_port}")
    back += [
        f"server {node.name} {endpoint(node.address, declared.node_agent_port)}{_state(declared, node)}"
        for node in declared.nodes
    ]
    yield f"backend {AGENTS}", back


def _by_source() -> list[str]:
    """Without a table, so that a reload and a second load balancer send everybody to the same node."""
    return ["balance source", "hash-type consistent"]


def _check(port: t.Optional[int] = None) -> list[str]:
    connect = [f"http-check connect port {port}"] if port else []
    send = f"http-check send meth GET uri {PROBE} ver HTTP/1.1 hdr Host cloudstack hdr Connection close"
    return ["option httpchk", *connect, send, "http-check expect status 401"]


def _state(declared: Declaration, node: Node) -> str:
    return " disabled" if node.name in declared.out else ""


@dataclass(frozen=True)
class Found:
    """What there is before the role: the configuration, what its package says of it, and the service's settings.

    text: None without a file. verified: lines of ``dpkg --verify haproxy`` or ``rpm -V haproxy``. installed: whether
    the package is. settings: the lines of /etc/default/haproxy or /etc/sysconfig/haproxy.
    """

    text: t.Optional[str]
    installed: bool = False
    verified: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()


def standing(path: str, found: Found) -> t.Literal["absent", "ours", "packaged", "foreign"]:
    """Whose the configuration is."""
    if found.text is None or not found.text.strip():
        return "absent"
    if found.text.startswith(HEAD):
        return "ours"
    touched = any(line.split()[-1:] == [path] for line in found.verified)
    return "packaged" if found.installed and not touched else "foreign"


def problems(path: str, found: Found, overwrite: bool = False) -> list[Reason]:
    """Why the file may not be written, or would not be read."""
    reasons = []
    if standing(path, found) == "foreign" and not overwrite:
        reasons.append(
            Reason(
                "foreign_configuration",
                f"{path} was not written by this role and differs from the file of the package",
                "move what you need elsewhere and set load_balancer_overwrite: true; the old file is kept as a backup",
                {"path": path},
            )
        )
    read = read_by_service(found.settings)
    if read and path not in read:
        reasons.append(
            Reason(
                "other_configuration",
                f"haproxy.service reads {' '.join(read)} instead of {path}",
                "remove CONFIG from /etc/default/haproxy or /etc/sysconfig/haproxy",
                {"path": path, "read": list(read)},
            )
        )
    return reasons


def read_by_service(settings: t.Iterable[str]) -> tuple[str, ...]:
    """The files that CONFIG= names, by the last such line; empty where none does."""
    found: tuple[str, ...] = ()
    for line in settings:
        match = re.fullmatch(r"\s*CONFIG\s*=\s*(['\"]?)(.*?)\1\s*", line)
        if match:
            found = tuple(part for part in match[2].split() if part != "-f")
    return found
