"""`onestep invite`: adds a client as agreed with them, and prints a link and a code to join by."""

import asyncio
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from onestep import wiring_channels
from onestep.cli.errors import NotReady
from onestep.cli.say import console
from onestep.content import require_language
from onestep.settings import Settings
from onestep.storage.clients import NewTerms

SPAN = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


Called = Annotated[str, typer.Argument(help="What the client wants to be called")]
Coach = Annotated[str, typer.Option(help="The coach's name, as clients read it")]
NewCoach = Annotated[bool, typer.Option("--new-coach", help="Add this coach")]
TheirsAlone = Annotated[
    bool,
    typer.Option(
        "--theirs-alone/--shared",
        prompt="Is this phone theirs alone",
        help="Whether nobody else sees this phone",
    ),
]
SafeWhen = Annotated[
    str, typer.Option(prompt="When is it safe to write", help="When it is safe to write")
]
SomeoneElse = Annotated[
    str, typer.Option(prompt="What if somebody else answers", help="What if somebody else answers")
]
QuickExit = Annotated[str | None, typer.Option(help="A word of theirs that ends it at once")]
RecordWord = Annotated[str | None, typer.Option(help="A word of theirs that opens their record")]
Every = Annotated[int, typer.Option(help="Days between two check-ins")]
On = Annotated[str | None, typer.Option(help="Or on these days, such as mon,thu")]
WhenAsked = Annotated[bool, typer.Option("--only-when-asked", help="Or only when they ask")]
Hours = Annotated[str, typer.Option(help="When a check-in may come")]
Quiet = Annotated[str, typer.Option(help="When nothing comes")]
Zone = Annotated[str, typer.Option(help="Their time zone")]
Language = Annotated[str | None, typer.Option(help="Their language")]
Short = Annotated[bool, typer.Option("--short", help="Fewer questions at a time")]
Plain = Annotated[bool, typer.Option("--plain", help="Wording that may say what this is about")]
Days = Annotated[int, typer.Option(min=1, max=90, help="Days the code is good for")]


def invite(
    called: Called,
    *,
    coach: Coach,
    theirs_alone: TheirsAlone,
    safe_when: SafeWhen,
    if_someone_else: SomeoneElse,
    new_coach: NewCoach = False,
    quick_exit_word: QuickExit = None,
    record_word: RecordWord = None,
    every: Every = 7,
    on: On = None,
    only_when_asked: WhenAsked = False,
    hours: Hours = "10:00-18:00",
    quiet: Quiet = "21:00-09:00",
    zone: Zone = "Europe/London",
    language: Language = None,
    short: Short = False,
    plain: Plain = False,
    days: Days = 14,
) -> None:
    """Invites a client: agree all of it with them, talking. Nothing is sent until they join."""
    from onestep.cli.opened import database
    from onestep.services.invite import SafelyReached, Whom
    from onestep.services.invite import invite as add

    settings = Settings()
    rhythm, weekdays = _rhythm(on, only_when_asked=only_when_asked)
    window, silence = _span("--hours", hours), _span("--quiet", quiet)
    terms = NewTerms(
        rhythm=rhythm,
        every_days=every,
        weekdays=weekdays,
        window_start=window[0],
        window_end=window[1],
        quiet_start=silence[0],
        quiet_end=silence[1],
        zone=zone,
        language=language or settings.language,
        length="short" if short else "ordinary",
        discreet=not plain,
    )
    require_language(settings.content, terms.language)
    safe = SafelyReached(
        theirs_alone=theirs_alone,
        safe_when=safe_when,
        if_someone_else=if_someone_else,
        quick_exit_word=quick_exit_word,
        record_word=record_word,
    )
    db, ways, good_for = database(), _ways_to_join(settings), timedelta(days=days)
    whom = Whom(called=called, coach=coach, new_coach=new_coach, terms=terms, safe=safe)
    invited = add(db, whom, now=datetime.now(UTC), good_for=good_for)
    _show(ways, invited.code, invited.until, called)


@dataclass(frozen=True)
class Ways:
    """How somebody can join: the bot's name, the number that takes texts; or why not."""

    bot: str | None
    number: str | None
    why_not: tuple[str, ...]


def _ways_to_join(settings: Settings) -> Ways:
    """Looked up before anything is kept: a code that nobody can use helps nobody."""
    bot, why_not = asyncio.run(_bot(settings)) if settings.telegram else (None, ())
    texts = settings.twilio or settings.kannel
    number = texts.from_number if texts else None
    if not (settings.telegram or texts or settings.demo):
        raise NotReady("Nobody can join yet: set up Telegram or SMS first (README, .env.example).")
    if settings.twilio and number is None:
        number = "the number of your messaging service"
    return Ways(bot, number, why_not)


async def _bot(settings: Settings) -> tuple[str | None, tuple[str, ...]]:
    checked = await wiring_channels.look_at_telegram(settings)
    wrong = () if checked.username else tuple(each.says for each in checked.findings)
    return checked.username, wrong


def _show(ways: Ways, code: str, until: datetime, called: str) -> None:
    shown = f"{code[:4]} {code[4:]}"
    if ways.bot is not None:
        import segno

        link = f"https://t.me/{ways.bot}?start={code}"
        segno.make(link, error="m").terminal(sys.stdout, border=2, compact=True)
        _say(f"On Telegram, {called} opens {link} (or scans this) and presses Start.")
    for why in ways.why_not:
        _say(f"There is no link yet: {why}")
    if ways.number is not None:
        _say(f"By text, {called} sends {shown} to {ways.number}.")
    _say(f"The code is {shown}. It works once, until {until:%-d %B %Y}, and is shown only now.")


def _rhythm(on: str | None, *, only_when_asked: bool) -> tuple[str, tuple[int, ...]]:
    if only_when_asked:
        return "only_when_asked", ()
    if on is None:
        return "every_n_days", ()
    chosen = {day.strip().casefold()[:3] for day in on.split(",")}
    if not chosen <= set(DAYS):
        raise NotReady(f"--on wants days such as mon,thu; there are {', '.join(DAYS)}.")
    return "weekdays", tuple(sorted(DAYS.index(day) for day in chosen))


def _span(option: str, text: str) -> tuple[str, str]:
    found = SPAN.fullmatch(text.replace(" ", ""))
    if found is None:
        raise NotReady(f"{option} wants two times, such as 10:00-18:00.")
    return found[1], found[2]


def _say(line: str) -> None:
    console.print(line, markup=False, soft_wrap=True)
