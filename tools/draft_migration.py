"""Drafts a migration from the models: a developer reads it, mends it and only then commits it."""

import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.config import Config

from onestep.storage import models
from onestep.storage.base import Moment
from onestep.storage.database import open_engine, sqlite_url
from onestep.storage.schema import MIGRATIONS, migrate


def main(revision: str, message: str) -> None:
    """Writes versions/<revision>_….py with what the models have and the migrations lack."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(sqlite_url(Path(folder) / "draft.db"))
        migrate(engine)
        with engine.begin() as connection:
            config.attributes.update(
                connection=connection, metadata=models.Client.metadata, render_item=_render
            )
            command.revision(config, message, autogenerate=True, rev_id=revision)


def _render(_kind: str, item: object, _context: Any) -> str | Literal[False]:
    # A migration runs for years: it must not import our column types.
    return "sa.DateTime(timezone=True)" if isinstance(item, Moment) else False


if __name__ == "__main__":
    main(*sys.argv[1:])
