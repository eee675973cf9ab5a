"""What a person types: `onestep …`."""

from onestep.cli.main import main

__all__ = ["main"]
