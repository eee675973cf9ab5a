"""An operator's verbs: bring the database up to date, check settings and content."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

from onestep import safety, wiring
from onestep.cli.say import console
from onestep.content import ContentError, load, require_language
from onestep.content.conduct import has_rules
from onestep.services.daily import require_rota
from onestep.settings import Settings
from onestep.storage.database import Database
from onestep.storage.schema import require_current
from onestep.storage.seal import new_keyring, write_keyring


def bring_up_to_date(settings: Settings) -> None:
    """Makes what is missing: the data folder, the keys, the tables. Takes nothing away."""
    wiring.prepare(settings)
    with suppress(FileExistsError):
        write_keyring(settings.keys, new_keyring())
        console.print(f"New keys are in {settings.keys}. Keep a copy apart from your backups.")
    console.print("The database is up to date.")
    for line in nobody_leads(settings):
        console.print(line, markup=False)


def nobody_leads(settings: Settings) -> Iterator[str]:
    """What to do where no lead can sign in yet.

    The link itself is printed for whoever asks for it by name, never into the log of a service.
    """
    from onestep.services.accounts import has_lead

    db = Database(settings.database_url, wiring.keys(settings))
    try:
        if not (settings.demo or has_lead(db)):
            yield "Nobody can sign in to the pages yet: `onestep lead NAME` prints a link."
    finally:
        db.close()


def check_rota(settings: Settings) -> None:
    """Raises RotaGap where nobody is on call and no plan says what then; a demo has no rota."""
    if settings.demo:
        return
    content = load(settings.content, settings.language)
    db = Database(settings.database_url, wiring.keys(settings))
    try:
        require_current(db.engine)
        with db.read() as session:
            require_rota(session, content, datetime.now(UTC))
    finally:
        db.close()


def check_all(settings: Settings) -> None:
    """Loads everything that a start would load. Raises what a start would raise."""
    check_content(settings)
    wiring.keys(settings)


def check_content(settings: Settings) -> None:
    """Loads every language there is, and the one new clients are written to in.

    Raises ContentFaults with every file, line and reason, or UnknownLanguage.
    """
    if not settings.content.is_dir():
        raise ContentError(f"There is no folder {settings.content}: set ONESTEP_CONTENT to yours.")
    there = {place.parent.name for place in settings.content.glob("*/language.yml")}
    if settings.language not in there or not has_rules(settings.language):
        require_language(settings.content, settings.language)
    for language in sorted(there):
        load(settings.content, language)
        safety.ready(language)
