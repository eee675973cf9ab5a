"""What every folder of tests may use: long runs on demand, and a whole service in a folder."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from onestep.content import Content, load
from onestep.storage import database as opening
from onestep.storage.database import open_engine, sqlite_url
from onestep.storage.schema import migrate
from onestep.storage.seal import Keyring, new_keyring
from tests.databases import Postgres, running_postgres

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Made:
    """What is alike in every service of the tests, made once."""

    content: Content
    keys: Keyring
    empty: Path  # a database file with every table and no row


@pytest.fixture(scope="session")
def long() -> bool:
    """Whether the counts of `make test-long` are wanted (ONESTEP_TEST_LONG)."""
    return bool(os.environ.get("ONESTEP_TEST_LONG"))


@pytest.fixture(scope="session", autouse=True)
def _statements_compiled_once():
    """Every SQLite engine of a run shares what was compiled: a third of a service test's time."""
    first = []

    def create(url, **options):
        engine = create_engine(url, **options)
        if engine.dialect.name == "sqlite":
            if not first:
                first.append((engine.dialect, engine._compiled_cache))
            engine.dialect, engine._compiled_cache = first[0]
            engine.pool._dialect = engine.dialect
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "create_engine", create)
        yield


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Made:
    """The real content, keys of this run, and a migrated database to copy."""
    empty = tmp_path_factory.mktemp("made") / "empty.db"
    engine = open_engine(sqlite_url(empty))
    migrate(engine)
    engine.dispose()
    with sqlite3.connect(empty) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    file.close()
    return Made(load(ROOT / "content"), new_keyring(), empty)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, started by the first test that wants it."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def database(request) -> str:
    """The kind of database a test runs on: SQLite, or both where it is marked `both_databases`.

    ONESTEP_TEST_DATABASE=postgresql runs every other test that makes a service on PostgreSQL too.
    """
    return getattr(request, "param", os.environ.get("ONESTEP_TEST_DATABASE", "sqlite"))


@pytest.fixture
def fresh_url(request, database, made, tmp_path) -> Callable[[], str]:
    """Makes databases of that kind with every table and no row; gives their addresses."""
    if database == "postgresql":
        return request.getfixturevalue("postgres").fresh
    numbers = count()

    def fresh():
        path = tmp_path / f"fresh{next(numbers)}.db"
        shutil.copyfile(made.empty, path)
        return sqlite_url(path)

    return fresh


@pytest.fixture
def new_world(made, tmp_path, database, fresh_url):
    """Makes services with a bot one method wide, each in a folder of its own."""
    from tests.services.world import World

    worlds = []

    def make(name="world", **more):
        if database != "sqlite":
            more = {"url": fresh_url(), **more}
        worlds.append(World(tmp_path / name, made, **more))
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()


@pytest.fixture
def world(new_world):
    """One service with one client, Sam, on Telegram 1001."""
    return new_world()
