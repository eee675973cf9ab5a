"""Puts the parts together; the only place that names concrete channels."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from channels.base import Channel
from channels.ledger import Ledger
from channels.simulator import Simulator
from onestep import safety, settings_channels
from onestep.content import ContentInForce, require_language
from onestep.dialogue import Asker
from onestep.domain.lull import DEMO, NONE, Lull
from onestep.services.app import App, Bells, Clock
from onestep.services.moved_clock import MovedClock
from onestep.services.wake import Wakes
from onestep.settings import Settings
from onestep.settings_channels import TelegramMode
from onestep.storage.database import Database, open_engine
from onestep.storage.schema import migrate, require_current
from onestep.storage.seal import Keyring, new_keyring, read_keyring, write_keyring
from onestep.storage.spool import Spool

WITHIN_TIMEOUT = 0.8  # of ONESTEP_SEND_TIMEOUT: a channel gives up before whoever sends does


def keys(settings: Settings) -> Keyring:
    """The keys of this installation; demo mode makes its own the first time.

    Raises KeyMissing when there are none.
    """
    if settings.demo and not settings.keys.exists():
        with suppress(FileExistsError):  # two parts started at once: the first one's keys count
            write_keyring(settings.keys, new_keyring())
    return read_keyring(settings.keys)


def prepare(settings: Settings) -> None:
    """Makes the data folder and brings the database up to date."""
    settings.data.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.database_url)
    migrate(engine)
    engine.dispose()


def build(
    settings: Settings,
    bot: Asker,
    *,
    lull: Callable[[str], Lull] | None = None,
    clock: Clock | None = None,
    bells: Bells | None = None,
    content: ContentInForce | None = None,
) -> App:
    """The service, ready to run; `content` is for whoever builds many and has loaded it once.

    Raises KeyMissing, WrongVersion, SpoolClosed, ContentError or UnknownLanguage, each with what
    to do.
    """
    if content is None:
        require_language(settings.content, settings.language)
    safety.ready(settings.language)
    keyring = keys(settings)
    database = Database(settings.database_url, keyring)
    require_current(database.engine)
    return App(
        db=database,
        bot=bot,
        content=content or ContentInForce(settings.content, settings.language),
        channels=channels(settings, keyring),
        lull=lull or (_demo_lull if settings.demo else _settings_lull(settings)),
        spool=Spool(settings.spool_folder, keyring),
        language=settings.language,
        clock=clock or Clock(),
        bells=bells or Bells(),
        lease_seconds=settings.lease,
        send_seconds=settings.send_timeout,
        emergency_contact=settings.emergency_contact,
    )


def build_part(settings: Settings, bot: Asker) -> App:
    """The service as one of several processes: its bells, and a demo's clock, reach the others.

    Raises what `build` raises.
    """
    bells = Bells(beyond=wakes(settings).ring)
    return build(settings, bot, clock=shared_clock(settings), bells=bells)


def wakes(settings: Settings) -> Wakes:
    """The bells between the processes of this machine."""
    return Wakes(settings.run_folder)


def shared_clock(settings: Settings) -> Clock:
    """Service time; in a demo, the one that all its processes move together."""
    return MovedClock(file=settings.data / "clock") if settings.demo else Clock()


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
    return found


# Providers' libraries take a second to load: only what is configured is loaded.


def _telegram(settings: Settings, given: settings_channels.Telegram, keyring: Keyring) -> Channel:
    from channels.telegram import Telegram

    return Telegram(
        given.token.get_secret_value(),
        key=keyring.derived("telegram ids"),
        secret=given.webhook_secret.get_secret_value() if given.webhook_secret else "",
        base_url=given.api,
        seconds=settings.send_timeout * WITHIN_TIMEOUT,
    )


def _twilio(settings: Settings, given: settings_channels.Twilio) -> Channel:
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
        our_url=f"http://{settings.host}:{settings.port}",  # it stands beside us, not outside
        seconds=settings.send_timeout * WITHIN_TIMEOUT,
        segments_at_most=settings.sms_segments,
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
    return {name: Simulator(name, shared) for name in ("telegram", "sms")}


def no_lull(_: str) -> Lull:
    """Nobody waits for a burst to end: for tests and the terminal."""
    return NONE


def _demo_lull(_: str) -> Lull:
    return DEMO


def _settings_lull(settings: Settings) -> Callable[[str], Lull]:
    pauses = {"telegram": (settings.lull_telegram, 15), "sms": (settings.lull_sms, 60)}

    def lull(channel: str) -> Lull:
        pause, longest = pauses[channel]
        return Lull(timedelta(seconds=pause), timedelta(seconds=longest))

    return lull
