"""What we depend on is listed whole, and its audit never takes silence for good news."""

import json
from datetime import date

import pytest

from tests.repository.tree import ROOT
from tools import audit, materials
from tools.audit import Accepted, AuditFailed, batches, judge, read_accepted, read_report, told
from tools.locked import read_lock

TODAY = date(2026, 11, 22)
PINS = [("certifi", "2024.2.2"), ("jinja2", "3.1.2"), ("keras", "2.12.0")]
# What pip-audit 2.10.1 printed behind a mirror of an index, while it ended with 0 and said
# "No known vulnerabilities found".
SKIPPED = (
    '{"dependencies": [{"name": "certifi", "skip_reason": "Dependency not found on PyPI and could '
    'not be audited: certifi (2024.2.2)"}], "fixes": []}'
)
WHOLE = {
    "dependencies": [
        {"name": "certifi", "version": "2024.2.2", "vulns": []},
        {"name": "Jinja2", "version": "3.1.2", "vulns": []},
        {
            "name": "keras",
            "version": "2.12.0",
            "vulns": [
                {"id": "PYSEC-1", "fix_versions": ["2.13.1"], "aliases": ["CVE-1", "GHSA-1"]},
                {"id": "PYSEC-2", "fix_versions": [], "aliases": []},
            ],
        },
    ],
    "fixes": [],
}


def accepted(advisory="CVE-1", package="keras", until=date(2027, 1, 1)):
    """One accepted advisory."""
    return Accepted(advisory, package, "the bot has no network", until)


def judged(*known, answers=(WHOLE,), pins=PINS, today=TODAY):
    """The findings on these answers."""
    return judge(pins, answers, known, today)


def test_a_skipped_package_is_a_failure():
    """What pip-audit calls skipped was not looked up, and nothing is known about it."""
    findings = judged(answers=[read_report(SKIPPED, "")], pins=PINS[:1])
    assert not findings.passed
    assert findings.unanswered == (("certifi", "2024.2.2"),)
    assert told(findings, 1) == [
        "FAILED  1 of 1 packages could not be looked up: certifi 2024.2.2."
    ]


def test_a_package_that_the_report_leaves_out_is_a_failure():
    """A package is looked up when the report says so, of the version that is locked."""
    findings = judged(pins=[*PINS, ("rasa", "3.6.21"), ("certifi", "2023.1.1")])
    assert findings.unanswered == (("rasa", "3.6.21"), ("certifi", "2023.1.1"))


def test_no_report_is_a_failure():
    """Without a network there is no report: the sentence says that nothing is known."""
    for out in ("", "[]", "{}", '{"dependencies": null}'):
        with pytest.raises(AuditFailed, match="nothing is known") as failed:
            read_report(out, "WARNING: x\nERROR: Could not connect to the service\n")
        assert "Could not connect" in str(failed.value)


def test_an_advisory_that_nobody_accepted_is_a_failure():
    """Each is told with its package, its names and where it is mended."""
    findings = judged()
    assert not findings.passed
    assert told(findings, 3) == [
        "FAILED  keras 2.12.0: CVE-1, GHSA-1, PYSEC-1; mended in 2.13.1.",
        "FAILED  keras 2.12.0: PYSEC-2; mended in nowhere yet.",
    ]


def test_accepted_advisories_pass_while_they_are_in_force():
    """An advisory is accepted under any of its names, with its reason shown each time."""
    findings = judged(accepted("GHSA-1"), accepted("PYSEC-2"))
    assert findings.passed
    assert told(findings, 3)[0].endswith("until 2027-01-01: the bot has no network")
    assert told(findings, 3)[-1] == "passed  3 packages looked up."


def test_an_acceptance_ends():
    """The last day counts; the day after, the acceptance and its advisory are failures."""
    known = [accepted("CVE-1", until=TODAY), accepted("PYSEC-2")]
    assert judged(*known).passed
    late = judged(*known, today=date(2026, 11, 23))
    assert not late.passed
    assert [one.id for one in late.ended] == ["CVE-1"]
    assert len(late.open) == 1


def test_an_acceptance_is_of_one_package():
    """What was accepted of the sealed bot's library says nothing of another's."""
    findings = judged(accepted("CVE-1", package="certifi"), accepted("PYSEC-2"))
    assert [advisory.pin for advisory in findings.open] == [("keras", "2.12.0")]
    assert [one.id for one in findings.idle] == ["CVE-1"]


@pytest.mark.parametrize(
    "entry",
    [
        'id = "CVE-1"\npackage = "keras"\nuntil = 2027-01-01',
        'id = "CVE-1"\npackage = "keras"\nreason = " "\nuntil = 2027-01-01',
        'id = "CVE-1"\npackage = "keras"\nreason = "sealed"',
        'id = "CVE-1"\npackage = "keras"\nreason = "sealed"\nuntil = "some day"',
        "id = ",
    ],
)
def test_an_acceptance_has_a_reason_and_an_end(tmp_path, entry):
    """Nothing is accepted for ever, or without saying why."""
    (tmp_path / "accepted.toml").write_text(f"[[accepted]]\n{entry}\n", "utf-8")
    with pytest.raises(AuditFailed, match=r"accepted\.toml cannot be read"):
        read_accepted(tmp_path / "accepted.toml")


def test_what_is_accepted_here_can_be_read():
    """The file that `make audit` reads is whole."""
    for one in read_accepted(audit.ACCEPTED):
        assert one.package in {p.name for lock in audit.LOCKS for p in read_lock(ROOT / lock)}


def test_every_locked_version_is_asked_for_and_none_twice_at_once():
    """Two versions of a package, in two environments, are asked for in two lists."""
    pins = [("a", "1"), ("a", "2"), ("b", "1"), ("c", "1"), ("c", "2"), ("c", "3")]
    made = batches(pins)
    assert sorted(pin for batch in made for pin in batch) == pins
    assert all(len({name for name, _ in batch}) == len(batch) for batch in made)
    assert len(made) == 3


def test_every_lock_is_audited():
    """No lock file is left out of the audit."""
    found = {str(path.relative_to(ROOT)) for path in ROOT.glob("*.lock")}
    found |= {"bot/requirements.lock", "tools/setup/uv.lock", "benchmarks/requirements.lock"}
    assert found == set(audit.LOCKS)


@pytest.mark.parametrize("part", materials.PARTS)
def test_the_bill_lists_every_locked_package(part):
    """Name, version, the hash of every file and a licence, for each line of the lock."""
    lock, environment = materials.PARTS[part]
    locked = read_lock(lock)
    licences = materials.licences_of(environment)
    bill = json.loads(materials.bill(part, (materials.component(p, licences) for p in locked)))
    listed = {(c["name"], c["version"]): c for c in bill["components"]}
    assert set(listed) == {(package.name, package.version) for package in locked}
    for package in locked:
        entry = listed[package.name, package.version]
        assert {one["content"] for one in entry["hashes"]} == set(package.hashes)
        assert entry["licenses"]


def test_licences_are_what_the_packages_say():
    """The one licence that asks for something is found and named."""
    licences = materials.licences_of(materials.PARTS["application"][1])
    assert licences["python-telegram-bot"] == "LGPL-3.0-only"
    assert all(licence and licence != materials.UNSAID for licence in licences.values())
