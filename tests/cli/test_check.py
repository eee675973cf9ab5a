"""`onestep check`: one look says what is configured, what is missing and what is wrong."""

import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "4839:canary-8841-Zq7xWv2pLk9m"


@pytest.fixture
def at(monkeypatch, tmp_path):
    """Sets settings for the commands that follow, on a data folder of its own."""

    def at(**settings):
        for name, value in ({"data": tmp_path / "var"} | settings).items():
            monkeypatch.setenv(f"ONESTEP_{name.upper()}", str(value))

    return at


def told(ran):
    """What was said of each part."""
    parts, name = {}, ""
    for line in ran.out.splitlines()[:-1]:
        name = line[:10].strip() or name
        parts.setdefault(name, []).append(line[11:])
    return parts


def test_what_is_configured_is_said(onestep_run, at, tmp_path):
    """Each part has its line; a provider is named with what a person would recognise it by."""
    (tmp_path / "token").write_text(TOKEN, "utf-8")
    at(
        telegram_token_file=tmp_path / "token",
        kannel_send_url="http://127.0.0.1:13013/cgi-bin/sendsms",
        kannel_username="onestep",
        kannel_password="canary-1",
        kannel_from_number="+441632960002",
        kannel_secret="h7Gd82kQzm4Xw9Lp3RtY",
    )
    onestep_run("migrate")
    at(kannel_password="canary-1", kannel_secret="h7Gd82kQzm4Xw9Lp3RtY",
       telegram_token_file=tmp_path / "token")  # fmt: skip
    ran = onestep_run("check")
    assert ran.code == 0, ran.err
    parts = told(ran)
    assert parts["clients"][0] == "Telegram, by polling"
    assert parts["clients"][1].endswith("from +441632960002")
    assert parts["clients"][2].endswith("to http://127.0.0.1:8000")
    assert any("ONESTEP_KANNEL_PASSWORD came as a variable" in line for line in parts["clients"])
    assert not any("TELEGRAM_TOKEN" in line for line in parts["clients"])
    assert parts["staff"] == ["told by Telegram, SMS"]
    assert set(parts) == {
        "clients",
        "staff",
        "pages",
        "keys",
        "database",
        "audit",
        "rota",
        "spool",
        "content",
        "bot",
    }
    assert "canary" not in ran.out + ran.err


def test_a_gateway_that_may_bring_nothing_is_said(onestep_run, at):
    """One on another machine is not among those that may bring texts until it is listed."""
    gateway = {
        "kannel_send_url": "http://10.0.0.6:13013/cgi-bin/sendsms",
        "kannel_username": "onestep",
        "kannel_password": "canary-1",
        "kannel_from_number": "+441632960002",
        "kannel_secret": "h7Gd82kQzm4Xw9Lp3RtY",
        "kannel_our_url": "http://10.0.0.5:8000",
    }
    at(**gateway)
    onestep_run("migrate")
    at(**gateway)
    said = [line for line in told(onestep_run("check"))["clients"] if "believed" in line]
    at(**gateway, kannel_allowed="10.0.0.6")
    listed = [line for line in told(onestep_run("check"))["clients"] if "believed" in line]
    assert (len(said), listed) == (1, [])


def test_what_is_missing_is_said(onestep_run, at):
    """No provider is no fault, but nobody can write; numbers that nobody rang are counted."""
    at()
    onestep_run("migrate")
    ran = onestep_run("check")
    assert ran.code == 0, ran.err
    assert told(ran)["clients"] == [
        "nobody can write yet: neither Telegram nor SMS is configured (.env.example)"
    ]
    assert any("have not been rung by you" in line for line in told(ran)["content"])
    assert "ONESTEP_EMERGENCY_CONTACT" in told(ran)["spool"][1]


def test_one_fault_hides_no_other(onestep_run, at, tmp_path):
    """Broken content, a bot that is not there and missing keys are told in one go."""
    shutil.copytree(ROOT / "content", tmp_path / "content")
    (tmp_path / "content" / "en" / "areas.yml").write_text("areas: [", "utf-8")
    (tmp_path / "file").write_text("")
    at(content=tmp_path / "content", bot_python=tmp_path / "python", spool=tmp_path / "file" / "x")
    ran = onestep_run("check")
    assert ran.code == 1
    assert "ONESTEP_SPOOL" in ran.err
    assert "run `onestep migrate`" in ran.err
    assert "areas.yml:" in ran.err
    assert "run `make setup`" in ran.err
    assert "in order" not in ran.out


def test_a_database_of_many_writers(onestep_run, at, postgres):
    """`onestep migrate` fills an empty PostgreSQL, and a check finds it up to date."""
    address = postgres.fresh(empty=True)
    at(database=address)
    assert "run `onestep migrate`" in onestep_run("check").err
    at(database=address)
    assert onestep_run("migrate").code == 0
    at(database=address)
    ran = onestep_run("check")
    assert ran.code == 0, ran.err
    assert told(ran)["database"][0].endswith("up to date")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("sqlite:///{}/nowhere.db", "run `onestep migrate`"),
        ("a letter to the council", "no database address"),
        ("oracle+gone://canary:canary@db/x", "no database address"),
    ],
)
def test_a_database_that_cannot_be_used(onestep_run, at, tmp_path, address, said):
    """What to do, never the password; and looking makes no file."""
    at()
    onestep_run("migrate")
    at(database=address.format(tmp_path))
    ran = onestep_run("check")
    assert ran.code == 1
    assert said in ran.err
    assert "canary" not in ran.err
    assert not (tmp_path / "nowhere.db").exists()
