# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is secret, and that no spelling of it passes."""

from __future__ import annotations

import base64
import html
import json
import re
import shlex
from collections.abc import Callable
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core import masking
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.masking import (
    MASK,
    all_masked,
    is_secret_name,
    masked,
    secrets_within,
    without_command_passwords,
)


def lower_percent(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "lower case": str.lower,
    "percent": lambda text: quote(text, safe=""),
    "percent, slashes kept": quote,
    "percent, lower-case digits": lambda text: quote(text, safe="").lower(),
    "percent, all of it": lower_percent,
    "percent, Java": lambda text: quote_plus(text, safe="*").replace("~", "%7E"),
    "percent, ~ and * too": lambda text: quote(text, safe="").replace("~", "%7e").replace("*", "%2A"),
    "percent, a form": quote_plus,
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "percent, Latin-1": lambda text: quote(
        text.encode("latin-1", "replace").decode("latin-1"), safe="", encoding="latin-1"
    ),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON in Unicode": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "JSON in JSON": lambda text: json.dumps(json.dumps(text))[3:-3],
    "JSON with slashes": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "JSON, every character": lambda text: "".join(f"\\u{ord(char):04X}" for char in text),
    "Python": lambda text: repr(text)[1:-1],
    "Python bytes": lambda text: repr(text.encode("latin-1", "replace"))[2:-1],
    "HTML": html.escape,
    "HTML, quotes kept": lambda text: html.escape(text, quote=False),
    "HTML, decimal": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "HTML, hexadecimal": lambda text: "".join(f"&#x{ord(char):04X};" for char in text),
    "HTML twice": lambda text: html.escape(html.escape(text)),
    "XML": escape,
    "XML attribute": lambda text: quoteattr(text)[1:-1],
    "shell": lambda text: shlex.quote(text),
    "shell, backslashes": lambda text: "".join(f"\\{char}" for char in text),
    "SQL": lambda text: text.replace("'", "''"),
    "CSV": lambda text: text.replace('"', '""'),
    "JavaScript": lambda text: "".join(f"\\u{{{ord(char):x}}}" for char in text),
    "Perl": lambda text: "".join(f"\\x{{{ord(char):04X}}}" for char in text),
    "percent u": lambda text: "".join(f"%u{ord(char):04x}" for char in text),
    "quoted-printable": lambda text: "".join(f"={byte:02X}" for byte in text.encode()),
    "hexadecimal": lambda text: text.encode().hex(),
    "a dump of bytes": lambda text: text.encode().hex(" ").upper(),
    "Base64": lambda text: base64.b64encode(text.encode()).decode(),
    "Base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
}
SECRETS = (
    "S3cr3t*~!", "p@ss/w0rd+x", 'quo"te\'s', "back\\slash", "a&b<c>d", "100% sure", "k=v;x,y", "ümläut", "$HOME`id`",
    "tab\tend", "{{ jinja }}", "AQB+/Zm9v==", "#hash?q", "(1)[2]^.|",
)  # fmt: skip


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("secret", SECRETS)
def test_no_spelling_of_a_secret_passes(secret: str, spell: Callable[[str], str]) -> None:
    echoed = spell(secret)
    text = masked(f"Unable to log in with >>{echoed}<<, see the log", [secret])
    assert echoed not in text
    assert text.replace("'", "") == f"Unable to log in with >>{MASK}<<, see the log"


@given(st.text(min_size=3, max_size=20).map(lambda text: f"S3{text}x"), st.data())
def test_spellings_may_be_mixed(secret: str, data: st.DataObject) -> None:
    ways = [str, lower_percent, lambda char: f"&#{ord(char)};", lambda char: json.dumps(char)[1:-1]]
    echoed = "".join(data.draw(st.sampled_from(ways))(char) for char in secret)
    assert masked(f"<{echoed}>", [secret]) == f"<{MASK}>"


@given(st.binary(max_size=7), st.binary(max_size=7), st.sampled_from([secret for secret in SECRETS if len(secret) > 7]))
def test_a_secret_within_base64_is_masked(before: bytes, after: bytes, secret: str) -> None:
    """``Authorization: Basic`` is user:password; at most the bits that are the neighbours' too are left."""
    echoed = base64.b64encode(before + secret.encode() + after).decode()
    shown = masked(f"Authorization: Basic {echoed}", [secret]).removeprefix("Authorization: Basic ")
    assert MASK in shown
    left = len(shown.replace(MASK, "").rstrip("="))
    assert left <= len(base64.b64encode(before).decode()) + len(base64.b64encode(after).decode()) + 2


