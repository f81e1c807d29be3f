# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where management servers send alerts beside mail: SNMP and syslog managers, and their block in log4j-cloud.xml.

Sources: 4.11.1 "Configuring SNMP and Syslog Managers"; the classes SnmpTrapAppender and AlertsSyslogAppender of 4.11 to
4.22. Until 4.19 the file is of log4j 1, from 4.20 on of log4j 2. There, nothing calls the methods by which these two
appenders open their connections, so that syslog gets the appender of log4j itself.
"""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from ..errors import InvalidValue, Reason
from .log_file import LOG4J_1, LOG4J_2, LogFile, read_log_file

SNMP, SYSLOG = "HOSTCRAFT_SNMP", "HOSTCRAFT_SYSLOG"
LOGGER = "org.apache.cloudstack.alerts"
PLUGIN = "org.apache.cloudstack.alert.snmp"  # package that log4j 2 has to look into
FACILITIES = tuple(f"LOCAL{number}" for number in range(8))
MOST = 20  # of each, as the documents recommend
FILTER = '<ThresholdFilter level="WARN" onMatch="ACCEPT" onMismatch="DENY"/>'
UNPROVEN = (
    "SNMP is written as the server reads it, but in the source of CloudStack 4.20 to 4.22 SnmpTrapAppender never opens "
    "its connection: test it with cs_alert, and use syslog if no trap arrives"
)


@dataclass(frozen=True)
class Target:
    """community: for SNMP, secret."""

    address: str
    port: int
    community: str = field(default="", repr=False)

    @property
    def place(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


@dataclass(frozen=True)
class Targets:
    snmp: tuple[Target, ...] = ()
    syslog: tuple[Target, ...] = ()
    facility: str = "LOCAL6"


@dataclass(frozen=True)
class Written:
    """text: of the file as it is to be. reasons: why it stays as it is. notes: what the operator has to know.

    restart: the server does not look at the file again by itself.
    """

    text: str
    reasons: tuple[Reason, ...] = ()
    notes: tuple[str, ...] = ()
    restart: bool = False


def checked(targets: Targets) -> Targets:
    """Raises InvalidValue, without the community."""
    if targets.facility not in FACILITIES:
        raise InvalidValue("facility", targets.facility, f"one of {', '.join(FACILITIES)}")
    for kind, given in (("snmp", targets.snmp), ("syslog", targets.syslog)):
        if len(given) > MOST:
            raise InvalidValue(kind, f"{len(given)} managers", f"at most {MOST}")
        for each in given:
            _check(kind, each)
        places = [each.place for each in given]
        for place in places:
            if places.count(place) > 1:
                raise InvalidValue(kind, place, "each manager once")
    return targets


def _check(kind: str, target: Target) -> None:
    try:
        address = ipaddress.ip_address(target.address)
    except ValueError:
        address = None
    if address is None or address.is_unspecified or address.is_multicast or target.address == "255.255.255.255":
        raise InvalidValue(f"{kind}.address", target.address, "the IP address of a manager")
    if not 1 <= target.port <= 65535:
        raise InvalidValue(f"{kind}.port", target.port, "a port, 1 to 65535")
    # A comma separates communities, and log4j replaces what stands in ${}.
    held = target.community
    fine = held.isascii() and held.isprintable() and not set(held) & set(', $"')
    if kind == "snmp" and not (fine and 0 < len(held) <= 255):
        expected = "1 to 255 printable ASCII characters without comma, blank, dollar and double quote"
        raise InvalidValue("snmp.community", "(not shown)", expected)


def written(text: str, targets: Targets) -> Written:
    """The file with these targets and no others in our blocks. Raises InvalidValue, Unreadable."""
    checked(targets)
    file = read_log_file(text, LOGGER)
    reasons = tuple(_reasons(file, targets))
    if reasons:
        return Written(text, reasons)
    names = (*([SNMP] if targets.snmp else []), *_syslog_names(file, targets))
    result = file.text
    if names:
        result = file.with_blocks(_appenders(file, targets), _references(file, names), _logger(file, names))
    notes = (UNPROVEN,) if targets.snmp and file.form == LOG4J_2 else ()
    return Written(result, (), notes, result != text and not file.watched)


def _syslog_names(file: LogFile, targets: Targets) -> tuple[str, ...]:
    if file.form == LOG4J_1:
        return (SYSLOG,) if targets.syslog else ()
    return tuple(f"{SYSLOG}_{number}" for number, _each in enumerate(targets.syslog, 1))


def _reasons(file: LogFile, targets: Targets) -> t.Iterator[Reason]:
    for kind, given in (("SNMP", targets.snmp), ("syslog", targets.syslog)):
        for each in given:
            if ":" in each.address and (file.form == LOG4J_1 or kind == "SNMP"):
                yield Reason(
                    "ipv6_target",
                    f"the {kind} manager {each.place} has an IPv6 address, which this release of CloudStack refuses",
                    "set its IPv4 address",
                )
            if each.address in file.targets:
                yield Reason(
                    "target_twice",
                    f"the appender {file.targets[each.address]} of the file sends alerts to {each.address}",
                    "remove that address from the appender, or from the variables of the role",
                )
    if targets.snmp and file.form == LOG4J_2 and PLUGIN not in file.packages:
        yield Reason(
            "snmp_unavailable",
            f"log4j-cloud.xml does not name {PLUGIN} in packages: this release has no SNMP appender",
            "use syslog, or upgrade CloudStack",
        )


def _appenders(file: LogFile, targets: Targets) -> list[str]:
    snmp = {
        "SnmpManagerIpAddresses": ",".join(each.address for each in targets.snmp),
        "SnmpManagerPorts": ",".join(str(each.port) for each in targets.snmp),
        "SnmpManagerCommunities": ",".join(each.community for each in targets.snmp),
    }
    lines: list[str] = []
    if file.form == LOG4J_1:
        if targets.snmp:
            lines += _old(SNMP, f"{PLUGIN}.SnmpTrapAppender", snmp, _old_layout())
        if targets.syslog:
            hosts = ",".join(each.address if each.port == 514 else each.place for each in targets.syslog)
            more = {"SyslogHosts": hosts, "Facility": targets.facility}
            pattern = _param("ConversionPattern", "%-5p [%c{3}] (%t:%x) %m%n")
            layout = ['<layout class="org.apache.log4j.PatternLayout">', f"  {pattern}", "</layout>"]
            lines += _old(SYSLOG, "org.apache.cloudstack.syslog.AlertsSyslogAppender", more, layout)
        return lines
    if targets.snmp:
        held = " ".join(f"{name}={quoteattr(value)}" for name, value in snmp.items())
        lines += [f'<SnmpTrapAppender name="{SNMP}" {held}>', f"  {FILTER}", "</SnmpTrapAppender>"]
    for name, each in zip(_syslog_names(file, targets), targets.syslog):
        # Without a layout of ours, log4j writes the priority, time and host that syslog wants.
        place = f'host="{each.address}" port="{each.port}" protocol="UDP" facility="{targets.facility}"'
        lines += [f'<Syslog name="{name}" {place}>', f"  {FILTER}", "</Syslog>"]
    return lines


def _param(name: str, value: str) -> str:
    return f'<param name="{name}" value={quoteattr(value)}/>'


def _old(name: str, kind: str, params: t.Mapping[str, str], layout: t.Sequence[str]) -> list[str]:
    told = [_param("Threshold", "WARN"), *(_param(key, value) for key, value in params.items()), *layout]
    return [f'<appender name="{name}" class="{kind}">', *(f"  {line}" for line in told), "</appender>"]


def _old_layout() -> list[str]:
    params = (_param("PairDelimiter", "//"), _param("KeyValueDelimiter", "::"))
    return [f'<layout class="{PLUGIN}.SnmpEnhancedPatternLayout">', *(f"  {each}" for each in params), "</layout>"]


def _references(file: LogFile, names: t.Sequence[str]) -> list[str]:
    tag = "appender-ref" if file.form == LOG4J_1 else "AppenderRef"
    return [f'<{tag} ref="{name}"/>' for name in names]


def _logger(file: LogFile, names: t.Sequence[str]) -> list[str]:
    """For a file without the logger of alerts: they still go wherever everything goes."""
    references = [f"  {line}" for line in _references(file, names)]
    if file.form == LOG4J_1:
        return [f'<logger name="{LOGGER}">', '  <level value="WARN"/>', *references, "</logger>"]
    return [f'<Logger name="{LOGGER}" level="WARN">', *references, "</Logger>"]
