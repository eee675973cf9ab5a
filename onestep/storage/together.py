"""Keeps what several threads bring in one transaction: who comes while the disk is busy, shares.

A commit waits for the disk, whatever is in it. A hundred messages a second, each with a commit of
its own, leave no room for anybody else; those that wait together are kept by one.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any

from sqlalchemy.orm import Session

Open = Callable[[], AbstractContextManager[Session]]


@dataclass
class _Piece:
    """What one thread wants written, and what became of it."""

    work: Callable[[Session], Any]
    done: bool = False
    result: Any = None
    fault: BaseException | None = None
    woken: Event = field(default_factory=Event)  # it is done, or it is its turn to write for all


class Together:
    """One thread writes for all who wait; each has its answer only after the commit."""

    def __init__(self, write: Open, *, away: tuple[type[Exception], ...]) -> None:
        """`write` opens the transaction; a fault out of `away` is everybody's."""
        self._write, self._away = write, away
        self._waiting: list[_Piece] = []
        self._writing = False
        self._lock = Lock()

    def do[T](self, work: Callable[[Session], T]) -> T:
        """What `work` returns, once it is committed.

        Beside others, `work` has a session of its own inside a savepoint: what it raises undoes
        its own writes and nobody else's, and is raised here. So is what the commit raises.
        """
        piece = _Piece(work)
        with self._lock:
            self._waiting.append(piece)
            ours, self._writing = not self._writing, True
        if not ours:
            piece.woken.wait()
        if not piece.done:
            self._do_all()
        if piece.fault is not None:
            raise piece.fault
        result: T = piece.result
        return result

    def _do_all(self) -> None:
        pieces: list[_Piece] = []
        try:
            with self._write() as session:
                pieces = self._taken()  # only now: whoever came while the lock was waited for, too
                for piece in pieces:
                    self._do_one(piece, session, alone=len(pieces) == 1)
        except BaseException as fault:  # noqa: BLE001  # nothing was kept: each is told, and decides
            if not pieces or isinstance(fault, self._away):  # those who come now would meet it too
                pieces += self._taken()
            for piece in pieces:
                piece.fault = fault
        self._pass_on(pieces)

    def _pass_on(self, pieces: list[_Piece]) -> None:
        """Wakes those who are done, and of those who have come since the one who writes next."""
        for piece in pieces:
            piece.done = True
        with self._lock:
            self._writing = bool(self._waiting)
            following = self._waiting[:1]
        for piece in (*following, *pieces):
            piece.woken.set()

    def _taken(self) -> list[_Piece]:
        with self._lock:
            taken, self._waiting = self._waiting, []
        return taken

    def _do_one(self, piece: _Piece, whole: Session, *, alone: bool) -> None:
        if alone:  # nobody else's is there to be undone with it
            piece.result = piece.work(whole)
            return
        own = Session(
            whole.connection(),
            expire_on_commit=False,
            info=whole.info,
            join_transaction_mode="create_savepoint",
        )
        try:
            with own as session, session.begin():
                piece.result = piece.work(session)
        except self._away:
            raise
        except Exception as fault:  # noqa: BLE001  # its own, and told to whoever brought it
            piece.fault = fault
