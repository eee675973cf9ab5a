"""Every command of the bot once it is checked, under one name."""

from onestep.domain.commands_asked import *  # noqa: F403 - each of them, also those to come
from onestep.domain.commands_told import *  # noqa: F403 - the same
