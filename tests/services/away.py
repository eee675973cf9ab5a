"""Ways in which a database goes away, on a real SQLite file, and comes back."""

import sqlite3
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import event

from onestep.storage.database import Database, sqlite_url

BUSY_MS = 30  # instead of ten seconds
HOW = ("locked", "full", "read-only", "not there")
LONG = " and so on" * 390  # a full database still has room for less, in pages begun


@contextmanager
def away(world, how):
    """The service with its database away in one of `HOW`; back again at the end."""
    before = world.app
    before.db.engine.dispose()
    db = Database(sqlite_url(world.file), before.db.keyring, busy_ms=BUSY_MS)
    world.app = replace(before, db=db)
    with WAYS[how](world, db):
        yield
    db.close()
    world.app = before


@contextmanager
def _locked(world, db):
    other = sqlite3.connect(world.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@contextmanager
def _pragma(db, pragma):
    def say(connection, _record):
        connection.execute(pragma)

    event.listen(db.engine, "connect", say)
    yield


def _full(world, db):
    with sqlite3.connect(world.file) as file:
        file.execute("CREATE TABLE IF NOT EXISTS filler (x)")
        file.execute("DELETE FROM filler")
        (pages,) = file.execute("PRAGMA page_count").fetchone()
    file.close()
    return _pragma(db, f"PRAGMA max_page_count={pages}")


def _read_only(world, db):
    return _pragma(db, "PRAGMA query_only=ON")


@contextmanager
def _not_there(world, db):
    for path in world.folder.glob("onestep.db*"):
        path.rename(world.folder / f"away-{path.name}")
    world.file.mkdir()
    yield
    db.close()
    world.file.rmdir()
    for path in world.folder.glob("away-*"):
        path.rename(world.folder / path.name.removeprefix("away-"))


WAYS = {"locked": _locked, "full": _full, "read-only": _read_only, "not there": _not_there}
