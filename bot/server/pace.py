"""Make what Rasa does hundreds of times a turn cheap, without changing what it does."""

from typing import TypeVar

from rasa.shared.core.slots import Slot

SomeSlot = TypeVar("SomeSlot", bound=Slot)


def copy_slots_quickly() -> None:
    """Give slots a plain shallow copy.

    Every new tracker copies every slot of the domain, several times a turn; Python's general way
    of copying an object takes it apart and builds it anew, a sixth of a whole turn.
    """
    Slot.__copy__ = _plain_copy


def _plain_copy(slot: SomeSlot) -> SomeSlot:
    new = object.__new__(type(slot))
    new.__dict__.update(slot.__dict__)
    return new
