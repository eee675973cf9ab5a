"""The domain stays pure: the standard library alone, no clock of its own."""

import ast
import sys
from pathlib import Path

import pytest

import onestep.domain

MODULES = sorted(Path(onestep.domain.__file__).parent.glob("*.py"))
# A clock, chance, a file or a log would make a decision depend on more than what is passed in.
CLOCKS = {"now", "today", "utcnow", "monotonic", "open", "print", "getenv"}
IMPURE = {"os", "random", "secrets", "time", "logging", "socket", "pathlib", "subprocess"}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_only_the_standard_library_and_no_clock(module):
    """A module of the domain imports nothing from outside and never asks what time it is."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            names = []
        for name in names:
            root = name.split(".")[0]
            assert name.startswith("onestep.domain") or root in sys.stdlib_module_names
            assert root not in IMPURE
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            assert name not in CLOCKS
