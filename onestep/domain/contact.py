"""The five contact states, and who may move a client from one to another."""

from enum import StrEnum

from onestep.domain.errors import NotAllowed, TransitionRefused


class ContactState(StrEnum):
    """Where contact stands; a hand-off and the enrolment are beside it."""

    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"
    ENDED = "ended"
    UNREACHABLE = "unreachable"


class By(StrEnum):
    """Whose act a change is. A lead counts as a coach."""

    CLIENT = "client"
    COACH = "coach"
    PROVIDER = "provider"
    SERVICE = "service"


class ContactEvent(StrEnum):
    """What can happen to the contact with a client.

    STOP by the provider is a block in Telegram or a carrier's opt-out (21610): the client's own
    act, reported by somebody else. GONE is a dead number or a deactivated account.
    RESUME is also the yes of a client who was unreachable or had ended and is asked.
    """

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    START = "start"
    END = "end"
    GONE = "gone"


_A, _P, _S, _E, _U = ContactState

# A coach may pause or stop for a client who said so aloud, never the reverse.
# The service may end a trial that nobody carried on.
ALLOWED_TO: dict[ContactEvent, frozenset[By]] = {
    ContactEvent.PAUSE: frozenset({By.CLIENT, By.COACH}),
    ContactEvent.RESUME: frozenset({By.CLIENT}),
    ContactEvent.STOP: frozenset({By.CLIENT, By.COACH, By.PROVIDER}),
    ContactEvent.START: frozenset({By.CLIENT}),
    ContactEvent.END: frozenset({By.CLIENT, By.SERVICE}),
    ContactEvent.GONE: frozenset({By.PROVIDER}),
}

# One row an event; the columns are the state before. A reason in a cell is a refusal.
_STAYS, _NOT, _OVER = NotAllowed.STAYS_STOPPED, NotAllowed.NOT_STOPPED, NotAllowed.ALREADY_ENDED
TABLE: dict[ContactEvent, dict[ContactState, ContactState | NotAllowed]] = {
    #                     active     paused     stopped      ended       unreachable
    ContactEvent.PAUSE:  {_A: _P,    _P: _P,    _S: _STAYS,  _E: _OVER,  _U: _P},
    ContactEvent.RESUME: {_A: _A,    _P: _A,    _S: _STAYS,  _E: _A,     _U: _A},
    ContactEvent.STOP:   {_A: _S,    _P: _S,    _S: _S,      _E: _S,     _U: _S},
    ContactEvent.START:  {_A: _NOT,  _P: _NOT,  _S: _A,      _E: _NOT,   _U: _NOT},
    ContactEvent.END:    {_A: _E,    _P: _E,    _S: _STAYS,  _E: _E,     _U: _E},
    ContactEvent.GONE:   {_A: _U,    _P: _U,    _S: _S,      _E: _E,     _U: _U},
}  # fmt: skip


def change_contact(state: ContactState, event: ContactEvent, *, by: By) -> ContactState:
    """Return the state after `event`; the same state where nothing changes.

    Raises TransitionRefused where the event is not theirs to cause or the table refuses it
    (terms page: only START leaves `stopped`; resume needs the client's own act).
    """
    if by not in ALLOWED_TO[event]:
        raise TransitionRefused(NotAllowed.NOT_THEIRS)
    after = TABLE[event][state]
    if isinstance(after, NotAllowed):
        raise TransitionRefused(after)
    return after
