"""What every folder of tests may use: long runs on demand, and a whole service in a folder."""

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from onestep.content import Content, load
from onestep.storage import database
from onestep.storage.database import open_engine, sqlite_url
from onestep.storage.schema import migrate
from onestep.storage.seal import Keyring, new_keyring

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
        patch.setattr(database, "create_engine", create)
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


@pytest.fixture
def new_world(made, tmp_path):
    """Makes services with a bot one method wide, each in a folder of its own."""
    from tests.services.world import World

    worlds = []

    def make(name="world", **more):
        worlds.append(World(tmp_path / name, made, **more))
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()


@pytest.fixture
def world(new_world):
    """One service with one client, Sam, on Telegram 1001."""
    return new_world()
