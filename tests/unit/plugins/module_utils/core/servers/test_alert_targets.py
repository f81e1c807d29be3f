# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Blocks in log4j-cloud.xml of both forms: the rest stays as it is, and what the server could not use is refused."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, Unreadable
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers.alert_targets import (
    SNMP,
    SYSLOG,
    UNPROVEN,
    Target,
    Targets,
    written,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers.log_file import BEGIN

# As 4.11 to 4.19 have it, reduced.
OLD = """<?xml version="1.0" encoding="UTF-8"?>
<!-- a licence -->
<!DOCTYPE log4j:configuration SYSTEM "log4j.dtd">
<log4j:configuration xmlns:log4j="http://jakarta.apache.org/log4j/" debug="false">
   <throwableRenderer class="com.cloud.utils.log.CglibThrowableRenderer"/>
   <appender  name="FILE"   class="org.apache.log4j.rolling.RollingFileAppender">
      <param name="Threshold" value="TRACE"/>
   </appender>
   <appender name="ALERTSYSLOG" class="org.apache.cloudstack.syslog.AlertsSyslogAppender">
      <param name="SyslogHosts" value=""/><param name="Facility" value="LOCAL6"/>
   </appender>
   <appender name="SNMP" class="org.apache.cloudstack.alert.snmp.SnmpTrapAppender">
      <param name="SnmpManagerIpAddresses" value=""/>
   </appender>

   <!-- Limit categories: ünï -->
   <category name="com.cloud">
     <priority value="DEBUG"/>
   </category>
   <logger name="org.apache.cloudstack.alerts" additivity="false">
      <level value="WARN"/>
      <appender-ref ref="SNMP"/>
      <appender-ref ref="ALERTSYSLOG"/>
   </logger>
   <root>
      <level value="INFO"/>
      <appender-ref ref="FILE"/>
   </root>
</log4j:configuration>
"""
# As 4.21 and 4.22 have it, reduced; 4.20.0 names no packages and has no SNMP.
NEW = """<?xml version="1.0" encoding="UTF-8"?>
<Configuration monitorInterval="60" packages="org.apache.cloudstack.alert.snmp,org.apache.cloudstack.syslog">
   <Appenders>
      <properties><property name="filters">net.sf.cglib.proxy</property></properties>
      <RollingFile name="FILE" append="true" fileName="f.log" filePattern="f.log.%d{yyyy-MM-dd}.gz"/>
      <!-- Append alerts to the syslog if it is configured -->
      <AlertSyslogAppender name="ALERTSYSLOG" syslogHosts="" facility="LOCAL6"/>
      <SnmpTrapAppender name="SNMP" SnmpManagerIpAddresses="" SnmpManagerPorts="" SnmpManagerCommunities=""/>
   </Appenders>
   <Loggers>
      <Logger name="com.cloud" level="DEBUG"/>
      <Logger name="org.apache.cloudstack.alerts" additivity="false" level="WARN">
         <AppenderRef ref="FILE"/>
         <AppenderRef ref="SNMP"/>
      </Logger>
      <Root level="INFO"><AppenderRef ref="FILE"/></Root>
   </Loggers>
</Configuration>
"""
FIRST_NEW = NEW.replace(' packages="org.apache.cloudstack.alert.snmp,org.apache.cloudstack.syslog"', "").replace(
    '      <SnmpTrapAppender name="SNMP" SnmpManagerIpAddresses="" SnmpManagerPorts="" SnmpManagerCommunities=""/>\n',
    '    <!-- TODO <appender name="SNMP" class="x"/> -->\n',
)
COMMUNITY = "s3cret<&'>"
TRAPS = (Target("10.1.1.1", 162, COMMUNITY), Target("10.1.1.2", 1162, "other"))
LOGS = (Target("10.1.1.1", 514), Target("10.1.1.3", 1514))
BOTH = Targets(TRAPS, LOGS, "LOCAL3")
LOG = Targets(syslog=LOGS)
FORMS = (OLD, NEW, FIRST_NEW, OLD.replace("\n", "\r\n"), NEW.replace("\n", "").replace("   ", ""))


@pytest.mark.parametrize("text", FORMS)
def test_the_rest_stays_and_the_block_goes_again(text: str) -> None:
    done = written(text, LOG)
    assert (done.reasons, done.restart) == ((), False)
    assert done.text.count(BEGIN) == 2
    assert written(done.text, LOG).text == done.text
    other = written(done.text, Targets(syslog=LOGS[:1])).text
    assert "10.1.1.3" not in other
    assert written(other, Targets()).text == text


def test_log4j_1_gets_the_appenders_of_cloudstack() -> None:
    root = ElementTree.fromstring(written(OLD, BOTH).text)
    made = {
        each.attrib["name"]: {param.attrib["name"]: param.attrib["value"] for param in each.findall("param")}
        for each in root.findall("appender")
        if each.attrib["name"].startswith("HOSTCRAFT")
    }
    assert made == {
        SNMP: {
            "Threshold": "WARN",
            "SnmpManagerIpAddresses": "10.1.1.1,10.1.1.2",
            "SnmpManagerPorts": "162,1162",
            "SnmpManagerCommunities": f"{COMMUNITY},other",
        },
        SYSLOG: {"Threshold": "WARN", "SyslogHosts": "10.1.1.1,10.1.1.3:1514", "Facility": "LOCAL3"},
    }
    (alerts,) = root.findall("logger")
    assert [each.attrib["ref"] for each in alerts.findall("appender-ref")] == ["SNMP", "ALERTSYSLOG", SNMP, SYSLOG]
    # The order that log4j's DTD demands: appenders, loggers, root.
    kinds = [each.tag for each in root]
    assert kinds == ["throwableRenderer", *["appender"] * 5, "category", "logger", "root"]


def test_log4j_2_gets_the_syslog_of_log4j_for_each_manager() -> None:
    """AlertSyslogAppender of 4.20 and newer never opens its connections."""
    done = written(NEW, BOTH)
    assert done.notes == (UNPROVEN,)
    root = ElementTree.fromstring(done.text)
    syslog = {each.attrib["name"]: each.attrib for each in root.iterfind("Appenders/Syslog")}
    assert {name: (held["host"], held["port"], held["protocol"]) for name, held in syslog.items()} == {
        f"{SYSLOG}_1": ("10.1.1.1", "514", "UDP"),
        f"{SYSLOG}_2": ("10.1.1.3", "1514", "UDP"),
    }
    (snmp,) = [each for each in root.iterfind("Appenders/SnmpTrapAppender") if each.attrib["name"] == SNMP]
    assert snmp.attrib["SnmpManagerCommunities"] == f"{COMMUNITY},other"
    alerts = [each for each in root.iterfind("Loggers/Logger") if each.attrib["name"].endswith("alerts")]
    references = [each.attrib["ref"] for each in alerts[0].findall("AppenderRef")]
    assert references == ["FILE", "SNMP", SNMP, f"{SYSLOG}_1", f"{SYSLOG}_2"]


@pytest.mark.parametrize("text", [OLD, NEW])
def test_without_the_logger_of_alerts_it_is_written_and_removed_again(text: str) -> None:
    begin = text.index(
        '   <logger name="org.apache.cloudstack.alerts"' if text is OLD else '      <Logger name="org.apache'
    )
    end = text.index("</logger>" if text is OLD else "</Logger>", begin) + len("</logger>\n")
    without = text[:begin] + text[end:]
    done = written(without, LOG).text
    root = ElementTree.fromstring(done)
    alerts = [each for each in root.iter() if each.attrib.get("name") == "org.apache.cloudstack.alerts"]
    assert len(alerts) == 1
    assert alerts[0].attrib.get("additivity", "true") == "true"
    assert written(done, Targets()).text == without


@pytest.mark.parametrize(
    ("text", "targets", "code"),
    [
        (FIRST_NEW, BOTH, "snmp_unavailable"),
        (OLD, Targets(syslog=(Target("2001:db8::1", 514),)), "ipv6_target"),
        (NEW, Targets((Target("2001:db8::1", 162, "x"),)), "ipv6_target"),
        (
            NEW.replace('syslogHosts=""', 'syslogHosts="10.1.1.9, 10.1.1.3:1514"').replace(
                'ref="FILE"/>\n         <', 'ref="ALERTSYSLOG"/>\n<'
            ),
            LOG,
            "target_twice",
        ),
        (OLD.replace('name="SyslogHosts" value=""', 'name="SyslogHosts" value="10.1.1.3"'), LOG, "target_twice"),
    ],
)
def test_what_the_server_could_not_use_is_refused_and_nothing_is_written(
    text: str, targets: Targets, code: str
) -> None:
    done = written(text, targets)
    assert {each.code for each in done.reasons} == {code}
    assert done.text == text
    assert COMMUNITY not in str(done.reasons)


def test_a_restart_is_needed_only_where_the_file_is_not_watched() -> None:
    still = NEW.replace('monitorInterval="60"', 'monitorInterval="0"')
    done = written(still, LOG)
    assert done.restart
    assert not written(done.text, LOG).restart
    assert written(NEW, Targets(syslog=(Target("2001:db8::1", 514),))).reasons == ()


@pytest.mark.parametrize(
    "targets",
    [
        Targets((Target("10.1.1.1", 162, "a,b"),)),
        Targets((Target("10.1.1.1", 162, ""),)),
        Targets((Target("10.1.1.1", 162, "p${env:HOME}"),)),
        Targets((Target("10.1.1.1", 162, "ü"),)),
        Targets((Target("10.1.1.1", 0, "q8w"),)),
        Targets(syslog=(Target("log.example.net", 514),)),
        Targets(syslog=(Target("0.0.0.0", 514),)),
        Targets(syslog=(Target("224.0.0.1", 514),)),
        Targets(syslog=(Target('10.1.1.1"/><x y="', 514),)),
        Targets(syslog=(Target("10.1.1.1", 70000),)),
        Targets(syslog=(LOGS[0], LOGS[0])),
        Targets(syslog=tuple(Target(f"10.1.1.{number}", 514) for number in range(1, 22))),
        Targets(syslog=LOGS, facility="MAIL"),
    ],
)
def test_wrong_values_are_refused(targets: Targets) -> None:
    with pytest.raises(InvalidValue) as refused:
        written(NEW, targets)
    assert not any(each.community and each.community in refused.value.message for each in targets.snmp)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<Configuration>",
        "<html><body/></html>",
        NEW.replace("</Appenders>", "</Appenders><!-- BEGIN hostcraft.cloudstack alerts -->"),
        NEW.replace("<Configuration", '<!DOCTYPE x [<!ENTITY a "b">]><Configuration'),
        "<Configuration><Appenders/><Loggers/></Configuration>",
        '<Configuration><Appenders></Appenders><Loggers><Logger name="org.apache.cloudstack.alerts"/></Loggers>'
        "</Configuration>",
        "<log4j:configuration xmlns:log4j='x'/>",
    ],
)
def test_files_of_another_form_are_named(text: str) -> None:
    with pytest.raises(Unreadable):
        written(text, LOG)


communities = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=',$"'), min_size=1, max_size=40
)


@given(st.sampled_from(FORMS[:2]), communities, st.integers(1, 65535))
def test_any_community_arrives_as_it_is(text: str, community: str, port: int) -> None:
    targets = Targets((Target("10.1.1.1", port, community),))
    done = written(text, targets).text
    values = [value for each in ElementTree.fromstring(done).iter() for value in each.attrib.values()]
    assert community in values
    assert written(done, Targets()).text == text
