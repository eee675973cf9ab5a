"""A script that asks for what is not there is told where and what, and ends with a failure."""

import pytest

pytestmark = pytest.mark.slow

FAULTS = {
    "no json": ('{"client": ', "not a line of JSON"),
    "a list": ("[1]", "a line is one of"),
    "nothing known": ('{"say": "hi"}', "a line is one of"),
    "one thing too many": ('{"client": "hi", "wait": "PT1H"}', "a line is one of"),
    "no text": ('{"client": 3}', "a line is one of"),
    "no texts": ('{"client": []}', "a line is one of"),
    "half another phone": ('{"from": "+44"}', "a line is one of"),
    "true is no number": ('{"choose": true}', "a line is one of"),
    "an event nobody knows": ('{"event": "lunch"}', "there is no event 'lunch': use one of"),
    "a wait in words": ('{"wait": "two hours"}', "write it like PT2H"),
    "a wait backwards": ('{"wait": "-PT2H"}', "write it like PT2H"),
    "a coach with no hand-off": ('{"coach": "hi"}', "No hand-off is open"),
    "a hand-off that is not open": ('{"event": "hand_off_closed"}', "No hand-off is open"),
    "nothing open": ('{"choose": 1}', "no question is open"),
    "nothing was open": ('{"choose": 1, "stale": true}', "no earlier question"),
}


def test_every_fault_says_where_and_what(chat):
    """File, line, reason; the rest of that script is not played, the next script is."""
    scripts = [["", line, '{"client": "STOP"}'] for line, _ in FAULTS.values()]
    ran = chat(*scripts)
    assert ran.code == 1
    said = ran.err.splitlines()
    assert len(said) == len(FAULTS), "one line a fault"
    for number, (name, (_, reason)) in enumerate(FAULTS.items(), start=1):
        assert f"script{number}.jsonl:2: " in said[number - 1], name
        assert reason in said[number - 1], name
    assert [end["failed"] for end in ran.of("end")] == [1] * len(FAULTS)
    assert "stopped" not in ran.of("contact")


def test_a_choice_that_is_not_offered(chat):
    """Choice 9, a key nobody offers, and a button under a question that takes words."""
    ran = chat(
        [{"choose": 9}],
        [{"choose": "lunch"}],
        [{"choose": 1}, {"choose": 1}, {"choose": 1}],
        args=["--ask", "Q15"],
    )
    first, second, third = ran.err.splitlines()
    assert "there is no choice 9 here, only 1 to 5" in first
    assert "there is no choice 'lunch' here, only looking_after_myself" in second
    assert "script3.jsonl:3" in third
    assert "the open question takes words" in third
    assert ran.code == 1


def test_a_file_that_is_not_there(chat, onestep_run, tmp_path):
    """A missing file and one that is no text: named, each in a line, with an end of its own."""
    (tmp_path / "picture.jsonl").write_bytes(b"\xff\xfe\x00")
    files = ["--script", "nowhere.jsonl", "--script", "picture.jsonl"]
    ran = onestep_run("chat", "--json", *files)
    assert ran.code == 1
    assert ran.err.splitlines() == [
        "nowhere.jsonl: No such file or directory",
        "picture.jsonl: this file is not UTF-8 text",
    ]
    assert [end["failed"] for end in ran.of("end")] == [1, 1]


def test_a_turn_that_fails_fails_the_script(chat, monkeypatch):
    """When the bot cannot answer the client is told the truth, and the script has failed."""
    from onestep.dialogue import BotAway, Dialogue

    async def away(_self, _turn):
        raise BotAway

    monkeypatch.setattr(Dialogue, "turn", away)
    ran = chat([{"client": "been sleeping better"}])
    assert ran.code == 1
    assert ran.of("end")[0]["failed"] >= 1
    assert len(ran.texts()) == 1
