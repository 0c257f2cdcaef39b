"""Who and when: where the name comes from, and that it can stand in a book and in git."""

import datetime as dt
import subprocess

import pytest

from ledger.books import clock, person
from ledger.books.problems import ClockUnreadable


@pytest.fixture(autouse=True)
def _nobody(monkeypatch, tmp_path):
    """Nobody is named, but for the login."""
    settings = tmp_path / "settings"
    settings.write_text("")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("SAMBOK_BY", "GIT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LOGNAME", "login")
    yield
    person.use(None)


def test_the_command_line_then_the_environment_then_git_then_the_login(monkeypatch, tmp_path):
    assert person.person(tmp_path) == "login"
    repository = tmp_path / "repository"
    subprocess.run(["git", "init", "-q", str(repository)], check=True)
    subprocess.run(["git", "-C", str(repository), "config", "user.name", "Berit Öst"], check=True)
    assert person.person(repository) == "Berit Öst"
    monkeypatch.setenv("SAMBOK_BY", "cecilia")
    assert person.person(repository) == "cecilia"
    person.use("anna")
    assert person.person(repository) == "anna"
    person.use(" ")
    assert person.person(repository) == "cecilia"


@pytest.mark.parametrize(
    ("given", "stands"),
    [
        ("Anna", "Anna"),
        ("  Anna \n Berg\t", "Anna Berg"),
        ('An"na\\ <a@b>', "An na a@b"),
        ("A\u030asa", "Åsa"),
        ("x\u202ey", "x y"),
        ("\x00\x1b", ""),
        ("a" * 200, "a" * 60),
    ],
)
def test_a_name_is_one_plain_line(given, stands):
    assert person.plain(given) == stands


def test_who_has_no_name_at_all_is_a_number(monkeypatch, tmp_path):
    def nobody():
        raise KeyError("uid not found")

    monkeypatch.setattr(person.getpass, "getuser", nobody)
    monkeypatch.setattr(person.os, "getuid", lambda: 1234)
    assert person.person(tmp_path) == "uid 1234"


def test_a_machine_without_git_asks_nobody(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert person.person(tmp_path / "elsewhere") == "login"


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("2026-03-05T10:00:00Z", "2026-03-05T10:00:00Z"),
        ("2026-03-05T10:00:00.999999", "2026-03-05T10:00:00Z"),
        ("2026-03-05T01:30:00+02:00", "2026-03-04T23:30:00Z"),
        ("2026-03-05T10:00", "2026-03-05T10:00:00Z"),  # no zone: UTC
        ("2026-03-05", "2026-03-05T00:00:00Z"),
        (" 2026-03-05T10:00:00Z\n", "2026-03-05T10:00:00Z"),
    ],
)
def test_the_clock_is_utc_and_has_whole_seconds(monkeypatch, said, moment):
    monkeypatch.setenv("SAMBOK_NOW", said)
    assert clock.stamp() == moment
    assert clock.now().tzinfo == dt.UTC


def test_without_a_setting_it_is_the_machines(monkeypatch):
    monkeypatch.delenv("SAMBOK_NOW", raising=False)
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    assert before <= clock.now() <= dt.datetime.now(dt.UTC)


@pytest.mark.parametrize(
    "said", ["bad", "2026-02-30", "2026-03-05T25:00", "10:00", "0001-01-01T00:00+14:00", "9999-12-31T23:00-12:00", "0"]
)
def test_a_time_that_is_none_is_a_plain_problem(monkeypatch, said):
    monkeypatch.setenv("SAMBOK_NOW", said)
    for ask in (clock.now, clock.today, clock.stamp):
        with pytest.raises(ClockUnreadable) as met:
            ask()
        assert said in met.value.text()


@pytest.mark.parametrize("said", ["", "  "])
def test_an_empty_time_is_none_that_is_set(monkeypatch, said):
    monkeypatch.setenv("SAMBOK_NOW", said)
    assert abs(dt.datetime.now(dt.UTC) - clock.now()) < dt.timedelta(minutes=5)
