"""Brings a database to this version's schema, or says that it is not there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Engine

from onestep.storage.database import plain_errors
from onestep.storage.errors import WrongVersion

# What `onestep migrate` says, where "run `onestep migrate`" would lead in a circle.
NEWER = (
    "The database was made by another version of Onestep, which this one does not know: use that "
    "version, or put back a backup of this one."
)
MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> None:
    """Applies every migration that is missing; does nothing to a database that is current.

    Raises WrongVersion when a newer Onestep made it, NoRoom when it cannot be written.
    """
    config = _config()
    with plain_errors(), engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError:
            raise WrongVersion(NEWER) from None


def require_current(engine: Engine) -> None:
    """Raises WrongVersion unless the database has exactly this version's schema."""
    with plain_errors(), engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
    if found != tuple(ScriptDirectory.from_config(_config()).get_heads()):
        raise WrongVersion(WrongVersion.__doc__)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
