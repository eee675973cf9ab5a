"""Says things to the person at the keyboard: plainly, and an error in one sentence."""

from collections.abc import Sequence

from pydantic import ValidationError
from rich.console import Console

from channels.base import Finding

# Lines are never broken: a terminal wraps by itself, and a path must be copied whole.
console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def known_errors() -> tuple[type[Exception], ...]:
    """The errors whose words were written to be read."""
    from onestep.cli.errors import CliError
    from onestep.content import ContentError
    from onestep.dialogue import BotWouldNotStart
    from onestep.safety import SafetyError
    from onestep.services.errors import ServiceError
    from onestep.settings_sources import SettingRefused
    from onestep.storage.errors import StorageError
    from onestep.web.errors import WebError

    return (
        CliError,
        StorageError,
        ServiceError,
        WebError,
        ContentError,
        SafetyError,
        BotWouldNotStart,
        ValidationError,
        SettingRefused,
        OSError,
    )


def error(problem: Exception) -> None:
    """One sentence that says what to do; a setting is named as it is spelled in `.env`."""
    for sentence in _sentences(problem):
        errors.print(sentence, markup=False)


def findings(found: Sequence[Finding]) -> bool:
    """What was looked at at a provider's, a sentence each; false where something is wrong."""
    for finding in found:
        where = console if finding.fine else errors
        where.print(finding.says, markup=False)
    return all(finding.fine for finding in found)


def _sentences(problem: Exception) -> list[str]:
    if isinstance(problem, ValidationError):
        return [
            "".join(f"ONESTEP_{part}".upper() + ": " for part in fault["loc"])
            + fault["msg"].removeprefix("Value error, ")
            for fault in problem.errors(include_input=False, include_url=False)
        ]
    if isinstance(problem, OSError):
        where = f"{problem.filename}: " if problem.filename is not None else ""
        return [f"{where}{problem.strerror or problem}: check that it is there and may be used."]
    return [str(problem)]
