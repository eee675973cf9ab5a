"""The operators' verbs and the screen: what works, and what each says when it cannot."""

import io
import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from onestep import safety

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def at(monkeypatch):
    """Sets settings for the commands that follow."""

    def at(**settings):
        for name, value in settings.items():
            monkeypatch.setenv(f"ONESTEP_{name.upper()}", str(value))

    return at


@pytest.fixture
def screened(onestep_run, monkeypatch):
    """Runs `onestep screen` on these lines."""

    def run(text, *args):
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        return onestep_run("screen", *args)

    return run


def test_migrate_makes_keys_and_tables_once(onestep_run, at, tmp_path):
    """The first time it says where the new keys are; the second time nothing is made anew."""
    at(data=tmp_path / "var")
    first = onestep_run("migrate")
    keys = (tmp_path / "var" / "keys.json").read_bytes()
    second = onestep_run("migrate")
    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert str(tmp_path / "var" / "keys.json") in first.out  # whole, however long the path
    assert second.out.startswith("The database is up to date.\n")
    assert "onestep lead" in second.out  # nobody can sign in yet
    assert (tmp_path / "var" / "keys.json").read_bytes() == keys


def test_check_says_that_all_is_well(onestep_run, at, tmp_path):
    """Content as it is and keys that are there."""
    at(data=tmp_path)
    onestep_run("migrate")
    ran = onestep_run("check")
    assert ran.code == 0, ran.err
    assert ran.out.endswith("\nSettings and content are in order.\n")


def test_a_screen_that_was_not_trained_stops_the_start(onestep_run, at, tmp_path, monkeypatch):
    """In one sentence that says what to run."""

    def not_there(_):
        raise safety.ModelError("en", "is missing")

    at(data=tmp_path)
    onestep_run("migrate")
    monkeypatch.setattr(safety, "ready", not_there)
    ran = onestep_run("check")
    assert ran.code == 1
    assert "make setup" in ran.err
    assert "Traceback" not in ran.err


def test_no_keys(onestep_run, at, tmp_path):
    """Without keys nothing starts, and the sentence says how to get them."""
    at(data=tmp_path)
    for verb in ("check", "serve"):
        ran = onestep_run(verb)
        assert ran.code == 1
        assert len(ran.err.splitlines()) == 1
        assert "run `onestep migrate` or set ONESTEP_KEY_FILE" in ran.err


def test_broken_content_is_named_by_file_line_and_reason(onestep_run, at, tmp_path):
    """`check` and `chat` both say where content is broken; neither starts anything."""
    shutil.copytree(ROOT / "content", tmp_path / "content")
    areas = tmp_path / "content" / "en" / "areas.yml"
    broken = areas.read_text("utf-8").replace("Which one today?", "You failed. Which one today?")
    areas.write_text(broken, "utf-8")
    line = next(n for n, text in enumerate(broken.splitlines(), 1) if "You failed" in text)
    at(data=tmp_path / "var", content=tmp_path / "content")
    onestep_run("migrate")
    for words in (["check"], ["chat", "--json"], ["serve", "--demo"]):
        ran = onestep_run(*words)
        assert ran.code == 1
        assert f"content/en/areas.yml:{line}: " in ran.err
        assert "in order" not in ran.out


def test_no_content_at_all(onestep_run, at, tmp_path):
    """A folder that is not there is named with its setting."""
    at(content=tmp_path / "nowhere")
    ran = onestep_run("check")
    assert ran.code == 1
    assert "set ONESTEP_CONTENT" in ran.err


def test_a_data_folder_that_cannot_be_written(onestep_run, at, tmp_path):
    """The folder and what is wrong with it, in one line."""
    (tmp_path / "file").touch()
    at(data=tmp_path / "file" / "var")
    for words in (["migrate"], ["serve", "--demo"]):
        ran = onestep_run(*words)
        assert ran.code == 1
        assert len(ran.err.splitlines()) == 1
        assert str(tmp_path / "file") in ran.err


def test_a_database_of_another_version(onestep_run, at, tmp_path):
    """A file that is no database, and one from the future: what to do, not a traceback."""
    at(data=tmp_path)
    onestep_run("migrate")
    with sqlite3.connect(tmp_path / "onestep.db") as file:
        file.execute("UPDATE alembic_version SET version_num = 'of the future'")
    file.close()
    ran = onestep_run("migrate")
    assert ran.code == 1
    assert "another version of Onestep" in ran.err
    (tmp_path / "onestep.db").write_bytes(b"a letter to the council, not a database" * 99)
    ran = onestep_run("migrate")
    assert ran.code == 1
    assert len(ran.err.splitlines()) == 1


def test_demo_mode_refuses_a_real_token(onestep_run, at, tmp_path):
    """One sentence, and the token is not in it."""
    at(data=tmp_path, telegram_token="123:secret")
    ran = onestep_run("serve", "--demo")
    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert "demo mode refuses a real token" in ran.err
    assert "secret" not in ran.err


def test_a_setting_that_makes_no_sense(onestep_run, at):
    """The setting is named as it is spelled in `.env`."""
    at(port="eighty")
    ran = onestep_run("check")
    assert ran.code == 1
    assert ran.err.startswith("ONESTEP_PORT: ")


def test_a_bot_that_was_not_set_up(onestep_run, at, tmp_path):
    """Without the bot's Python the sentence says to set it up."""
    at(bot_python=tmp_path / "python")
    ran = onestep_run("chat", "--json")
    assert ran.code == 1
    assert ran.err.rstrip().endswith("run `make setup`.")


def test_help_names_every_verb(onestep_run):
    """`--help` lists what can be done, each in a sentence."""
    ran = onestep_run("--help")
    assert ran.code == 0
    for verb in ("serve", "migrate", "check", "screen", "chat"):
        assert f" {verb} " in ran.out


def test_screen_json_lines(screened):
    """One verdict a line, with every field of the interface, in order."""
    asked = [
        {"id": "1", "text": "been sleeping better"},
        {"id": 2, "text": "im going to kill myself tonight"},
        {"id": "3", "text": "STOP"},
    ]
    ran = screened("".join(json.dumps(one) + "\n" for one in asked), "--json")
    assert ran.code == 0
    assert [line["id"] for line in ran.lines] == ["1", 2, "3"]
    for line in ran.lines:
        fields = {"id", "level", "by", "category", "matched", "request"}
        assert fields <= line.keys()
    assert [line["level"] for line in ran.lines] == ["none", "now", "none"]
    assert ran.lines[1]["category"] == "suicide"
    assert [line["request"] for line in ran.lines] == ["none", "none", "stop"]


def test_screen_goes_on_after_a_bad_line(screened):
    """A bad line is told by its number, never its text; the rest is screened; the exit says so."""
    ran = screened('{"id": 1}\nsecret words\n\n{"id": 4, "text": "hello"}\n', "--json")
    assert ran.code == 1
    assert [line.get("line") for line in ran.lines] == [1, 2, None]
    assert "secret" not in ran.out + ran.err


def test_screen_plain_lines(screened):
    """Without --json each line is told for a person to read."""
    ran = screened("im going to kill myself\nnice weather\n")
    assert ran.code == 0
    assert [line.split()[0] for line in ran.out.splitlines()] == ["now", "none"]
