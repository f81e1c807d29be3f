# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where CloudStack's database holds secrets, and what is wrong with how they are stored. No value is in here.

Sources: the columns with the annotation @Encrypt and the class EncryptionSecretKeyChanger (4.22), for names of tables
and details; 4.11.1 documentation, "Hypervisor: VMware" of the upgrade, for plain text that must be encrypted.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..findings import BLOCKS, HURTS, NOTE, Judgement, Table, Verdict, rows
from ..text import several
from .forms import EMPTY, FORMS, PLAIN, UNREADABLE, VERSIONS

DETAIL_NAMES = ("password",)
SECURE = "`category` IN ('Hidden', 'Secure')"


@dataclass(frozen=True)
class Place:
    """A column that holds secrets. names: of details, where only rows of these names do. where: a condition in SQL.

    label: the column that says which row it is, beside its id. in_url: only ``password=`` inside of the value is one.
    """

    table: str
    column: str
    names: tuple[str, ...] = ()
    where: str = ""
    label: str = ""
    id: str = "id"
    in_url: bool = False

    @property
    def title(self) -> str:
        return f"{self.table}.{self.column}"


def _details(table: str, owner: str, *names: str) -> Place:
    return Place(table, "value", names or DETAIL_NAMES, label=owner)


def _settings(table: str, owner: str) -> Place:
    """Settings of an account or domain are encrypted as the setting itself is."""
    return Place(table, "value", where=f"`name` IN (SELECT `name` FROM `configuration` WHERE {SECURE})", label=owner)


PLACES: tuple[Place, ...] = (
    Place("configuration", "value", where=SECURE, label="name", id="name"),
    _settings("account_details", "account_id"),
    _settings("domain_details", "domain_id"),
    _details("host_details", "host_id"),
    _details("cluster_details", "cluster_id"),
    _details("storage_pool_details", "pool_id", "password", "powerflex.gw.username", "powerflex.gw.password"),
    _details("image_store_details", "store_id", "key", "secretkey"),
    # One table in two versions: until 4.19, and later.
    _details("user_vm_details", "vm_id"),
    _details("vm_instance_details", "vm_id"),
    Place("user", "secret_key", label="username"),
    Place("vm_instance", "vnc_password", label="instance_name"),
    Place("keystore", "key", label="name"),
    Place("sslcerts", "key", label="uuid"),
    Place("sslcerts", "password", label="uuid"),
    Place("remote_access_vpn", "ipsec_psk", label="uuid"),
    Place("s2s_customer_gateway", "ipsec_psk", label="uuid"),
    Place("vpn_users", "password", label="username"),
    Place("oobm", "password", label="host_id"),
    Place("vmware_data_center", "password", label="name"),
    Place("virtual_supervisor_module", "password", label="vsm_name"),
    Place("nsx_providers", "password", label="provider_name"),
    Place("ucs_manager", "password", label="name"),
    Place("external_stratosphere_ssp_credentials", "password"),
    Place("passphrase", "passphrase"),
    Place("storage_pool", "user_info", label="name"),
    Place("storage_pool", "path", where="`pool_type` = 'SMB'", label="name", in_url=True),
    Place("image_store", "url", where="`protocol` = 'cifs'", label="name", in_url=True),
    Place("backup_repository", "mount_opts", label="name"),
    Place("webhook", "secret_key", label="name"),
)


@dataclass(frozen=True)
class Stored:
    """One value, without it. id: of its row. label: what the row is about. form: one of forms.FORMS."""

    place: Place
    id: str
    label: str
    form: str


@dataclass(frozen=True)
class Encrypting:
    """How the server encrypts. version: "" where neither its configuration nor the database tells."""

    enabled: bool
    version: str = ""


@dataclass(frozen=True)
class Count:
    """How the values of one column are stored."""

    table: str
    column: str
    forms: t.Mapping[str, int] = field(default_factory=dict)


_UPGRADE = "4.11.1: Hypervisor: VMware (upgrade)"
_KEYS = "CloudStackEncryptor: one version and one key for the whole database"
STORED = Table(
    "stored secrets",
    rows(
        BLOCKS,
        (
            "secret_unreadable",
            "The key does not decrypt values",
            "use the server's key; if you did, the server cannot read the values either: set them again",
            _KEYS,
        ),
        (
            "secret_other_version",
            "Values are encrypted with another version than the server uses",
            "set the password again through the API, or migrate with cloudstack-migrate-databases while "
            "all servers are "
            "stopped",
            _KEYS,
        ),
        (
            "secret_plain_text",
            "Values that the server decrypts are stored as plain text",
            "set the password again through the API (cs_host_password, cs_vmware_dc, cs_configuration)",
            _UPGRADE,
        ),
    ),
    rows(
        HURTS,
        (
            "encryption_off",
            "The server encrypts nothing, so all secrets are plain text",
            "set up encryption with cloudstack-setup-databases, and migrate the database",
            "4.11.1: About Password and Key Encryption",
        ),
    ),
    rows(
        NOTE,
        (
            "encryption_version_1",
            "The server uses version V1, which cannot detect damaged values",
            "change to V2 with cloudstack-migrate-databases",
            _KEYS,
        ),
    ),
)
MOST_NAMED = 5


def counted(stored: t.Iterable[Stored]) -> tuple[Count, ...]:
    """Columns in the order of PLACES, those without a value included where their table was read."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for each in stored:
        held = found.setdefault((each.place.table, each.place.column), dict.fromkeys(FORMS, 0))
        held[each.form] += 1
    return tuple(Count(table, column, held) for (table, column), held in found.items())


def code_of(stored: Stored, encrypting: Encrypting) -> str:
    """What is wrong with one value; "" for nothing."""
    if stored.form == EMPTY or not encrypting.enabled:
        return ""
    if stored.form == UNREADABLE:
        return "secret_unreadable"
    if stored.form == PLAIN:
        return "secret_plain_text"
    return "secret_other_version" if encrypting.version and stored.form != encrypting.version else ""


def judge_stored(stored: t.Sequence[Stored], encrypting: Encrypting, ignore: t.Collection[str] = ()) -> Judgement:
    """One finding for each column and fault, with the rows' names. Raises InvalidValue for an unknown ignored code."""
    return STORED.judgement(_verdicts(stored, encrypting), ignore)


def _verdicts(stored: t.Sequence[Stored], encrypting: Encrypting) -> t.Iterator[Verdict]:
    if not encrypting.enabled:
        plain = sum(each.form != EMPTY for each in stored)
        yield STORED.found("encryption_off", f"{plain} values", values=plain)
    elif encrypting.version == VERSIONS[0]:
        yield STORED.found("encryption_version_1", "according to its configuration or its own values")
    bad: dict[tuple[str, str], list[Stored]] = {}
    for each in stored:
        code = code_of(each, encrypting)
        if code:
            bad.setdefault((code, each.place.title), []).append(each)
    for (code, title), rows_ in bad.items():
        names = [each.label or each.id for each in rows_]
        evidence = f"{len(names)} in {title}: {several(names, MOST_NAMED)}"
        yield STORED.found(code, evidence, table=rows_[0].place.table, column=rows_[0].place.column, rows=len(names))
