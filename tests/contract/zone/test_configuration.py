# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_configuration in every scope, and what of a secret setting is shown."""

from __future__ import annotations

from typing import Any

import pytest
from contract.conftest import Connect
from contract.tasks import Wrong, perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, NotFound
from sandbox.server import Sandbox
from sandbox.world import World
from unit.sandbox.client import Api
from unit.sandbox.site import Site

# Scope as the task names it → its name for the server, a setting, another value, the parameters of set and reset.
SCOPES = {
    "zone": ("zone", "pool.storage.capacity.disablethreshold", "0.5", "zoneid", "zoneid"),
    "cluster": ("cluster", "cpu.overprovisioning.factor", "3", "clusterid", "clusterid"),
    "storage": ("storagepool", "storage.pool.disk.wait", "77", "storageid", "storageid"),
    "image_store": ("imagestore", "account.cleanup.interval", "77", "imagestoreuuid", "imagestoreid"),
    "account": ("account", "account.allow.expose.host.hostname", "true", "accountid", "accountid"),
    "domain": ("domain", "ldap.read.timeout", "77", "domainid", "domainid"),
}
NAMES = {"zone": "z1", "cluster": "c1", "storage": "ps1", "image_store": "sec1", "account": "admin", "domain": "ROOT"}


@pytest.fixture
def site(sandbox: Sandbox) -> Site:
    return Site(Api(sandbox))


@pytest.fixture
def cloud(sandbox: Sandbox, site: Site, connect: Connect) -> Gateway:
    """No setting of the sandbox has the scope of image stores: one is given it."""

    def widen(world: World) -> None:
        world.settings["account.cleanup.interval"].scopes = ("ImageStore",)

    sandbox.run(widen)
    sandbox.calls.clear()
    return Gateway(connect(sandbox))


@pytest.mark.since("4.16")
def test_a_reset_leads_to_the_value_of_the_scope_around(cloud: Gateway) -> None:
    """A zone's value counts for its pools that have none (server: ConfigKey.Scope)."""
    name, pool = "pool.storage.capacity.disablethreshold", {"storage": "ps1", "zone": "z1"}
    perform(cloud, "cs_configuration", name=name, value="0.9", zone="z1")
    perform(cloud, "cs_configuration", name=name, value="0.7", **pool)
    outcome = twice(cloud, "cs_configuration", name=name, state="reset", **pool)
    assert (outcome.before, outcome.after) == ({"value": "0.7"}, {"value": "0.9"})
    assert outcome.result["value"] == "0.9"