def test_what_is_no_secret_stays() -> None:
    text = "Unable to find host kvm01 (id 17): 100% of 5/6"
    assert masked(text, ["other", ""]) == text
    assert all_masked({"a": ["x-other-y", 1, None], "b": ("other",)}, ["other"]) == {
        "a": [f"x-{MASK}-y", 1, None],
        "b": [MASK],
    }


@pytest.mark.parametrize(
    "name",
    [
        "password", "api_secret", "vsmpassword", "usersecretkey", "quota.usage.smtp.password",
        "cloudian.admin.password", "user.password.reset.smtp.password",
        "security.hash.key", "security.singlesignon.key", "ssh.privatekey",
        "ca.plugin.root.private.key", "network.loadbalancer.haproxy.stats.auth", "keystore.passphrase", "wpa-psk",
        "ldap.bind.password", "security.encryption.iv", "PrivateKey", "chap_password", "token",
    ],
)  # fmt: skip
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "name", "vm.password.length", "user.password.reset.smtp.host", "user.password.encoders.order", "ssh.publickey",
        "remote.access.vpn.psk.length", "cpu.overprovisioning.factor", "private.network.device", "kvm_networklabel",
        "key", "author", "spin", "host_tags", "ca.framework.cert.keysize",
    ],
)  # fmt: skip
def test_names_of_what_is_none(name: str) -> None:
    assert not is_secret_name(name)


PIECES = (
    *("api", "auth", "hash", "private", "key", "iv", "pin", "sim-pin", "pwd", "psk", "wpa-psk", "Token", "PASSPHRASE"),
    *("pa\u017fsword", "\u212aey", "x", "kvm01", ".", "_", "-", "=", ":", "%3d", "://", "http://", "nfs:", "@"),
    *("rbd://", "/", ";", "&", "?", " ", "\n", '"', "true", "192.0.2.7"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
def test_a_text_that_is_not_looked_into_has_no_secret(text: str) -> None:
    quick = list(masking.secrets_in_text(text))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(masking, "_HINT", re.compile(""))
        assert quick == list(masking.secrets_in_text(text))


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"password": "s3"}, {"s3"}),
        ({"name": "quota.usage.smtp.password", "value": "s3"}, {"s3"}),
        ({"properties": {"keystore.passphrase": "s3", "workers": 5}}, {"s3"}),
        ({"storage_url": "rbd://admin:s/3=@mon/pool"}, {"s/3="}),
        ({"storage_url": "cifs://nas/share?user=u&password=s3%21&domain=d"}, {"s3%21", "s3!"}),
        (
            {"files": [{"path": "/etc/network/interfaces", "content": "iface w0\n  wpa-ssid x\n  wpa-psk s3 cr\n"}]},
            {"s3 cr"},
        ),
        ({"content": "[wifi-security]\nkey-mgmt=wpa-psk\npsk=s3\n"}, {"s3"}),
        ({"content": 'wifis:\n  w0:\n    access-points: {"x": {password: "s3"}}\n'}, {"s3"}),
        ({"value": "http://user:s3@proxy:8080"}, {"s3"}),
        ({"options": ["user=x,password=s3"]}, {"s3"}),
        ({"random_password": True, "password": "", "token": None, "secret": "true"}, set()),
        ({"update_rate": 5, "name": "x", "value": "plain"}, set()),
    ],
)
def test_what_is_secret_in_parameters(given: dict[str, object], found: set[str]) -> None:
    assert set(secrets_within(given)) >= found
    if not found:
        assert set(secrets_within(given)) == set()


@pytest.mark.parametrize("password", ["password", "pass word", "a]b", "-P", "x], error", "q'\"\\"])
@pytest.mark.parametrize("program", ["/usr/bin/ipmitool", "/opt/wrapper"])
def test_passwords_in_the_servers_commands(password: str, program: str) -> None:
    """As CloudStack words it (T4:125)."""
    command = f"{program} -I lanplus -R 1 -v -H 127.0.0.1 -p 9001 -U admin -P {password} user list"
    said = f"Failed to find IPMI user [admin] to change password. Command [{command}], error [Loading IANA PEN]."
    shown = without_command_passwords(said)
    assert f"-P {password} user" not in shown
    assert shown.endswith("-U admin -P ****], error [Loading IANA PEN].")
    assert without_command_passwords("mkdir -P /x: no such option") == "mkdir -P /x: no such option"
