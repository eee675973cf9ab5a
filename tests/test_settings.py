"""Settings: where they come from, what is refused and how, and that no secret shows."""

import os
import subprocess
import sys
import traceback
from ipaddress import ip_network

import pytest
from pydantic import ValidationError

from onestep.cli.say import error, known_errors
from onestep.settings import Settings, forget_secrets
from onestep.settings_channels import TelegramMode
from onestep.settings_sources import SettingRefused

CANARY = "canary-8841-Zq7xWv2pLk9m"
TOKEN = f"4839:{CANARY}"
STRONG = "h7Gd82kQzm4Xw9Lp3RtY"
TWILIO = {
    "twilio_account_sid": "AC0123456789",
    "twilio_auth_token": CANARY,
    "twilio_from_number": "+441632960001",
    "public_url": "https://onestep.example.org",
}
KANNEL = {
    "kannel_send_url": "http://127.0.0.1:13013/cgi-bin/sendsms",
    "kannel_username": "onestep",
    "kannel_password": CANARY,
    "kannel_from_number": "+441632960002",
    "kannel_secret": STRONG,
}
SMTP = {
    "smtp_host": "mail.example.org",
    "smtp_username": "onestep",
    "smtp_password": CANARY,
    "smtp_from": "onestep@example.org",
}
ELSEWHERE = {"kannel_send_url": "http://10.0.0.6:13013/cgi-bin/sendsms"}
HOOKED = {
    "telegram_token": TOKEN,
    "telegram_mode": "webhook",
    "telegram_webhook_secret": STRONG,
    "public_url": "https://onestep.example.org/",
}


@pytest.fixture(autouse=True)
def _nobodys(monkeypatch, tmp_path):
    """Nothing of this machine's own settings is seen."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    for name in [name for name in os.environ if name.startswith("ONESTEP_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def put(monkeypatch):
    """Sets variables, and reads the settings."""

    def put(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(f"ONESTEP_{name.upper()}", str(value))
        return Settings()

    return put


def refusal(capsys, read):
    """The one sentence that a person is shown when reading the settings is refused."""
    with pytest.raises((ValidationError, SettingRefused)) as refused:
        read()
    assert isinstance(refused.value, known_errors())
    capsys.readouterr()
    error(refused.value)
    said = capsys.readouterr().err
    assert said.count("\n") == 1, said
    shown = "".join(traceback.format_exception(refused.value)) + repr(refused.value)
    assert CANARY not in said + shown
    return said


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("telegram_tokn", "ONESTEP_TELEGRAM_TOKEN"),
        ("prot", "ONESTEP_PORT"),
        ("telegram_token_fle", "ONESTEP_TELEGRAM_TOKEN_FILE"),
        ("kannel_pasword", "ONESTEP_KANNEL_PASSWORD"),
    ],
)
def test_a_misspelt_variable_is_refused_with_the_right_name(put, capsys, typed, right):
    """A setting that would silently do nothing is named, with the nearest there is."""
    said = refusal(capsys, lambda: put(**{typed: CANARY}))
    assert f"There is no setting ONESTEP_{typed.upper()}: did you mean {right}?" in said


def test_a_misspelt_line_of_the_file_is_refused_too(tmp_path, capsys):
    """`.env` is held to the same names; what is not ours in it is left alone."""
    (tmp_path / ".env").write_text(f"COMPOSE_PROJECT=x\nONESTEP_LANGAUGE={CANARY}\n", "utf-8")
    assert "did you mean ONESTEP_LANGUAGE?" in refusal(capsys, Settings)


def test_a_name_like_none_of_ours(put, capsys):
    """Where no name is near, the sentence says where the names are."""
    assert ".env.example" in refusal(capsys, lambda: put(xyzzy="1"))


def test_what_only_the_tests_read_is_no_fault(put):
    """The variables of the tests may be set while they start the service."""
    assert put(test_long="1").port == 8000


def test_a_line_with_nothing_behind_its_sign_is_left_out(tmp_path):
    """The example file with its marks taken off is the defaults."""
    (tmp_path / ".env").write_text("ONESTEP_DATABASE=\nONESTEP_TELEGRAM_TOKEN=\n", "utf-8")
    settings = Settings()
    assert settings.telegram is None
    assert settings.database_url.startswith("sqlite:///")


def test_a_secret_comes_from_its_file(put, tmp_path):
    """The file's path is in the setting, the secret is not."""
    (tmp_path / "token").write_text(f"{TOKEN}\n", "utf-8")
    settings = put(telegram_token_file=tmp_path / "token")
    assert settings.telegram.token.get_secret_value() == TOKEN


