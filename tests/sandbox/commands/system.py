"""The server about itself: listCapabilities, listApis, queryAsyncJobResult."""

from __future__ import annotations

from typing import Any

from ..paging import answer
from ..registry import Body, Call, command
from ..surface import Api

USER = "org.apache.cloudstack.api.command.user"

# As a fresh installation answers (T1:6); the version is the server's own.
CAPABILITIES: Body = {
    "securitygroupsenabled": False,
    "dynamicrolesenabled": True,
    "userpublictemplateenabled": True,
    "supportELB": "false",
    "projectinviterequired": False,
    "allowusercreateprojects": True,
    "customdiskofferingminsize": 1,
    "customdiskofferingmaxsize": 1024,
    "regionsecondaryenabled": False,
    "kvmsnapshotenabled": True,
    "allowuserviewdestroyedvm": True,
    "allowuserexpungerecovervm": True,
    "allowuserexpungerecovervolume": True,
    "allowuserviewalldomainaccounts": False,
    "allowuserforcestopvm": True,
    "kubernetesserviceenabled": True,
    "kubernetesclusterexperimentalfeaturesenabled": False,
    "customhypervisordisplayname": "Custom",
    "defaultuipagesize": 20,
    "instancesstatsretentiontime": 720,
    "instancesstatsuseronly": False,
    "instancesdisksstatsretentionenabled": False,
    "instancesdisksstatsretentiontime": 720,
    "sharedfsvmmincpucount": 2,
    "sharedfsvmminramsize": 1024,
    "instanceleaseenabled": False,
    "extensionspath": "/usr/share/cloudstack/extensions",
    "dynamicscalingenabled": False,
    "additionalconfigenabled": False,
}


@command("listCapabilities", USER)
def list_capabilities(call: Call) -> Body:
    return {"capability": {**CAPABILITIES, "cloudstackversion": call.version}}


def _api_view(api: Api) -> Body:
    def param(name: str) -> dict[str, Any]:
        p = api.params[name]
        body: dict[str, Any] = {"name": p.name, "type": p.type, "length": p.length, "required": p.required}
        return body if p.since is None else {**body, "since": p.since}

    body: Body = {"name": api.name, "isasync": api.isasync, "params": [param(name) for name in api.params]}
    return body if api.since is None else {**body, "since": api.since}


@command("listApis", "org.apache.cloudstack.api.command.user.discovery")
def list_apis(call: Call) -> Body:
    """What this sandbox can do, in the words of the surface; no recorded answer."""
    name = call.get("name")
    if name is not None and name not in call.apis:
        return {}
    apis = [call.apis[name]] if name is not None else list(call.apis.values())
    return {"count": len(apis), "api": [_api_view(api) for api in apis]}


@command("queryAsyncJobResult", USER + ".job")
def query_async_job_result(call: Call) -> Body:
    return call.jobs.view(call["jobid"])


@command("listAsyncJobs", "org.apache.cloudstack.api.command.user.job")
def list_async_jobs(call: Call) -> Body:
    """Jobs under way; with `startdate` those since then, done or not (source; only its refusal is recorded, T2:86)."""
    since = call.get("startdate")
    jobs = [job for job in call.world.jobs if (job.created[:10] >= since[:10] if since else job.status == 0)]
    return answer(call, "asyncjobs", jobs, call.jobs.view)
