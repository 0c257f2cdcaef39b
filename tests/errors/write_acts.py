"""Errors of writing: interrupted jobs, locks, links."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
from dataclasses import replace
from typing import Any

import pytest
from filelock import FileLock

from ledger.books import write
from ledger.books.durable import sha256
from ledger.books.jobs import Block, Change
from ledger.errors import Problem
from ledger.seals.grounds import settings_on
from tests.closing.sealing import seal

from .acts import MARCH, NOTE, SALE, met
from .stage import Stage


def documents_is_a_link(stage: Stage) -> None:
    (stage.root.parent / "elsewhere").mkdir(exist_ok=True)
    (stage.root / "units/repris/documents").symlink_to(stage.root.parent / "elsewhere")


def _interrupted(stage: Stage) -> None:
    """A job that adds to two months and is cut off before it could rename anything."""
    unit = stage.ws.units["repris"]
    block = Block(dt.date(2026, 3, 6), NOTE, None)
    old = unit.month_file(dt.date(2026, 3, 1)).read_text(encoding="utf-8")
    changes = [
        Change(unit.month_file(dt.date(2026, 3, 1)), old + NOTE, sha256(old.encode()), (block,)),
        Change(unit.month_file(dt.date(2026, 4, 1)), NOTE, None, (block,)),
    ]

    rename, done = os.rename, []

    def power_cut(*names: Any) -> None:
        """After the plan, which is written first, nothing is renamed any more."""
        if done:
            raise KeyboardInterrupt
        done.append(names)
        rename(*names)

    with stage.monkeypatch.context() as patch:
        patch.setattr(os, "rename", power_cut)
        with pytest.raises(KeyboardInterrupt):
            write.apply(stage.ws, unit, changes, check=None)


def edited_after_an_interrupted_job(stage: Stage) -> None:
    """Two files that a job was to replace; the power fails after the first."""
    unit = stage.ws.units["repris"]
    march, april = unit.month_file(dt.date(2026, 3, 1)), unit.month_file(dt.date(2026, 4, 1))
    changes = [Change(march, "; March\n", sha256(march.read_bytes())), Change(april, "; April\n", None)]
    rename = os.rename

    def power_cut(source: Any, target: Any) -> None:
        if str(target).endswith("2026-04.beancount"):
            raise KeyboardInterrupt
        rename(source, target)

    with stage.monkeypatch.context() as patch:
        patch.setattr(os, "rename", power_cut)
        with pytest.raises(KeyboardInterrupt):
            write.apply(stage.ws, unit, changes, check=None)
    april.write_text("; by hand\n", encoding="utf-8")


def emptied_after_an_interrupted_job(stage: Stage) -> None:
    _interrupted(stage)
    stage.write("2026-03", "")


def latin1_after_an_interrupted_job(stage: Stage) -> None:
    _interrupted(stage)
    stage.write("2026-03", "; Möte\n".encode("latin-1"))


def another_command_at_work(stage: Stage) -> None:
    """Another command's lock on the unit, and its mark that it is writing; nobody here waits a minute for it."""
    acquire = FileLock.acquire
    stage.monkeypatch.setattr(FileLock, "acquire", lambda lock, **_: acquire(lock, timeout=0))
    for name in ("locks", "jobs"):
        (stage.ws.state_folder / name).mkdir(parents=True, exist_ok=True)
    (stage.ws.state_folder / "jobs/repris.busy").touch()
    descriptor = os.open(stage.ws.state_folder / "locks/repris.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    stage.keep(lambda: os.close(descriptor))


def an_empty_repository_folder(stage: Stage) -> None:
    (stage.root / ".git").mkdir()


# --- closed months


def seal_march(stage: Stage) -> None:
    seal(stage.ws, "repris", "2026-03")


def sale_after_the_seal(stage: Stage) -> None:
    seal_march(stage)
    with (stage.root / MARCH).open("a", encoding="utf-8") as file:
        file.write(SALE)


def other_amount_after_the_seal(stage: Stage) -> None:
    seal_march(stage)
    text = (stage.root / MARCH).read_text(encoding="utf-8")
    stage.write(MARCH, text.replace("100.00", "10.00"))


def another_closed_it(stage: Stage) -> None:
    seal_march(stage)
    seals = stage.root / "units/repris/seals.jsonl"
    seals.write_bytes(seals.read_bytes().replace(b'"by":"', b'"by":"not '))


def another_entity_after_the_seal(stage: Stage) -> None:
    """Central's seal of March repeats who is who; then repris is said to be a legal person."""
    toml = stage.root / "units/repris/unit.toml"
    texts = {"units/repris/unit.toml": toml.read_bytes()}
    settings = settings_on(texts, dt.date(2026, 3, 31))
    seal(stage.ws, "gemensamt", "2026-03", draft=lambda said: replace(said, settings=settings))
    toml.write_text('entity = "legal_entity"\n' + toml.read_text(encoding="utf-8"), encoding="utf-8")


def sealed_and_written_anew(stage: Stage) -> list[Problem]:
    seal_march(stage)
    text = (stage.root / MARCH).read_text(encoding="utf-8")
    change = Change(stage.root / MARCH, text.replace("100.00", "10.00"), sha256(text.encode()))
    return met(write.apply, stage.ws, stage.ws.units["repris"], [change])


def sale_in_a_closed_month(stage: Stage) -> list[Problem]:
    seal_march(stage)
    return met(write.append_entries, stage.ws, stage.ws.units["repris"], [Block(dt.date(2026, 3, 5), SALE)])
