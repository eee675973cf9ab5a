"""Compare date libraries on the phrases of clients: the table of docs/decisions/0020-dates.md.

Run in a throw-away environment that holds the candidates beside what the application needs:

    uv run --no-project --python 3.12 --with dateparser==1.5.0 --with parsedatetime==2.6 \
        --with recurrent==0.4.1 --with timefhuman==0.1.5 --with chrono-python==3.0.0 \
        --with tzdata python tests/compare_date_libraries.py

Each library is asked twice: with the words as written, and in the place of dateparser behind our
own layer. A row counts as right when the day is right (and the time, where one is expected), or
when nothing is read where a question or nothing is expected.
"""

import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
LONDON = ZoneInfo("Europe/London")
SETS = {
    "dates_phrases.tsv": datetime(2026, 11, 18, 14, 30, tzinfo=LONDON),
    "dates_held_out.tsv": datetime(2027, 3, 12, 20, 10, tzinfo=LONDON),
    "dates_unseen.tsv": datetime(2027, 7, 5, 8, 20, tzinfo=LONDON),
}
Library = Callable[[str, datetime], datetime | None]


def dateparser_(words: str, base: datetime) -> datetime | None:
    """dateparser: relative to `base`, day before month, the future preferred."""
    import dateparser

    return dateparser.parse(
        words,
        languages=["en"],
        settings={"RELATIVE_BASE": base, "PREFER_DATES_FROM": "future", "DATE_ORDER": "DMY"},
    )


def parsedatetime_(words: str, base: datetime) -> datetime | None:
    """Parsedatetime with its British constants."""
    import parsedatetime

    constants = parsedatetime.Constants("en_GB", usePyICU=False)
    constants.BirthdayEpoch, constants.DOWParseStyle = 60, 1
    found, status = parsedatetime.Calendar(constants).parseDT(words, base)
    return found if status else None


def recurrent_(words: str, base: datetime) -> datetime | None:
    """recurrent, where it reads one moment."""
    from recurrent.event_parser import RecurringEvent

    found = RecurringEvent(now_date=base).parse(words)
    return found if isinstance(found, datetime) else None


def timefhuman_(words: str, base: datetime) -> datetime | None:
    """timefhuman: the first moment it finds."""
    from timefhuman import tfhConfig, timefhuman

    found = timefhuman(words, tfhConfig(now=base))
    while isinstance(found, list | tuple):
        found = found[0] if found else None
    return found if isinstance(found, datetime) else None


def chrono_(words: str, base: datetime) -> datetime | None:
    """chrono-python, casual English."""
    import chrono_python

    return chrono_python.parse_date(words, base)


LIBRARIES: dict[str, Library] = {
    "dateparser": dateparser_,
    "parsedatetime": parsedatetime_,
    "recurrent": recurrent_,
    "timefhuman": timefhuman_,
    "chrono-python": chrono_,
}


def rows(name: str) -> list[tuple[str, str]]:
    """The phrases of one file with what each means."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(words, expected) for words, expected in pairs]


def judge(expected: str, found: str) -> str:
    """Right, wrong (a day that is not meant) or nothing (it would be asked)."""
    wants_day, has_day = expected[0].isdigit(), found[:1].isdigit()
    if has_day:
        return "right" if wants_day and found.startswith(expected) else "wrong"
    return "nothing" if wants_day else "right"


def alone(library: Library, words: str, base: datetime) -> str:
    """What a library makes of the words as written."""
    try:
        found = library(words, base.replace(tzinfo=None))
    except Exception:  # noqa: BLE001 - a library that raises on a phrase has read nothing
        return ""
    return f"{found:%Y-%m-%d %H:%M}" if found else ""


def behind(library: Library, words: str, base: datetime) -> str:
    """What our reader makes of the words with this library in the place of dateparser."""
    from onestep.dates import Date, reading

    def ask(text: str, local: datetime) -> datetime | None:
        read = alone(library, text, local)
        return datetime.fromisoformat(read) if read else None

    kept, reading._library = reading._library, ask
    try:
        found = reading.read_date(words, now=base, zone="Europe/London")
    finally:
        reading._library = kept
    return f"{found.at:%Y-%m-%d %H:%M}" if isinstance(found, Date) else ""


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")
    lines = [
        "| library | asked | file | right | wrong | nothing | ms a phrase |",
        "|---|---|---|---:|---:|---:|---:|",
    ]
    for library_name, library in LIBRARIES.items():
        for how, ask in (("alone", alone), ("behind our layer", behind)):
            for name, base in SETS.items():
                ask(library, "tomorrow", base)  # what is loaded once is not timed
                began = time.perf_counter()
                count = Counter(judge(e, ask(library, w, base)) for w, e in rows(name))
                each = (time.perf_counter() - began) * 1000 / len(rows(name))
                figures = " | ".join(str(count[k]) for k in ("right", "wrong", "nothing"))
                lines.append(f"| {library_name} | {how} | {name} | {figures} | {each:.1f} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
