"""Every setting is written down with its default, and nothing that is written down is gone."""

import re

from onestep.settings import Settings
from tests.repository.tree import ROOT, texts

LINE = re.compile(r"^#? ?(ONESTEP_[A-Z0-9_]+)=(.*)$", re.MULTILINE)
# Read by the tests and the Makefile, never by the service.
OF_THE_TESTS = {"ONESTEP_TEST_LONG", "ONESTEP_TEST_DATABASE"}


def written():
    """The settings of .env.example and what stands behind each sign."""
    return dict(LINE.findall((ROOT / ".env.example").read_text(encoding="utf-8")))


def named(fields):
    """The variables of these fields."""
    return {f"ONESTEP_{name.upper()}" for name in fields}


def test_each_setting_is_in_the_example_file():
    """.env.example has just the settings there are, and of each secret the file it may be in."""
    files = {f"{name}_file" for name in Settings.secrets()}
    assert named(Settings.model_fields) | named(files) == set(written())


def test_the_example_file_gives_the_defaults():
    """What stands behind the sign is what holds when the line is left out."""
    for name, field in Settings.model_fields.items():
        shown = written()[f"ONESTEP_{name.upper()}"]
        default = "" if field.default is None else str(field.default)
        assert shown == default.replace(f"{ROOT}/", "").replace("False", "false"), name


def test_each_setting_says_what_it_is_for():
    """A setting carries its own line of explanation."""
    for name, field in Settings.model_fields.items():
        assert field.description, name


def test_what_is_secret_is_typed_so():
    """A token, a password or a secret is of the type that shows itself to nobody."""
    telling = re.compile(r"token|secret|password|^database$|^heartbeat_url$")
    assert set(Settings.secrets()) == {
        name for name in Settings.model_fields if telling.search(name)
    }


def test_no_document_or_module_names_a_setting_that_is_not_there():
    """A setting that was renamed is renamed everywhere."""
    known = set(written()) | OF_THE_TESTS
    made_up = ("tests/", "bot/tests/")
    for name, text in texts((".py", ".md", ".yml", "Makefile")):
        for setting in re.findall(r"\bONESTEP_[A-Z0-9_]*[A-Z0-9]\b", text):
            assert setting in known or name.startswith(made_up), f"{name}: {setting}"
