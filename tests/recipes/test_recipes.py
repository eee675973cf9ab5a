"""The README's recipes, applied to a copy of the tree as they stand, bring what they promise.

Two that train nothing are followed in one copy; with ONESTEP_TEST_LONG=1 each has its own, as
none may need what another has added.
"""

import json
import os
import subprocess
from functools import cache
from itertools import chain

import pytest

from tests.recipes.recipes import copy_of_the_tree, recipe

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
# The console script of the environment belongs to the real tree: the copy's own code is asked for.
ONESTEP = "import sys; sys.argv[0] = 'onestep'; from onestep.cli import main; main()"
TOGETHER = ("Add an area", "Add a command")


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory, long):
    """Gives the copy of the tree in which a recipe was followed."""

    @cache
    def followed(titles):
        place = tmp_path_factory.mktemp("kitchen")
        made = Kitchen(copy_of_the_tree(place / "tree"), place)
        made.follow(titles)
        return made

    return lambda title: followed(TOGETHER if title in TOGETHER and not long else (title,))


class Kitchen:
    """Follows recipes in a copy of the tree, then talks with what came out."""

    def __init__(self, tree, place):
        self.tree, self.place = tree, place

    def follow(self, titles):
        """Applies every snippet, then trains as `make setup` would (nothing, when unchanged)."""
        for edit in chain.from_iterable(map(recipe, titles)):
            edit.apply(self.tree)
        self._run("bot/.venv/bin/python", "bot/train.py")
        self._run(".venv/bin/python", "-c", ONESTEP, "migrate")
        self._run(".venv/bin/python", "-c", ONESTEP, "check")

    def talk(self, *steps, args=()):
        """Plays a script and returns every line of it."""
        script = self.place / "script.jsonl"
        script.write_text("".join(json.dumps(step) + "\n" for step in steps), "utf-8")
        words = ["chat", "--json", "--script", str(script), *args]
        out = self._run(".venv/bin/python", "-c", ONESTEP, *words)
        return [json.loads(line) for line in out.splitlines()]

    def _run(self, program, *words):
        ran = subprocess.run(
            [self.tree / program, *words],
            cwd=self.tree,
            env={"PATH": os.environ["PATH"], "HOME": str(self.place)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr + ran.stdout
        return ran.stdout


def said(lines):
    """What the client was sent."""
    return [line["text"] for line in lines if line.get("to") == "client"]


def commands(lines, name):
    """The commands of one name that were applied."""
    found = [line["command"] for line in lines if "command" in line]
    return [command for command in found if command["command"] == name]


def test_add_an_area(kitchen):
    """A new area is offered, its sentences are shown, and a placing in it is kept."""
    copy = kitchen("Add an area")
    lines = copy.talk({"choose": "Money and bills"}, {"choose": 3}, args=["--ask", "Q15"])
    assert "money" in [choice["key"] for choice in lines[0]["choices"]]
    assert "Money and bills." in said(lines)[1]
    assert [(c["area"], c["stage"]) for c in commands(lines, "record_rating")] == [
        ("money", "learning")
    ]


def test_add_a_question(kitchen):
    """The new question is asked when the plan wants it, and its answer is kept verbatim."""
    copy = kitchen("Add a question")
    lines = copy.talk(
        {"event": "check_in_due"},
        {"client": "went to the library on my own"},
        {"client": "i just took it slow"},
    )
    wordings = (copy.tree / "content/en/check_in.yml").read_text("utf-8")
    asked = said(lines)[1].split(". ")[-1]
    assert asked in wordings.split("\nask_liked:")[1].split("\nask_how:")[0]
    assert [c["part"] for c in commands(lines, "add_to_noticing")] == ["noticed"]


def test_add_a_command(kitchen):
    """The bot gives the new command, the application applies it, and nothing is refused."""
    copy = kitchen("Add a command")
    lines = copy.talk({"client": "thanks"})
    assert len(commands(lines, "record_thanks")) == 1
    assert lines[-1]["end"]["failed"] == 0
