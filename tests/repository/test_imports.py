"""Imports run one way, and the architecture page says the way the contracts say."""

import re
import subprocess
import sys
import tomllib

from tests.repository.tree import ROOT, imported, modules

# What the bot may use besides the standard library: docs/architecture.md.
OF_THE_BOT = {"rasa", "rasa_sdk", "spacy"}
OF_ITS_TESTS = {"pytest", "yaml"}  # the tests print what content/ would say


def contracts():
    """The contracts of pyproject.toml."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return settings["tool"]["importlinter"]["contracts"]


def test_the_contracts_hold():
    """No module imports what stands above or beside it, and only wiring names a channel."""
    command = [str(ROOT / ".venv/bin/lint-imports"), "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_architecture_page_lists_the_contracts_layers():
    """The list on the page is the list that is checked, line for line."""
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    listed = re.search(r"<!-- layers: begin -->\n```\n(.*?)```", page, re.DOTALL)[1]
    checked = next(c for c in contracts() if c.get("containers") == ["onestep"])["layers"]
    assert listed.splitlines() == [re.sub(r"[()]", "", layer) for layer in checked]


def test_the_architecture_page_places_every_part_of_the_service():
    """Each module and package at the top of onestep/ stands in a layer and in the page's tree."""
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    layers = next(c for c in contracts() if c.get("containers") == ["onestep"])["layers"]
    placed = set(re.findall(r"\w+", " ".join(layers)))
    parts = {name.split("/")[1].removesuffix(".py") for name, _ in modules("onestep")}
    assert parts - {"__init__"} <= placed
    for part in parts - {"__init__"}:
        assert part in page or part.startswith("dialogue_"), part


def test_the_domain_imports_only_the_standard_library():
    """What we decide depends on no library and no other part of the service."""
    checked = 0
    for name, module in modules("onestep"):
        if name.startswith("onestep/domain/"):
            outside = {
                other
                for other in imported(module)
                if other.split(".")[0] not in sys.stdlib_module_names
                and not other.startswith("onestep.domain")
            }
            assert not outside, name
            checked += 1
    assert checked


def test_the_bot_imports_only_what_it_may():
    """The sealed bot uses the standard library, rasa, rasa_sdk and spaCy, and its own modules."""
    own = {name.split("/")[1].removesuffix(".py") for name, _ in modules("bot")}
    for name, module in modules("bot"):
        allowed = OF_THE_BOT | own | (OF_ITS_TESTS if name.startswith("bot/tests/") else set())
        if name.startswith("bot/tests/"):
            allowed |= {path.stem for path in (ROOT / "bot/tests").rglob("*.py")}
        tops = {other.split(".")[0] for other in imported(module)}
        outside = tops - set(sys.stdlib_module_names) - allowed
        assert not outside, name
