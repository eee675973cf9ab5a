"""`onestep coach ways`: how each coach is told, and giving them a way."""

import pytest

from onestep.storage.seal import write_keyring


@pytest.fixture
def typed(onestep_run, world, monkeypatch):
    """Types `onestep coach ways …` about this world's database."""
    world.add()
    write_keyring(world.folder / "keys.json", world.made.keys)

    def run(*words):
        monkeypatch.setenv("ONESTEP_DATA", str(world.folder))
        return onestep_run("coach", "ways", *words)

    return run


def test_a_way_is_added_shown_and_taken_away(typed):
    """Whoever runs the service sees who cannot be told, and gives them a way."""
    assert "nothing reaches them" in typed().out
    ran = typed("ana", "--add", "email:ana@example.org", "--add", "sms:07700 900123")
    assert ran.code == 0, ran.err
    assert "    email: ana@example.org\n    sms: +447700900123\n" in ran.out
    assert typed().out == ran.out
    assert "sms" not in typed("Ana", "--remove", "sms:+447700900123").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Bea",), "no coach called Bea"),
        (("--add", "sms:+447700900123"), "Say whose way"),
        (("Ana", "--add", "ana@example.org"), "there is no ana@example.org"),
        (("Ana", "--add", "telegram:1"), "by a code"),
    ],
)
def test_what_cannot_be_is_said(typed, words, said):
    """One sentence, and what to do instead."""
    ran = typed(*words)
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err
