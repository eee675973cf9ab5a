"""What can keep a machine from being set up.

SetupError                one sentence that says what to do
└── CommandFailed         a program that was started ended badly; its last lines are kept
"""


class SetupError(Exception):
    """The machine lacks something; the message is one sentence that says what to do."""


class CommandFailed(SetupError):
    """A program ended with an error."""

    def __init__(self, command: str, output: str) -> None:
        super().__init__(f"`{command}` failed.")
        self.output = output
