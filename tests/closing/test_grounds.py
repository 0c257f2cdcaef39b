"""What a closed month rests on beside its book: rates, decisions, exchange rates, who is who. Central's chain holds it.

December and January are closed for everybody (`worked`); nobody changes a voucher in any of these tests.
"""

import datetime as dt
import json
import shutil
import zipfile
from hashlib import sha256

import pytest

from ledger.books import durable, open_workspace
from ledger.books.grounds import broken_grounds
from ledger.books.history import Note
from ledger.books.problems_sealed import SealedText
from ledger.books.sealed import seals_of
from ledger.books.write import Change, apply
from ledger.cli.main import main
from ledger.closing.against import open_copy
from ledger.closing.archive import archive_year
from ledger.closing.archive_check import check_archive
from ledger.closing.close import obstacles
from ledger.closing.decisions import Draft, add_decision
from ledger.closing.evidence import Folder
from ledger.closing.findings import as_json, message, place_of
from ledger.closing.reopen import reopen_month
from ledger.closing.verify import verify
from ledger.errors import Problem
from ledger.federation import load_federation
from ledger.seals import chain
from ledger.seals.grounds import settings_on
from ledger.seals.proven import chain_of
from tests.closing.test_close import close
from tests.closing.worked import POLICY, PRICES, UNITS

TEXT = """\
2025-01-10 custom "decision" "ST-1" "board"
  text: "Loan to Repris"
  amount: 180000.00 SEK
"""
HEAD = "; Rates and decisions: only the finance head edits this file.\n"


