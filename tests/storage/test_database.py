"""The database is opened as the reliability page says, and its refusals are plain."""

import os
import sqlite3
import subprocess
import sys
import threading
import time

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError

from onestep.storage.base import Base, database_now, new_id
from onestep.storage.database import Database, open_engine, sqlite_url
from onestep.storage.errors import NoRoom, WrongVersion
from onestep.storage.models import Client
from onestep.storage.schema import migrate, require_current
from onestep.storage.seal import new_keyring
from tests.databases import both_databases


def pragma(db, name):
    """What SQLite says of one setting on one of our connections."""
    with db.engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_pragmas(world):
    """WAL, synchronous FULL, a busy time-out of ten seconds and foreign keys, on every one."""
    found = {
        name: pragma(world.app.db, name)
        for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
    }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 10_000,
        "foreign_keys": 1,
    }


def test_write_takes_the_lock_at_once(world):
    """Two writers follow one another from their first line on; a reader waits for neither."""
    second_began = threading.Event()

    def second():
        with world.app.db.write():
            second_began.set()

    thread = threading.Thread(target=second)
    with world.app.db.write() as session:
        thread.start()
        assert not second_began.wait(0.3)
        with world.app.db.read() as reading:
            assert reading.scalars(text("SELECT 1")).one() == 1
        session.execute(text("SELECT 1"))
    thread.join()
    assert second_began.is_set()


@both_databases
def test_an_error_leaves_nothing(world):
    """What a transaction wrote before an error is not there afterwards."""
    sam = world.add()

    def stops_half_way():
        with world.app.db.write() as session:
            session.get_one(Client, sam).contact = "stopped"
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        stops_half_way()
    assert world.client(sam).contact == "active"


