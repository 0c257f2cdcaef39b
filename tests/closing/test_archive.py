"""The archive of a year: what is in it, that it proves itself on a bare machine, and what a hostile zip gets."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import struct
import zipfile

import pytest

from importers.sie.read import read_sie
from ledger.books import main_text, open_workspace
from ledger.closing.archive import archive_year
from ledger.closing.archive_check import MANIFEST, check_archive, mark_of
from ledger.closing.bundle import is_plain
from ledger.closing.problems_archive import ArchiveOpen, ArchiveRefused, ArchiveUnproven
from ledger.closing.together import Wanted, close_months
from tests.closing.worked import POLICY, PRICES, UNITS


def ready(federation, period, slugs, *, today, without=()):
    del federation, period, today, without
    return {slug: [] for slug in slugs}


@pytest.fixture
def ws(make_workspace, tmp_path, monkeypatch):
    """The federation of `tests/closing/worked.py` with 2025 and January 2026 closed."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-05T10:00:00Z")
    made = make_workspace(UNITS, policy=POLICY, prices=PRICES)
    home = made.units["repris"].folder / "documents"
    home.mkdir()
    (home / "kept.pdf").write_bytes(b"%PDF kept")
    (home / "later.pdf").write_bytes(b"%PDF later")
    later = made.units["repris"].books / "2026/2026-02.beancount"
    text = later.read_text(encoding="utf-8").replace('"A-4"', '"A-4"\n  document: "documents/later.pdf"')
    later.write_text(text, encoding="utf-8")
    list(close_months(made, ["2025-12"], Wanted(), ready=ready))
    return open_workspace(made.root)


@pytest.fixture
def made(ws, tmp_path):
    out = tmp_path / "2025.zip"
    return out, archive_year(ws, 2025, out)


def test_what_a_year_holds(made):
    out, done = made
    names = zipfile.ZipFile(out).namelist()
    assert names[0] == MANIFEST
    assert names[1:] == sorted(names[1:])
    held = set(names)
    assert held >= {
        "description.md",
        "fava.conf",
        "sie/legal-person-2025.se",
        "sie/repris-2025.se",
        "statements/combined-2025.json",
        "statements/levy-2025.json",
        "units/policy.beancount",
        "units/prices.beancount",
        "units/repris/accounts.beancount",
        "units/repris/books/2025/2025-12.beancount",
        "units/repris/books/2025/2025-12.closed.beancount",
        "units/repris/documents/kept.pdf",
        "units/repris/history.jsonl",
        "units/repris/main.beancount",
        "units/repris/seals.jsonl",
        "units/repris/unit.toml",
        "units/gemensamt/books/2025/2025-12.repris.closed.beancount",
    }
    assert "units/repris/books/2026/2026-02.beancount" not in held
    assert "units/repris/documents/later.pdf" not in held
    assert done.proof.ok
    assert done.files == len(names)


