"""The sealed bot that scripts are played with: one for the whole session."""

import pytest

from tests.conversations.playing import the_room


@pytest.fixture(scope="session")
def room():
    """One sealed bot; each conversation in it has a database of its own."""
    yield the_room()
    the_room().close()
