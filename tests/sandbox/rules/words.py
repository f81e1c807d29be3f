"""How answers and refusals spell things."""

from __future__ import annotations

from ..errors import invalid
from ..world.networks import PhysicalNetwork


def describe(network: PhysicalNetwork) -> str:
    """A physical network inside an error text (T3:7)."""
    return f'PhysicalNetwork {{"id":{network.id},"name":"{network.name}","uuid":"{network.uuid}"}}'


def one_of(value: str, known: tuple[str, ...], what: str) -> str:
    """The known spelling; ApiError 431 (T1:18)."""
    for name in known:
        if name.lower() == value.lower():
            return name
    raise invalid(f"Unable to resolve {what} '{value}' to a supported value")
