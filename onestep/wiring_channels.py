"""Makes the channels that the settings name; the only place that names concrete ones."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from channels.base import Channel, Finding
from channels.ledger import Ledger
from channels.simulator import Simulator
from onestep import settings_channels
from onestep.settings import Settings
from onestep.settings_channels import TelegramMode
from onestep.storage.seal import Keyring, new_keyring

if TYPE_CHECKING:
    from channels.telegram import Telegram
    from channels.telegram.setup import Checked
    from channels.twilio import Twilio

WITHIN_TIMEOUT = 0.8  # of ONESTEP_SEND_TIMEOUT: a channel gives up before whoever sends does


def channels(settings: Settings, keyring: Keyring) -> dict[str, Channel]:
    """The channels that are configured, by the names that addresses have for them.

    A demo's are simulated. With none at all there are pages, and nobody can write to us.
    """
    if settings.demo:
        return simulated(settings.data)
    found: dict[str, Channel] = {}
    if settings.telegram is not None:
        found["telegram"] = _telegram(settings, settings.telegram, keyring)
    if settings.twilio is not None:
        found["sms"] = _twilio(settings, settings.twilio)
    elif settings.kannel is not None:
        found["sms"] = _kannel(settings, settings.kannel)
    if settings.smtp is not None:
        found["email"] = _email(settings, settings.smtp)
    return found


# Providers' libraries take a second to load: only what is configured is loaded.


async def look_at_telegram(settings: Settings) -> "Checked":
    """What Telegram says of the bot, its name too; nothing is changed. A token must be set."""
    from channels.telegram import setup

    telegram = _a_telegram(settings)
    try:
        return await setup.check(telegram.connection, webhook=_telegram_webhook(settings))
    finally:
        await telegram.close()


async def set_up_telegram(
    settings: Settings, menu: Mapping[str, str], *, description: str, short_description: str
) -> Sequence[Finding]:
    """Sets how updates come, the menu and the descriptions; what was found, in plain words.

    A token must be set; one that Telegram does not know ends it at once.
    """
    from channels.telegram import setup

    telegram, webhook = _a_telegram(settings), _telegram_webhook(settings)
    way = telegram.connection
    try:
        first = await setup.check(way, webhook=webhook)
        if first.username is None:
            return first.findings
        if webhook is None:
            posting = await setup.delete_webhook(way)
        else:
            posting = await setup.set_webhook(way, url=webhook, secret=_secret_of(settings))
        shown = await setup.set_menu(
            way, menu, description=description, short_description=short_description
        )
        now = await setup.check(way, webhook=webhook)
        return (*now.findings, *(each for each in (posting, *shown) if not each.fine))
    finally:
        await telegram.close()


def _telegram_webhook(settings: Settings) -> str | None:
    given = settings.telegram
    if given is None or given.mode is TelegramMode.POLLING or given.public_url is None:
        return None
    from channels.telegram.channel import PATH

    return given.public_url + PATH


def _secret_of(settings: Settings) -> str:
    secret = settings.telegram_webhook_secret
    return secret.get_secret_value() if secret else ""


def _a_telegram(settings: Settings) -> "Telegram":
    """The channel for an operator's questions: no message goes through it."""
    assert settings.telegram is not None  # noqa: S101  # whoever asks has looked
    return _telegram(settings, settings.telegram, new_keyring())


def _telegram(
    settings: Settings, given: settings_channels.Telegram, keyring: Keyring
) -> "Telegram":
    from channels.telegram import Telegram

    return Telegram(
        given.token.get_secret_value(),
        key=keyring.derived("telegram ids"),
        secret=_secret_of(settings),
        base_url=given.api,
        seconds=settings.send_timeout * WITHIN_TIMEOUT,
    )


async def set_up_twilio(settings: Settings) -> Sequence[Finding]:
    """Has the number post to us; what was found, in plain words. An account must be set."""
    from channels.twilio import setup

    assert settings.twilio is not None  # noqa: S101  # whoever asks has looked
    return await setup.set_up(_twilio(settings, settings.twilio))


def _twilio(settings: Settings, given: settings_channels.Twilio) -> "Twilio":
    from channels.twilio import Twilio

    return Twilio(
        sid=given.account_sid,
        token=given.auth_token.get_secret_value(),
        sender=given.messaging_service_sid or given.from_number or "",
        public_url=given.public_url,
        api=given.api,
        seconds=settings.send_timeout * WITHIN_TIMEOUT,
        segments_at_most=settings.sms_segments,
    )


def _kannel(settings: Settings, given: settings_channels.Kannel) -> Channel:
    from channels.kannel import Kannel

    return Kannel(
        send_url=given.send_url,
        username=given.username,
        password=given.password.get_secret_value(),
        sender=given.from_number,
        secret=given.secret.get_secret_value(),
        allowed=given.allowed,
        our_url=given.our_url,
        seconds=settings.send_timeout * WITHIN_TIMEOUT,
        segments_at_most=settings.sms_segments,
    )


def _email(settings: Settings, given: settings_channels.Smtp) -> Channel:
    from channels.email import Email, Tls

    return Email(
        host=given.host,
        port=given.port,
        tls=Tls(given.tls),
        sender=given.sender,
        username=given.username,
        password=given.password.get_secret_value() if given.password else None,
        seconds=settings.send_timeout * WITHIN_TIMEOUT,
    )


def polled(settings: Settings) -> list[str]:
    """The channels that are asked for what came in; the others' providers post to us."""
    telegram = settings.telegram
    asked = telegram is not None and telegram.mode is TelegramMode.POLLING
    return ["telegram"] if asked else []


def ledger(data: Path) -> Ledger:
    """What the simulated phones have received."""
    return Ledger(data / "phones.db")


def simulated(data: Path) -> dict[str, Channel]:
    """Simulated phones, under the names of the channels they play."""
    shared = ledger(data)
    return {name: Simulator(name, shared) for name in ("telegram", "sms", "email")}