@pytest.fixture
def ws(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-05T10:00:00Z")
    monkeypatch.setenv("SAMBOK_BY", "anna")
    made = make_workspace(UNITS, policy=HEAD + "\n" + POLICY + "\n" + TEXT, prices=PRICES)
    close(made, "2025-12", "2026-01")
    assert load_federation(made).problems == ()
    assert found(made) == []
    return made


def edit(ws, name, old, new):
    path = ws.root / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (name, old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def found(ws):
    """Kind, place, line, whether what it says has changed, and in which fields; in all units."""
    done = verify(Folder(ws.root))
    assert done.problems == ()
    return [
        (one.kind, place_of(slug, one), one.line, one.meaning, one.fields)
        for slug, ones in done.findings.items()
        for one in ones
    ]


def told(ws):
    """What `sambok check` says: code, place, line."""
    return [(p.code, p.file, p.line) for p in load_federation(open_workspace(ws.root)).problems]


def broken(ws, slug="repris"):
    """What keeps a unit's next month open."""
    return [(p.code, p.file) for p in obstacles(load_federation(open_workspace(ws.root)), slug, "2026-02")]


POLICY_FILE, PRICES_FILE = "units/policy.beancount", "units/prices.beancount"


def test_centrals_seals_hold_policy_and_exchange_rates_up_to_their_last_day(ws):
    december, january = [seal.draft for seal in seals_of(ws.units["gemensamt"].folder)]

    def held(draft):
        return [(e.file, e.date.isoformat(), e.type) for e in draft.entries if e.file.startswith("../")]

    assert held(december) == [
        *[("../policy.beancount", "2025-01-01", "custom")] * 5,
        ("../policy.beancount", "2025-01-10", "custom"),  # ST-7 is of March
        ("../prices.beancount", "2025-12-31", "price"),
        ("../prices.beancount", "2025-12-31", "custom"),
    ]
    assert held(january) == [
        ("../prices.beancount", "2026-01-31", "price"),
        ("../prices.beancount", "2026-01-31", "custom"),
    ]
    assert "../policy.beancount" in december.heads
    assert december.settings == january.settings
    for slug in ("repris", "koop"):
        assert not any(held(seal.draft) or seal.draft.settings for seal in seals_of(ws.units[slug].folder))


def test_who_is_who_stands_in_centrals_seal(ws):
    settings = seals_of(ws.units["gemensamt"].folder)[-1].draft.settings
    assert [one for one in settings if one[0] in {"fava.conf", "koop"}] == [
        ("fava.conf", "central", "gemensamt"),
        ("fava.conf", "currency", "SEK"),
        ("fava.conf", "fiscal_year_start", "01-01"),
        ("koop", "chart", "pgc"),
        ("koop", "code", "KOOP"),
        ("koop", "combine", "true"),
        ("koop", "currency", "EUR"),
        ("koop", "entity", "legal_entity"),
        ("koop", "joined", None),
        ("koop", "left", None),
        ("koop", "levels", "[]"),
    ]


def test_a_line_with_settings_is_written_in_one_way_only(ws):
    data = (ws.units["gemensamt"].folder / "seals.jsonl").read_bytes()
    assert b"".join(chain.seal_line(seal).encode() + b"\n" for seal in chain.read_seals(data)) == data
    light = chain_of(data, "gemensamt")
    assert light is not None
    assert light.seals[0].draft.settings == chain.read_seals(data)[0].draft.settings
    changed = data.replace(b'["repris","left",null]', b'["repris","left","x"]')
    assert changed != data
    assert chain_of(changed, "gemensamt") is None


# The five ways of the past that nobody saw: what is changed, what verify names, what check says, what it holds up.
WAYS = [
    pytest.param(POLICY_FILE, '"*" 0.15', '"*" 0.05', ("altered", 4, ("values",)), id="a rate"),
    pytest.param(POLICY_FILE, '"service" 0.125', '"service" 0.025', ("altered", 6, ("values",)), id="a component"),
    pytest.param(POLICY_FILE, "Loan to Repris", "Gift to Repris", ("altered", 14, ("text:",)), id="a decision's text"),
    pytest.param(POLICY_FILE, "180000.00", "280000.00", ("altered", 14, ("amount:",)), id="a decision's amount"),
    pytest.param(PRICES_FILE, "EUR 11.60", "EUR 12.60", ("altered", 3, ("amount",)), id="an exchange rate"),
    pytest.param(PRICES_FILE, '"EUR" 11.10', '"EUR" 11.11', ("altered", 2, ("values",)), id="an average rate"),
]


@pytest.mark.parametrize(("name", "old", "new", "what"), WAYS)
def test_changed_text_of_the_federation(ws, name, old, new, what):
    """Nobody's next month is closed or opened again until it is put back."""
    before = (ws.root / name).read_bytes()
    edit(ws, name, old, new)
    kind, line, fields = what
    assert found(ws) == [(kind, name, line, True, fields)]
    assert ("SEAL_BROKEN", name, line) in told(ws)
    for slug in ws.units:
        assert ("SEAL_BROKEN", name) in broken(ws, slug)
    policy = load_federation(ws).policy
    with pytest.raises(Problem) as refused:
        reopen_month(ws, ws.units["repris"], "2026-01", policy=policy, decision="ST-7")
    assert refused.value.code == "SEAL_BROKEN"
    (ws.root / name).write_bytes(before)
    assert found(ws) == []
    assert told(ws) == []
    assert broken(ws, "repris") == []


def test_text_that_is_gone(ws):
    edit(ws, PRICES_FILE, "2025-12-31 price EUR 11.20 SEK\n", "")
    assert found(ws) == [("missing", PRICES_FILE, 1, True, ())]
    assert ("SEAL_BROKEN", PRICES_FILE, None) in told(ws)
    (ws.root / PRICES_FILE).unlink()
    assert [row[:2] for row in found(ws)] == [("missing", PRICES_FILE)] * 4


SETTINGS = [
    pytest.param("units/repris/unit.toml", "left", "left = 2025-12-31\n", id="left"),
    pytest.param("units/repris/unit.toml", "entity", 'entity = "legal_entity"\n', id="entity"),
    pytest.param("units/repris/unit.toml", "combine", "combine = false\n", id="combine"),
    pytest.param("units/repris/unit.toml", "levels", 'levels = ["Sverige"]\n', id="levels"),
    pytest.param("units/repris/unit.toml", "joined", "joined = 2026-01-01\n", id="joined"),
    pytest.param("fava.conf", "fiscal_year_start", 'fiscal_year_start = "07-01"\n', id="fiscal year"),
]


def set_key(ws, name, key, row):
    """The setting is added, in its place; its line."""
    path = ws.root / name
    rows = [r for r in path.read_text(encoding="utf-8").splitlines(keepends=True) if not r.startswith(f"{key} =")]
    at = rows.index("[federation]\n") + 1 if name == "fava.conf" else 0
    rows.insert(at, row)
    path.write_text("".join(rows), encoding="utf-8")
    return at + 1


@pytest.mark.parametrize(("name", "key", "row"), SETTINGS)
def test_a_changed_setting(ws, name, key, row):
    line = set_key(ws, name, key, row)
    assert found(ws) == [("altered", name, line, True, (key,))]
    assert ("SETTING_CHANGED", name, line) in told(ws)


def test_another_central(ws):
    line = set_key(ws, "fava.conf", "central", 'central = "repris"\n')
    assert found(ws) == [("altered", "fava.conf", line, True, ("central",))]


@pytest.mark.parametrize("row", ["left = 2026-02-28\n", "left = 2027-12-31\n"])
def test_who_leaves_later_has_changed_nothing_of_the_past(ws, row):
    set_key(ws, "units/repris/unit.toml", "left", row)
    assert found(ws) == []
    assert told(ws) == []


def test_who_was_a_member_and_is_to_join_later(ws):
    line = set_key(ws, "units/repris/unit.toml", "joined", "joined = 2026-02-01\n")
    assert found(ws) == [("altered", "units/repris/unit.toml", line, True, ("joined",))]


def test_a_setting_that_is_meant_is_taken_in_by_centrals_next_close(ws):
    set_key(ws, "units/repris/unit.toml", "levels", 'levels = ["Sverige"]\n')
    ws = open_workspace(ws.root)
    assert broken(ws, "gemensamt") == []
    (done,) = close(ws, "2026-02")
    assert done.closed[-1].adopted == (("units/repris/unit.toml", 1),)
    assert found(ws) == []
    assert told(ws) == []


def test_a_rate_entered_afterwards_is_told_until_centrals_next_close(ws):
    with (ws.root / POLICY_FILE).open("a", encoding="utf-8") as file:
        file.write('\n2026-01-15 custom "levy-cap" "repris" 100000.00 SEK\n  decision: "A"\n')
    line = (ws.root / POLICY_FILE).read_text(encoding="utf-8").splitlines().index(
        '2026-01-15 custom "levy-cap" "repris" 100000.00 SEK'
    ) + 1
    assert found(ws) == [("inserted", POLICY_FILE, line, True, ())]
    assert told(ws) == []  # nothing that was sealed is another
    ws = open_workspace(ws.root)
    (done,) = close(ws, "2026-02")
    assert done.closed[-1].adopted == ((POLICY_FILE, line),)
    assert found(ws) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (POLICY_FILE, '\n2026-01-20 custom "decision" "ST-2" "board"\n  text: "Entered late"\n'),
        (PRICES_FILE, "\n2026-01-15 price EUR 11.55 SEK\n"),
    ],
)
def test_a_decision_or_an_exchange_rate_that_comes_later_is_no_finding(ws, name, text):
    with (ws.root / name).open("a", encoding="utf-8") as file:
        file.write(text)
    assert found(ws) == []
    assert told(ws) == []
    (done,) = close(open_workspace(ws.root), "2026-02")
    assert done.closed[-1].adopted == ()
    edit(ws, name, text[1:].split()[0], "2026-01-16")  # from then on it is held
    assert [row[0] for row in found(ws)] == ["altered"]


