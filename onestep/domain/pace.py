"""Pace: how soon the next message may follow the one before."""

from datetime import datetime, timedelta


def next_free(free_at: datetime | None, *, now: datetime, seconds: float) -> datetime:
    """When there is room again, once a message has gone at `now`.

    `free_at` is when there was to be room before this one; a message that did not wait for it (an
    alert) moves what follows. Evenly spaced: in no stretch of a second do more go than may.
    """
    began = now if free_at is None else max(free_at, now)
    return began + timedelta(seconds=seconds)
