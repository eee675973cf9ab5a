"""Name every way in which a turn can fail, with its HTTP status.

    TurnError
    ├── BadRequest        400  what came in is not the turn contract
    │   ├── TooLarge      413  the body is over the limit
    │   └── StaleChoice   409  a button of a prompt that is no longer open
    └── TurnFailed        500  the bot could not answer
        ├── NothingSaid   500  no reply, no command, not even stay_silent
        ├── BadAction     500  an action gave what the contract does not allow
        └── StateTooBig   500  the state to go back is over its limit

A message here never holds anything a client wrote: it goes into logs.
"""


class TurnError(Exception):
    """The turn failed."""

    status = 500
    code = "turn_failed"

    def __init__(self, reason: str | None = None) -> None:
        """Keep a reason made of our own words only; the docstring is the default."""
        super().__init__(reason or (self.__doc__ or "").strip())


class BadRequest(TurnError):
    """The request is not the turn contract."""

    status = 400
    code = "bad_request"


class TooLarge(BadRequest):
    """The body is over 256 KB."""

    status = 413
    code = "too_large"


class StaleChoice(BadRequest):
    """The choice belongs to a prompt that is no longer open."""

    status = 409
    code = "stale_choice"


class TurnFailed(TurnError):
    """The bot could not answer."""


class NothingSaid(TurnFailed):
    """The turn gave no reply and no command, not even stay_silent."""

    code = "nothing_said"


class BadAction(TurnFailed):
    """An action gave what the turn contract does not allow."""

    code = "bad_action"


class StateTooBig(TurnFailed):
    """The state to go back is over 4 KB."""

    code = "state_too_big"
