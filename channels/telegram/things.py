"""What else a message carries: pictures, sound, files, places, cards; and its words."""

from channels.base import Attachment
from channels.telegram.raw import Fields, fields, rows, words

# In this order: an animation carries a document too, and a venue its location.
FILES = {
    "voice": "voice",
    "video": "video",
    "video_note": "video",
    "animation": "video",
    "audio": "document",
    "document": "document",
}
# Sent by people, yet nothing that could be fetched or read here: a person should look.
SHOWN_ONLY = ("story", "poll", "checklist", "game", "paid_media")


def attachment(message: Fields) -> Attachment | None:
    """The one thing that came with the message, if any."""
    if sizes := rows(message.get("photo")):
        return _file("photo", max(sizes, key=_pixels), "image/jpeg")
    for name, kind in FILES.items():
        if file := fields(message.get(name)):
            return _file(kind, file, None)
    if sticker := fields(message.get("sticker")):
        return _file("sticker", sticker, _sticker_type(sticker))
    if "location" in message:
        return Attachment("location")
    if "contact" in message:
        return Attachment("contact")
    return Attachment("document") if any(name in message for name in SHOWN_ONLY) else None


def said(message: Fields) -> str:
    """The words of a message: its text or caption, the lines of a place or a card, or a die."""
    text = words(message.get("text")) or words(message.get("caption"))
    return (
        text
        or _place(message)
        or _card(message)
        or words(fields(message.get("dice")).get("emoji"))
    )


def _file(kind: str, file: Fields, content_type: str | None) -> Attachment:
    size = file.get("file_size")
    return Attachment(
        kind,
        reference=words(file.get("file_id")),
        content_type=words(file.get("mime_type")) or content_type,
        size=size if isinstance(size, int) else None,
    )


def _pixels(size: Fields) -> int:
    width, height = size.get("width"), size.get("height")
    return width * height if isinstance(width, int) and isinstance(height, int) else 0


def _sticker_type(sticker: Fields) -> str:
    if sticker.get("is_animated"):
        return "application/x-tgsticker"
    return "video/webm" if sticker.get("is_video") else "image/webp"


def _place(message: Fields) -> str:
    """Where somebody says they are, as lines a person can use; it must not be lost."""
    location, venue = fields(message.get("location")), fields(message.get("venue"))
    latitude, longitude = location.get("latitude"), location.get("longitude")
    where = f"{latitude}, {longitude}" if _are_numbers(latitude, longitude) else ""
    return _lines(words(venue.get("title")), words(venue.get("address")), where)


def _card(message: Fields) -> str:
    card = fields(message.get("contact"))
    name = " ".join(filter(None, (words(card.get("first_name")), words(card.get("last_name")))))
    return _lines(name, words(card.get("phone_number")))


def _are_numbers(*values: object) -> bool:
    return all(isinstance(value, int | float) for value in values)


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
