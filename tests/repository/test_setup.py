"""A fresh machine is set up, or told in one sentence what it lacks."""

import os
import stat
import sys

import pytest

from tools.setup import browser, debian, environments, pythons, uv
from tools.setup.commands import run
from tools.setup.environments import Environment
from tools.setup.errors import CommandFailed, SetupError


def program(path, script):
    """A small program at `path` that a test can find and run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_a_python_on_path_is_found(tmp_path):
    """The wanted version is taken from PATH, by its own name."""
    program(tmp_path / "python3.10", f"echo 3.10 {tmp_path}/real")
    found = pythons.find(("3.10",), env={"PATH": str(tmp_path), "HOME": str(tmp_path)})
    assert found == tmp_path / "real"


def test_a_shim_that_is_not_switched_on_is_passed_over(tmp_path):
    """A shim that only prints an error is no Python; pyenv's own folder is looked in next."""
    program(tmp_path / "bin/python3.10", "echo 'pyenv: command not found' >&2; exit 127")
    for release in ("3.10.2", "3.10.13"):
        place = tmp_path / f".pyenv/versions/{release}/bin/python3"
        program(place, f"echo 3.10 {place}")
    found = pythons.find(("3.10",), env={"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)})
    assert found == tmp_path / ".pyenv/versions/3.10.13/bin/python3"


def test_a_python_of_another_version_is_not_taken(tmp_path):
    """`python3` counts only when it is the version that is wanted."""
    program(tmp_path / "python3", f"echo 3.9 {tmp_path}/python3")
    env = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    assert pythons.find(("3.12", "3.13"), env=env) is None


def test_no_python_is_one_sentence_that_names_it(tmp_path, monkeypatch):
    """Where a Python can neither be found nor fetched, one sentence says what to install."""
    monkeypatch.setattr(pythons, "find", lambda wanted: None)
    failing = program(tmp_path / "uv", "echo 'no download found' ; exit 2")
    wanted = Environment("the bot", tmp_path / "env", tmp_path / "lock", ("3.10",))
    wanted.lock.write_text("", encoding="utf-8")
    with pytest.raises(SetupError) as refused:
        environments.bring_up_to_date(wanted, failing)
    said = str(refused.value)
    assert said.startswith("Python 3.10 is needed for the bot")
    assert "pyenv install 3.10" in said
    assert "no download found" not in said


def test_nothing_is_done_when_the_lock_is_unchanged(tmp_path):
    """An environment that was made from this very lock is left alone; a changed lock is not."""
    version = "{}.{}".format(*sys.version_info[:2])
    wanted = Environment("the bot", tmp_path / "env", tmp_path / "lock", (version,))
    wanted.lock.write_text("one", encoding="utf-8")
    program(wanted.python, f"echo {version}")
    counting = program(tmp_path / "uv", f"echo called >> {tmp_path}/calls")
    environments.bring_up_to_date(wanted, counting)
    environments.bring_up_to_date(wanted, counting)
    assert (tmp_path / "calls").read_text(encoding="utf-8").count("called") == 1
    wanted.lock.write_text("two", encoding="utf-8")
    environments.bring_up_to_date(wanted, counting)
    assert (tmp_path / "calls").read_text(encoding="utf-8").count("called") == 2


def test_a_failed_install_is_tried_again(tmp_path):
    """An environment that could not be filled is not taken for a full one the next time."""
    version = "{}.{}".format(*sys.version_info[:2])
    wanted = Environment("the bot", tmp_path / "env", tmp_path / "lock", (version,))
    wanted.lock.write_text("one", encoding="utf-8")
    program(wanted.python, f"echo {version}")
    with pytest.raises(SetupError, match="package index"):
        environments.bring_up_to_date(wanted, program(tmp_path / "uv", "exit 1"))
    calls = program(tmp_path / "uv", f"echo called >> {tmp_path}/calls")
    environments.bring_up_to_date(wanted, calls)
    assert (tmp_path / "calls").exists()


def test_an_old_uv_is_not_used(tmp_path, monkeypatch):
    """A uv that cannot check what a package is built with is passed over for one of our own."""
    program(tmp_path / "bin/uv", "echo uv 0.2.1")
    own = program(tmp_path / ".tools/uv/bin/uv", "echo uv 0.13.9")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    assert uv.provide(tmp_path) == own
    program(tmp_path / "bin/uv", "echo uv 0.5.0")
    assert uv.provide(tmp_path) == tmp_path / "bin/uv"


def test_a_failed_command_keeps_its_last_words(capfd):
    """What a program printed before it failed is there to be shown."""
    with pytest.raises(CommandFailed) as failed:
        run([sys.executable, "-c", "print('the reason'); raise SystemExit(3)"], what="Trying")
    assert failed.value.output == "the reason"
    assert "Trying" in capfd.readouterr().out


def test_a_missing_browser_is_said_outside_ci(monkeypatch, capsys):
    """Without a browser and without the right to install one, the skipping is announced."""
    monkeypatch.setattr(browser, "find_browser", lambda: None)
    monkeypatch.setattr(debian, "may_install", lambda: False)
    monkeypatch.delenv("CI", raising=False)
    browser.provide_browser()
    assert "browser tests will be skipped" in capsys.readouterr().out


def test_a_missing_browser_fails_under_ci(monkeypatch):
    """Under CI nobody reads that tests were skipped, so there it is a failure."""
    monkeypatch.setattr(browser, "find_browser", lambda: None)
    monkeypatch.setattr(debian, "may_install", lambda: False)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(SetupError, match="Chromium"):
        browser.provide_browser()


def test_a_python_without_venv_is_one_sentence(tmp_path, monkeypatch):
    """Where environments cannot be made and nothing may be installed, we say what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(program(tmp_path / "python3", "exit 1")))
    monkeypatch.setattr(debian, "may_install", lambda: False)
    with pytest.raises(SetupError, match="apt-get install python3-venv"):
        uv.provide(tmp_path)


def test_debians_missing_venv_is_installed(tmp_path, monkeypatch):
    """As root on Debian, what python3 lacks is installed and the set-up goes on."""
    asked = []
    broken = program(tmp_path / "python3", f"test -e {tmp_path}/venv-installed || exit 1; exit 0")
    own = tmp_path / ".tools/uv/bin"

    def install(*packages, what):
        asked.extend(packages)
        (tmp_path / "venv-installed").touch()
        program(own / "python", "exit 0")

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(broken))
    monkeypatch.setattr(debian, "may_install", lambda: True)
    monkeypatch.setattr(debian, "install", install)
    assert uv.provide(tmp_path) == own / "uv"
    assert asked == ["python3-venv"]
