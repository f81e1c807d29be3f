"""Root volumes are not rows of their own: each is found by its VM."""

from __future__ import annotations

import uuid

from .table import Table
from .vms import Vm


class Volumes(Table[Vm]):
    """The VM whose root volume has that id."""

    def __init__(self, vms: Table[Vm]) -> None:
        super().__init__()
        self._vms = vms

    def by_uuid(self, text: str) -> Vm | None:
        return next((vm for vm in self._vms if str(uuid.uuid5(uuid.UUID(vm.uuid), "root")) == text), None)
