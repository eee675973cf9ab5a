"""Seals and opens the columns that hold words, names and addresses; every call says which."""

from sqlalchemy.orm import Session

from onestep.storage.errors import Unreadable
from onestep.storage.models import (
    Address,
    Ask,
    Client,
    Coach,
    Entry,
    Message,
    Person,
    SafeContact,
    SignIn,
)
from onestep.storage.seal import Keyring, Place


def keyring(session: Session) -> Keyring:
    """The keys this session was opened with."""
    keys: Keyring = session.info["keyring"]
    return keys


def seal(session: Session, table: str, column: str, id: str, text: str) -> bytes:
    """Seals `text` for the row `id`, which need not exist yet."""
    return keyring(session).seal(Place(table, column, id), text)


def opened(session: Session, table: str, column: str, id: str, value: bytes) -> str:
    """What `seal` sealed for this row."""
    return keyring(session).open(Place(table, column, id), value)


def message_text(session: Session, message: Message) -> str:
    """What was written, exactly."""
    return keyring(session).open(Place("message", "text", message.id), message.text)


def readable(session: Session, message: Message) -> str | None:
    """What was written; nothing where it is damaged, which must not hide the rest of a page."""
    try:
        return message_text(session, message)
    except Unreadable:
        return None


def entry_words(session: Session, entry: Entry) -> str:
    """The client's words of one entry, exactly."""
    return keyring(session).open(Place("entry", "words", entry.id), entry.words)


def ask_words(session: Session, ask: Ask) -> str:
    """The client's words of something for a person."""
    return keyring(session).open(Place("ask", "words", ask.id), ask.words)


def ask_date_words(session: Session, ask: Ask) -> str | None:
    """The date as the client put it, when they gave one."""
    if ask.date_words is None:
        return None
    return keyring(session).open(Place("ask", "date_words", ask.id), ask.date_words)


def address_value(session: Session, address: Address) -> str:
    """The number or chat id itself."""
    return keyring(session).open(Place("address", "value", address.id), address.value)


def client_called(session: Session, client: Client) -> str:
    """What the client asked to be called."""
    return keyring(session).open(Place("client", "called", client.id), client.called)


def called_or_none(session: Session, client: Client) -> str | None:
    """What the client asked to be called; nothing where it is damaged."""
    try:
        return client_called(session, client)
    except Unreadable:
        return None


def coach_name(session: Session, coach: Coach) -> str:
    """The coach's first name, as clients know it."""
    return keyring(session).open(Place("coach", "name", coach.id), coach.name)


def quick_exit_word(session: Session, safe: SafeContact) -> str | None:
    """The word that ends it at once, where the client chose one."""
    if safe.quick_exit_word is None:
        return None
    place = Place("safe_contact", "quick_exit_word", safe.client_id)
    return keyring(session).open(place, safe.quick_exit_word)


AGREED = ("safe_when", "if_someone_else", "phone", "emergency_contact")


def safe_contact(session: Session, safe: SafeContact) -> dict[str, str | None]:
    """What was agreed about reaching this client safely, by the names of AGREED; None: nothing."""
    keys = keyring(session)
    return {
        name: None
        if (kept := getattr(safe, name)) is None
        else keys.open(Place("safe_contact", name, safe.client_id), kept)
        for name in AGREED
    }


def person_name(session: Session, person: Person) -> str:
    """A name the client wrote."""
    return keyring(session).open(Place("person", "name", person.id), person.name)


def totp(session: Session, row: SignIn) -> str:
    """The secret that a coach's authenticator app shares with us."""
    if row.totp is None:
        raise Unreadable(Unreadable.__doc__)
    return keyring(session).open(Place("sign_in", "totp", row.coach_id), row.totp)


def sign_in_name(session: Session, row: SignIn) -> str:
    """What a coach signs in by."""
    return keyring(session).open(Place("sign_in", "name", row.coach_id), row.name)
