"""The usage server, as far as one can tell that it does not run (T5:53, T7:27-40)."""

from __future__ import annotations

from ..errors import invalid
from ..paging import answer
from ..registry import Body, Call, command
from ..validation import moment

ADMIN = "org.apache.cloudstack.api.command.admin.usage"
_TYPES = (
    (1, "RUNNING_VM", "Running Vm Usage"),
    (2, "ALLOCATED_VM", "Allocated Vm Usage"),
    (3, "IP_ADDRESS", "IP Address Usage"),
    (4, "NETWORK_BYTES_SENT", "Network Usage (Bytes Sent)"),
    (5, "NETWORK_BYTES_RECEIVED", "Network Usage (Bytes Received)"),
    (6, "VOLUME", "Volume Usage"),
    (7, "TEMPLATE", "Template Usage"),
    (8, "ISO", "ISO Usage"),
    (9, "SNAPSHOT", "Snapshot Usage"),
    (10, "SECURITY_GROUP", "Security Group Usage"),
    (11, "LOAD_BALANCER_POLICY", "Load Balancer Usage"),
    (12, "PORT_FORWARDING_RULE", "Port Forwarding Usage"),
    (13, "NETWORK_OFFERING", "Network Offering Usage"),
    (14, "VPN_USERS", "VPN users usage"),
    (21, "VM_DISK_IO_READ", "VM Disk usage(I/O Read)"),
    (22, "VM_DISK_IO_WRITE", "VM Disk usage(I/O Write)"),
    (23, "VM_DISK_BYTES_READ", "VM Disk usage(Bytes Read)"),
    (24, "VM_DISK_BYTES_WRITE", "VM Disk usage(Bytes Write)"),
    (25, "VM_SNAPSHOT", "VM Snapshot storage usage"),
    (26, "VOLUME_SECONDARY", "Volume on secondary storage usage"),
    (27, "VM_SNAPSHOT_ON_PRIMARY", "VM Snapshot on primary storage usage"),
    (28, "BACKUP", "Backup storage usage"),
    (29, "BUCKET", "Bucket storage usage"),
    (30, "NETWORK", "Network usage"),
    (31, "VPC", "VPC usage"),
)


@command("listUsageTypes", ADMIN)
def list_usage_types(_call: Call) -> Body:
    rows = [{"id": number, "name": name, "description": text} for number, name, text in _TYPES]
    return {"count": len(rows), "usagetype": rows}


@command("listUsageServerMetrics", "org.apache.cloudstack.api.ListUsageServerMetricsCmd")
def list_usage_server_metrics(call: Call) -> Body:
    """Its machine is known by its heartbeat, which a first job writes (T7:28, T7:372)."""
    now = call.world.now()
    if call.world.usage_server:
        told = {name: value for name, value in call.world.usage_server.items() if value}
        return {"usageMetrics": {"collectiontime": now, "state": "Down", **told}}
    seen: Body = {"lastheartbeat": now} if call.world.usage_asked else {"hostname": "N/A"}
    return {"usageMetrics": {"collectiontime": now, "state": "Down", "lastsuccessfuljob": now, **seen}}


@command("generateUsageRecords", ADMIN)
def generate_usage_records(call: Call) -> Body:
    """Any range, and none, is taken (T7:29-32)."""
    call.world.usage_asked = True
    return {"success": True}


@command("listUsageRecords", f"{ADMIN}.ListUsageRecordsCmd", usageid="nothing")
def list_usage_records(call: Call) -> Body:
    """The range is judged (T7:33-38); of the days, whole ones."""
    first, last = moment(call["startdate"]), moment(call["enddate"])
    if first is not None and last is not None and first > last:
        shown = [f"{each:%a %b %d} {clock} UTC {each:%Y}" for each, clock in ((first, "00:00:00"), (last, "23:59:59"))]
        raise invalid(f"Incorrect Date Range. Start date: {shown[0]} is after end date:{shown[1]}")
    kind, days = call.get("type"), (call["startdate"][:10], call["enddate"][:10])
    rows = [row for row in call.world.usage_records if days[0] <= row["startdate"][:10] <= days[1]]
    return answer(call, "usagerecord", [row for row in rows if kind in (None, row["usagetype"])], lambda row: row)


@command("removeRawUsageRecords", ADMIN)
def remove_raw_usage_records(call: Call) -> Body:
    if call["interval"] <= 0:
        raise invalid("Invalid interval value. Interval to remove cloud_usage records should be greater than 0")
    return {"success": True}
