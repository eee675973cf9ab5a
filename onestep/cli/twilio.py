"""`onestep twilio`: checks the account and the number, and has the number post to us."""

import asyncio

from onestep import wiring_channels
from onestep.cli.errors import NotReady
from onestep.cli.say import findings
from onestep.settings import Settings


def set_up(settings: Settings) -> bool:
    """Makes the number ready to be written to and says what was found; false when that is wrong.

    Raises NotReady when no account is set.
    """
    if settings.twilio is None:
        raise NotReady(
            "There is no Twilio account: set ONESTEP_TWILIO_ACCOUNT_SID, "
            "ONESTEP_TWILIO_AUTH_TOKEN and ONESTEP_TWILIO_FROM_NUMBER, as .env.example says."
        )
    return findings(asyncio.run(wiring_channels.set_up_twilio(settings)))
