"""What is committed: nothing trained, private or borrowed; modules a person can read in one go."""

import ast
import re

import pytest

from tests.repository.tree import CODE, ROOT, files, modules, texts

NEVER = re.compile(
    r"\.(tar\.gz|tgz|whl|zip|db|sqlite3?|db-wal|db-shm|key|pem|p12|pyc|pkl|log)$|(^|/)\.env$"
)
MACHINES = re.compile(r"/(root|home|Users|work|opt)/[a-z.]+|/tmp/[a-z]+/")
INDEXES = re.compile(r"pypi\.org|pythonhosted|npmjs|deb\.debian\.org|localhost:\d+/simple")
LONGEST_MODULE = 300  # lines; the house rule is 250
LONGEST_FUNCTION = 60  # lines; over 40 needs a reason that a reviewer accepts
UNSAID = re.compile(r"(^|_)(manager|helper|helpers|utils|util)(_|$)", re.IGNORECASE)


def test_nothing_trained_private_or_built_is_kept():
    """No model, database, key, archive or log is in the repository."""
    assert not [name for name in files() if NEVER.search(name)]


def test_no_file_names_a_machine_or_a_package_index():
    """Nothing that is kept depends on where it was written or what was reached from there."""
    for name, text in texts():
        if not name.startswith("tests/repository/"):
            assert not MACHINES.search(text), name
            assert not INDEXES.search(text), name


@pytest.mark.parametrize("folder", CODE)
def test_modules_are_short(folder):
    """A module can be read in one go."""
    for name, text in texts((".py",)):
        if name.startswith(f"{folder}/") and "/migrations/versions/" not in name:
            assert len(text.splitlines()) <= LONGEST_MODULE, name


@pytest.mark.parametrize("folder", CODE)
def test_modules_say_their_job_first(folder):
    """The first line of each module is a sentence about its one job."""
    for name, module in modules(folder):
        said = ast.get_docstring(module)
        assert said, name
        assert said.splitlines()[0].endswith((".", ":", "?", "…")), name


@pytest.mark.parametrize("folder", CODE)
def test_functions_are_short(folder):
    """A function does one thing."""
    for name, module in modules(folder):
        if "/migrations/versions/" in name:
            continue
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                assert length <= LONGEST_FUNCTION, f"{name}: {node.name}"


def test_names_say_what_things_do():
    """No module, class or function is called a manager, a helper or utils."""
    for name, module in modules(*CODE):
        assert not UNSAID.search(name.rsplit("/", 1)[-1].removesuffix(".py")), name
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name)
                assert not UNSAID.search(words), f"{name}: {node.name}"


def test_every_test_says_its_rule():
    """Each test opens with one line that says what must hold."""
    for name, module in modules("tests"):
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                said = ast.get_docstring(node) or not node.name.startswith("test_")
                assert said, f"{name}: {node.name}"


def test_links_between_documents_lead_somewhere():
    """A link to another file of the repository finds it."""
    for name, text in texts((".md",)):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            assert ((ROOT / name).parent / target).exists(), f"{name}: {target}"
