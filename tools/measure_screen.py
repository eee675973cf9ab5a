"""Measures the concern screen on labelled JSON lines: recall, false alarms, time.

    python -m tools.measure_screen [FILE.jsonl] [--rules]
    python -m tools.measure_screen --write      puts our own sets' tables into docs/screen.md

Each line: {"text", "label": "concern"|"ordinary", "category"}. Without a file: our own test set
and the ordinary answers that are held out. Prints Markdown; prints no text.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import math
import re
import statistics
import time
from collections import Counter, defaultdict
from pathlib import Path

from onestep.safety import Level, Request, ScreenContext, Verdict, likely_request, ready, screen
from tests.safety.own_sets import TEST_SET, labelled, ordinary, requests

PAGE = Path(__file__).resolve().parents[1] / "docs" / "screen.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
_SENTENCE = re.compile(r"(?<=[.?!])\s+|\n+")
_LOUDER = (Level.NONE, Level.UNREAD, Level.SOFT, Level.NOW)
ANSWERS = 8  # of a client in a month, two check-ins a week


def main() -> int:
    """Measure one file and print the tables; times are of this process alone."""
    parser = argparse.ArgumentParser(description="Measure the concern screen.")
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--rules", action="store_true", help="count which rules fire on ordinary")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/screen.md")
    options = parser.parse_args()
    ready()
    if options.write:
        told = io.StringIO()
        with contextlib.redirect_stdout(told):
            _measure(None, with_rules=False)
        _write(told.getvalue())
    else:
        _measure(options.file, with_rules=options.rules)
    return 0


def _measure(file: Path | None, *, with_rules: bool) -> None:
    rows = _read(file) if file else _ours()
    verdicts, times = _run([row["text"] for row in rows])
    for label in dict.fromkeys(row["label"] for row in rows):
        _table(rows, verdicts, label)
    if file is None:
        _print_month(rows, verdicts)
        _print_bursts(rows)
        _print_requests()
    _print_times(times)
    if with_rules:
        _print_rules(rows, verdicts)


def _write(tables: str) -> None:
    """Between the two marks of the page, and nowhere else."""
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{tables}\n{END}{after}", encoding="utf-8")


def _print_month(rows: list[dict[str, str]], verdicts: list[Verdict]) -> None:
    """False alarms a client and month, from the ordinary answers."""
    levels = [v.level for r, v in zip(rows, verdicts, strict=True) if r["label"] == "ordinary"]
    now, soft = (ANSWERS * levels.count(level) / len(levels) for level in (Level.NOW, Level.SOFT))
    print(
        f"\nAt {ANSWERS} answers a month: a false *now* for a client about every {1 / now:.0f} "
        f"months, and {soft:.2f} notes a month that were not needed."
    )


def _read(file: Path) -> list[dict[str, str]]:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return sorted(rows, key=lambda row: row["label"])


def _ours() -> list[dict[str, str]]:
    """Under the label that a careful reader gave; a near miss looks like a concern and is none."""
    named = {"now": "concern", "soft": "unclear", "none": "near miss"}
    every = labelled(TEST_SET)
    rows = [(name, row) for level, name in named.items() for row in every if row.level == level]
    rows += [("ordinary", row) for row in ordinary()]
    return [{"text": r.text, "label": label, "category": r.category} for label, r in rows]


def _run(texts: list[str]) -> tuple[list[Verdict], list[float]]:
    verdicts, times = [], []
    for text in texts:
        start = time.process_time()
        verdicts.append(screen(text))
        times.append((time.process_time() - start) * 1000)
    return verdicts, times


def _table(rows: list[dict[str, str]], verdicts: list[Verdict], label: str) -> None:
    """Print one row a category: how many, and the share at each level with 95 % intervals."""
    groups: dict[str, list[Level]] = defaultdict(list)
    for row, verdict in zip(rows, verdicts, strict=True):
        if row["label"] == label:
            groups[row["category"]].append(verdict.level)
            groups["all"].append(verdict.level)
    print(f"\n| {label} | n | now | now or soft | unread |\n|---|---|---|---|---|")
    for name, levels in sorted(groups.items(), key=lambda item: (item[0] == "all", -len(item[1]))):
        counts = Counter(levels)
        now, either = counts[Level.NOW], counts[Level.NOW] + counts[Level.SOFT]
        n = len(levels)
        cells = (str(n), _share(now, n), _share(either, n), str(counts[Level.UNREAD]))
        print(f"| {name} | {' | '.join(cells)} |")


def _share(hits: int, n: int) -> str:
    """Hits, the share, and Wilson's 95 % interval."""
    z, p = 1.96, hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return f"{hits} = {p:.3f} ({max(0, middle - half):.3f}–{min(1, middle + half):.3f})"


def _print_bursts(rows: list[dict[str, str]]) -> None:
    """Concerns sent a sentence at a time, and ordinary answers behind those before them."""
    sentences = [_SENTENCE.split(row["text"]) for row in rows if row["label"] == "concern"]
    said = [pieces for pieces in sentences if len(pieces) > 1]
    loudest = [max(_burst(pieces), key=_LOUDER.index) for pieces in said]
    ordinary_answers = [row["text"] for row in rows if row["label"] == "ordinary"]
    print("\n| one message after the other | n | now | now or soft |\n|---|---|---|---|")
    _print_row("concerns, a message a sentence: the loudest", loudest)
    _print_row("ordinary answers, each behind the one before", _burst(ordinary_answers))


def _burst(texts: list[str]) -> list[Level]:
    """The level of each, as the service asks for it: with what was written before."""
    levels: list[Level] = []
    for at, text in enumerate(texts):
        noticed = any(level is not Level.NONE for level in levels[-3:])
        context = ScreenContext(earlier=tuple(texts[max(0, at - 3) : at]), noticed=noticed)
        levels.append(screen(text, context).level)
    return levels


def _print_row(name: str, levels: list[Level]) -> None:
    counts, n = Counter(levels), len(levels)
    now, either = counts[Level.NOW], counts[Level.NOW] + counts[Level.SOFT]
    print(f"| {name} | {n} | {_share(now, n)} | {_share(either, n)} |")


def _print_requests() -> None:
    """Of each kind of request, and of what only looks so, the share that was heard as that."""
    groups: dict[str, list[str]] = defaultdict(list)
    for row in requests(TEST_SET):
        found = screen(row.text).request
        if found is Request.NONE:
            found = likely_request(row.text, "en")
        groups[row.level].append(found.value)
    print("\n| request | n | heard as that |\n|---|---|---|")
    for name, heard in groups.items():
        print(f"| {name} | {len(heard)} | {_share(heard.count(name), len(heard))} |")


def _print_times(times: list[float]) -> None:
    ordered = sorted(times)
    p95, p99 = ordered[int(len(ordered) * 0.95)], ordered[int(len(ordered) * 0.99)]
    print(
        f"\ntime a message, ms: median {statistics.median(times):.2f}, p95 {p95:.2f}, "
        f"p99 {p99:.2f}, most {ordered[-1]:.2f}"
    )


def _print_rules(rows: list[dict[str, str]], verdicts: list[Verdict]) -> None:
    fired = Counter(
        f"{hit.level} {hit.category} {hit.detail}"
        for row, verdict in zip(rows, verdicts, strict=True)
        if row["label"] in ("ordinary", "near miss")
        for hit in set(verdict.hits)
    )
    for name, count in fired.most_common(40):
        print(f"{count:5} {name}")


if __name__ == "__main__":
    raise SystemExit(main())
