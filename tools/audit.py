"""Asks pip-audit about every locked package, and fails on what it could not look up.

    python -m tools.audit                asks the advisories of the public package index
    python -m tools.audit --service osv  asks those of osv.dev

pip-audit calls a package that nobody knows "skipped" and ends well: behind a mirror of an index,
where every look-up is a 404, it prints "No known vulnerabilities found" without having seen one
advisory. Here a package without an answer is a failure, an accepted advisory has a reason and an
end (tools/accepted_advisories.toml), and one that has ended counts again.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tools.locked import one_way, read_lock

ROOT = Path(__file__).resolve().parents[1]
LOCKS = (
    "requirements.lock",
    "bot/requirements.lock",
    "tools/setup/uv.lock",
    "benchmarks/requirements.lock",
)
ACCEPTED = Path(__file__).with_name("accepted_advisories.toml")
PIP_AUDIT = (ROOT / ".venv" / "bin" / "pip-audit", "--no-deps", "--disable-pip")
AS_JSON = ("--format", "json", "--aliases", "on", "--desc", "off", "--progress-spinner", "off")
SHOWN = 10  # names of a list that is only there to be believed

Pin = tuple[str, str]  # a package and its version


class AuditFailed(Exception):
    """Nothing was found out; the message is one sentence that says why."""


@dataclass(frozen=True)
class Accepted:
    """An advisory that a person has looked at, with why it may stay and until when."""

    id: str
    package: str
    reason: str
    until: date


@dataclass(frozen=True)
class Advisory:
    """A known weakness of one package, under every name it goes by."""

    pin: Pin
    names: frozenset[str]
    mended_in: tuple[str, ...]


@dataclass(frozen=True)
class Findings:
    """What an audit came to. It is passed when the first three are empty."""

    unanswered: tuple[Pin, ...]
    open: tuple[Advisory, ...]
    ended: tuple[Accepted, ...]
    accepted: tuple[Accepted, ...]
    idle: tuple[Accepted, ...]

    @property
    def passed(self) -> bool:
        """Whether every package was looked up and nothing is left that nobody accepted."""
        return not (self.unanswered or self.open or self.ended)


def main(words: Sequence[str] | None = None) -> int:
    """Audit every lock; 0 when each package was looked up and no advisory is left open."""
    parser = argparse.ArgumentParser(prog="python -m tools.audit", description=__doc__)
    parser.add_argument("--service", choices=("pypi", "osv"), default="pypi")
    service = parser.parse_args(words).service
    try:
        accepted = read_accepted(ACCEPTED)
        pins = sorted({(p.name, p.version) for lock in LOCKS for p in read_lock(ROOT / lock)})
        answers = [ask(batch, service) for batch in batches(pins)]
    except AuditFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    findings = judge(pins, answers, accepted, datetime.now(UTC).date())
    print("\n".join(told(findings, len(pins))))
    return 0 if findings.passed else 1


def batches(pins: Iterable[Pin]) -> list[list[Pin]]:
    """The pins in as few lists as can be, none naming a package twice: pip-audit refuses that."""
    made: list[dict[str, str]] = []
    for name, version in pins:
        room = next((batch for batch in made if name not in batch), None)
        if room is None:
            made.append(room := {})
        room[name] = version
    return [list(batch.items()) for batch in made]


def ask(pins: Sequence[Pin], service: str) -> dict[str, Any]:
    """What pip-audit has to say of these. Raises AuditFailed when that is no report."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as listed:
        listed.writelines(f"{name}=={version}\n" for name, version in pins)
        listed.flush()
        command = [*PIP_AUDIT, *AS_JSON, "--vulnerability-service", service, "-r", listed.name]
        words = [str(word) for word in command]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    return read_report(done.stdout, done.stderr)


