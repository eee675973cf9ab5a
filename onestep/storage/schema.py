"""Brings a database to this version's schema, or says that it is not there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from onestep.storage.errors import WrongVersion

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> None:
    """Applies every migration that is missing; does nothing to a database that is current."""
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def require_current(engine: Engine) -> None:
    """Raises WrongVersion unless the database has exactly this version's schema."""
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
    if found != tuple(ScriptDirectory.from_config(_config()).get_heads()):
        raise WrongVersion(WrongVersion.__doc__)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