def test_the_file_of_a_secret_may_be_named_in_the_example_file(tmp_path):
    """A line of `.env` names the file as well as a variable does."""
    (tmp_path / "token").write_text(TOKEN, "utf-8")
    (tmp_path / ".env").write_text(f"ONESTEP_TELEGRAM_TOKEN_FILE={tmp_path}/token\n", "utf-8")
    assert Settings().telegram.token.get_secret_value() == TOKEN


def test_a_secret_comes_from_systemd(put, monkeypatch, tmp_path):
    """A credential is found by the name of its setting; other credentials are left alone."""
    (tmp_path / "onestep_telegram_token").write_text(TOKEN, "utf-8")
    (tmp_path / "somebody_elses").write_text("x", "utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert put().telegram.token.get_secret_value() == TOKEN


@pytest.mark.parametrize("held", [b"", b" \n", b"\xff\xfe", b"x" * 20_000])
def test_a_file_that_holds_no_secret(put, capsys, tmp_path, held):
    """An empty file, a picture or a whole book is no secret."""
    (tmp_path / "token").write_bytes(held)
    said = refusal(capsys, lambda: put(telegram_token_file=tmp_path / "token"))
    assert "must hold the secret and nothing else" in said


def test_a_file_that_is_not_there(put, capsys, tmp_path):
    """The setting, the path and what is wrong."""
    said = refusal(capsys, lambda: put(telegram_token_file=tmp_path / "token"))
    assert said.startswith("ONESTEP_TELEGRAM_TOKEN_FILE: ")
    assert "No such file" in said


def test_a_secret_set_twice(put, capsys, tmp_path):
    """Nobody is left to guess which of the two counts."""
    (tmp_path / "token").write_text(TOKEN, "utf-8")
    both = {"telegram_token": TOKEN, "telegram_token_file": tmp_path / "token"}
    assert "both set" in refusal(capsys, lambda: put(**both))


def test_nothing_is_configured_unless_it_is_said(put):
    """Without settings no provider is there, and nothing is asked of any."""
    settings = put()
    assert (settings.telegram, settings.twilio, settings.kannel) == (None, None, None)


def test_whole_providers(put):
    """What is whole comes out as one value, addresses without the slash at their end."""
    settings = put(**HOOKED, **{k: v for k, v in TWILIO.items() if k != "public_url"})
    assert settings.telegram.mode is TelegramMode.WEBHOOK
    assert settings.telegram.public_url == settings.twilio.public_url
    assert settings.telegram.public_url == "https://onestep.example.org"
    assert settings.twilio.api == "https://api.twilio.com"
    for one in (settings, settings.telegram, settings.twilio):
        assert CANARY not in repr(one) + str(one)
    assert CANARY not in str(settings.model_dump())
    assert CANARY not in settings.model_dump_json()


def test_a_whole_gateway(put):
    """A gateway of one's own may bring texts from this machine, unless it is said otherwise."""
    settings = put(**KANNEL)
    assert settings.kannel.allowed == (ip_network("127.0.0.1"), ip_network("::1"))
    assert CANARY not in repr(settings.kannel) + repr(settings) + settings.model_dump_json()


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"host": "0.0.0.0", "port": 9000}, "http://127.0.0.1:9000"),
        ({"host": "::1"}, "http://[::1]:8000"),
        ({"host": "10.0.0.5"}, "http://10.0.0.5:8000"),
        ({"kannel_our_url": "http://onestep.lan:8000/"}, "http://onestep.lan:8000"),
        (ELSEWHERE | {"host": "10.0.0.5"}, "http://10.0.0.5:8000"),
        (ELSEWHERE | {"kannel_our_url": "https://onestep.lan"}, "https://onestep.lan"),
    ],
)
def test_where_a_gateway_brings_its_reports(put, given, url):
    """To where we listen, unless it is said otherwise: it often knows us by another name."""
    assert put(**{**KANNEL, **given}).kannel.our_url == url


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::"])
def test_a_gateway_elsewhere_must_be_told_where_we_are(put, capsys, host):
    """One on another machine cannot bring its reports to this machine's own address."""
    said = refusal(capsys, lambda: put(**{**KANNEL, **ELSEWHERE, "host": host}))
    assert "ONESTEP_KANNEL_OUR_URL is missing: Kannel is on another machine" in said


@pytest.mark.parametrize(
    ("given", "port"),
    [
        ({}, 587),
        ({"smtp_tls": "tls"}, 465),
        ({"smtp_tls": "none", "smtp_host": "localhost"}, 25),
        ({"smtp_port": 2525}, 2525),
    ],
)
def test_the_port_of_a_mail_server(put, given, port):
    """The usual one for how its line is closed, where none is set."""
    assert put(**{**SMTP, **given}).smtp.port == port


