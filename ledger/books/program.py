"""With which program something was written: its version, and a digest of the sources of its rules."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import version as installed
from pathlib import Path

#: Rooms whose sources turn booked text into what is owed and where it stands.
RULES = ("charts", "policy", "provisional", "rules")
SHORT = 16


@lru_cache(maxsize=1)
def version() -> str:
    """Sambok's version."""
    return installed("sambok")


@lru_cache(maxsize=1)
def rules() -> str:
    """Digest of the rules' sources, in 16 hex digits: with another one, the same text may give other figures."""
    made = hashlib.sha256()
    house = Path(__file__).resolve().parents[1]
    for room in RULES:
        for file in sorted((house / room).rglob("*")):
            if file.suffix in {".py", ".toml"}:
                made.update(f"{file.relative_to(house).as_posix()}\0".encode() + file.read_bytes() + b"\0")
    return made.hexdigest()[:SHORT]