def test_ids_sort_as_they_were_made():
    """Thousands of ids made in the same milliseconds, by several threads, sort in order."""
    made = [new_id() for _ in range(5000)]
    assert made == sorted(set(made))
    many = []
    threads = [
        threading.Thread(target=lambda: many.extend(new_id() for _ in range(500)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(many)) == 2000


@both_databases
def test_database_time_runs(world):
    """The leases' clock is the database's own, in seconds, finer than a second."""
    with world.app.db.read() as session:
        first = session.scalar(select(database_now()))
    time.sleep(0.05)
    with world.app.db.read() as session:
        later = session.scalar(select(database_now()))
    assert 0.03 < later - first < 5
    assert abs(later - time.time()) < 5


@both_databases
def test_all_migrations_make_the_schema(fresh_url):
    """Every migration in turn makes exactly the tables, columns and indexes of the models."""
    engine = open_engine(fresh_url())
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_fresh_schema_is_the_same_as_all_migrations(made, tmp_path):
    """What the models would create and what the migrations create is the same SQL schema."""
    engine = open_engine(sqlite_url(tmp_path / "fresh.db"))
    Base.metadata.create_all(engine)
    engine.dispose()

    def schema(path):
        with sqlite3.connect(path) as file:
            tables = [
                name
                for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type='table'")
                if name != "alembic_version" and not name.startswith("sqlite_")
            ]
            return {
                name: (
                    sorted(file.execute(f"PRAGMA table_info({name})").fetchall(), key=str),
                    sorted(
                        (index[1], index[2], index[4])
                        for index in file.execute(f"PRAGMA index_list({name})")
                    ),
                    sorted(row[2:7] for row in file.execute(f"PRAGMA foreign_key_list({name})")),
                )
                for name in tables
            }

    def unordered(found):
        return {
            name: (sorted(column[1:] for column in columns), indexes, keys)
            for name, (columns, indexes, keys) in found.items()
        }

    assert unordered(schema(tmp_path / "fresh.db")) == unordered(schema(made.empty))


def test_migrating_twice_changes_nothing(world):
    """A database that is current stays as it is."""
    migrate(world.app.db.engine)
    require_current(world.app.db.engine)


@pytest.mark.parametrize("version", ["9999", None])
def test_another_version_is_refused(world, version):
    """A newer or an empty database is refused with one sentence, by start and by migrate."""
    with world.app.db.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")
        if version:
            connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{version}')")
    with pytest.raises(WrongVersion) as refusal:
        require_current(world.app.db.engine)
    assert "\n" not in str(refusal.value)
    if version:
        with pytest.raises(WrongVersion):
            migrate(world.app.db.engine)


def test_no_database_at_all(tmp_path):
    """A file that is something else is refused with one sentence, and stays as it was."""
    path = tmp_path / "onestep.db"
    path.write_bytes(b"not a database, a shopping list " * 200)
    engine = open_engine(sqlite_url(path))
    for act in (require_current, migrate):
        with pytest.raises(WrongVersion):
            act(engine)
    assert path.read_bytes().startswith(b"not a database")


def test_no_folder(tmp_path):
    """A folder that is not there is said in one sentence."""
    db = Database(sqlite_url(tmp_path / "missing" / "onestep.db"), new_keyring())
    with pytest.raises(NoRoom) as refusal, db.write():
        pass
    assert "\n" not in str(refusal.value)


def test_full_disk(world):
    """A full disk is one sentence that says what to do; nothing half-kept; it goes on after."""
    sam = world.add()
    with world.app.db.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    world.app.db.close()
    limit = {"pages": pages + 2}
    event.listen(
        world.app.db.engine,
        "connect",
        lambda raw, _: raw.execute(f"PRAGMA max_page_count={limit['pages']}"),
    )
    with pytest.raises(NoRoom) as refusal, world.app.db.write() as session:
        session.get_one(Client, sam).called = b"x" * 100_000
    assert "disk space" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert "xxx" not in str(refusal.value)
    world.app.db.close()
    limit["pages"] = 1_000_000
    world.write("been better")
    assert world.kept(sam) == ["been better"]


READ_ONLY = """
import os, sys
from pathlib import Path
from onestep.storage.database import Database, sqlite_url
from onestep.storage.errors import NoRoom
from onestep.storage.seal import new_keyring
with Database("sqlite://", new_keyring()).write():
    pass  # all that must be imported is now
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
db = Database(sqlite_url(Path(sys.argv[1])), new_keyring())
try:
    with db.write() as session:
        pass
    print("written")
except NoRoom as refusal:
    print("refused", refusal)
"""


@pytest.mark.slow
def test_read_only(world, tmp_path):
    """A data folder that cannot be written is one sentence, not a traceback."""
    world.app.db.close()
    for path in world.folder.glob("onestep.db-*"):
        path.unlink()
    world.file.chmod(0o444)
    world.folder.chmod(0o555)
    for parent in tmp_path.parents:  # pytest's own folders are the owner's alone
        if parent.name.startswith("pytest-") and parent.owner() == tmp_path.owner():
            parent.chmod(0o755)
    tmp_path.chmod(0o755)
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY, world.file],
        capture_output=True,
        text=True,
        check=False,
        env=env,
    )
    world.folder.chmod(0o755)
    assert done.stderr == ""
    assert done.stdout.startswith("refused The database cannot be written")


def test_writers_stand_in_line(world):
    """Only the first of ours asks SQLite for its lock; the others take no connection meanwhile."""
    db, begun, together = world.app.db, [], threading.Barrier(21)

    def write():
        together.wait()
        with db.write() as session:
            begun.append(session.scalar(select(1)))

    with db.write():
        threads = [threading.Thread(target=write) for _ in range(20)]
        for thread in threads:
            thread.start()
        together.wait()
        most = max(_looked_at(db.engine.pool.checkedout) for _ in range(50))
    for thread in threads:
        thread.join()
    assert most == 1
    assert len(begun) == 20


def _looked_at(count):
    time.sleep(0.002)  # lets the others run; how long they take changes nothing
    return count()


def test_who_waits_too_long_is_told_and_leaves_the_line(world):
    """The database counts as away; afterwards it can be written again."""
    db = Database(sqlite_url(world.file), world.app.db.keyring, busy_ms=40)
    other = sqlite3.connect(world.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for _ in range(2):
        with pytest.raises(OperationalError, match="locked"), db.write():
            pass
    other.execute("ROLLBACK")
    other.close()
    with db.write() as session:
        assert session.scalar(text("PRAGMA busy_timeout")) == 40
    db.close()
