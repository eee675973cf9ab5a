"""Writing in turn: what waits together is kept by one commit; who waits goes before who comes."""

import fcntl
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DatabaseError, OperationalError

from onestep.storage.database import Database, sqlite_url
from onestep.storage.errors import Damaged, NoRoom
from onestep.storage.seal import new_keyring
from onestep.storage.turnstile import turnstile

PATIENCE = 30  # seconds; what is waited for takes milliseconds


def until(true):
    """Waits until something is true."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


@pytest.fixture
def file(tmp_path):
    """Where the database lies."""
    return tmp_path / "some.db"


@pytest.fixture
def new_database(file):
    """Opens the same database again and again, as several processes would."""
    opened = []

    def make():
        opened.append(Database(sqlite_url(file), new_keyring()))
        return opened[-1]

    with make().write() as session:
        session.execute(text("CREATE TABLE brought (number INTEGER)"))
    yield make
    for each in opened:
        each.close()


@pytest.fixture
def db(new_database):
    """One of them."""
    return new_database()


def bring(number, *, fault=None):
    """Work that writes one row, and then perhaps raises."""

    def work(session):
        session.execute(text(f"INSERT INTO brought VALUES ({number})"))
        if fault is not None:
            raise fault
        return number

    return work


def kept(db):
    """The numbers that are kept, in order."""
    with db.read() as session:
        return sorted(session.scalars(text("SELECT number FROM brought")))


@contextmanager
def brought_at_once(db, works):
    """Each in a thread of its own, all there before any is written; gives what each came to."""
    found, threads = {}, []

    def one(number, work):
        try:
            found[number] = db.write_together(work)
        except Exception as fault:  # noqa: BLE001  # whatever it is, it is looked at
            found[number] = fault

    with db.write():  # as long as this one writes, the others gather
        for number, work in enumerate(works):
            threads.append(threading.Thread(target=one, args=(number, work)))
            threads[-1].start()
        until(lambda: len(db._together._waiting) == len(works))
    for thread in threads:
        thread.join(PATIENCE)
    yield found


def test_what_waits_together_is_kept_by_one_commit(db):
    """Ten messages that wait for the disk are one commit, and each has its own answer."""
    commits = []
    event.listen(db.engine, "commit", commits.append)
    with brought_at_once(db, [bring(number) for number in range(10)]) as found:
        assert len(commits) == 2  # theirs, and that of the one they waited for
    assert found == {number: number for number in range(10)}
    assert kept(db) == list(range(10))


def test_nobody_is_left_waiting(db):
    """Many who come and go, some with a fault of their own: each is answered, and kept once."""
    came = []

    def many(first):
        for number in range(first, first + 40):
            wrong = number % 7 == 0
            try:
                came.append(
                    db.write_together(bring(number, fault=ValueError("no") if wrong else None))
                )
            except ValueError:
                came.append(number)

    threads = [threading.Thread(target=many, args=(100 * each,), daemon=True) for each in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    all_of_them = [100 * each + number for each in range(8) for number in range(40)]
    assert sorted(came) == all_of_them
    assert kept(db) == [number for number in all_of_them if number % 7]


def test_nobody_is_answered_before_the_commit(db, new_database):
    """What was answered for is there for everybody else already."""
    other = new_database()
    for number in range(20):
        db.write_together(bring(number))
        assert number in kept(other)


def test_a_fault_undoes_its_own_and_nobody_elses(db):
    """Whoever brought it is told; the others are kept."""
    works = [bring(0), bring(1, fault=LookupError()), bring(2)]
    with brought_at_once(db, works) as found:
        assert isinstance(found.pop(1), LookupError)
    assert found == {0: 0, 2: 2}
    assert kept(db) == [0, 2]


def test_the_fault_of_one_alone_is_not_told_to_who_comes_meanwhile(db):
    """Who came while it was being written is written next, as if nothing had been."""
    found = []

    def next_one():
        found.append(db.write_together(bring(2)))

    thread = threading.Thread(target=next_one)

    def alone(session):
        bring(1)(session)
        thread.start()
        until(lambda: len(db._together._waiting) == 1)
        raise LookupError

    with pytest.raises(LookupError):
        db.write_together(alone)
    thread.join(PATIENCE)
    assert (found, kept(db)) == ([2], [2])


@pytest.mark.parametrize("away", [NoRoom(), OperationalError("", {}, Exception())])
def test_a_database_that_is_away_is_everybodys_fault(db, away):
    """Nothing is kept and each is told so, so that each can park what it brought."""
    works = [bring(0), bring(1, fault=away), bring(2)]
    with brought_at_once(db, works) as found:
        assert [type(found[number]) for number in range(3)] == [type(away)] * 3
    assert kept(db) == []
    assert db.write_together(bring(7)) == 7


def test_a_commit_that_fails_is_everybodys_fault(db):
    """Nobody is told that something is kept which is not."""

    def full(_):
        raise OperationalError("COMMIT", {}, Exception("database or disk is full"))

    with db.write():
        pass
    works = [bring(number) for number in range(3)]

    def plant(session):
        event.listen(db.engine, "commit", full)
        return bring(9)(session)

    with brought_at_once(db, [*works, plant]) as found:
        event.remove(db.engine, "commit", full)
        assert all(isinstance(each, NoRoom) for each in found.values())
    assert kept(db) == []


def test_who_waits_goes_before_who_comes(new_database, file):
    """A process that has just written, and asks again at once, finds the other gone before it."""
    first, second, order = new_database(), new_database(), []

    def writes():
        with second.write():
            order.append("second")

    def waiting():
        with Path(f"{file}-turn").open("rb") as gate:
            try:
                fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    for _ in range(5):
        thread = threading.Thread(target=writes)
        with first.write():
            order.append("first")
            thread.start()
            until(waiting)
        with first.write():
            order.append("first again")
        thread.join(PATIENCE)
    assert order == ["first", "second", "first again"] * 5


def test_whoever_holds_the_turn_and_stands_still_holds_up_nobody(tmp_path):
    """After their time, others ask without it; nor is a folder needed that can be written."""
    gate = str(tmp_path / "turn")
    with turnstile(gate, until=time.monotonic() + PATIENCE):
        began = time.monotonic()
        with turnstile(gate, until=began + 0.1):
            assert time.monotonic() - began >= 0.1
    with turnstile(str(tmp_path / "not" / "there"), until=time.monotonic()):
        pass
    with turnstile(None, until=time.monotonic()):
        pass


def test_who_is_broken_off_leaves_nobody_waiting(db):
    """Even a thread that is interrupted while it writes lets the next one write."""
    with pytest.raises(KeyboardInterrupt):
        db.write_together(bring(1, fault=KeyboardInterrupt()))
    found = []
    thread = threading.Thread(
        target=lambda: found.append(db.write_together(bring(2))), daemon=True
    )
    thread.start()
    thread.join(PATIENCE)
    assert (found, kept(db)) == ([2], [2])


def test_a_damaged_database_is_everybodys_fault_too(db):
    """The driver calls it by another name: it is told as what it is, to be parked by each."""
    malformed = DatabaseError("", {}, Exception("database disk image is malformed"))
    with brought_at_once(db, [bring(0), bring(1, fault=malformed)]) as found:
        assert [type(found[number]) for number in range(2)] == [Damaged] * 2
