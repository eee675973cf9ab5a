"""Says things to the person at the keyboard: plainly, and an error in one sentence."""

from pydantic import ValidationError
from rich.console import Console

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def known_errors() -> tuple[type[Exception], ...]:
    """The errors whose words were written to be read."""
    from onestep.content import ContentError
    from onestep.dialogue import BotWouldNotStart
    from onestep.safety import RulesError
    from onestep.services.errors import ServiceError
    from onestep.storage.errors import StorageError

    return (StorageError, ServiceError, ContentError, RulesError, BotWouldNotStart)


def error(problem: Exception) -> None:
    """One sentence that says what to do; a setting is named as it is spelled in `.env`."""
    if isinstance(problem, ValidationError):
        for fault in problem.errors(include_input=False, include_url=False):
            name = "".join(f"ONESTEP_{part}".upper() + ": " for part in fault["loc"])
            errors.print(f"{name}{fault['msg'].removeprefix('Value error, ')}", markup=False)
        return
    errors.print(str(problem), markup=False)
