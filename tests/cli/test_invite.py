"""`onestep invite` and `onestep telegram`: what each needs is said in a sentence."""

import pytest

AGREED = ("--theirs-alone", "--safe-when", "any time", "--if-someone-else", "say nothing")
SMS = {
    "KANNEL_SEND_URL": "http://127.0.0.1:13013/cgi-bin/sendsms",
    "KANNEL_USERNAME": "onestep",
    "KANNEL_PASSWORD": "not a real one",
    "KANNEL_FROM_NUMBER": "+441632960002",
    "KANNEL_SECRET": "Q4nK8dVtY2rL6wZx",
}


@pytest.fixture
def ready(onestep_run, monkeypatch, tmp_path):
    """A service whose clients write by SMS."""
    monkeypatch.setenv("ONESTEP_DATA", str(tmp_path / "var"))
    assert onestep_run("migrate").code == 0
    for name, value in SMS.items():  # after it: a verb takes the secrets out of its environment
        monkeypatch.setenv(f"ONESTEP_{name}", value)
    return onestep_run


def test_a_code_to_text(ready):
    """Where to send it is said, and how long it is good for."""
    ran = ready("invite", "Sam", "--coach", "Ana", "--new-coach", *AGREED)
    assert ran.code == 0, ran.err
    assert "to +441632960002." in ran.out
    assert "works once" in ran.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "no coach of this name"),
        (("--new-coach", "--on", "someday"), "mon, tue"),
        (("--new-coach", "--hours", "late"), "10:00-18:00"),
        (("--new-coach", "--hours", "18:00-10:00"), "end before they start"),
        (("--new-coach", "--zone", "Nowhere"), "time zone"),
        (("--new-coach", "--language", "xx"), "xx"),
    ],
)
def test_what_cannot_be_agreed(ready, words, says):
    """One sentence, and nobody is invited."""
    ran = ready("invite", "Sam", "--coach", "Ana", *AGREED, *words)
    assert ran.code == 1
    assert says in ran.err
    assert "Traceback" not in ran.err


def test_nobody_can_join_a_service_nobody_can_write_to(onestep_run, monkeypatch, tmp_path):
    """Without a provider there is nothing to join by; without a token no bot to set up."""
    monkeypatch.setenv("ONESTEP_DATA", str(tmp_path))
    onestep_run("migrate")
    assert "Nobody can join yet" in onestep_run("invite", "Sam", "--coach", "Ana", *AGREED).err
    assert "@BotFather" in onestep_run("telegram").err
