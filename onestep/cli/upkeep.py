"""An operator's verbs: bring the database up to date, check settings and content."""

from contextlib import suppress

from onestep import safety, wiring
from onestep.cli.say import console
from onestep.content import available_languages, load
from onestep.settings import Settings
from onestep.storage.seal import new_keyring, write_keyring


def bring_up_to_date(settings: Settings) -> None:
    """Makes what is missing: the data folder, the keys, the tables. Takes nothing away."""
    wiring.prepare(settings)
    with suppress(FileExistsError):
        write_keyring(settings.keys, new_keyring())
        console.print(f"New keys are in {settings.keys}. Keep a copy apart from your backups.")
    console.print("The database is up to date.")


def check_all(settings: Settings) -> None:
    """Loads everything that a start would load. Raises what a start would raise."""
    for language in available_languages(settings.content):
        load(settings.content, language)
        safety.ready(language)
    wiring.keys(settings)
    console.print("Settings and content are in order.")
