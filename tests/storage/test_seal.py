"""What holds words, names and addresses is sealed, each value to its own place."""

import json
import stat
from base64 import b64encode
from dataclasses import replace

import pytest
from sqlalchemy import LargeBinary, text

from onestep.services import hand_off
from onestep.storage import record
from onestep.storage.base import Base
from onestep.storage.errors import KeyMissing, Unreadable
from onestep.storage.seal import Place, new_keyring, read_keyring, write_keyring
from tests.services.world import answer_to

CANARY = "zqx7canary"
# Columns of these tables could hold words; none may hold them in the clear.
SEALED = {
    ("coach", "name"),
    ("client", "called"),
    ("address", "value"),
    ("safe_contact", "safe_when"),
    ("safe_contact", "if_someone_else"),
    ("safe_contact", "quick_exit_word"),
    ("safe_contact", "record_word"),
    ("message", "text"),
    ("aside", "body"),
    ("attachment", "reference"),
    ("attachment", "body"),
    ("entry", "words"),
    ("person", "name"),
    ("ask", "words"),
    ("ask", "date_words"),
    ("reminder", "words"),
    ("safe_contact", "phone"),
    ("safe_contact", "emergency_contact"),
    ("closing", "happened"),
    ("closing", "helped"),
    ("closing", "agreed"),
    ("closing", "told"),
    ("closing", "disagreement"),
    ("note", "words"),
    ("sign_in", "name"),
    ("sign_in", "totp"),
    ("break_glass", "why"),
}


def test_opens_only_in_its_place():
    """A value copied to another row, column or table does not open."""
    keys = new_keyring()
    here = Place("entry", "words", "e1")
    value = keys.seal(here, "slept better")
    assert keys.open(here, value) == "slept better"
    for there in (
        Place("entry", "words", "e2"),
        Place("ask", "words", "e1"),
        Place("entry", "name", "e1"),
    ):
        with pytest.raises(Unreadable):
            keys.open(there, value)


def test_a_changed_value_does_not_open():
    """One bit turned, a part cut off or another key's id: unreadable, never garbage."""
    keys, here = new_keyring(), Place("entry", "words", "e1")
    value = keys.seal(here, "slept better")
    for broken in (
        value[:-1],
        value[:-1] + bytes([value[-1] ^ 1]),
        b"k9" + value[2:],
        b"",
        b"k1:",
    ):
        with pytest.raises(Unreadable):
            keys.open(here, broken)


def test_sealing_twice_differs():
    """The same words sealed twice look different, so nobody can compare."""
    keys, here = new_keyring(), Place("entry", "words", "e1")
    assert keys.seal(here, "slept") != keys.seal(here, "slept")


def test_moved_in_the_database(world):
    """Words copied from one client's row to another's do not open there."""
    sam, dee = world.add(), world.add("Dee", phone="1002")
    world.write("for sam")
    world.write("for dee", phone="1002")
    with world.app.db.write() as session:
        session.execute(
            text(
                "UPDATE message SET text = (SELECT text FROM message WHERE client_id = :sam"
                " AND direction = 'in') WHERE client_id = :dee AND direction = 'in'"
            ),
            {"sam": sam, "dee": dee},
        )
    assert world.kept(sam) == ["for sam"]
    with pytest.raises(Unreadable):
        world.kept(dee)


def test_every_column_of_bytes_is_on_the_list():
    """Sealed columns are exactly the ones that hold bytes, and each is on the list above."""
    bytes_columns = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert bytes_columns == SEALED