def test_what_looks_like_a_decision_and_is_none(ws):
    """Beancount reads `levy\\-cap` as `levy-cap`."""
    with (ws.root / POLICY_FILE).open("a", encoding="utf-8") as file:
        file.write('\n2026-01-15 custom "levy\\-cap" "repris" 1.00 SEK\n  decision: "A"\n')
    assert [row[0] for row in found(ws)] == ["inserted"]


def test_order_and_comments_are_layout(ws):
    """Told by verify as such; nothing is held up by it."""
    path = ws.root / PRICES_FILE
    first, second, *others = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([second, first, *others]), encoding="utf-8")
    edit(ws, POLICY_FILE, HEAD, "; Rates.\n")
    assert [(kind, place, meaning) for kind, place, _, meaning, _ in found(ws)] == [
        ("altered", POLICY_FILE, False),
        ("moved", PRICES_FILE, False),
    ]
    assert told(ws) == []
    assert broken(ws) == []


def test_findings_in_words(ws):
    edit(ws, POLICY_FILE, '"*" 0.15', '"*" 0.05')
    set_key(ws, "units/repris/unit.toml", "left", "left = 2025-12-31\n")
    ones = verify(Folder(ws.root)).findings["gemensamt"]
    assert [message(one) for one in ones] == [
        "policy.beancount:4, sealed with 2025-12, says something else now: values.",
        "repris/unit.toml:1, sealed with 2026-01, says something else now: left.",
    ]
    assert [as_json("gemensamt", one)["file"] for one in ones] == [POLICY_FILE, "units/repris/unit.toml"]
    assert "central's next close takes it in" in as_json("gemensamt", ones[1])["remedy"]


