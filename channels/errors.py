"""What can go wrong with a channel, in two trees.

SendError
├── NotSent     it certainly did not go: try again later
├── Unknown     it may have gone: never blindly repeated
├── Refused     this message cannot go as it is: failed, and shown to a person
├── Gone        this address is dead: the contact state changes
│   └── OptedOut  its owner has closed it to us, which is their STOP
└── OurFault    our token, account or quota: the channel pauses and its queue is held

PostError
├── Forged      it does not prove that the provider sent it: 403, nothing kept
└── Unreadable  it is the provider's, and cannot be read: kept aside, answered with success

A channel only says which of these it was; what follows is decided in one place (deliver for what
goes out, receive for what comes in).
"""


class SendError(Exception):
    """A message could not be handed to its provider."""


class NotSent(SendError):
    """The message certainly did not go; it may be tried again."""

    def __init__(self, retry_after: float | None = None) -> None:
        super().__init__(NotSent.__doc__)
        self.retry_after = retry_after


class Unknown(SendError):
    """The message may have gone; sending it again could say it twice."""


class Refused(SendError):
    """The provider will not take this message as it is."""


class Gone(SendError):
    """This address takes no more messages from us."""


class OptedOut(Gone):
    """The owner of this address has closed it to us."""


class OurFault(SendError):
    """The provider refuses our account, token or sender."""


class PostError(Exception):
    """A post to a webhook could not be taken in."""


class Forged(PostError):
    """The post does not carry the proof that its provider sent it."""


class Unreadable(PostError):
    """The provider sent it, and it is not what its documents promise."""
