"""The methods of the Bot API that Onestep and the libraries it is compared with call.

Descriptions of refusals are Telegram's own, as libraries tell them apart by their words.
"""

import json
import re
import time
from typing import Any

from tests.channels.bot_api.faults import Weather, granted, refusal
from tests.channels.bot_api.ledger import Bot, Phone

Answer = tuple[int, dict[str, Any]]
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
LONGEST = 4096  # UTF-16 units of one message
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)
OLD_QUERY = "Bad Request: query is too old and response timeout expired or query ID is invalid"


def call(bot: Bot, weather: Weather, method: str, asked: dict[str, Any]) -> Answer:
    """Does what was asked."""
    known = METHODS.get(method.lower())
    if known is None:
        return refusal(404, "Not Found: method not found")
    return known(bot, weather, asked)


def chat_of(asked: dict[str, Any]) -> int | None:
    """The chat a request is about."""
    try:
        return int(asked["chat_id"])
    except (KeyError, ValueError):
        return None


def units(text: str) -> int:
    """How long Telegram holds a text to be."""
    return len(text.encode("utf-16-le")) // 2


def _get_me(bot: Bot, _: Weather, __: dict[str, Any]) -> Answer:
    return granted(bot.me())


def _send_message(bot: Bot, weather: Weather, asked: dict[str, Any]) -> Answer:
    chat, text, markup = chat_of(asked), str(asked.get("text", "")), _markup(asked)
    phone = bot.phones.get(chat) if chat is not None else None
    if wrong := _out_of_reach(phone):
        return wrong
    assert phone is not None
    if said := _wrong_text(text) or _wrong_button(markup):
        return refusal(400, f"Bad Request: {said}")
    if (wait := weather.wait(phone.chat)) or weather.too_fast(phone.chat):
        bot.early += bool(wait)
        wait = wait or 1
        return refusal(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
    return granted(_delivered(bot, phone, text, markup, asked))


def _out_of_reach(phone: Phone | None) -> Answer | None:
    if phone is None or not phone.started:
        return refusal(400, "Bad Request: chat not found")
    if phone.blocked:
        return refusal(403, "Forbidden: bot was blocked by the user")
    return None


def _wrong_text(text: str) -> str | None:
    if not text.strip():
        return "message text is empty"
    return "message is too long" if units(text) > LONGEST else None


def _delivered(
    bot: Bot, phone: Phone, text: str, markup: dict[str, Any], asked: dict[str, Any]
) -> dict[str, Any]:
    fields = {"text": text.strip(), **({"reply_markup": markup} if markup else {})}
    message = bot.delivers(phone.chat, fields)
    bot.sent.append(
        {
            "number": len(bot.sent) + 1,
            "chat": phone.chat,
            "message_id": message["message_id"],
            "text": text,
            "buttons": [
                [button["text"], button.get("callback_data")]
                for row in markup.get("inline_keyboard", [])
                for button in row
            ],
            "rows": [len(row) for row in markup.get("inline_keyboard", [])],
            "parse_mode": asked.get("parse_mode"),
            "preview": not _object(asked.get("link_preview_options")).get("is_disabled"),
            "at": time.time(),
        }
    )
    return message


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        value = json.loads(value or "{}")
    return value if isinstance(value, dict) else {}


def _markup(asked: dict[str, Any]) -> dict[str, Any]:
    return _object(asked.get("reply_markup"))


def _wrong_button(markup: dict[str, Any]) -> str | None:
    for row in markup.get("inline_keyboard", []):
        for button in row:
            if not str(button.get("text", "")).strip():
                return "inline keyboard button text is empty"
            if not 1 <= len(str(button.get("callback_data", "")).encode()) <= 64:
                return "BUTTON_DATA_INVALID"
    return None


def _edit_markup(bot: Bot, _: Weather, asked: dict[str, Any]) -> Answer:
    phone = bot.phones.get(chat_of(asked) or 0)
    message = phone.shown.get(int(asked.get("message_id", 0))) if phone else None
    if message is None or message["from"]["id"] != bot.id:
        return refusal(400, "Bad Request: message to edit not found")
    markup = _markup(asked)
    if message.get("reply_markup", {}) == markup:
        return refusal(400, NOT_MODIFIED)
    message.pop("reply_markup", None)
    if markup.get("inline_keyboard"):
        message["reply_markup"] = markup
    return granted(message)


def _answer_tap(bot: Bot, _: Weather, asked: dict[str, Any]) -> Answer:
    query = str(asked.get("callback_query_id", ""))
    bot.answered[query] += 1
    return granted(True) if query in bot.taps else refusal(400, OLD_QUERY)


def _chat_action(bot: Bot, _: Weather, asked: dict[str, Any]) -> Answer:
    phone = bot.phones.get(chat_of(asked) or 0)
    if wrong := _out_of_reach(phone):
        return wrong
    assert phone is not None
    bot.typing[phone.chat] += 1
    return granted(True)


def _get_file(bot: Bot, _: Weather, asked: dict[str, Any]) -> Answer:
    name = str(asked.get("file_id", ""))
    if name not in bot.files:
        return refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    if len(bot.files[name]) > 20 * 1024 * 1024:
        return refusal(400, "Bad Request: file is too big")
    found = {"file_id": name, "file_unique_id": name, "file_size": len(bot.files[name])}
    return granted({**found, "file_path": bot.places.get(name, f"photos/{name}")})


def _set_webhook(bot: Bot, _: Weather, asked: dict[str, Any]) -> Answer:
    url, secret = str(asked.get("url", "")), str(asked.get("secret_token", ""))
    if url and not url.startswith(("https://", "http://127.0.0.1")):
        return refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    if secret and not SECRET.fullmatch(secret):
        return refusal(400, "Bad Request: secret token contains unallowed characters")
    bot.webhook = {"url": url, "secret": secret} if url else {}
    want(bot, asked)
    if str(asked.get("drop_pending_updates", "")).lower() == "true":
        bot.updates.clear()
    return 200, {"ok": True, "result": True, "description": "Webhook was set"}


def _delete_webhook(bot: Bot, weather: Weather, asked: dict[str, Any]) -> Answer:
    return _set_webhook(bot, weather, {**asked, "url": ""})


def _webhook_info(bot: Bot, _: Weather, __: dict[str, Any]) -> Answer:
    failed = [post for post in bot.posts if not 200 <= post["status"] < 300]
    info: dict[str, Any] = {
        "url": bot.webhook.get("url", ""),
        "has_custom_certificate": False,
        "pending_update_count": len(bot.updates),
    }
    if failed:
        info["last_error_date"] = int(failed[-1]["at"])
        info["last_error_message"] = failed[-1]["error"]
    return granted(info)


def want(bot: Bot, asked: dict[str, Any]) -> None:
    """Keeps which kinds of update the bot asked for."""
    if "allowed_updates" in asked:
        wanted = asked["allowed_updates"]
        wanted = json.loads(wanted) if isinstance(wanted, str) else wanted
        bot.wanted = list(wanted) or None


def _set_menu(name: str) -> Any:
    def keep(bot: Bot, _: Weather, asked: dict[str, Any]) -> Answer:
        value = asked.get(name, "")
        if name == "commands":
            value = json.loads(value) if isinstance(value, str) else value
            if not all(re.fullmatch(r"[a-z0-9_]{1,32}", each["command"]) for each in value):
                return refusal(400, "Bad Request: BOT_COMMAND_INVALID")
        bot.menu[f"{name} {asked.get('language_code', '')}".strip()] = value
        return granted(True)

    return keep


METHODS: dict[str, Any] = {
    "getme": _get_me,
    "sendmessage": _send_message,
    "editmessagereplymarkup": _edit_markup,
    "answercallbackquery": _answer_tap,
    "sendchataction": _chat_action,
    "getfile": _get_file,
    "setwebhook": _set_webhook,
    "deletewebhook": _delete_webhook,
    "getwebhookinfo": _webhook_info,
    "setmycommands": _set_menu("commands"),
    "setmydescription": _set_menu("description"),
    "setmyshortdescription": _set_menu("short_description"),
}
