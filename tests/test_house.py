"""The house rules that a machine can see: arrows point down, modules and functions stay readable, money is no float."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: From the ground up; a room imports only rooms of its own rank or below (docs/ARCHITECTURE.md).
RANKS = {
    "ledger.messages": 0,
    "ledger.errors": 0,
    "ledger.memo": 0,
    "ledger.charts": 1,
    "ledger.rules": 1,  # pure: stands on nothing
    "ledger.seals": 1,  # pure likewise
    "ledger.books": 2,
    "ledger.subledger": 3,
    "ledger.policy": 3,
    "ledger.loans": 3,
    "ledger.funds": 3,
    "ledger.provisional": 4,
    "plugins": 5,
    "ledger.combine": 5,
    "ledger.solidarity": 5,
    "ledger.services": 5,
    "ledger.federation": 6,
    "ledger.reports": 6,
    "importers": 6,
    "ledger.closing": 7,
    "ledger.web": 8,
    "ledger.cli": 9,
    "benchmarks": 10,
}
#: The aims are 300 and 50; beyond these a module or function must be taken apart.
MODULE_LINES = 400
FUNCTION_LINES = 70


def sources() -> list[Path]:
    """Every module of the product."""
    return sorted(p for room in ("ledger", "importers", "plugins", "benchmarks") for p in (ROOT / room).rglob("*.py"))


def name_of(path: Path) -> str:
    """`ledger.books.load` of `ledger/books/load.py`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str | None:
    """The room a module is in."""
    return max((room for room in RANKS if (module + ".").startswith(room + ".")), key=len, default=None)


def imports(tree: ast.Module) -> set[str]:
    """Modules that a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_arrows_point_down(path):
    module = name_of(path)
    room = room_of(module)
    if room is None:
        assert module == "ledger"
        return
    for imported in imports(ast.parse(path.read_text(encoding="utf-8"))):
        target = room_of(imported)
        if target is not None and target != room:
            assert RANKS[target] <= RANKS[room], f"{module} imports {imported}, which lies above it"


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_modules_and_functions_stay_readable(path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), f"{path}: say in plain words what the module is for"
    assert text.count("\n") <= MODULE_LINES, f"{path}: {text.count(chr(10))} lines"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno
            assert length <= FUNCTION_LINES, f"{path}:{node.lineno} {node.name}: {length} lines"


@pytest.mark.parametrize("path", [p for p in sources() if "benchmarks" not in p.parts], ids=name_of)
def test_money_is_no_float(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "float", f"{path}:{node.lineno}: float()"


def test_rules_know_neither_beancount_nor_files():
    for path in (ROOT / "ledger" / "rules").glob("*.py"):
        found = imports(ast.parse(path.read_text(encoding="utf-8")))
        foreign = {m for m in found if m.split(".")[0] in {"beancount", "pathlib", "os", "fava", "polars"}}
        assert not foreign, f"{path} imports {foreign}"


def test_no_package_registry_is_named():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    hosts = re.compile(r"(pypi|pythonhosted|npmjs|crates)\.(org|com|io)|deb\.debian\.org", re.IGNORECASE)
    named = []
    for name in filter(None, listed):
        path = ROOT / name
        if path == Path(__file__) or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        named += [f"{name}: {m[0]}" for m in hosts.finditer(text)]
    assert not named
