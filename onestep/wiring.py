"""Puts the parts together."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from onestep import safety
from onestep.content import ContentInForce, require_language
from onestep.dialogue import Asker
from onestep.domain.lull import DEMO, NONE, Lull
from onestep.services.app import App, Bells, Clock
from onestep.services.moved_clock import MovedClock
from onestep.services.wake import Wakes
from onestep.settings import Settings
from onestep.storage.database import Database, open_engine, server_address
from onestep.storage.notices import Notices
from onestep.storage.schema import migrate, require_current
from onestep.storage.seal import Keyring, new_keyring, read_keyring, write_keyring
from onestep.storage.spool import Spool
from onestep.wiring_channels import channels, ledger, polled

__all__ = [
    "bells_of_the_database",
    "build",
    "build_part",
    "keys",
    "ledger",
    "no_lull",
    "polled",
    "prepare",
    "shared_clock",
    "wakes",
]


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
    heartbeat = settings.heartbeat_url
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
        keeps=_kept(settings),
        lease_seconds=settings.lease,
        send_seconds=settings.send_timeout,
        emergency_contact=settings.emergency_contact,
        public_url=settings.public_url,
        heartbeat_url=heartbeat.get_secret_value() if heartbeat else None,
        drills=not settings.demo,
        words_to_coaches=settings.words_to_coaches or settings.demo,
    )


def _kept(settings: Settings) -> frozenset[str]:
    wanted = {"photo": settings.photos, "voice": settings.voice}
    return frozenset(kind for kind, kept in wanted.items() if kept)


def build_part(settings: Settings, bot: Asker) -> App:
    """The service as one of several processes: its bells, and a demo's clock, reach the others.

    Raises what `build` raises.
    """
    bells = Bells(beyond=wakes(settings).ring)
    app = build(settings, bot, clock=shared_clock(settings), bells=bells)
    settle()
    return app


def settle() -> None:
    """What a process has loaded by now stays loaded: Python need not look through it for waste.

    Without this a full collection stops everybody for 0.1 s, now and again.
    """
    gc.collect()
    gc.freeze()


def wakes(settings: Settings) -> Wakes:
    """The bells between the processes of this machine."""
    return Wakes(settings.run_folder)


@contextmanager
def bells_of_the_database(settings: Settings, bells: Bells, *, listens: bool) -> Iterator[None]:
    """On PostgreSQL, bells also reach every process that shares the database; on SQLite nothing.

    `listens`: whether those of the others ring here, too. Safe whether the server is there or not.
    """
    server = server_address(settings.database_url)
    if server is None:
        yield
        return
    notices = Notices(server)
    with notices.running(bells.ring_here if listens else None):
        bells.also(notices.ring)
        yield


def shared_clock(settings: Settings) -> Clock:
    """Service time; in a demo, the one that all its processes move together."""
    return MovedClock(file=settings.data / "clock") if settings.demo else Clock()


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
