"""Every setting, read once at the start and checked; each is listed in `.env.example`."""

import os
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from onestep import settings_channels
from onestep.settings_channels import Kannel, Smtp, SmtpTls, Telegram, TelegramMode, Twilio
from onestep.settings_given import web_address
from onestep.settings_sources import FILE, SecretFiles, spelled

ROOT = Path(__file__).resolve().parent.parent
Port = Annotated[int, Field(ge=1, le=65535)]
OF_PROVIDERS = ("telegram_", "twilio_", "kannel_", "smtp_")


class Settings(BaseSettings):
    """The settings of one installation: `ONESTEP_…` variables, or the same lines in `.env`.

    A secret may also stand in a file: `ONESTEP_…_FILE`, or a credential of systemd's.
    """

    model_config = SettingsConfigDict(
        env_prefix="ONESTEP_",
        env_file=".env",
        env_ignore_empty=True,  # a line with nothing behind its sign is a line left out
        dotenv_filtering="only_existing",  # what is misspelt is refused with the right name
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,  # an error that is printed whole must not show a token
    )

    demo: bool = Field(
        default=False, description="made-up clients on a simulated phone; no real token"
    )
    data: Path = Field(default=ROOT / "var", description="folder of the database and keys")
    database: SecretStr | None = Field(
        default=None, description="database address; default SQLite in data"
    )
    key_file: Path | None = Field(
        default=None, description="file of the keys that seal what is kept"
    )
    spool: Path | None = Field(
        default=None, description="folder where messages wait while the database is away"
    )
    content: Path = Field(
        default=ROOT / "content", description="folder of wording, areas and routes"
    )
    language: str = Field(default="en", description="language that new clients are written to in")
    host: str = Field(default="127.0.0.1", description="address the web pages are served on")
    port: Port = Field(default=8000, description="port the web pages are served on")
    metrics_port: Port = Field(default=8001, description="port of /readyz and /metrics, for us")
    public_url: str | None = Field(
        default=None, description="web address that providers and coaches reach us by"
    )
    bot_python: Path = Field(
        default=ROOT / "bot" / ".venv" / "bin" / "python",
        description="Python 3.10 that runs the bot",
    )
    lull_telegram: float = Field(
        default=3, ge=0, le=15, description="seconds a burst may pause, Telegram"
    )
    lull_sms: float = Field(default=20, ge=0, le=60, description="seconds a burst may pause, SMS")
    lease: float = Field(default=30, gt=0, description="seconds a worker may hold a row")
    send_timeout: float = Field(default=10, gt=0, description="seconds a provider may take")
    sms_segments: int = Field(default=2, ge=1, le=10, description="most parts of one text message")
    emergency_contact: str | None = Field(
        default=None,
        pattern=r"^(telegram|sms|email):\S+$",
        description="who is told of danger while the database is away, as channel:value",
    )
    words_to_coaches: bool = Field(default=False, description="words go to coaches' Telegram")
    heartbeat_url: SecretStr | None = Field(
        default=None, description="address of a monitor that hears each minute that all is well"
    )
    photos: bool = Field(default=False, description="photos are kept as a noticing in pictures")
    voice: bool = Field(default=False, description="voice notes are kept as a noticing in sound")

    telegram_token: SecretStr | None = Field(default=None, description="token of the Telegram bot")
    telegram_mode: TelegramMode = Field(
        default=TelegramMode.POLLING, description="polling, or webhook: how updates come"
    )
    telegram_webhook_secret: SecretStr | None = Field(
        default=None, description="secret that Telegram sends with each update"
    )
    telegram_api: str = Field(
        default="https://api.telegram.org", description="base address of Telegram's Bot API"
    )
    twilio_account_sid: str | None = Field(default=None, description="SID of the Twilio account")
    twilio_auth_token: SecretStr | None = Field(
        default=None, description="token of the Twilio account; signs its webhooks too"
    )
    twilio_from_number: str | None = Field(
        default=None, description="number that texts through Twilio come from"
    )
    twilio_messaging_service_sid: str | None = Field(
        default=None, description="Twilio's messaging service, instead of one number"
    )
    twilio_api: str = Field(
        default="https://api.twilio.com", description="base address of Twilio's API"
    )
    kannel_send_url: str | None = Field(
        default=None, description="address of Kannel's sendsms service"
    )
    kannel_username: str | None = Field(default=None, description="name of Kannel's sendsms-user")
    kannel_password: SecretStr | None = Field(default=None, description="its password")
    kannel_from_number: str | None = Field(
        default=None, description="number that texts through Kannel come from"
    )
    kannel_secret: SecretStr | None = Field(
        default=None, description="last part of the path that Kannel brings texts to"
    )
    kannel_our_url: str | None = Field(
        default=None, description="address that Kannel brings its delivery reports to"
    )
    kannel_allowed: str = Field(
        default="127.0.0.1, ::1", description="addresses that Kannel may bring texts from"
    )

    smtp_host: str | None = Field(default=None, description="mail server for notices to staff")
    smtp_port: Port | None = Field(default=None, description="port of the mail server")
    smtp_tls: SmtpTls = Field(default=SmtpTls.STARTTLS, description="starttls, tls or none")
    smtp_username: str | None = Field(default=None, description="name for signing in")
    smtp_password: SecretStr | None = Field(default=None, description="password for signing in")
    smtp_from: str | None = Field(default=None, description="address that notices come from")

    @classmethod
    def made_up(cls, **given: Any) -> Self:
        """Settings of a demo in a terminal or a test: no provider, whatever is configured."""
        fields = cls.model_fields.items()
        none = {name: field.default for name, field in fields if name.startswith(OF_PROVIDERS)}
        return cls(demo=True, **none, **given)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # ours reads more
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is passed in counts first, then variables, then `.env`, then files of secrets."""
        written: dict[str, str | None] = {}
        for source in (dotenv_settings, env_settings):
            assert isinstance(source, EnvSettingsSource)  # noqa: S101  # as pydantic passes them
            written.update(source.env_vars)
        files = SecretFiles(settings_cls, written, cls.secrets())
        return init_settings, env_settings, dotenv_settings, files

    @classmethod
    def secrets(cls) -> tuple[str, ...]:
        """The fields that are secret, by their types."""
        fields = cls.model_fields.items()
        return tuple(name for name, field in fields if field.annotation == SecretStr | None)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.demo:
            self._refuse_real_tokens()
        if self.send_timeout >= self.lease / 2:
            raise ValueError(
                "ONESTEP_SEND_TIMEOUT must be less than half of ONESTEP_LEASE: a message that "
                "outlives its lease could be sent by two workers"
            )
        if self.metrics_port == self.port:
            raise ValueError("ONESTEP_METRICS_PORT must not be ONESTEP_PORT: it is for us alone")
        if self.public_url is not None:
            web_address(self.public_url, spelled("public_url"))
        _ = self.telegram, self.twilio, self.kannel, self.smtp  # each refuses to be half there
        if self.twilio and self.kannel:
            raise ValueError(
                "texts go through Twilio or through Kannel: remove the ONESTEP_TWILIO_ or the "
                "ONESTEP_KANNEL_ lines"
            )
        return self

    def _refuse_real_tokens(self) -> None:
        for name in self.secrets():
            if name.startswith(OF_PROVIDERS) and getattr(self, name) is not None:
                raise ValueError(
                    f"demo mode refuses a real token: remove {spelled(name)} or ONESTEP_DEMO"
                )

    @property
    def telegram(self) -> Telegram | None:
        """The Telegram bot, or None when there is none."""
        return settings_channels.telegram(self.__dict__)

    @property
    def twilio(self) -> Twilio | None:
        """The Twilio account, or None when there is none."""
        return settings_channels.twilio(self.__dict__)

    @property
    def kannel(self) -> Kannel | None:
        """The Kannel gateway, or None when there is none."""
        return settings_channels.kannel(self.__dict__)

    @property
    def smtp(self) -> Smtp | None:
        """The mail server, or None when there is none."""
        return settings_channels.smtp(self.__dict__)

    @property
    def database_url(self) -> str:
        """The address of the database; it may hold a password."""
        if self.database is not None:
            return self.database.get_secret_value()
        return f"sqlite:///{self.data / 'onestep.db'}"

    @property
    def keys(self) -> Path:
        """The key file."""
        return self.key_file or self.data / "keys.json"

    @property
    def run_folder(self) -> Path:
        """The folder of the sockets by which our processes reach each other."""
        return self.data / "run"

    @property
    def bot_socket(self) -> Path:
        """Where the bot answers."""
        return self.run_folder / "bot.sock"

    @property
    def spool_folder(self) -> Path:
        """The folder of the spool."""
        return self.spool or self.data / "spool"


def forget_secrets() -> tuple[str, ...]:
    """Takes the secrets out of our environment once they are read, so that no child has them.

    Returns the variables that held one.
    """
    found = tuple(spelled(name) for name in Settings.secrets() if os.environ.get(spelled(name)))
    for name in Settings.secrets():
        for variable in (spelled(name), spelled(name + FILE)):
            os.environ.pop(variable, None)
    return found