def test_the_same_workspace_gives_the_same_bytes(ws, made, tmp_path):
    out, done = made
    again = archive_year(ws, 2025, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == out.read_bytes()
    assert again.proof.mark == done.proof.mark


def test_the_manifest_names_every_file_with_its_hash(made):
    out, done = made
    with zipfile.ZipFile(out) as file:
        data = file.read(MANIFEST)
        said = json.loads(data)
        for row in said["files"]:
            content = file.read(row["file"])
            assert (row["size"], row["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        assert {row["file"] for row in said["files"]} == set(file.namelist()) - {MANIFEST}
        sie = read_sie(file.read("sie/repris-2025.se"), own=True)
    assert mark_of(data) == done.proof.mark
    # 2025: turnover 10,000.00, levy 1,500.00.
    assert said["year"] == 2025
    assert [head["unit"] for head in said["heads"]] == ["gemensamt", "repris"]
    assert len(sie.vouchers) == 3  # A-1, L-1, Y-1


def test_a_later_close_changes_nothing_but_what_belongs_to_the_year(ws, made, tmp_path):
    """Seals and histories of later months stay out: what proves the year is the same."""
    list(close_months(ws, ["2026-01"], Wanted(), ready=ready))
    done = archive_year(open_workspace(ws.root), 2025, tmp_path / "later.zip")
    assert done.proof.ok
    with zipfile.ZipFile(made[0]) as before, zipfile.ZipFile(tmp_path / "later.zip") as after:
        for name in ("units/repris/seals.jsonl", "units/gemensamt/seals.jsonl"):
            assert before.read(name) == after.read(name)


def test_an_open_year_is_refused_unless_asked_for(ws, tmp_path):
    with pytest.raises(ArchiveOpen) as caught:
        archive_year(ws, 2026, tmp_path / "2026.zip")
    assert caught.value.exit_code == 3
    assert not (tmp_path / "2026.zip").exists()
    done = archive_year(ws, 2026, tmp_path / "2026.zip", still_open=True)
    assert done.proof.ok
    assert "repris" in done.proof.manifest["open"]
    assert done.proof.manifest["whole"] is False


FUND = {
    "unit": "combine = false\n",
    "accounts": "2025-01-01 open Assets:1930-Bank SEK\n2025-01-01 open Liabilities:2890-Savings SEK\n",
    "2025-11": '2025-11-05 * "Saved"\n  voucher: "A-1"\n  Assets:1930-Bank  10 SEK\n  Liabilities:2890-Savings\n',
}


def with_unit(ws, home, texts):
    """The workspace with one more unit."""
    for name, text in texts.items():
        file = home / {"unit": "unit.toml", "accounts": "accounts.beancount"}.get(
            name, f"books/{name[:4]}/{name}.beancount"
        )
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text((f'name = "{home.name}"\ncode = "F"\ncurrency = "SEK"\n' if name == "unit" else "") + text)
    found = open_workspace(ws.root)
    unit = found.units[home.name]
    unit.main.write_text(main_text(unit), encoding="utf-8")
    return open_workspace(ws.root)


def test_a_year_is_whole_when_every_book_in_it_is_closed(ws, tmp_path):
    """A book that no combined statement holds is in the archive, too: while it is open the year isn't whole."""
    home = ws.units_folder / "fund"
    ws = with_unit(ws, home, FUND)
    with pytest.raises(ArchiveOpen) as caught:
        archive_year(ws, 2025, tmp_path / "2025.zip")
    assert (caught.value.unit, caught.value.params["months"]) == ("fund", "2025-11, 2025-12")
    assert "sambok close 2025 --unit fund" in caught.value.remedy_text()
    done = archive_year(ws, 2025, tmp_path / "2025.zip", still_open=True)
    said = done.proof.manifest
    assert (said["whole"], said["open"]) == (False, {"fund": ["2025-11", "2025-12"]})
    assert done.proof.ok
    list(close_months(ws, ["2025-11", "2025-12"], Wanted(slugs=("fund",)), ready=ready))
    done = archive_year(open_workspace(ws.root), 2025, tmp_path / "2025.zip")
    assert (done.proof.manifest["whole"], done.proof.manifest["open"]) == (True, {})


def test_an_archive_of_one_unit_is_not_the_whole_federation(ws, tmp_path):
    done = archive_year(ws, 2025, tmp_path / "repris.zip", unit="repris")
    assert (done.proof.manifest["whole"], done.proof.manifest["units"]) == (False, ["repris"])


def test_one_unit_alone(ws, tmp_path):
    done = archive_year(ws, 2025, tmp_path / "one.zip", unit="repris")
    names = zipfile.ZipFile(tmp_path / "one.zip").namelist()
    assert done.proof.ok
    assert {name.split("/")[1] for name in names if name.startswith("units/")} == {
        "repris",
        "policy.beancount",
        "prices.beancount",
    }
    assert "statements/combined-2025.json" not in names


def test_what_isn_t_as_sealed_is_not_archived(ws, tmp_path):
    book = ws.units["repris"].books / "2025/2025-12.beancount"
    book.write_text(book.read_text(encoding="utf-8").replace('"Sale"', '"Sold"'), encoding="utf-8")
    with pytest.raises(ArchiveUnproven):
        archive_year(open_workspace(ws.root), 2025, tmp_path / "2025.zip")
    assert list(tmp_path.glob("*.zip")) == []
    assert list(tmp_path.glob(".tmp-*")) == []


# --- what was done to it afterwards


def remade(out, change):
    """The archive with some files changed: `change` gets and gives name -> content."""
    with zipfile.ZipFile(out) as file:
        files = {name: file.read(name) for name in file.namelist()}
    files = change(files)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(name, data)


def codes(proof):
    return [(p.code, p.params.get("case", ""), p.file) for p in proof.problems]


BOOK = "units/repris/books/2025/2025-12.beancount"


def test_a_file_is_changed_removed_added(made):
    out, _ = made
    extra = "units/repris/documents/extra.pdf"

    def change(files):
        del files["units/repris/documents/kept.pdf"]
        return {**files, BOOK: files[BOOK].replace(b'"Sale"', b'"Sold"'), extra: b"x"}

    remade(out, change)
    proof = check_archive(out)
    assert codes(proof) == [
        ("ARCHIVE_FILE", "", BOOK),
        ("ARCHIVE_FILE", "added", extra),
        ("ARCHIVE_FILE", "missing", "units/repris/documents/kept.pdf"),
    ]
    assert [(f.kind, f.voucher) for f in proof.verified.findings["repris"]] == [("altered", "A-1")]


def test_a_manifest_made_to_fit_is_told_by_the_seals(made):
    """Whoever changes a voucher and the manifest has still the seals against him, and another mark."""
    out, done = made

    def change(files):
        files[BOOK] = files[BOOK].replace(b'"Sale"', b'"Sold"')
        said = json.loads(files[MANIFEST])
        for row in said["files"]:
            if row["file"] == BOOK:
                row["sha256"] = hashlib.sha256(files[BOOK]).hexdigest()
        return {**files, MANIFEST: json.dumps(said).encode()}

    remade(out, change)
    proof = check_archive(out)
    assert codes(proof) == []
    assert not proof.ok
    assert proof.mark != done.proof.mark


def test_seals_left_out_are_told_by_the_manifest(made):
    out, _ = made
    remade(out, lambda files: {n: d for n, d in files.items() if not n.endswith("seals.jsonl")})
    proof = check_archive(out)
    assert ("ARCHIVE_FILE", "heads", MANIFEST) in codes(proof)
    assert ("ARCHIVE_FILE", "missing", "units/repris/seals.jsonl") in codes(proof)


def test_a_sie_file_with_another_checksum(made):
    out, _ = made

    def change(files):
        name = "sie/repris-2025.se"
        files[name] = files[name].replace(b"10000.00", b"10001.00")
        said = json.loads(files[MANIFEST])
        for row in said["files"]:
            if row["file"] == name:
                row["sha256"] = hashlib.sha256(files[name]).hexdigest()
        return {**files, MANIFEST: json.dumps(said).encode()}

    remade(out, change)
    assert codes(check_archive(out)) == [("ARCHIVE_FILE", "sie", "sie/repris-2025.se")]


# --- hostile zips


def zipped(path, *entries):
    """A zip of (name, content) or (ZipInfo, content)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries:
            file.writestr(name, data)
    return path


def link():
    info = zipfile.ZipInfo("units/repris/unit.toml")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([("../evil", b"x")], "leads elsewhere"),
        ([("/etc/passwd", b"x")], "leads elsewhere"),
        ([("units//x", b"x")], "leads elsewhere"),
        ([("units/./x", b"x")], "leads elsewhere"),
        ([("units\\..\\x", b"x")], "leads elsewhere"),
        ([("C:/x", b"x")], "leads elsewhere"),
        ([("units/\u202ex", b"x")], "leads elsewhere"),
        ([("folder/", b"")], "leads elsewhere"),
        ([("a" * 600, b"x")], "leads elsewhere"),
        ([(link(), b"/etc/passwd")], "a link"),
        ([("a", b"x"), ("a", b"y")], "a name twice"),
        ([("a", b"x"), ("A", b"y")], "a name twice"),
        ([("\u00e5", b"x"), ("a\u030a", b"y")], "a name twice"),
        ([("a", b"x"), ("a/b", b"y")], "a name twice"),
        ([("units/repris/x", b"x")], "no manifest"),
        ([(MANIFEST, b"[]")], "no manifest"),
        ([(MANIFEST, b"{" * 100_000)], "no manifest"),
        (
            [(MANIFEST, b'{"schema":1,"kind":"sambok-archive","files":[{"file":"../x","size":1,"sha256":""}]}')],
            "no man",
        ),
        ([(MANIFEST, b"\xff")], "no manifest"),
    ],
)
def test_hostile_zips_are_refused(tmp_path, entries, reason):
    path = zipped(tmp_path / "bad.zip", *entries)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ArchiveRefused) as caught:
        check_archive(path)
    assert reason in caught.value.params["reason"]
    assert sorted(tmp_path.rglob("*")) == before


def test_what_is_no_zip(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 and nothing more")
    (tmp_path / "b.zip").symlink_to(tmp_path / "a.zip")
    (tmp_path / "c.zip").mkdir()
    for name in ("a.zip", "b.zip", "c.zip", "none.zip"):
        with pytest.raises(ArchiveRefused):
            check_archive(tmp_path / name)


def test_an_archive_that_is_not_there(tmp_path):
    """Nobody is told not to unpack what there isn't."""
    with pytest.raises(ArchiveRefused) as caught:
        check_archive(tmp_path / "none.zip")
    assert caught.value.text("en") == "There is no such file."
    assert caught.value.remedy_text("en") == "Give the path of the archive that is to be proven."


def test_a_file_that_says_it_is_small(tmp_path):
    """A bomb: 50 MB in 50 kB; the sizes of the directory are made small."""
    path = zipped(tmp_path / "bomb.zip", (MANIFEST, b"0" * 50_000_000))
    data = path.read_bytes()
    at = data.index(b"PK\x01\x02")
    assert struct.unpack_from("<I", data, at + 24)[0] == 50_000_000
    path.write_bytes(data[: at + 24] + struct.pack("<I", 10) + data[at + 28 :])
    with pytest.raises(ArchiveRefused):
        check_archive(path)


def test_a_bomb_by_its_ratio(tmp_path):
    """A directory that promises more than its data can unpack to."""
    path = zipped(tmp_path / "bomb.zip", (MANIFEST, b"0" * 1000))
    data = path.read_bytes()
    at = data.index(b"PK\x01\x02")
    path.write_bytes(data[: at + 24] + struct.pack("<I", 3_000_000_000) + data[at + 28 :])
    with pytest.raises(ArchiveRefused) as caught:
        check_archive(path)
    assert "unpack to more" in caught.value.params["reason"]


def test_files_that_lie_in_each_other(tmp_path):
    """Two names of one piece of data: how a small zip unpacks to petabytes."""
    path = zipped(tmp_path / "overlap.zip", ("a", b"x" * 100), ("b", b"x" * 100))
    data = bytearray(path.read_bytes())
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    path.write_bytes(bytes(data))
    with pytest.raises(ArchiveRefused) as caught:
        check_archive(path)
    assert "in each other" in caught.value.params["reason"]


def test_an_encrypted_file(tmp_path):
    path = zipped(tmp_path / "secret.zip", ("a", b"x"))
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(bytes(data))
    with pytest.raises(ArchiveRefused) as caught:
        check_archive(path)
    assert "encrypted" in caught.value.params["reason"]


def test_flipped_bits_of_an_archive_are_all_found(made, tmp_path):
    """Wherever a bit is turned: refused, or something is found, or nothing of any file has changed."""
    out, _ = made
    data = out.read_bytes()
    with zipfile.ZipFile(out) as file:
        whole = {info.filename: file.read(info) for info in file.infolist()}
    path = tmp_path / "flipped.zip"
    for place in range(0, len(data), max(1, len(data) // 60)):
        flipped = bytearray(data)
        flipped[place] ^= 0x10
        path.write_bytes(bytes(flipped))
        try:
            proof = check_archive(path)
        except ArchiveRefused:
            continue
        if proof.ok:
            with zipfile.ZipFile(io.BytesIO(bytes(flipped))) as file:
                assert {info.filename: file.read(info) for info in file.infolist()} == whole, place


@pytest.mark.parametrize("name", ["units/å/b.pdf", "a", "units/repris/documents/2026/ab cd.pdf"])
def test_plain_names(name):
    assert is_plain(name)