def test_no_word_lies_in_the_clear(world):
    """After a whole talk no file of the database holds a name, a number or a word as written."""
    phone = f"77{CANARY}77"
    sam = world.add(called=f"Sam{CANARY}", phone=phone)
    write = {"phone": phone}

    def everything(turn):
        refs = [message.ref for message in getattr(turn.input, "messages", ())]
        span = {"ref": refs[0], "start": 0, "end": 10} if refs else None
        commands = [
            {"command": "record_noticing", "words": refs, "by": None},
            {"command": "name_person", "span": span},
            {"command": "ask_person", "words": refs, "about": "practical", "date": span},
            {"command": f"say_{CANARY}", "words": refs},
            {"command": "record_noticing", "words": [CANARY], "by": None},
        ]
        return answer_to(turn, say=["ask_how"], asks="how", commands=commands if refs else [])

    world.bot.rule = everything
    world.write(f"{CANARY} slept better", **write)
    world.write(f"{CANARY} I want to kill myself", **write)
    hand_off.say_as_coach(world.app, sam, f"it is me {CANARY}")
    world.write(f"hello {CANARY}", **write)
    hand_off.close(world.app, sam)
    world.write(f"pause until monday {CANARY}", **write)
    world.write(f"who is this {CANARY}", phone=f"88{CANARY}")
    with world.app.db.write() as session:
        record.add_person(session, client_id=sam, name=CANARY, now=world.app.clock())
    assert len(world.phone(phone)) > 2
    files = [path for path in world.folder.glob("*.*") if not path.name.startswith("phones")]
    assert {path.name for path in files} >= {"onestep.db", "onestep.db-wal"}
    for path in files:
        content = path.read_bytes()
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            assert CANARY.encode(encoding) not in content, (path.name, encoding)
        assert b64encode(CANARY.encode())[:-2] not in content


def test_key_file_is_the_owners_alone(tmp_path):
    """A key file is written 0600 and never over one that is there; it reads back the same."""
    path = tmp_path / "deep" / "keys.json"
    keys = new_keyring()
    write_keyring(path, keys)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        write_keyring(path, new_keyring())
    assert read_keyring(path) == keys


GOOD = b64encode(bytes(range(32))).decode()


@pytest.mark.parametrize(
    "body",
    [
        None,
        "",
        "not json",
        "[]",
        "{}",
        json.dumps({"current": "k1", "keys": {}, "lookup": GOOD}),
        json.dumps({"current": "k2", "keys": {"k1": GOOD}, "lookup": GOOD}),
        json.dumps(
            {"current": "k1", "keys": {"k1": b64encode(b"short").decode()}, "lookup": GOOD}
        ),
        json.dumps({"current": "k1", "keys": {"k1": GOOD}, "lookup": b64encode(b"s").decode()}),
        json.dumps({"current": "k1", "keys": {"k1": "?!"}, "lookup": GOOD}),
        json.dumps({"current": "k1", "keys": [GOOD], "lookup": GOOD}),
        json.dumps(
            {"current": "k1", "keys": {"k1": b64encode(bytes(32)).decode()}, "lookup": GOOD}
        ),
    ],
)
def test_weak_or_broken_keys_are_refused(tmp_path, body):
    """A key file that is absent, broken, too short or all zeros is refused in one sentence."""
    path = tmp_path / "keys.json"
    if body is not None:
        path.write_text(body)
    with pytest.raises(KeyMissing) as refusal:
        read_keyring(path)
    assert "\n" not in str(refusal.value)
    assert "onestep migrate" in str(refusal.value)


def test_a_keyring_shows_no_key():
    """What a traceback or log would print of a keyring holds none of its keys."""
    keys = new_keyring()
    shown = repr(keys) + str(keys) + f"{keys}"
    assert repr(keys.lookup) not in shown
    assert repr(keys.keys["k1"]) not in shown


def test_an_older_key_still_opens():
    """After a new key becomes the current one, what the old one sealed still opens."""
    old, here = new_keyring(), Place("entry", "words", "e1")
    value = old.seal(here, "slept")
    both = replace(old, current="k2", keys={**old.keys, "k2": b"n" * 32})
    assert both.open(here, value) == "slept"
    assert both.seal(here, "x").startswith(b"k2:")