def test_the_command_ends_with_1(ws, monkeypatch, capsys):
    edit(ws, PRICES_FILE, "EUR 11.60", "EUR 12.60")
    monkeypatch.chdir(ws.root)
    for command in (["verify"], ["verify", "gemensamt"], ["check"]):
        with pytest.raises(SystemExit) as ended:
            main(command)
        assert ended.value.code == 1, command
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["verify", "repris", "--json"])
    assert ended.value.code == 0
    assert json.loads(capsys.readouterr().out)["findings"] == []


def test_no_writer_changes_what_is_sealed(ws):
    """It adds, though: a decision that is entered."""
    old = ws.policy_file.read_text(encoding="utf-8")
    expected = durable.sha256(old.encode())
    change = Change(ws.policy_file, old.replace("Loan to Repris", "Gift to Repris"), expected)
    with pytest.raises(SealedText):
        apply(ws, None, [change], note=Note("edit"))
    assert ws.policy_file.read_text(encoding="utf-8") == old
    apply(ws, None, [Change(ws.policy_file, old + "\n" + TEXT.replace("ST-1", "ST-3"), expected)], note=Note("edit"))
    assert found(ws) == []


def test_what_is_as_it_was_is_remembered(ws):
    state = ws.state_folder / "grounds"
    assert broken_grounds(ws) == ()
    key = state.read_bytes()
    edit(ws, PRICES_FILE, "EUR 11.60", "EUR 12.60")
    assert [p.code for p in broken_grounds(ws)] == ["SEAL_BROKEN"]
    edit(ws, PRICES_FILE, "EUR 12.60", "EUR 11.60")
    assert broken_grounds(ws) == ()
    assert state.read_bytes() == key


def test_a_month_closed_again_repeats_the_settings_of_the_latest_month(ws):
    """Else `left`, in a month between both, could be said anew."""
    policy = load_federation(ws).policy
    reopen_month(ws, ws.units["gemensamt"], "2025-12", policy=policy, decision="A")
    close(ws, "2025-12", slugs=("gemensamt",))
    assert found(ws) == []
    line = set_key(ws, "units/repris/unit.toml", "left", "left = 2026-01-15\n")
    assert found(ws) == [("altered", "units/repris/unit.toml", line, True, ("left",))]


def test_settings_on_a_day():
    texts = {
        "fava.conf": b'[federation]\ncentral = "g"\ncurrency = "SEK"\n',
        "units/a/unit.toml": b'code = "A"\ncurrency = "SEK"\njoined = 2026-02-01\n',
        "units/b/unit.toml": b'code = "B"\ncurrency = "EUR"\nleft = 2026-01-31\nlevels = ["x", "y"]\n',
        "units/c/unit.toml": b"code = ",
    }
    said = settings_on(texts, dt.date(2026, 1, 31))
    assert said[0] == ("a", "joined", "later")
    assert ("b", "left", "2026-01-31") in said
    assert ("b", "levels", '["x", "y"]') in said
    assert not any(name == "c" for name, _, _ in said)
    later = settings_on(texts, dt.date(2026, 1, 30))
    assert ("b", "left", None) in later


