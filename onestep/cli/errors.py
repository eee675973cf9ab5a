"""What can go wrong at the keyboard.

CliError
├── NotReady        something a start needs is not as it should be; the message says what to do
├── PartEnded       one of the processes has ended by itself; it has said why
├── UnknownStart    a conversation cannot start there: the message names what can be asked for
└── ScriptFault     a script asks for what is not there; the message says where and what
    └── UnknownLine a line is none of those a script may have
"""


class CliError(Exception):
    """What was typed cannot be done."""


class NotReady(CliError):
    """Something that a start needs is not as it should be."""


class PartEnded(CliError):
    """One of the processes has ended by itself."""


class UnknownStart(CliError):
    """A conversation cannot start as asked."""


class ScriptFault(CliError):
    """A script asks for what is not there."""


class UnknownLine(ScriptFault):
    """A line is none of those a script may have."""
