"""Name what can go wrong between us and the sealed bot.

DialogueError
├── BotAway           not reached, or not in time: the message stays safe, ask again later
│   └── BreakerOpen   not even asked: too many failures in a row
├── BotFailed         the bot answered that this turn failed (5xx)
│   └── BadAnswer     it answered 200, but not with what the turn contract promises
├── TurnRefused       the bot refused our request (4xx): do not send it again as it is
└── BotWouldNotStart  the process ended, or did not answer in time, while starting

No message here ever holds what a client wrote.
"""


class DialogueError(Exception):
    """The bot gave no answer to this turn."""


class BotAway(DialogueError):
    """The bot was not reached in time."""

    def __init__(self, reason: str, *, retry_after: float = 1.0) -> None:
        """`retry_after` in seconds."""
        super().__init__(reason)
        self.retry_after = retry_after


class BreakerOpen(BotAway):
    """The bot failed several times in a row and is left alone for a moment."""


class _Coded(DialogueError):
    """An answer that names its reason by a code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class BotFailed(_Coded):
    """The bot answered that this turn failed."""


class BadAnswer(BotFailed):
    """The bot's answer breaks the turn contract."""

    def __init__(self, message: str) -> None:
        """Say which part; never its value."""
        super().__init__("bad_answer", message)


class TurnRefused(_Coded):
    """The bot refused the request."""


class BotWouldNotStart(DialogueError):
    """The bot did not start; the reason is its exit code and its own last log line."""