def test_thousands_of_exchange_rates(make_workspace, tmp_path, monkeypatch):
    """All are sealed, one that was changed is found, and one that comes later is nothing."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-05T10:00:00Z")
    day = dt.date(2010, 1, 1)
    rows = [
        f"{day + dt.timedelta(days=n // 3)} price {'EUR CLP KES'.split()[n % 3]} {n + 1} SEK\n" for n in range(3000)
    ]
    ws = make_workspace(UNITS, policy=POLICY, prices="".join(rows) + PRICES)
    close(ws, "2025-12")
    sealed = seals_of(ws.units["gemensamt"].folder)[0].draft.entries
    assert sum(entry.file == "../prices.beancount" for entry in sealed) == 3002
    edit(ws, PRICES_FILE, " 1500 SEK", " 1501.5 SEK")
    assert found(ws) == [("altered", PRICES_FILE, 1500, True, ("amount",))]


def test_without_central_nothing_of_it_is_sealed(make_workspace, tmp_path, monkeypatch):
    """Nor before its first close."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-05T10:00:00Z")
    ws = make_workspace(UNITS, policy=POLICY, prices=PRICES)
    close(ws, "2025-12", slugs=("repris",))
    edit(ws, PRICES_FILE, "EUR 11.20", "EUR 12.20")
    assert found(ws) == []
    assert told(ws) == []


def test_the_archive_of_a_year_proves_what_came_after_it(ws, tmp_path):
    """A cap entered afterwards is held by January's seal, a level by February's; the archive of 2025 goes that far."""
    from_2025 = '\n2025-12-15 custom "levy-cap" "repris" 100000.00 SEK\n  decision: "A"\n'
    with (ws.root / POLICY_FILE).open("a", encoding="utf-8") as file:
        file.write(from_2025)
    set_key(ws, "units/repris/unit.toml", "levels", 'levels = ["Sverige"]\n')
    ws = open_workspace(ws.root)
    close(ws, "2026-02")
    made = archive_year(ws, 2025, tmp_path / "2025.zip", still_open=True)
    proof = check_archive(made.path)
    assert proof.verified.findings == {}
    assert proof.ok
    with zipfile.ZipFile(made.path) as bundle:
        assert bundle.read("units/gemensamt/seals.jsonl").count(b"\n") == 3


def test_a_changed_rate_in_an_archive(ws, tmp_path):
    made = archive_year(ws, 2025, tmp_path / "2025.zip", still_open=True)
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(made.path) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, text.replace(b'"*" 0.15', b'"*" 0.05') if name == POLICY_FILE else text)
    findings = check_archive(changed).verified.findings
    assert [(one.kind, one.file, one.fields) for one in findings["gemensamt"]] == [
        ("altered", "../policy.beancount", ("values",))
    ]


def test_against_a_copy_from_before(ws, tmp_path):
    """Who makes all of central's seals anew over another rate, finds the copy telling it."""
    shutil.copytree(ws.root, tmp_path / "copy")
    edit(ws, POLICY_FILE, '"*" 0.15', '"*" 0.05')
    for unit in ws.units.values():
        for name in ("seals.jsonl", "history.jsonl"):
            (unit.folder / name).unlink(missing_ok=True)
    copy = open_copy(ws.root, str(tmp_path / "copy"))
    done = verify(Folder(ws.root), also=copy.slugs, further=copy.further)
    told_of = [(one.kind, one.file, one.fields) for one in done.findings["gemensamt"]]
    assert ("altered", "../policy.beancount", ("values",)) in told_of


