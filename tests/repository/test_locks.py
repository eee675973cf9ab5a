"""Both environments hold what their locks say: hashed, complete and without an address."""

import re

import pytest

from tests.repository.tree import ROOT
from tools.locked import one_way, read_lock
from tools.setup.lock import LOCKS

LOCK_FILES = [
    "requirements.lock",
    "bot/requirements.lock",
    "tools/setup/uv.lock",
    "benchmarks/requirements.lock",
]
NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)")


def locked(path):
    """The names of the packages in a lock, spelled one way."""
    return {package.name for package in read_lock(ROOT / path)}


def names(lines):
    """The names that these lines ask for, spelled one way."""
    found = (NAME.match(line.strip()) for line in lines)
    return {one_way(match[1]) for match in found if match}


def asked(path):
    """The lines of an .in file or of overrides, without remarks."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    return [line.split("#")[0].strip() for line in lines if line.split("#")[0].strip()]


@pytest.mark.parametrize("path", LOCK_FILES)
def test_every_requirement_is_exact_and_hashed(path):
    """A lock line fixes one version and carries the hash of every file that may be installed."""
    found = read_lock(ROOT / path)
    assert found
    text = (ROOT / path).read_text(encoding="utf-8")
    assert text.count("--hash=") == sum(len(package.hashes) for package in found)
    for package in found:
        assert package.hashes, package.name
        assert "*" not in package.version, package.name


@pytest.mark.parametrize("path", LOCK_FILES)
def test_a_lock_names_no_address(path):
    """A lock says what to install and not from where, so that a service can use its own index."""
    text = (ROOT / path).read_text(encoding="utf-8")
    assert not re.search(r"://|--index|--find-links|--trusted|@ ", text)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.source)
def test_everything_asked_for_is_locked(lock):
    """Each line of an .in file is in its lock: nobody forgot `make lock`."""
    assert names(asked(lock.source)) <= locked(lock.source.replace(".in", ".lock"))


def test_every_lock_is_written_by_one_command():
    """`make lock` writes each lock file there is."""
    assert sorted(lock.source.replace(".in", ".lock") for lock in LOCKS) == sorted(LOCK_FILES)


def test_what_the_bot_goes_without_is_not_locked():
    """A package that an override takes out is really gone."""
    gone = [line for line in asked("bot/overrides.txt") if line.endswith('python_version < "3"')]
    assert len(gone) > 10
    assert not names(gone) & locked("bot/requirements.lock")


@pytest.mark.parametrize(
    "path", ["requirements.in", "bot/requirements.in", "benchmarks/requirements.in"]
)
def test_every_requirement_has_its_reason(path):
    """An .in file says beside each name what it is for."""
    for line in (ROOT / path).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#") and ";" not in line:
            assert "#" in line, line