def test_texts_go_one_way(put, capsys):
    """Two providers of texts are refused: nobody could say which of them a text went through."""
    both = {**TWILIO, **KANNEL}
    assert "through Twilio or through Kannel" in refusal(capsys, lambda: put(**both))


WHOLE = [HOOKED, TWILIO, KANNEL, SMTP]


@pytest.mark.parametrize(
    ("whole", "missing"),
    [(whole, name) for whole in WHOLE for name in whole if name != "telegram_mode"],
)
def test_half_a_provider_is_refused_by_the_missing_name(put, capsys, whole, missing):
    """One sentence names the variable that is missing."""
    said = refusal(capsys, lambda: put(**{k: v for k, v in whole.items() if k != missing}))
    assert f"ONESTEP_{missing.upper()} is missing" in said


@pytest.mark.parametrize(
    ("whole", "name", "value"),
    [
        (HOOKED, "telegram_token", f"bot {CANARY}"),
        ({}, "telegram_token", f"bot {CANARY}"),
        (HOOKED, "telegram_webhook_secret", "short"),
        (HOOKED, "telegram_webhook_secret", "a" * 40),
        (HOOKED, "telegram_webhook_secret", STRONG + "/../"),
        (HOOKED, "telegram_mode", "pulling"),
        (HOOKED, "telegram_api", "http://api.example.org"),
        (HOOKED, "public_url", "https://name:pass@example.org"),
        (HOOKED, "public_url", "https://example.org/#part"),
        (HOOKED, "public_url", "https://example.org:notaport"),
        (HOOKED, "public_url", "onestep.example.org"),
        (TWILIO, "twilio_account_sid", "0123"),
        (TWILIO, "twilio_from_number", "Onestep"),
        (KANNEL, "kannel_secret", "kannel"),
        (KANNEL, "kannel_allowed", "everyone"),
        (KANNEL, "kannel_allowed", " , "),
        (KANNEL, "kannel_our_url", "onestep.lan:8000"),
        (KANNEL, "kannel_our_url", "http://onestep.lan/?a=b"),
        (SMTP, "smtp_host", "mail.example.org:587/"),
        (SMTP, "smtp_port", "0"),
        (SMTP, "smtp_tls", "none"),
        (SMTP, "smtp_tls", "perhaps"),
        (SMTP, "smtp_from", "Onestep <onestep@example.org>"),
        (SMTP, "smtp_from", "onestep@example.org, eve@example.org"),
    ],
)
def test_what_is_weak_or_makes_no_sense_is_refused_by_its_name(put, capsys, whole, name, value):
    """A weak secret, an address in the open, a sender that cannot be answered."""
    assert f"ONESTEP_{name.upper()}" in refusal(capsys, lambda: put(**{**whole, name: value}))


def test_a_stand_in_on_this_machine_needs_no_certificate(put):
    """A provider's stand-in for tests is spoken to over plain http on loopback."""
    assert put(**{**HOOKED, "telegram_api": "http://127.0.0.1:8081/"}).telegram.api.endswith(
        "8081"
    )


@pytest.mark.parametrize("whole", WHOLE)
def test_demo_mode_refuses_every_real_token(put, capsys, whole):
    """Nothing that could reach a real person starts beside made-up ones."""
    assert "demo mode refuses a real token" in refusal(capsys, lambda: put(demo=1, **whole))


def test_a_demo_in_a_terminal_leaves_the_providers_alone(put, tmp_path):
    """`onestep chat` works on a machine that serves real people, and sees none of their tokens."""
    (tmp_path / "token").write_text(STRONG, "utf-8")
    put(**HOOKED, **{k: v for k, v in KANNEL.items() if k != "kannel_secret"},
        kannel_secret_file=tmp_path / "token")  # fmt: skip
    settings = Settings.made_up(language="en")
    assert settings.demo
    assert (settings.telegram, settings.kannel) == (None, None)


def test_the_page_for_us_is_not_the_page_for_all(put, capsys):
    """Metrics never stand on the public port."""
    assert "ONESTEP_METRICS_PORT" in refusal(capsys, lambda: put(port=9000, metrics_port=9000))


def test_no_child_has_a_secret(put, monkeypatch):
    """What was read from a variable is gone from what a child of ours would be given."""
    put(**HOOKED, **KANNEL)
    forget_secrets()
    show = "import os; print(*os.environ.values())"
    shown = subprocess.run(
        [sys.executable, "-c", show], capture_output=True, text=True, check=True
    )
    assert CANARY not in shown.stdout
    assert STRONG not in shown.stdout
    assert os.environ["ONESTEP_PUBLIC_URL"]  # what is no secret stays