def read_report(out: str, complaint: str) -> dict[str, Any]:
    """pip-audit's report in JSON. Raises AuditFailed, with its last line, when there is none."""
    try:
        report = json.loads(out)
    except ValueError:
        report = None
    if not isinstance(report, dict) or not isinstance(report.get("dependencies"), list):
        last = (complaint.strip().splitlines() or ["it said nothing"])[-1]
        raise AuditFailed(
            "The advisories could not be asked for, so nothing is known about what we depend on: "
            f"let this machine reach them and run `make audit` again ({last})."
        )
    return report


def judge(
    pins: Iterable[Pin],
    answers: Iterable[dict[str, Any]],
    accepted: Iterable[Accepted],
    today: date,
) -> Findings:
    """Hold the answers against what is locked and what is accepted on this day."""
    accepted = tuple(accepted)
    seen: set[Pin] = set()
    advisories: list[Advisory] = []
    for answer in answers:
        for one in answer["dependencies"]:
            if "skip_reason" not in one and "vulns" in one:
                pin = one_way(one["name"]), one["version"]
                seen.add(pin)
                advisories += [_advisory(pin, vuln) for vuln in one["vulns"]]
    matched = {one: [a for a in advisories if _is_about(one, a)] for one in accepted}
    in_force = {one for one in accepted if one.until >= today}
    covered = [a for one in in_force for a in matched[one]]
    return Findings(
        unanswered=tuple(pin for pin in pins if pin not in seen),
        open=tuple(a for a in advisories if a not in covered),
        ended=tuple(one for one in accepted if one not in in_force),
        accepted=tuple(one for one in accepted if one in in_force and matched[one]),
        idle=tuple(one for one in accepted if not matched[one]),
    )


def _advisory(pin: Pin, vuln: dict[str, Any]) -> Advisory:
    names = frozenset({vuln["id"], *vuln.get("aliases", ())})
    return Advisory(pin, names, tuple(vuln.get("fix_versions", ())))


def _is_about(accepted: Accepted, advisory: Advisory) -> bool:
    return accepted.id in advisory.names and accepted.package == advisory.pin[0]


def read_accepted(path: Path) -> list[Accepted]:
    """The accepted advisories. Raises AuditFailed when an entry lacks its reason or its end."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("accepted", [])
        return [_accepted(entry) for entry in entries]
    except (tomllib.TOMLDecodeError, TypeError, ValueError, KeyError) as fault:
        raise AuditFailed(f"{path.name} cannot be read: {fault}.") from None


def _accepted(entry: dict[str, Any]) -> Accepted:
    one = Accepted(**entry)
    if type(one.until) is not date or not one.reason.strip():
        raise ValueError(f"{one.id} needs a reason and a day, `until = 2027-06-30`")
    return Accepted(one.id, one_way(one.package), one.reason, one.until)


def told(findings: Findings, asked: int) -> list[str]:
    """The findings as lines for a person, the worst first."""
    lines = []
    if findings.unanswered:
        count = len(findings.unanswered)
        names = ", ".join(f"{name} {version}" for name, version in findings.unanswered[:SHOWN])
        more = f" and {count - SHOWN} more" if count > SHOWN else ""
        lines.append(f"FAILED  {count} of {asked} packages could not be looked up: {names}{more}.")
    for advisory in findings.open:
        mended = ", ".join(advisory.mended_in) or "nowhere yet"
        known = ", ".join(sorted(advisory.names))
        lines.append(f"FAILED  {' '.join(advisory.pin)}: {known}; mended in {mended}.")
    lines += [f"FAILED  {one.id}: accepted until {one.until} only." for one in findings.ended]
    lines += [
        f"known   {one.package} {one.id}, until {one.until}: {one.reason}"
        for one in findings.accepted
    ]
    lines += [f"idle    {one.id} of {one.package} is no longer found." for one in findings.idle]
    if findings.passed:
        lines.append(f"passed  {asked} packages looked up.")
    return lines


if __name__ == "__main__":
    sys.exit(main())
