"""`onestep aside`: what could not be taken in is listed without its words and shown when asked."""

import pytest

from onestep.services.set_aside import Why, set_aside
from onestep.storage.models import Aside
from onestep.storage.seal import write_keyring


@pytest.fixture
def typed(onestep_run, world, monkeypatch):
    """Types `onestep aside …` about this world's database."""
    write_keyring(world.folder / "keys.json", world.made.keys)

    def run(*words):
        monkeypatch.setenv("ONESTEP_DATA", str(world.folder))
        return onestep_run("aside", *words)

    return run


def test_nothing(typed):
    """Where nothing is kept aside one sentence says so."""
    assert typed().out.startswith("Nothing is kept aside")


def test_a_person_lists_opens_and_throws_away(typed, world):
    """The list has no word of it; the whole is printed when it is asked for; then it is gone."""
    body = '{"text": "the kettle’s on'.encode()
    set_aside(world.app, channel="telegram", body=body, why=Why.UNREADABLE)
    [row] = world.rows(Aside)
    listed = typed()
    assert f"{row.id}  telegram, {len(body)} bytes" in listed.out
    assert "kettle" not in listed.out
    assert typed("show", row.id).out.encode() == body
    assert typed("done", row.id).code == 0
    assert world.rows(Aside) == []


def test_an_id_that_is_not_there(typed):
    """One sentence that says what lists them."""
    for verb in ("show", "done"):
        ran = typed(verb, "nothing")
        assert (ran.code, ran.out) == (1, "")
        assert (
            ran.err
            == "Nothing is kept aside under this id: `onestep aside` lists what there is.\n"
        )
