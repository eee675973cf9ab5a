"""`onestep check`: what is configured, what is missing and what is wrong, in plain words."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from onestep import wiring
from onestep.cli import say
from onestep.cli.bot import bot_place
from onestep.cli.errors import NotReady
from onestep.cli.upkeep import check_content, check_rota, nobody_leads
from onestep.content import load
from onestep.settings import Settings
from onestep.storage import audit
from onestep.storage.database import Database, open_engine
from onestep.storage.errors import KeyMissing, SpoolClosed, WrongVersion
from onestep.storage.schema import require_current

NOBODY_RANG = "design notes"  # who is said to have checked a number that came with Onestep
WAYS_AT_LEAST = 2  # one provider that fails must not keep a concern from everybody (R9)
WIDTH = 10  # of the names at the left


@dataclass
class Inventory:
    """What was found, part by part, and what stands in the way of a start."""

    lines: list[str] = field(default_factory=list)
    wrong: list[Exception] = field(default_factory=list)

    def look(self, part: str, find: Callable[[], Iterator[str]]) -> None:
        """Adds what is said of one part; a fault in it hides no other part."""
        name = part
        try:
            for line in find():
                self.lines.append(f"{name:{WIDTH}} {line}")
                name = ""
        except say.known_errors() as fault:
            self.lines.append(f"{name:{WIDTH}} wrong: see below")
            self.wrong.append(fault)


def take_inventory(settings: Settings, *, from_variables: tuple[str, ...] = ()) -> Inventory:
    """Looks at everything a start would need. `from_variables`: secrets that came as variables."""
    found = Inventory()
    found.look("clients", lambda: _ways_in(settings, from_variables))
    found.look("staff", lambda: _ways_out(settings))
    found.look("pages", lambda: _pages(settings))
    found.look("keys", lambda: _keys(settings))
    if not any(isinstance(fault, KeyMissing) for fault in found.wrong):
        found.look("database", lambda: _database(settings))  # made by the same verb as the keys
        if not found.wrong:
            found.look("audit", lambda: _audit(settings))
            found.look("rota", lambda: _rota(settings))
    found.look("spool", lambda: _spool(settings))
    found.look("content", lambda: _content(settings))
    found.look("bot", lambda: _bot(settings))
    return found


def _ways_in(settings: Settings, from_variables: tuple[str, ...]) -> Iterator[str]:
    if settings.demo:
        yield "made-up people on simulated phones: this is demo mode, nothing leaves this machine"
        return
    if telegram := settings.telegram:
        elsewhere = "" if telegram.api == _usual("telegram_api") else f", through {telegram.api}"
        yield f"Telegram, by {telegram.mode}{elsewhere}"
    if twilio := settings.twilio:
        sender = twilio.from_number or "a messaging service"
        elsewhere = "" if twilio.api == _usual("twilio_api") else f", through {twilio.api}"
        yield f"SMS through Twilio, from {sender}{elsewhere}"
    if kannel := settings.kannel:
        yield f"SMS through Kannel at {kannel.send_url}, from {kannel.from_number}"
        yield f"Kannel brings texts and delivery reports to {kannel.our_url}"
        if kannel.elsewhere:
            yield "nothing it brings is believed: set ONESTEP_KANNEL_ALLOWED to its address"
    if not (settings.telegram or settings.twilio or settings.kannel):
        yield "nobody can write yet: neither Telegram nor SMS is configured (.env.example)"
    for name in from_variables:
        yield f"{name} came as a variable: a file is safer (.env.example says how)"


def _ways_out(settings: Settings) -> Iterator[str]:
    """How a coach can be told, besides by the pages; two, because one can be out of order."""
    if settings.demo:
        yield "a made-up coach on a simulated phone"
        return
    texts = settings.twilio or settings.kannel
    ways = [
        "Telegram" if settings.telegram else None,
        "SMS" if texts else None,
        f"e-mail through {settings.smtp.host}" if settings.smtp else None,
    ]
    found = [way for way in ways if way is not None]
    if found:
        yield f"told by {', '.join(found)}"
    if len(found) < WAYS_AT_LEAST:
        yield "an alert needs at least two ways out: set up e-mail too (ONESTEP_SMTP_HOST)"


def _usual(name: str) -> object:
    return Settings.model_fields[name].default


def _pages(settings: Settings) -> Iterator[str]:
    yield f"http://{settings.host}:{settings.port}"
    if settings.public_url is not None:
        yield f"known to the world as {settings.public_url}"


def _keys(settings: Settings) -> Iterator[str]:
    wiring.keys(settings)
    yield f"{settings.keys}: keep a copy apart from your backups"


def _spool(settings: Settings) -> Iterator[str]:
    folder = settings.spool_folder
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not (there.is_dir() and os.access(there, os.W_OK)):
        raise SpoolClosed(SpoolClosed.__doc__)
    yield f"{folder}: what comes in while the database is away waits there"
    if settings.emergency_contact is None:
        yield "danger is told to nobody then: set ONESTEP_EMERGENCY_CONTACT"


def _database(settings: Settings) -> Iterator[str]:
    try:
        address = make_url(settings.database_url)
        engine = open_engine(settings.database_url)
    except (ArgumentError, ModuleNotFoundError):
        raise NotReady(
            "ONESTEP_DATABASE is no database address we know: leave it out, and SQLite is used."
        ) from None
    shown = address.render_as_string(hide_password=True)
    file = address.database if address.get_backend_name() == "sqlite" else None
    if file and not Path(file).exists():  # looking must not make an empty one
        raise WrongVersion(f"There is no database {file}: run `onestep migrate`.")
    try:
        require_current(engine)
    except OperationalError:
        raise NotReady(
            f"The database {shown} does not answer: start it, or mend its address."
        ) from None
    finally:
        engine.dispose()
    yield f"{shown}, up to date"


def _audit(settings: Settings) -> Iterator[str]:
    """The audit log, walked line by line, and whether anybody can read it."""
    db = Database(settings.database_url, wiring.keys(settings))
    try:
        with db.read() as session:
            whole = audit.check(session)
    finally:
        db.close()
    if whole.broken_at is not None:
        raise NotReady(
            f"Line {whole.broken_at} of the audit log does not fit the one before it: somebody "
            "has changed the log. Compare it with a backup before anything else is done."
        )
    yield f"{whole.lines} lines, each fits the one before"
    yield from nobody_leads(settings)


def _rota(settings: Settings) -> Iterator[str]:
    check_rota(settings)
    plan = load(settings.content, settings.language).service.out_of_hours
    if plan is not None:
        yield f"while nobody is on call: {plan}"
    if settings.heartbeat_url is None:
        yield "nobody outside notices when all of this stops: set ONESTEP_HEARTBEAT_URL"


def _content(settings: Settings) -> Iterator[str]:
    check_content(settings)
    content = load(settings.content, settings.language)
    yield f"{settings.content}, new clients in {content.language.name}"
    yield f"the service is called {content.service.name}, in {content.service.nation}"
    routes = [route for route in content.routes.by_key.values() if route.verified]
    unrung = sum(route.checked_by == NOBODY_RANG for route in routes)
    if unrung:
        yield f"{unrung} of {len(routes)} numbers have not been rung by you: routes.yml says how"
    for route in content.routes.stale(datetime.now(UTC).date()):
        yield f"the number of {route.key} has not been checked for too long: routes.yml"


def _bot(settings: Settings) -> Iterator[str]:
    bot_place(settings, settings.data)
    yield "set up and trained"
