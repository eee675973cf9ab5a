"""What can go wrong in a use case.

ServiceError
├── FolderTooDeep       the path of a socket would be longer than the system allows
├── UnknownClient       there is no such client
├── NobodyKnown         an incident was said to be a client's, whose address is none's
├── NotInHandOff        a coach's words were given, but no hand-off is open for this client
│   └── AlreadyHandedBack   another coach was quicker to hand back
├── WithSomebodyElse    the client asked for anybody but this coach
├── NoWayThere          a coach's words were given for a client whom no text reaches
├── UnknownMessage      there is no message of this id in the outbox
├── NothingToSettle     what became of this message is known: a person has nothing to say to it
├── AddressClosed       a message was to go again to an address that takes none
├── NotAside            nothing is kept aside under this id
├── NotHeld             something was to go on that is not held
├── UnknownAlert        there is no such alert, or it is not for this person to see
├── AlertTaken          somebody else has this alert already; says who
├── AlertClosed         the alert was closed before
├── OutcomeIncomplete   an alert was passed on, and nobody said to whom
├── RotaGap             there are hours in which nobody would be told, and no plan for them
├── NoSuchCoach         somebody was invited with a coach whom nobody knows
├── TermsRefused        somebody was invited on terms that nobody could keep
├── AccountRefused      an account cannot be set up, given or ended so; the message says why
├── WayRefused          a coach cannot be told there; the message says why
├── RotaRefused         nobody can be on call, or stand in, like that; the message says why
├── ReasonMissing       a client who is not theirs was opened without saying why
└── UnknownQuestion     there is no question type of this name
"""


class ServiceError(Exception):
    """The service could not do what was asked."""


class FolderTooDeep(ServiceError):
    """A socket's path would be too long: set ONESTEP_DATA to a folder with a shorter path."""


class UnknownClient(ServiceError):
    """There is no such client here."""


class NobodyKnown(ServiceError):
    """This is no client's address: give the person a code, so that they can be recognised."""


class NotInHandOff(ServiceError):
    """No hand-off is open for this client: open one first."""


class AlreadyHandedBack(NotInHandOff):
    """Somebody else has handed back already. What you wrote down is kept with it."""


class WithSomebodyElse(ServiceError):
    """This conversation is not open to you just now: ask your lead."""


class NoWayThere(ServiceError):
    """No text reaches this client at present, so it was not sent: ring them, or see them."""


class UnknownMessage(ServiceError):
    """There is no message with this id: `onestep outbox` lists those that need a person."""


class NothingToSettle(ServiceError):
    """This message needs nobody: only one that failed or may have gone is settled by hand."""


class AddressClosed(ServiceError):
    """This address takes no more messages: ask the client for another way to reach them."""


class NotAside(ServiceError):
    """Nothing is kept aside under this id: `onestep aside` lists what there is."""


class NotHeld(ServiceError):
    """This is not held: `onestep outbox` lists what is."""


class UnknownAlert(ServiceError):
    """There is no such alert here."""


class AlertTaken(ServiceError):
    """Somebody else has this alert already."""

    def __init__(self, who: str) -> None:
        """`who`: the name of the coach who has it."""
        super().__init__(f"{who} has this already.")
        self.who = who


class AlertClosed(ServiceError):
    """This alert was closed before: what was written down then stands."""


class OutcomeIncomplete(ServiceError):
    """Say to whom it was passed on."""


class RotaGap(ServiceError):
    """There are hours in which nobody would be told of danger, and no plan for them."""


class NoSuchCoach(ServiceError):
    """There is no coach of this name: check its spelling, or say --new-coach to add one."""


class TermsRefused(ServiceError):
    """These terms cannot be kept."""


class WayRefused(ServiceError):
    """A coach cannot be told there."""


class AccountRefused(ServiceError):
    """This account cannot be set up, given or ended so."""


class RotaRefused(ServiceError):
    """Nobody can be on call, or stand in, like that."""


class ReasonMissing(ServiceError):
    """Say in a few words why you have to see this client now."""


class UnknownQuestion(ServiceError):
    """There is no question type of this name."""
