"""Puts what was measured into words: the page in docs/ and the one line of JSON."""

from collections.abc import Mapping, Sequence
from datetime import date

from benchmarks.figures import AROUND, Target, ratio, reached
from benchmarks.measure import Measured
from benchmarks.sides import Side

VERDICTS = {True: "met", False: "**missed**", None: "not measured"}
EMPTY = "–"
COMPARED = 500  # the message at which sides are compared


def values(found: Measured) -> dict[str, float | None]:
    """Return the value of each target."""
    p95 = [each.p95 for point in found.points if (each := found.spread("c", point))]
    return {
        "a_over_c": _against_c(found, "a"),
        "b_over_c": _against_c(found, "b"),
        "d_over_c": _against_c(found, "d"),
        "flat": found.flat,
        "p95_ms": max(p95, default=None),
        "turns_per_second": found.rates.get("c", {}).get(8),
        "rss_mb": found.memory.get("c"),
        "state_bytes": found.state_bytes or None,
    }


def compared_at(found: Measured, key: str) -> int | None:
    """Return the message at which a side is compared: the 500th, or the last it reached before."""
    reached_it = [
        point for point in found.points if point <= COMPARED and found.spread(key, point)
    ]
    return max(reached_it, default=None)


def _against_c(found: Measured, key: str) -> float | None:
    point = compared_at(found, key)
    return ratio(found.spread(key, point), found.spread("c", point)) if point else None


def as_json(found: Measured, *, command: str, on: date) -> dict[str, object]:
    """Return every figure, for a program to read."""
    figures = {
        key: {
            str(point): {"median_ms": round(each.median, 2), "p95_ms": round(each.p95, 2)}
            for point in found.points
            if (each := found.spread(key, point))
        }
        for key in found.times
    }
    return {
        "date": on.isoformat(),
        "command": command,
        "load": [round(load, 1) for load in found.load],
        "seconds": round(found.seconds),
        "messages": figures,
        "turns_per_second": {
            key: {str(clients): round(rate, 1) for clients, rate in rates.items()}
            for key, rates in found.rates.items()
        },
        "start_up_s": {key: round(seconds, 1) for key, seconds in found.start_up.items()},
        "rss_mb": found.memory,
        "turns": found.turns,
        "answered_with_nothing": found.empty,
        "targets": {
            target.key: {
                "value": _rounded(value),
                "limit": target.limit,
                "met": met,
                **(
                    {"message": compared_at(found, target.key[0])} if "_over" in target.key else {}
                ),
            }
            for target, value, met in reached(values(found))
        },
    }


def page(found: Measured, sides: Sequence[Side], *, command: str, on: date, about: str) -> str:
    """Return docs/benchmarks.md."""
    parts = [
        "# Benchmarks",
        _circumstances(found, command=command, on=on, about=about),
        "\n".join(f"- **({side.key})** {side.what}" for side in sides),
        "## What must be reached",
        _table(("", "must be", "is", ""), [_row(found, each) for each in reached(values(found))]),
        "## One conversation, message by message",
        "Milliseconds for one message, median / p95.",
        _table(("message", *(f"({side.key})" for side in sides)), _messages(found, sides)),
        "## The rest",
        _table(("", *(f"({side.key})" for side in sides)), _rest(found, sides)),
        NOTES.format(around=AROUND),
    ]
    return "\n\n".join(parts) + "\n"


def _circumstances(found: Measured, *, command: str, on: date, about: str) -> str:
    before, after = found.load
    return (
        f"Measured on {on.isoformat()} with `{command}` on 2 shared cores ({about}). The load of\n"
        f"the machine was {before:.1f} when this began and {after:.1f} when it ended; it "
        f"took {found.seconds / 60:.0f} minutes."
    )


def _row(found: Measured, each: tuple[Target, float | None, bool | None]) -> Sequence[str]:
    target, value, met = each
    what = target.what
    if target.key.endswith("_over_c") and (point := compared_at(found, target.key[0])):
        what = f"{what}, message {point}"
    is_now = EMPTY if value is None else f"{_rounded(value):,}{target.unit}"
    return what, f"{target.way} {target.limit:,}{target.unit}", is_now, VERDICTS[met]


def _messages(found: Measured, sides: Sequence[Side]) -> list[Sequence[str]]:
    rows: list[Sequence[str]] = []
    for point in found.points:
        spreads = [found.spread(side.key, point) for side in sides]
        cells = [f"{s.median:.1f} / {s.p95:.1f}" if s else "not reached" for s in spreads]
        rows.append((f"{point:,}", *cells))
    return rows


def _rest(found: Measured, sides: Sequence[Side]) -> list[Sequence[str]]:
    def row(what: str, by_side: Mapping[str, float | None], form: str) -> Sequence[str]:
        found_here = [by_side.get(side.key) for side in sides]
        return what, *(EMPTY if each is None else format(each, form) for each in found_here)

    rates = found.rates
    return [
        row("turns a second, 1 client", {key: each[1] for key, each in rates.items()}, ".1f"),
        row("turns a second, 8 clients", {key: each[8] for key, each in rates.items()}, ".1f"),
        row("memory at the end, MB", found.memory, "d"),
        row("after so many turns", found.turns, ",d"),
        row("start-up, seconds", found.start_up, ".1f"),
        row("turns answered with nothing", found.empty, "d"),
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _rounded(value: float | None) -> float | None:
    if value is None or isinstance(value, int):
        return value
    return round(value, 2)


NOTES = """## How it is measured

- One message of each side is sent in turn, so that whatever slows the machine slows all alike. A
  side that has used up eight minutes leaves; "not reached" is where that happened.
  Everything runs on one machine over loopback or a unix socket. Each side answers a few turns of
  another conversation first.
- A figure for message *n* is taken over that message and the {around} before and after it, as
  far as there are any.
- (b), (c) and (d) hold the same made-up conversation: check-ins fall due, open questions are
  answered in words or by a button, some messages are detours, some were not asked for. An event
  counts as a message. (a) gets the lines of its own training data.
- What differs: (b) is told nothing of the client (the actions then assume an ordinary check-in
  with questions left), so its check-ins run a little longer, and it draws no rating. It words
  its replies; (c) names them and (d) renders them. (b) keeps its conversations in SQLite, (a) in
  memory, (c) nowhere: the state is in the request.
- (c) is asked with a context as large as a long-standing client's. "Message 1,000 against
  message 10": after its last message the old conversation goes on for 150 more, each beside one
  of a fresh conversation (messages 1 to 30 of five), which gets the same check-ins and the same
  words at the same time.
- (d) runs from the moment a message is handed to `receive` until the transaction with its reply
  is committed, with the worker's own loops; nothing else waits, and the lull is 0. The receipt is
  synced to disk; the reply is with the claim of its sending, before it goes out (decision 0069).
  Its bot is the one of (c).
- The eight clients of (c) go on until the bot has answered as many turns as the table says;
  memory is read after that. That of (a) and (b) is `rasa run` alone, after far fewer turns."""
