"""The demo federation: fictional books from January to October 2026, November waiting, made by a seeded generator.

The text below `units/` is this generator's output and nothing else; `python -m benchmarks.demo --check` proves it byte
for byte. Every name in it is made up, and the organisation numbers fail their own check digit.
"""

from benchmarks.demo.federation import build

__all__ = ["build"]