def test_the_minutes_of_a_decision(make_workspace, tmp_path, monkeypatch):
    """They lie among central's documents, and are sealed with the month of the decision; a paper elsewhere isn't."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-05T10:00:00Z")
    decision = TEXT + '  document: "gemensamt/documents/min.txt"\n'
    elsewhere = TEXT.replace("ST-1", "ST-2") + '  document: "minutes.pdf"\n'
    ws = make_workspace(UNITS, policy=POLICY + "\n" + decision + "\n" + elsewhere, prices=PRICES)
    minutes = ws.units["gemensamt"].folder / "documents/min.txt"
    minutes.parent.mkdir(exist_ok=True)
    minutes.write_text("A loan to Repris", encoding="utf-8")
    close(ws, "2025-12")
    ((name, digest),) = seals_of(ws.units["gemensamt"].folder)[0].draft.documents
    assert (name, digest) == ("documents/min.txt", durable.sha256(b"A loan to Repris"))
    minutes.write_text("A gift to Repris", encoding="utf-8")
    assert found(ws) == [("document", "units/gemensamt/documents/min.txt", None, True, ())]


@pytest.fixture
def minutes(ws, tmp_path):
    """A decision of February with its minutes: central hasn't closed it yet, so no seal holds them."""
    paper = tmp_path / "m.txt"
    paper.write_bytes(b"The board grants it.")
    done = add_decision(
        ws, Draft("ST-9", "board", dt.date(2026, 2, 20), "Grant", document=paper), today=dt.date(2026, 3, 5)
    )
    assert sha256(b"The board grants it.").hexdigest() in done.document
    assert found(ws) == []
    return ws.root / done.document


@pytest.mark.parametrize(("act", "note"), [("altered", "another content"), ("deleted", "isn't there")])
def test_minutes_that_no_seal_holds_yet(ws, minutes, act, note):
    """Their name says what they held."""
    minutes.write_bytes(b"The board refuses it.") if act == "altered" else minutes.unlink()
    shown = minutes.relative_to(ws.root).as_posix()
    assert found(ws) == [("document", shown, None, True, ())]
    (one,) = verify(Folder(ws.root), ["gemensamt"]).findings["gemensamt"]
    assert note in message(one)
    assert "sealed" not in message(one)
    assert verify(Folder(ws.root), ["repris"]).findings == {}


@pytest.mark.parametrize("act", ["altered", "deleted"])
def test_minutes_that_a_seal_holds_are_told_once(ws, minutes, act):
    close(ws, "2026-02")
    minutes.write_bytes(b"The board refuses it.") if act == "altered" else minutes.unlink()
    assert found(ws) == [("document", minutes.relative_to(ws.root).as_posix(), None, True, ())]


def test_central_waits_for_minutes_that_are_gone(ws, minutes):
    """check tells them; the units close, and central does once they are back."""
    kept = minutes.read_bytes()
    minutes.unlink()
    (told,) = load_federation(ws).problems
    shown = minutes.relative_to(ws.root).as_posix()
    assert (told.code, told.unit, told.file, told.params["document"]) == (
        "DOCUMENT_MISSING",
        "gemensamt",
        POLICY_FILE,
        shown,
    )
    assert 'custom "decision" "ST-9"' in told.excerpt
    (done,) = close(ws, "2026-02")
    assert sorted(one.unit for one in done.closed) == ["koop", "repris"]
    assert [problem.code for problem in done.blocked["gemensamt"]] == ["DOCUMENT_MISSING"]
    minutes.write_bytes(kept)
    assert load_federation(ws).problems == ()
    (done,) = close(ws, "2026-02", slugs=("gemensamt",))
    assert [one.unit for one in done.closed] == ["gemensamt"]


def test_minutes_of_a_decision_that_was_entered_late(ws):
    """Its month is closed, so check says nothing of it; but no seal is made over minutes that aren't there."""
    with ws.policy_file.open("a", encoding="utf-8") as file:
        file.write('\n2026-01-20 custom "decision" "ST-8" "board"\n  document: "gemensamt/documents/min.pdf"\n')
    assert load_federation(ws).problems == ()
    (done,) = close(ws, "2026-02")
    (told,) = done.blocked["gemensamt"]
    assert (told.code, told.params["case"]) == ("DOCUMENT_MISSING", "minutes")


def test_minutes_in_an_archive(ws, minutes, tmp_path):
    made = archive_year(ws, 2025, tmp_path / "2025.zip", still_open=True)
    assert check_archive(made.path).verified.findings == {}
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(made.path) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"grants", b"denies"))
    findings = check_archive(changed).verified.findings
    assert [(one.kind, one.file) for one in findings["gemensamt"]] == [
        ("document", minutes.relative_to(ws.units["gemensamt"].folder).as_posix())
    ]
