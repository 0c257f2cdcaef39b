"""`sambok export sie`: what is written where, what is said, and how it ends."""

import json
import signal

import pytest

from importers.sie.read import read_sie
from ledger.cli.main import main

ACCOUNTS = """\
2024-01-01 open Assets:1660-Intern-fordran
2024-01-01 open Assets:1930-Bank
2024-01-01 open Liabilities:2860-Intern-skuld
2024-01-01 open Income:3090-Internt
2024-01-01 open Expenses:4000-Inköp
"""
SOLD = """\
2026-03-05 * "sale" ^ic-repris-1
  voucher: "A-1"
  Assets:1660-Intern-fordran  100.00 SEK
    partner: "kafe"
    ic: "trade"
  Income:3090-Internt  -100.00 SEK
    partner: "kafe"
    ic: "trade"
"""
BOUGHT = """\
2026-03-05 * "purchase" ^ic-repris-1
  voucher: "A-1"
  Expenses:4000-Inköp  {amount} SEK
    partner: "repris"
    ic: "trade"
  Liabilities:2860-Intern-skuld  -{amount} SEK
    partner: "repris"
    ic: "trade"
2026-03-06 * "cash"
  voucher: "A-2"
  Expenses:4000-Inköp  7.00 SEK
  Assets:1930-Bank  -7.00 SEK
"""
POLICY = """\
2025-01-01 custom "decision" "FS-1" "assembly"
2025-01-01 custom "levy-rate" "*" 0.15
  decision: "FS-1"
"""