@pytest.mark.since("4.16")
def test_a_domain_that_inherits_has_nothing_to_reset(
    sandbox: Sandbox, cloud: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With enable.domain.settings.for.child.domain a server shows the parent's value in a child that has none."""
    name = "ldap.read.timeout"
    call = sandbox.api.call

    def inherited(params: Any, *more: Any) -> Any:
        status, body = call(params, *more)
        if params["command"] == "listConfigurations" and params.get("domainid"):
            for each in next(iter(body.values())).get("configuration", []):
                each["value"] = "77"
        return status, body

    monkeypatch.setattr(sandbox.api, "call", inherited)
    assert not perform(cloud, "cs_configuration", name=name, state="reset", domain="ROOT").changed


@pytest.mark.since("4.16")
@pytest.mark.parametrize("scope", SCOPES)
def test_each_scope_is_set_alone_and_reset(sandbox: Sandbox, cloud: Gateway, scope: str) -> None:
    shown, name, value, set_by, reset_by = SCOPES[scope]
    where = {scope: NAMES[scope]}
    everywhere = perform(cloud, "cs_configuration_info", name=name).result
    outcome = twice(cloud, "cs_configuration", name=name, value=value, **where)
    assert outcome.result["scope"] == shown
    assert outcome.result["value"] in (value, f"{value}.0")
    (sent,) = sandbox.calls.of("updateConfiguration")
    assert sent.params[set_by]
    assert perform(cloud, "cs_configuration_info", name=name).result == everywhere
    twice(cloud, "cs_configuration", name=name, state="reset", **where)
    (sent,) = sandbox.calls.of("resetConfiguration")
    assert sent.params[reset_by]
    assert writes(sandbox) == ["updateConfiguration", "resetConfiguration"]


def test_an_account_is_looked_for_in_its_domain(sandbox: Sandbox, cloud: Gateway) -> None:
    given: dict[str, Any] = {"name": "account.allow.expose.host.hostname", "value": True, "account": "admin"}
    assert perform(cloud, "cs_configuration", True, domain="ROOT", **given).changed
    with pytest.raises(NotFound, match="Domain customers not found"):
        perform(cloud, "cs_configuration", domain="customers", **given)
    assert writes(sandbox) == []


@pytest.mark.parametrize(("one", "other"), [("zone", "account"), ("cluster", "storage"), ("image_store", "domain")])
def test_two_scopes_at_once_are_refused(sandbox: Sandbox, cloud: Gateway, one: str, other: str) -> None:
    with pytest.raises(Wrong, match="mutually exclusive"):
        perform(cloud, "cs_configuration", False, name="x", value=1, **{one: NAMES[one], other: NAMES[other]})
    assert len(sandbox.calls) == 0


def test_no_value_of_a_secret_setting_is_shown(sandbox: Sandbox, cloud: Gateway) -> None:
    """Neither the one that is there nor the one that is set, by neither module."""

    def hide(world: World) -> None:
        world.settings["ldap.bind.password"].category = "Secure"
        world.settings["ldap.bind.password"].value = "0ld-s3cret"

    sandbox.run(hide)
    outcome = twice(cloud, "cs_configuration", name="ldap.bind.password", value="n3w-s3cret")
    read = perform(cloud, "cs_configuration_info", name="ldap.bind.password")
    assert outcome.after == {"value": "****"}
    assert set(outcome.secrets) == {"0ld-s3cret", "n3w-s3cret"}
    assert "s3cret" not in f"{outcome.before}{outcome.after}{outcome.result}{outcome.warnings}{read.result}"
    assert sandbox.run(lambda world: world.settings["ldap.bind.password"].value) == "n3w-s3cret"


def test_what_the_server_refuses_is_refused_before(cloud: Gateway, sandbox: Sandbox) -> None:
    """Zero of every setting of the sandbox: what the server refuses for its range, the task does not even send."""
    held = [each for each in cloud.settings.all("global", "") if each.type in ("", "Number", "Decimal", "Range")]
    # Before 4.18 no types are told.
    held = [each for each in held if each.type or each.value.replace(".", "").isdigit()]
    refused = set()
    for each in held:
        if Api(sandbox).ask("updateConfiguration", name=each.name, value="0")[0] != 200:
            refused.add(each.name)
            with pytest.raises(InvalidValue, match=r"expected a number"):
                perform(cloud, "cs_configuration", name=each.name, value="0")
    assert {"expunge.interval", "ping.interval", "cpu.overprovisioning.factor"} <= refused


def test_a_time_before_zero_is_warned_of(cloud: Gateway) -> None:
    outcome = perform(cloud, "cs_configuration", name="expunge.delay", value="-5")
    assert (outcome.changed, outcome.result["value"]) == (True, "-5")
    (warning,) = outcome.warnings
    assert warning.startswith("expunge.delay is a time, and -5 is less than 0")
    assert warning.endswith("; its default is 86400") == (cloud.settings.find("wait", "global", "").type != "")
    assert perform(cloud, "cs_configuration", name="expunge.delay", value="5").warnings == ()


def test_a_share_that_the_server_does_not_check(cloud: Gateway) -> None:
    name = "pool.storage.allocated.capacity.disablethreshold"
    outcome = perform(cloud, "cs_configuration", name=name, value="1.5")
    assert (outcome.changed, outcome.result["value"]) == (True, "1.5")
    (warning,) = outcome.warnings
    assert warning.startswith(f"{name} is a share, and 1.5 is not from 0 to 1")


def test_a_factor_below_one_by_the_release(cloud: Gateway, sandbox: Sandbox) -> None:
    given = {"name": "cpu.overprovisioning.factor", "value": "0.5"}
    if cloud.release() >= (4, 17):
        outcome = perform(cloud, "cs_configuration", **given)
        assert (outcome.changed, outcome.warnings) == (True, ())
    else:
        with pytest.raises(InvalidValue, match="expected a number of at least 1"):
            perform(cloud, "cs_configuration", **given)
        assert writes(sandbox) == []
    assert perform(cloud, "cs_configuration", **{**given, "value": "1.5"}).changed
