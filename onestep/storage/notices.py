"""Bells between the processes that share a PostgreSQL: NOTIFY says which bell was rung (R7).

Each process has one connection for it, kept by a thread of its own. Whoever rings leaves the name
of the bell there and goes on, so a server that is slow or away holds up nobody. A notice that is
lost costs a second at most, because every loop looks by itself each second; docs/decisions/0068.
"""

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from selectors import EVENT_READ, DefaultSelector
from threading import Event, Thread

import psycopg
from sqlalchemy import URL

log = logging.getLogger(__name__)

CHANNEL = "onestep_bells"
AGAIN_AFTER = 1.0  # seconds between tries while the server is away
# Found again in the server's list of connections; a dead line is noticed although nobody rings.
ABOUT_US = {"application_name": "onestep bells", "connect_timeout": 5, "keepalives_idle": 30}
ENDS_WITHIN = 2.0  # seconds; a thread that still waits for the server ends with its process
TELL = "SELECT pg_notify(%s, bell) FROM unnest(%s::text[]) AS bell"

Heard = Callable[[str], None]


class Notices:
    """One process's end of the bells of a database."""

    def __init__(self, address: URL) -> None:
        """`address` of a PostgreSQL, its driver among it."""
        self._address = address
        self._rung: set[str] = set()  # added to and popped from: each is one step for all threads
        self._alarm: socket.socket | None = None
        self._ended = Event()
        self._away = False

    def ring(self, bell: str) -> None:
        """Tells every other process that listens; safe from any thread, never waits or fails."""
        self._rung.add(bell)
        self._wake()

    def _wake(self) -> None:
        alarm = self._alarm
        if alarm is not None:
            with suppress(OSError):  # full: it wakes already; closed: it has ended
                alarm.send(b"!")

    @contextmanager
    def running(self, heard: Heard | None) -> Iterator[None]:
        """Passes on what is rung here; what others ring goes to `heard`, from a thread of its own.

        Without `heard` it does not listen. Once in its life.
        """
        awake, alarm = socket.socketpair()
        awake.setblocking(False)
        alarm.setblocking(False)
        self._alarm = alarm
        thread = Thread(target=self._run, args=(awake, heard), name="bells", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            self._wake()
            thread.join(ENDS_WITHIN)
            alarm.close()

    def _run(self, awake: socket.socket, heard: Heard | None) -> None:
        with awake:
            while not self._ended.is_set():
                try:
                    with closing(self._connected(listens=heard is not None)) as connection:
                        self._attend(connection, awake, heard)
                except (psycopg.Error, OSError) as fault:
                    self._say_away(fault)
                    self._ended.wait(AGAIN_AFTER)

    def _connected(self, *, listens: bool) -> psycopg.Connection:
        words, options = self._address.get_dialect()().create_connect_args(self._address)
        connection = psycopg.connect(*words, **{**ABOUT_US, **options}, autocommit=True)
        if listens:
            connection.execute(f"LISTEN {CHANNEL}")
        self._away = False
        return connection

    def _attend(
        self, connection: psycopg.Connection, awake: socket.socket, heard: Heard | None
    ) -> None:
        with DefaultSelector() as either:
            either.register(connection, EVENT_READ)
            either.register(awake, EVENT_READ)
            while not self._ended.is_set():
                with suppress(BlockingIOError):  # first this, then the names: none is left behind
                    awake.recv(4096)
                self._tell(connection)
                _hear(connection, heard)
                either.select()

    def _tell(self, connection: psycopg.Connection) -> None:
        names = [self._rung.pop() for _ in range(len(self._rung))]
        if names:
            connection.execute(TELL, (CHANNEL, names))

    def _say_away(self, fault: Exception) -> None:
        if not self._away:  # once, however long it lasts
            kind = type(fault).__name__  # its text names the server and the account
            log.warning("no bells through the database (%s): each loop looks by itself", kind)
        self._away = True


def _hear(connection: psycopg.Connection, heard: Heard | None) -> None:
    for notice in connection.notifies(timeout=0):
        if heard is not None and notice.pid != connection.info.backend_pid:
            heard(notice.payload)