@pytest.fixture
def sambok(make_workspace, capfdbinary, tmp_path, monkeypatch):
    """Run a command in a workspace of two divisions and central; standard output as bytes."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    before = signal.getsignal(signal.SIGTERM)
    toml = 'organisation_number = "769999-0001"\n'

    def run(line, bought="100.00", accounts=ACCOUNTS, policy=POLICY, **units):
        ws = make_workspace(
            {
                "repris": {"unit": toml, "accounts": accounts, "2026-03": SOLD},
                "kafe": {"unit": toml, "accounts": ACCOUNTS, "2026-03": BOUGHT.format(amount=bought)},
                **units,
            },
            policy=policy,
        )
        with pytest.raises(SystemExit) as ended:
            main(["--workspace", str(ws.root), *line.split()])
        out, err = capfdbinary.readouterr()
        return ended.value.code, out, err.decode()

    yield run
    signal.signal(signal.SIGTERM, before)


def test_a_units_books_go_to_standard_output_and_the_talk_beside_it(sambok):
    code, out, err = sambok("export sie kafe")
    assert code == 0
    sie = read_sie(out)
    assert (sie.kind, len(sie.vouchers), sie.meta["FNAMN"]) == ("4E", 2, ("Kafe",))
    assert sie.checksum is not None
    assert out.count(b"\r\n") == out.count(b"\n")
    assert "Kafe, 2026-01-01 to 2026-12-31, SIE type 4E: vouchers 2, accounts 3." in err


def test_into_a_file_and_again_into_the_same(sambok, tmp_path):
    file = tmp_path / "kafe.se"
    for _ in range(2):
        code, out, _ = sambok(f"export sie kafe --year 2026 --out {file}")
        assert (code, out) == (0, b"")
    assert len(read_sie(file.read_bytes()).vouchers) == 2


@pytest.mark.parametrize(("kind", "is_kind"), [("4E", "4E"), ("4i", "4I"), ("1", "1"), ("2", "2"), ("3", "3")])
def test_types(sambok, kind, is_kind):
    code, out, _ = sambok(f"export sie kafe --type {kind} --no-checksum")
    sie = read_sie(out)
    assert (code, sie.kind, sie.checksum) == (0, is_kind, None)


def test_the_legal_person(sambok):
    code, out, err = sambok("export sie --legal-entity")
    assert code == 0
    sie = read_sie(out)
    assert (sie.meta["FNAMN"], sie.meta["ORGNR"]) == (("Samverkan Test",), ("769999-0001",))
    assert [(v.name, v.rows[0].objects) for v in sie.vouchers] == [("KAFE-A-2", (("1", "KAFE"),))]
    assert "Vouchers between divisions alone, which are gone: 2" in err


def test_what_doesnt_meet_is_listed_and_waits_for_a_person(sambok, tmp_path):
    file = tmp_path / "out.se"
    code, out, _ = sambok(f"export sie --legal-entity --json --out {file}", bought="90.00")
    assert code == 3
    answer = json.loads(out)
    assert (answer["schema"], answer["legal_entity"], answer["unit"], answer["type"]) == (1, True, None, "4E")
    assert (answer["from"], answer["to"], answer["bytes"]) == ("2026-01-01", "2026-12-31", file.stat().st_size)
    ((waits),) = answer["unmatched"]
    assert (waits["code"], waits["units"], waits["amount"]) == ("AMOUNT_DIFF", ["kafe", "repris"], "10.00")
    code, _, err = sambok("export sie --legal-entity", bought="90.00")
    assert code == 3
    assert "kafe – repris  10.00 SEK  ic-repris-1  [AMOUNT_DIFF]" in err


def test_provisional_vouchers_come_only_where_asked_for(sambok):
    customers = '2026-03-09 * "till"\n  voucher: "A-9"\n  Assets:1930-Bank  1000.00 SEK\n  Income:3001-Sales\n'
    shop = {
        "unit": 'chart = "bas"\n',
        "accounts": f"{ACCOUNTS}2024-01-01 open Income:3001-Sales\n",
        "2026-03": customers,
    }
    _, out, _ = sambok("export sie shop", shop=shop)
    assert {v.series for v in read_sie(out).vouchers} == {"A"}
    _, out, err = sambok("export sie shop --provisional", shop=shop)
    sie = read_sie(out)
    assert {v.series for v in sie.vouchers} == {"A", "PROV"}
    assert str(sie.sums("RES")["6430"]) == "150.00"  # 15 % of 1000.00
    assert "Provisional vouchers, not booked yet: 1; in this file they are series PROV." in err


WRONG = {
    # command                                       exit, what is said
    "export sie": (2, "Name a unit, or use --legal-entity."),
    "export sie kafe --legal-entity": (2, "Name a unit, or use --legal-entity."),
    "export sie kaffe": (2, "[UNIT_UNKNOWN]"),
    "export sie kafe --json": (2, "--json needs --out"),
    "export sie kafe --type 5": (2, "'5' is not one of"),
    "export sie kafe --year 1999": (2, "1999"),
    "export sie kafe --year 2024": (2, "[SIE_YEAR_EMPTY]"),
    "export sie --legal-entity --year 2024": (2, "[SIE_NO_DIVISIONS]"),
    "export": (2, "sie"),
}


@pytest.mark.parametrize("command", WRONG)
def test_wrong_use(sambok, command):
    code, out, err = sambok(command)
    expected, said = WRONG[command]
    assert code == expected
    assert said in err + out.decode()


@pytest.mark.parametrize("name", ["units/kafe/main.beancount", "units/kafe/books/2026/kafe.se", "fava.conf", "units"])
def test_nothing_but_a_sie_file_is_overwritten(sambok, tmp_path, name):
    target = tmp_path / name
    sambok("check")  # makes the workspace
    before = target.read_bytes() if target.is_file() else None
    code, out, err = sambok(f"export sie kafe --out {target}")
    assert (code, out) == (2, b"")
    assert "[OUT_TAKEN]" in err
    assert (target.read_bytes() if target.is_file() else None) == before


def test_no_row_of_folders_is_made_for_a_file(sambok, tmp_path):
    """`exprots/` is a slip of the pen: a person would look for the file in `exports/`."""
    (tmp_path / "exports").mkdir()
    code, out, err = sambok(f"export sie kafe --out {tmp_path}/exprots/2026/kafe.se")
    assert (code, out) == (2, b"")
    assert f"no folder {tmp_path}/exprots/2026 to write into; the nearest that there is: {tmp_path}. [OUT_NO_" in err
    assert not (tmp_path / "exprots").exists()
    assert sambok(f"export sie kafe --out {tmp_path}/exports/kafe.se")[0] == 0
    assert "[OUT_NO_FOLDER]" in sambok(f"export sie kafe --out {tmp_path}/exports/2026/kafe.se")[2]
    assert not (tmp_path / "exports/2026").exists()
    (tmp_path / "file").write_text("x")
    assert "[OUT_NO_FOLDER]" in sambok(f"export sie kafe --out {tmp_path}/file/kafe.se")[2]


@pytest.mark.parametrize("command", ["export sie repris", "export sie --legal-entity"])
def test_a_book_with_errors_is_not_exported(sambok, command):
    code, out, err = sambok(command, accounts=ACCOUNTS.replace("Income:3090-Internt", "Income:3091-Internt"))
    assert (code, out) == (1, b"")
    assert "units/repris/" in err


def test_another_units_errors_dont_matter(sambok):
    code, out, _ = sambok("export sie kafe", accounts=ACCOUNTS.replace("Income:3090-Internt", "Income:3091-Internt"))
    assert (code, len(read_sie(out).vouchers)) == (0, 2)


def test_a_faulty_policy_gives_no_provisional_vouchers(sambok):
    code, out, err = sambok("export sie kafe --provisional", policy=POLICY.replace("0.15", "15"))
    assert (code, out) == (1, b"")
    assert "[POLICY_RATE_RANGE]" in err
    assert sambok("export sie kafe", policy=POLICY.replace("0.15", "15"))[0] == 0


def test_an_account_without_a_number_is_named(sambok):
    odd = {
        "accounts": f"{ACCOUNTS}2024-01-01 open Assets:Kassa\n",
        "2026-03": '2026-03-06 * "x"\n  Assets:Kassa  1.00 SEK\n  Assets:1930-Bank\n',
    }
    code, out, err = sambok("export sie shop", shop=odd)
    assert (code, out) == (1, b"")
    assert "units/shop/accounts.beancount:6" in err
    assert "[SIE_ACCOUNT_NUMBER]" in err
