"""`sambok verify`, `history`, `archive` and `description`: what they print, their JSON, exit codes."""

import json
import os
import re
import shutil
import signal
from dataclasses import replace

import pytest

from ledger.books.history import Line
from ledger.cli.main import main
from ledger.closing.deeds import words
from ledger.closing.together import Wanted, close_months
from ledger.seals import chain
from ledger.seals.lines import digest, sealed_text
from ledger.seals.signing import Signer
from tests.closing.worked import POLICY, PRICES, UNITS


def ready(federation, period, slugs, *, today, without=()):
    del federation, period, today, without
    return {slug: [] for slug in slugs}


@pytest.fixture
def ws(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-05T10:00:00Z")
    made = make_workspace(UNITS, policy=POLICY, prices=PRICES)
    list(close_months(made, ["2025-12"], Wanted(), ready=ready))
    return made


@pytest.fixture
def sambok(ws, capsys):
    before = signal.getsignal(signal.SIGTERM)

    def run(*args, root=ws.root):
        with pytest.raises(SystemExit) as ended:
            main(["-w", str(root), *args])
        shown = capsys.readouterr()
        assert "Traceback" not in shown.err
        return ended.value.code or 0, shown.out, shown.err

    yield run
    signal.signal(signal.SIGTERM, before)
    os.environ.pop("BEANCOUNT_DISABLE_LOAD_CACHE", None)


def book(ws):
    return ws.units["repris"].books / "2025/2025-12.beancount"


def test_whole(sambok):
    code, out, err = sambok("verify")
    assert code == 0
    assert re.search(r"repris +2025-12 +1 +\d+ +[A-Z2-7]{4}-[A-Z2-7]{4} +whole", out)
    assert re.search(r"has the fingerprint [A-Z2-7]{4}-[A-Z2-7]{4}\.\n$", out)
    assert err.startswith("Nothing sealed has changed: entries ")


def test_the_fingerprints_are_those_of_the_close(sambok):
    """February is closed by the command; verify prints the same eight characters."""
    code, out, _ = sambok("close", "2026-01", "--unit", "koop", "--json")
    told = json.loads(out)
    if code == 0:
        seen = json.loads(sambok("verify", "--json")[1])
        assert seen["fingerprint"] == told["fingerprint"]
        marks = {unit["unit"]: unit["fingerprint"] for unit in seen["units"]}
        assert marks["koop"] == told["months"][0]["closed"][0]["fingerprint"]
    else:
        assert code == 3, told


def test_something_has_changed(sambok, ws):
    book(ws).write_text(book(ws).read_text(encoding="utf-8").replace('"Sale"', '"Sold"'), encoding="utf-8")
    code, out, err = sambok("verify", "repris")
    assert code == 1
    assert out.startswith(
        "units/repris/books/2025/2025-12.beancount:1: A-1, sealed with 2025-12, says something else now: narration.\n"
        "    -> Put the sealed text back, from git or a backup; a correction is a new voucher in an open month.\n"
    )
    assert "findings: 1" in out
    assert err == "Findings: 1.\n"
    code, out, _ = sambok("verify", "--json")
    answer = json.loads(out)
    assert (code, answer["schema"], answer["ok"], answer["errors"]) == (1, 1, False, [])
    (found,) = answer["findings"]
    assert {key: found[key] for key in ("kind", "unit", "period", "voucher", "file", "line", "meaning")} == {
        "kind": "altered",
        "unit": "repris",
        "period": "2025-12",
        "voucher": "A-1",
        "file": "units/repris/books/2025/2025-12.beancount",
        "line": 1,
        "meaning": True,
    }
    assert sambok("verify", "koop")[0] == 0


def test_wrong_use(sambok, tmp_path):
    assert sambok("verify", "repriss")[0] == 2
    assert sambok("verify", "--key", "abc")[0] == 2
    assert sambok("verify", "--against", "nothing-of-the-kind")[0] == 2
    (tmp_path / "empty/units").mkdir(parents=True)
    code, _, err = sambok("verify", "--against", str(tmp_path / "empty"))
    assert code == 2
    assert "it holds no seals" in err


def test_a_copy_without_settings(sambok, ws, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(ws.units_folder, copy / "units")
    (copy / "fava.conf").write_text("[[broken", encoding="utf-8")
    code, out, _ = sambok("verify", "--json", root=copy)
    assert code == 1  # central's seal repeats what they said; nothing else is to be found
    assert [(one["file"], one["kind"]) for one in json.loads(out)["findings"]] == [("fava.conf", "altered")]
    assert json.loads(out)["fingerprint"] == json.loads(sambok("verify", "--json")[1])["fingerprint"]
    assert sambok("verify", "--against", str(copy))[0] == 0


def test_keys(sambok, ws, tmp_path):
    """Signed with the federation's key: proven by it, refused by another; without a signature, told."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415  slow to load

    signer, other = (Signer(Ed25519PrivateKey.generate()) for _ in range(2))
    code, out, err = sambok("verify", "--key", signer.key)
    assert code == 1
    # repris and central
    assert err == "Nothing sealed has changed, but it isn't signed as was asked for. Findings: 2.\n"
    said = "units/repris/seals.jsonl:1: A signature is missing."
    why = "no seal of this chain is signed, and a key was asked for"
    assert f"{said} ({why})\n    -> Ask who closed 2025-12, and with which key" in out
    assert "broken" not in out
    assert re.search(r"repris +2025-12 .* findings: 1, not signed *\n", out)
    assert re.search(r"repris +2025-12 .* whole, not signed *\n", sambok("verify")[1])

    list(close_months(ws, ["2026-01"], Wanted(), ready=ready, signer=signer))
    assert re.search(r"repris +2026-01 .* whole, signed *\n", sambok("verify")[1])
    assert sambok("verify", "--key", signer.key)[0] == 0
    code, out, _ = sambok("verify", "--json", "--key", other.key)
    assert code == 1
    found = {(one["kind"], one["file"].rpartition("/")[2], one["message"]) for one in json.loads(out)["findings"]}
    strange = "The signature is another's. (it is signed with another key than was asked for)"
    assert found == {("altered", "seals.jsonl", strange)}
    assert sambok("verify", "--key", signer.key, "--key", other.key)[0] == 0

    list(close_months(ws, ["2026-02"], Wanted(slugs=("repris",)), ready=ready))
    code, out, _ = sambok("verify")
    assert code == 0
    assert re.search(r"repris +2026-02 .* whole, the latest 1 not signed *\n", out)
    code, out, err = sambok("verify", "--key", signer.key)
    assert code == 1
    assert "units/repris/seals.jsonl:3: A signature is missing. (it isn't signed, and a seal before it is)\n" in out
    assert err == "Nothing sealed has changed, but it isn't signed as was asked for. Findings: 1.\n"
    unsigned = {unit["unit"]: unit["unsigned"] for unit in json.loads(sambok("verify", "--json")[1])["units"]}
    assert unsigned == {"gemensamt": 0, "koop": 0, "repris": 1}
    assert sambok("verify", "koop", "--key", signer.key)[0] == 0


def test_a_signature_of_something_else(sambok, ws):
    """Whatever keys are asked for: a signature that isn't of its seal is told, and that something was changed."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415  slow to load

    list(
        close_months(ws, ["2026-01"], Wanted(slugs=("koop",)), ready=ready, signer=Signer(Ed25519PrivateKey.generate()))
    )
    file = ws.units["koop"].folder / "seals.jsonl"
    (seal,) = chain.read_seals(file.read_bytes())
    wrong = replace(seal, at=seal.at.replace(year=2025))
    wrong = replace(wrong, seal=digest(sealed_text(wrong)))
    file.write_text(chain.seal_line(wrong) + "\n", encoding="utf-8")
    code, out, err = sambok("verify", "koop")
    assert (code, err) == (1, "Findings: 1.\n")
    assert out.startswith(
        "units/koop/seals.jsonl:1: The signature is wrong. (the signature isn't of this seal)\n"
        "    -> Put units/koop/seals.jsonl back, from git or a backup"
    )


def test_history_in_plain_words(sambok, ws):
    code, out, _ = sambok("history", "repris")
    assert code == 0
    assert "2025-12 closed; L-1, Y-1; fingerprint: " in out
    assert "what stood there when the history began; " in out
    code, out, _ = sambok("history", "--json")
    answer = json.loads(out)
    assert (code, answer["errors"]) == (0, [])
    closes = [(one["unit"], one["by"], one["at"]) for one in answer["history"] if one["action"] == "close"]
    assert closes[0][1:] == ("anna", "2026-03-05T10:00:00Z")
    assert {unit for unit, _, _ in closes} == {"repris", "gemensamt"}
    assert json.loads(sambok("history", "--to", "2026-03-04", "--json")[1])["history"] == []
    path = ws.units["repris"].folder / "history.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"by":"anna"', '"by":"eve"'), encoding="utf-8")
    code, out, _ = sambok("history", "repris")
    assert code == 1
    assert "of the history isn't as it was written" in out


def test_history_of_hostile_lines(sambok, ws):
    """Escape sequences, values of other kinds, lines that are none: nothing of it reaches the terminal."""
    path = ws.units["repris"].folder / "history.jsonl"
    path.write_bytes(b'{"number":1}\n\x1b[2J\n[]\nnull\n' + b"[" * 5000 + b"\n\xff\n")
    code, out, _ = sambok("history", "repris")
    assert code == 1
    assert "\x1b" not in out
    path.unlink()
    path.mkdir()
    assert sambok("history", "repris")[0] == 1


def test_archive_and_its_proof(sambok, ws, tmp_path):
    out = tmp_path / "2025.zip"
    code, told, err = sambok("archive", "2025", "--out", str(out))
    assert code == 0, err
    mark = re.fullmatch(r"For the minutes: the archive's mark is (\S+)\.\n", told)[1]
    code, told, _ = sambok("archive", "--check", str(out), "--json", root=tmp_path / "nowhere")
    answer = json.loads(told)
    assert (code, answer["ok"], answer["mark"], answer["findings"], answer["errors"]) == (0, True, mark, [], [])
    assert sambok("archive", "2025", "--out", str(book(ws)))[0] == 2
    (tmp_path / "kept.txt").write_text("kept")
    assert sambok("archive", "2025", "--out", str(tmp_path / "kept.txt"))[0] == 2
    assert sambok("archive", "2026", "--out", str(tmp_path / "open.zip"))[0] == 3
    code, _, err = sambok("archive", "2026", "--out", str(tmp_path / "open.zip"), "--open")
    assert (code, "Not closed when it was archived (open months): gemensamt (12), " in err) == (0, True), err
    code, told, _ = sambok("archive", "--check", str(tmp_path / "open.zip"), "--json")
    assert (code, json.loads(told)["whole"]) == (0, False)
    assert sambok("archive", "--check", str(out), "2025")[0] == 2
    assert sambok("archive")[0] == 2


def test_description(sambok, tmp_path):
    code, text, _ = sambok("description")
    assert code == 0
    assert text.startswith(
        "# System documentation: Samverkan Test\n\n## 1 Organisation\n\n| What | Value |\n|---|---|\n"
    )
    for wanted in (
        "| repris | Repris | REPRIS | division, active | SEK | bas | - | always |",
        "| A | 2025-01-01 | assembly |",
        "| levy rate of * | 15\u00a0% | 2025-01-01 | - | A |",
        "| repris | 2025 | A | own | 1-1 |",
        "| repris | 2025 | L | sambok | 1-1 |",
        "Assets:1930-Bank",
        "| repris | 2025-12 | 1 | ",
    ):
        assert wanted in text, wanted
    out = tmp_path / "description.md"
    assert sambok("description", "--out", str(out))[0] == 0
    assert out.read_text(encoding="utf-8") == text
    assert json.loads(sambok("description", "--json")[1])["text"] == text


def test_words_of_an_unknown_action():
    line = Line(1, "2026-01-01T00:00:00Z", "anna", "dance", (), ("A-1",), "slowly", {"text": "x"}, "1", "0", "", "")
    assert words(line) == "dance; A-1; slowly; text: x"
