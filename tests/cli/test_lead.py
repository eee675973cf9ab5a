"""`onestep lead`: the first lead has nobody to be invited by."""

import re
from datetime import UTC, datetime

import pytest

from onestep.services import accounts
from onestep.storage.database import Database, sqlite_url
from onestep.storage.seal import read_keyring

pytestmark = pytest.mark.slow


def test_the_first_lead_gets_a_link_that_works_once(onestep_run, monkeypatch, tmp_path):
    """It is said that nobody can sign in; a link is printed by name; a second ends the first."""
    monkeypatch.setenv("ONESTEP_DATA", str(tmp_path / "var"))
    monkeypatch.setenv("ONESTEP_PUBLIC_URL", "https://onestep.example.org/")
    assert "`onestep lead NAME`" in onestep_run("migrate").out
    links = []
    for _ in range(2):
        ran = onestep_run("lead", "Bea")
        assert ran.code == 0, ran.err
        links.append(re.search(r"https://onestep\.example\.org/begin/(\S+)", ran.out)[1])
    keys = read_keyring(tmp_path / "var" / "keys.json")
    db = Database(sqlite_url(tmp_path / "var" / "onestep.db"), keys)
    now = datetime.now(UTC)
    with db.read() as session:
        found = [accounts.access.link(session, each, "account", now=now) for each in links]
    assert [each is not None for each in found] == [False, True]
    assert found[1].role == "lead"
    db.close()
