"""Settings: a global value and values of scopes over it (FIELD_FACTS "Over-provisioning")."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Setting:
    """`scoped`: (scope, row id) → value."""

    name: str
    value: str
    scopes: tuple[str, ...] = ("Global",)
    scoped: dict[tuple[str, int], str] = field(default_factory=dict)


DEFAULTS = (
    Setting("cpu.overprovisioning.factor", "1.0", ("Cluster",)),
    Setting("mem.overprovisioning.factor", "1.0", ("Cluster",)),
    Setting("storage.overprovisioning.factor", "2", ("Zone", "StoragePool")),
    Setting("default.page.size", "500"),
)


class Settings(dict[str, Setting]):
    """By name; every world has its own."""

    def __init__(self) -> None:
        super().__init__((s.name, Setting(s.name, s.value, s.scopes)) for s in DEFAULTS)

    def value(self, name: str, scope: str = "Global", row_id: int = 0) -> str:
        """The value in effect: the scope's own, else the global one."""
        setting = self[name]
        return setting.scoped.get((scope, row_id), setting.value)
