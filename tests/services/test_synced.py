"""Which commits wait for the disk: what came in, and each send before it goes out (0069)."""

import pytest
from sqlalchemy import event

FULL = 2


@pytest.fixture
def commits(world):
    """What each commit wrote, and whether it waited for the disk: [(synced, {"insert turn"})]."""
    engine, found, writes = world.app.db.engine, [], set()

    def executes(_connection, _cursor, statement, *_):
        words = statement.lower().split()
        if words[0] in {"insert", "update", "delete"}:
            writes.add(f"{words[0]} {words[2] if words[0] != 'update' else words[1]}")

    def commits_now(connection):
        cursor = connection.connection.cursor()
        level = cursor.execute("PRAGMA synchronous").fetchone()[0]
        cursor.close()
        found.append((level == FULL, frozenset(writes)))
        writes.clear()

    event.listen(engine, "before_cursor_execute", executes)
    event.listen(engine, "commit", commits_now)
    yield found
    event.remove(engine, "before_cursor_execute", executes)
    event.remove(engine, "commit", commits_now)


def test_a_turn(world, commits):
    """What came in waits for the disk; the reply does with its sending, which comes after it."""
    world.add()
    world.go()  # what is looked at once a day
    commits.clear()
    world.write("been sleeping better tbh")
    came, claim, reply, sending = [each for each in commits if each[1]][:4]
    assert [synced for synced, _ in (came, claim, reply, sending)] == [True, False, False, True]
    assert {"insert message", "insert inbox"} <= came[1]
    assert "update inbox" in claim[1]
    assert {"insert turn", "insert outbox", "update inbox"} <= reply[1]
    assert "update outbox" in sending[1]


def test_what_the_application_answers(world, commits):
    """STOP is done beside its claim; before its line goes out, a synced commit brings it along."""
    world.add()
    commits.clear()
    world.write("STOP")
    said = next(n for n, (_, writes) in enumerate(commits) if "insert outbox" in writes)
    sends = [n for n, (_, writes) in enumerate(commits) if "update outbox" in writes and n > said]
    assert commits[0][0], "what came in"
    assert {"insert message", "insert inbox"} <= commits[0][1]
    assert sends
    assert all(commits[n][0] for n in sends)
