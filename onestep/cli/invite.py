"""`onestep invite` and `onestep relink`: a client as agreed with them, a link and a code."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onestep.cli.errors import NotReady
from onestep.cli.ways import check_picture, show, ways_to_join
from onestep.content import require_language
from onestep.settings import Settings
from onestep.storage.clients import NewTerms

if TYPE_CHECKING:
    from onestep.storage.database import Database

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
SafeDays = Annotated[
    str | None, typer.Option(help="It is safe on these days alone, such as mon,thu")
]
SafeHours = Annotated[
    str | None, typer.Option(help="It is safe at these hours alone, such as 10:00-14:00")
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
CoachOfTwo = Annotated[str | None, typer.Option("--coach", help="Whose client, of two")]
ClientId = Annotated[str | None, typer.Option("--id", help="Which client, of two")]
Also = Annotated[bool, typer.Option("--also", help="One more phone: the old ones stay theirs")]
Quietly = Annotated[
    bool, typer.Option("--quietly", help="Say nothing to the old phone: others may have it")
]
Picture = Annotated[
    Path | None, typer.Option("--qr", help="Also put the link as a picture here: .png or .svg")
]


def invite(
    called: Called,
    *,
    coach: Coach,
    theirs_alone: TheirsAlone,
    safe_when: SafeWhen,
    if_someone_else: SomeoneElse,
    new_coach: NewCoach = False,
    safe_days: SafeDays = None,
    safe_hours: SafeHours = None,
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
    qr: Picture = None,
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
        **safe_times(safe_days, safe_hours),
    )
    check_picture(qr)
    db, ways, good_for = database(), ways_to_join(settings), timedelta(days=days)
    whom = Whom(called=called, coach=coach, new_coach=new_coach, terms=terms, safe=safe)
    invited = add(db, whom, now=datetime.now(UTC), good_for=good_for)
    show(ways, invited.code, invited.until, called, picture=qr)


def relink(
    called: Called,
    *,
    theirs_alone: TheirsAlone,
    safe_when: SafeWhen,
    if_someone_else: SomeoneElse,
    coach: CoachOfTwo = None,
    client_id: ClientId = None,
    safe_days: SafeDays = None,
    safe_hours: SafeHours = None,
    quick_exit_word: QuickExit = None,
    record_word: RecordWord = None,
    also: Also = False,
    quietly: Quietly = False,
    days: Days = 14,
    qr: Picture = None,
) -> None:
    """Gives a client with a new phone, number or account a code to come back by."""
    from onestep.cli.opened import database
    from onestep.services.invite import Again, SafelyReached
    from onestep.services.invite import relink as again

    safe = SafelyReached(
        theirs_alone=theirs_alone,
        safe_when=safe_when,
        if_someone_else=if_someone_else,
        quick_exit_word=quick_exit_word,
        record_word=record_word,
        **safe_times(safe_days, safe_hours),
    )
    check_picture(qr)
    db, ways = database(), ways_to_join(Settings())
    whose = client_id or _the_one(db, called, coach)
    wanted = Again(client_id=whose, safe=safe, keep_the_old=also, quietly=quietly)
    invited = again(db, wanted, now=datetime.now(UTC), good_for=timedelta(days=days))
    show(ways, invited.code, invited.until, called, picture=qr)


def _the_one(db: "Database", called: str, coach: str | None) -> str:
    from onestep.services.invite import clients_called

    found = clients_called(db, called, coach=coach)
    if not found:
        raise NotReady(f"Nobody here is called {called}: check the spelling.")
    if len(found) > 1:
        those = ", ".join(f"{each.client_id} (with {each.coach})" for each in found)
        raise NotReady(f"There are several: say which with --id: {those}.")
    return found[0].client_id


def safe_times(on: str | None, hours: str | None) -> dict[str, Any]:
    """The safe days and hours as they are kept. Raises NotReady for what is neither."""
    between = _span("--safe-hours", hours) if hours else (None, None)
    days = _rhythm(on, only_when_asked=False, option="--safe-days")[1] if on else ()
    return {"safe_days": days, "safe_from": between[0], "safe_until": between[1]}


def _rhythm(
    on: str | None, *, only_when_asked: bool, option: str = "--on"
) -> tuple[str, tuple[int, ...]]:
    if only_when_asked:
        return "only_when_asked", ()
    if on is None:
        return "every_n_days", ()
    chosen = {day.strip().casefold()[:3] for day in on.split(",")}
    if not chosen <= set(DAYS):
        raise NotReady(f"{option} wants days such as mon,thu; there are {', '.join(DAYS)}.")
    return "weekdays", tuple(sorted(DAYS.index(day) for day in chosen))


def _span(option: str, text: str) -> tuple[str, str]:
    found = SPAN.fullmatch(text.replace(" ", ""))
    if found is None:
        raise NotReady(f"{option} wants two times, such as 10:00-18:00.")
    return found[1], found[2]
