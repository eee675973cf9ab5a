"""The databases that tests run on: SQLite always, PostgreSQL where Debian's can be had.

`both_databases` before a test runs it on each; the fixtures are in tests/conftest.py.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import create_engine, text

from onestep.storage.database import open_engine
from onestep.storage.schema import migrate
from tests.channels.peers.process import missing
from tools.setup import debian
from tools.setup.errors import CommandFailed

KINDS = ("sqlite", "postgresql")
# The second database takes a second and more of every test: `make check` leaves it out.
both_databases = pytest.mark.parametrize(
    "database",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)],
    indirect=True,
)
ACCOUNTS = ("postgres", "nobody")  # a server refuses to be root's
SETTINGS = {
    "listen_addresses": "''",  # its socket lies in its own folder; nothing listens on a port
    "fsync": "off",  # no test pulls the plug
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "log_min_messages": "fatal",
}


@dataclass
class Postgres:
    """A PostgreSQL of the tests, with as many databases as are asked for."""

    folder: Path
    programs: Path
    account: str | None  # None: this process's own
    _names: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, name: str) -> str:
        """The address of one of its databases, as ONESTEP_DATABASE would have it."""
        return f"postgresql://postgres@/{name}?host={quote(str(self.folder), safe='')}"

    def fresh(self, *, empty: bool = False) -> str:
        """The address of a database nobody has used: with every table and no row, or `empty`."""
        name = f"test{next(self._names)}"
        self.do(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else 'migrated'}")
        return self.url(name)

    def do(self, statement: str) -> None:
        """One statement of whoever looks after the server."""
        engine = create_engine(
            self.url("postgres").replace("postgresql:", "postgresql+psycopg:"),
            isolation_level="AUTOCOMMIT",
        )
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        told = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        options = f"{told} -k {self.folder}"
        self.control("start", "-l", str(self.folder / "log.txt"), "-o", options)

    def stop(self, mode: str = "immediate") -> None:
        """Ends it: `fast` says goodbye to whoever is connected, `immediate` does not."""
        self.control("stop", "-m", mode)

    def control(self, verb: str, *words: str) -> None:
        """Debian's pg_ctl."""
        self.run("pg_ctl", verb, "-w", "-s", "-D", str(self.folder / "data"), *words)

    def run(self, program: str, *words: str) -> None:
        """One of PostgreSQL's programs, under its account."""
        subprocess.run(
            [str(self.programs / program), *words],
            check=True,
            cwd=self.folder,
            user=self.account,
            group=None if self.account is None else pwd.getpwnam(self.account).pw_gid,
            extra_groups=None if self.account is None else [],
            stdout=subprocess.DEVNULL,
            timeout=120,
        )


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server of its own for these tests; skips, or fails under CI, where there is none."""
    programs = _provide()
    root = os.geteuid() == 0
    account = next(name for name in ACCOUNTS if _exists(name)) if root else None
    # Not below pytest's own folder, which no other account may enter.
    folder = Path(tempfile.mkdtemp(prefix="onestep-pg-"))
    server = Postgres(folder, programs, account)
    try:
        if account:
            shutil.chown(folder, account)
        made = ("-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        server.run("initdb", "-D", str(folder / "data"), *made)
        server.start()
        server.do("CREATE DATABASE migrated")
        engine = open_engine(server.url("migrated"))
        migrate(engine)
        engine.dispose()
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _exists(account: str) -> bool:
    try:
        pwd.getpwnam(account)
    except KeyError:
        return False
    return True


def _provide() -> Path:
    if not _programs() and debian.may_install():
        try:
            debian.install("postgresql", what="PostgreSQL for the tests of storage")
        except CommandFailed as failed:
            missing(f"PostgreSQL cannot be installed: {failed.output[-500:]}")
    found = _programs()
    if found is None:
        missing("PostgreSQL is missing: apt-get install postgresql")
    return found


def _programs() -> Path | None:
    """The newest version's programs: Debian's are not on the PATH."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).parent)
    return max(found, default=None)
