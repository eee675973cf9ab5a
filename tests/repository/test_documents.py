"""What the documents for services promise is there: hazards, verbs, sentences as they are said."""

import re

import pytest

from onestep.cli.main import app
from tests.repository.tree import ROOT, texts

# Named by those who know such services; none may fall out of the log unanswered.
HAZARDS = """a concern is missed, false calm, the wrong client's words are shown,
an abuser reads it, a message after a pause or a stop, a stage is misread,
silence out of hours, an outage that nobody sees"""


def page(name):
    """One document's text."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def hazards():
    """The log's hazards and what is said of each."""
    parts = re.split(r"^## \d\. (.+)$", page("hazards.md"), flags=re.MULTILINE)[1:]
    return dict(zip((name.lower() for name in parts[::2]), parts[1::2], strict=True))


def test_every_hazard_is_in_the_log_and_in_the_assessment():
    """Eight hazards, each of them a row of the assessment that a service fills in."""
    named = [" ".join(name.split()) for name in HAZARDS.split(",")]
    assert list(hazards()) == named
    for number, name in enumerate(named, start=1):
        assert f"| {number} {name} |" in page("dpia.md")


@pytest.mark.parametrize("name", hazards())
def test_a_hazard_says_what_is_done_and_what_is_not(name):
    """Neither half is left out: what the software does now, and what it does not do yet."""
    assert "**Now.**" in hazards()[name]
    assert "**Not done yet.**" in hazards()[name]


def verbs():
    """Every verb of the `onestep` command."""
    told = [command.name or command.callback.__name__ for command in app.registered_commands]
    return {*told, *(group.name for group in app.registered_groups)}


def test_documents_name_only_verbs_that_exist():
    """An `onestep something` in a document can be typed."""
    typed = re.compile(r"(?:`|^\.venv/bin/|`\.venv/bin/)onestep ([a-z]+)", re.MULTILINE)
    for name, text in texts((".md", ".example")):
        if name.startswith("channels/"):
            continue  # says to programmers what a channel is for, also before its verb is there
        assert set(typed.findall(text)) <= verbs(), name


def test_operations_quotes_what_is_really_said():
    """An operator who looks a sentence up in the table finds it as it was printed."""
    code = " ".join(text for name, text in texts((".py",)) if not name.startswith("tests/"))
    code = re.sub(r"\s+", " ", re.sub(r'"\s*\n\s*f?"', "", code))
    rows = re.findall(r"^\| (?!---|It says)(.+?) \| .+ \|$", page("operations.md"), re.MULTILINE)
    assert len(rows) > 8
    for row in rows:
        for part in re.split(r"…|ONESTEP_|FILE:LINE:", row):
            if len(part.strip()) > 8:
                assert part.strip(" ?.:") in code, row
