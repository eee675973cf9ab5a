"""Opens the database and hands out transactions: short, synchronous, never across an await."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from sqlite3 import SQLITE_BUSY
from sqlite3 import OperationalError as DriverError
from threading import Lock
from time import monotonic, sleep
from typing import Any

from psycopg.errors import IdleInTransactionSessionTimeout
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from onestep.storage.errors import Damaged, NoRoom, Undone, WrongVersion
from onestep.storage.seal import Keyring
from onestep.storage.together import Together
from onestep.storage.turnstile import ASK_EVERY, turnstile

# R11 names no length. Twilio gives up after 15 s in all: within that, a message that finds the
# database locked must still be parked and answered.
BUSY_TIMEOUT_MS = 10_000
# A worker that stands still inside a transaction, or whose line is dead, holds what it locked, and
# all who send on that channel wait for it, alerts too: PostgreSQL undoes its transaction after so
# long. None of ours waits for anything between two statements.
STILL_MS = BUSY_TIMEOUT_MS // 2
# Not the fault of any row: the work is done when the database is back.
DATABASE_AWAY = (
    NoRoom,
    WrongVersion,
    Damaged,
    Undone,
    OperationalError,
    InterfaceError,
    NoConnection,
)
# What SQLite says when the file system refuses; the words are its own and stable.
NO_ROOM = ("disk is full", "readonly database", "disk I/O error", "unable to open")


class Database:
    """One database and the keys that open what is sealed in it."""

    def __init__(self, url: str, keyring: Keyring, *, busy_ms: int = BUSY_TIMEOUT_MS) -> None:
        """`busy_ms`: how long a lock is waited for before the database counts as away."""
        self.engine = open_engine(url, busy_ms=busy_ms)
        self.keyring = keyring
        self._line = Lock() if self.engine.dialect.name == "sqlite" else None
        self._line_seconds = busy_ms / 2000
        self._together = Together(self.write, away=DATABASE_AWAY)

    @contextmanager
    def write(self, *, synced: bool = True) -> Iterator[Session]:
        """A transaction that takes the write lock at once and commits when left in peace.

        Not `synced`, SQLite may forget it when the power fails, unless a synced one came after it:
        only for what is then done again, and shows nobody anything before (decision 0069).

        Raises NoRoom when the disk is full or the file cannot be written.
        """
        writing = self.engine if synced else self.engine.execution_options(onestep_unsynced=True)
        with (
            self._in_line(),
            plain_errors(),
            self._session(writing) as session,
            session.begin(),
        ):
            session.connection()  # the lock is taken here, not at the first statement
            yield session

    def write_together[T](self, work: Callable[[Session], T]) -> T:
        """What `work(session)` returns, once it is committed, perhaps with what others brought.

        For what comes in while others wait to be answered too: one commit serves all who wait.
        What `work` raises undoes its own writes alone, and is raised here. Raises what `write`
        raises.
        """

        def plainly(session: Session) -> T:
            with plain_errors():  # else the others' share would not be seen to be away
                return work(session)

        if self._line is None:  # a server writes side by side, and orders its own commits
            with self.write() as session:
                return work(session)
        return self._together.do(plainly)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that sees one moment of the database and changes nothing."""
        reading = self.engine.execution_options(onestep_read=True)
        with plain_errors(), self._session(reading) as session:
            yield session

    @contextmanager
    def _in_line(self) -> Iterator[None]:
        """One thread of ours at a time asks SQLite for its write lock; the others stand in line.

        SQLite has no line: who finds the lock taken sleeps longer and longer, up to 0.1 s, while
        those who came later get it. Who has stood here too long goes on, and SQLite says no.
        """
        ours = self._line is not None and self._line.acquire(timeout=self._line_seconds)
        try:
            yield
        finally:
            if ours and self._line is not None:
                self._line.release()

    def _session(self, engine: Engine) -> Session:
        return Session(engine, expire_on_commit=False, info={"keyring": self.keyring})

    def close(self) -> None:
        """Gives the connections back; the object is not used after."""
        self.engine.dispose()


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turns the file system's refusals into NoRoom, and what is no database into WrongVersion."""
    try:
        yield
    except OperationalError as error:
        if any(words in str(error.orig) for words in NO_ROOM):
            raise NoRoom(NoRoom.__doc__) from None
        raise
    except DatabaseError as error:
        if "not a database" in str(error.orig):
            raise WrongVersion(WrongVersion.__doc__) from None
        if isinstance(error.orig, IdleInTransactionSessionTimeout):
            raise Undone(Undone.__doc__) from None
        if "malformed" in str(error.orig):
            raise Damaged(Damaged.__doc__) from None
        raise


def open_engine(url: str, *, busy_ms: int = BUSY_TIMEOUT_MS) -> Engine:
    """An engine for `url`; a SQLite file is opened as the reliability page says (R11)."""
    server = server_address(url)
    # A server that was started again leaves connections that lead nowhere: each is tried.
    more = {} if server is None else {"pool_pre_ping": True}
    # Parameters are hidden from errors: a traceback must never hold a client's words.
    engine = create_engine(server or url, hide_parameters=True, **more)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", partial(_prepare_sqlite, busy_ms))
        event.listen(engine, "begin", partial(_begin_sqlite, busy_ms))
    else:
        event.listen(engine, "connect", partial(_prepare_postgresql, busy_ms))
    return engine


def server_address(url: str) -> URL | None:
    """The PostgreSQL that `url` leads to, with our driver; None where it is a SQLite file."""
    address = make_url(url)
    if address.get_backend_name() != "postgresql":
        return None
    return address.set(drivername="postgresql+psycopg")


def sqlite_url(path: Path) -> str:
    """The address of a SQLite file."""
    return f"sqlite:///{path}"


def _prepare_sqlite(busy_ms: int, connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={busy_ms}",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_postgresql(busy_ms: int, connection: Any, _record: object) -> None:
    connection.execute(f"SET idle_in_transaction_session_timeout = {STILL_MS}")
    connection.execute(f"SET lock_timeout = {busy_ms}")
    connection.commit()


def _begin_sqlite(busy_ms: int, connection: Connection) -> None:
    asked = connection.get_execution_options()
    if asked.get("onestep_read"):
        connection.exec_driver_sql("BEGIN")
        return
    # Another process has it: ask each millisecond, for half of the time (the other half may have
    # gone by in our own line); then once more, as SQLite does it, and let it say what is wrong.
    raw, until = connection.connection.cursor(), monotonic() + busy_ms / 2000
    raw.execute(f"PRAGMA synchronous={'NORMAL' if asked.get('onestep_unsynced') else 'FULL'}")
    raw.execute("PRAGMA busy_timeout=0")
    try:
        with turnstile(_gate(connection), until=until):
            if not _begun(raw, until):
                connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        raw.execute(f"PRAGMA busy_timeout={busy_ms}")
        raw.close()


def _gate(connection: Connection) -> str | None:
    file = connection.engine.url.database
    return f"{file}-turn" if file and file != ":memory:" else None


def _begun(raw: Any, until: float) -> bool:
    """Whether the write lock was got in time. False also for whatever else is wrong."""
    while monotonic() < until:
        try:
            # A transaction that starts as a read can fail half-way with "database is locked".
            raw.execute("BEGIN IMMEDIATE")
        except DriverError as fault:
            if fault.sqlite_errorcode != SQLITE_BUSY:
                return False
            sleep(ASK_EVERY)
        else:
            return True
    return False
