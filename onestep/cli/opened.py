"""The database of this installation, opened for one verb of an operator."""

from onestep import wiring
from onestep.settings import Settings
from onestep.storage.database import Database
from onestep.storage.schema import require_current


def database() -> Database:
    """Ready to be asked. Raises KeyMissing and WrongVersion, each with what to do."""
    settings = Settings()
    opened = Database(settings.database_url, wiring.keys(settings))
    require_current(opened.engine)
    return opened
