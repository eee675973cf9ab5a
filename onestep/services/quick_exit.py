"""The client's own quick-exit word: silence at once, the talk is put away, the coach is told."""

from sqlalchemy.orm import Session

from onestep.domain.words import plain
from onestep.domain.words_table import Word
from onestep.services import plan
from onestep.services.for_coach import tell_coach
from onestep.services.scope import Scope
from onestep.storage import cancel, clients, sealed, talk, waiting
from onestep.storage.models import Client, SafeContact

HELD = "exit"  # why outreach waits, and the bot is silent, until the client says RESUME


def says_exit(session: Session, client_id: str, text: str) -> bool:
    """Whether the whole of `text` is the word that this client chose, however it is written."""
    kept = session.get(SafeContact, client_id)
    word = sealed.quick_exit_word(session, kept) if kept else None
    return word is not None and plain(text) == plain(word)


def said(session: Session, client: Client, *, asked: bool) -> bool:
    """Whether the word was said and they are not back; `asked`: it may lie in the queue still."""
    waits = asked and waiting.command_waits(session, client.id, Word.QUICK_EXIT.value)
    return client.held == HELD or waits


def leave(scope: Scope) -> None:
    """Says nothing and lets nothing follow: what was ready is not sent, what was open is over."""
    talk.end_conversation(scope.session, client_id=scope.client.id, how="left_open", now=scope.now)
    plan.cancel_planned(scope, reason=HELD)
    for each in clients.addresses(scope.session, scope.client.id):  # one phone may have several
        cancel.at(scope.session, address_id=each.id, reason=HELD)
    if scope.client.held != "concern":  # a person has that already
        scope.client.held = HELD
    tell_coach(
        scope.session,
        scope.client.id,
        about="sender",
        detail="quick_exit",
        now=scope.now,
        message_ids=scope.refs,
    )


def silent(scope: Scope) -> bool:
    """Whether nothing is answered: somebody else may hold the phone now."""
    return scope.client.held == HELD
