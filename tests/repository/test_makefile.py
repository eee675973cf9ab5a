"""The commands that people rely on exist, are listed, and are what the documents say."""

import re
import subprocess

from tests.repository.tree import ROOT, texts

PROMISED = {"setup", "run", "test", "test-long", "check", "bench", "help"}


def targets():
    """Every target of the Makefile that is not a file."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())


def test_every_promised_command_exists():
    """The commands of the architecture page can be typed."""
    assert targets() >= PROMISED


def test_help_lists_every_command():
    """`make help` shows each command with what it does."""
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = dict(re.findall(r"^make (\S+)\s+(\S.*)$", shown.stdout, re.MULTILINE))
    assert set(listed) == targets()


def test_documents_name_only_commands_that_exist():
    """A `make something` in a document can be typed."""
    for name, text in texts((".md", ".example", ".in")):
        for command in re.findall(r"`make ([a-z-]+)`|^make ([a-z-]+)", text, re.MULTILINE):
            assert "".join(command) in targets(), name


def test_ci_runs_what_the_readme_says():
    """What a change must pass is the README's own command."""
    assert "exec make test" in (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "\nmake test\n" in (ROOT / "README.md").read_text(encoding="utf-8")
