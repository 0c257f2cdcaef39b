"""The elements of camt.053 in every version: where a version, or a bank, writes them."""

import datetime as dt
from decimal import Decimal

import pytest

from importers.bank.model import Part
from importers.camt.check import check_statement
from importers.camt.importer import bank_statement
from importers.camt.problems import CamtIncomplete
from importers.camt.read import read_camt053
from importers.problems import ImportAmountInvalid, ImportDateInvalid
from tests.importers.camt.conftest import SPACE, amount, details, entry, message, paid, statement


def read(inside, closing="110.00", **more):
    return bank_statement(check_statement(read_camt053(message(statement(inside, closing=closing, **more)))[0], "x"))


def line_of(inside, **more):
    (line,) = read(entry("10.00", inside, **more)).lines
    return line


@pytest.mark.parametrize(
    "version", ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "99"]
)
def test_every_version_is_read_by_local_names(version):
    data = message(statement(entry("10.00"), closing="110.00"), version=version)
    assert read_camt053(data)[0].adds_up


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(f' xmlns="{SPACE}02"', ""),  # no namespace
        lambda text: (
            text.replace("<Document", "<Document")
            .replace("</", "</c:")
            .replace("<", "<c:")  # a prefix
            .replace("<c:/c:", "</c:")
            .replace("xmlns=", "xmlns:c=")
        ),
        lambda text: text.replace("<Document xmlns", "<Document a='b' xmlns"),
        lambda text: "<?xml version='1.0' encoding='UTF-8'?><!-- by a bank -->" + text,
        lambda text: text.replace("<Ntry>", "<!-- x --><?pi y?><Ntry>"),
        lambda text: text.replace(">10.00<", "><!-- ten -->10<!-- kronor -->.00<"),
        lambda text: text.replace(">10.00<", "><![CDATA[10.00]]><"),
        lambda text: text.replace(">10.00<", "> \n 10.00 \t<"),
        lambda text: text.replace("<Ntry>", "<Ntry><Fresh><Amt Ccy='EUR'>7</Amt></Fresh>"),
        lambda text: text.replace("<Stmt>", "<Stmt xmlns:x='urn:y'>").replace(
            "<Ntry>", "<x:Amt Ccy='EUR'>7</x:Amt><Ntry>"
        ),
        # the same bytes in other letters
        lambda text: text.encode("utf-16"),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: ("<?xml version='1.0' encoding='ISO-8859-1'?>" + text).encode("latin-1"),
        lambda text: ("<?xml version='1.0' encoding='windows-1252'?>" + text).encode("cp1252"),
    ],
)
def test_the_same_statement_however_it_is_written(change):
    plain = message(statement(entry("10.00", "<AddtlNtryInf>Insättning Åre</AddtlNtryInf>"), closing="110.00")).decode()
    changed = change(plain)
    found = read_camt053(changed if isinstance(changed, bytes) else changed.encode())[0]
    assert found.adds_up
    assert [(e.amount, e.text) for e in found.booked] == [(Decimal("10.00"), "Insättning Åre")]


@pytest.mark.parametrize(
    "account",
    [
        "<Id><IBAN>SE1</IBAN></Id>",
        "<Id><Othr><Id>SE1</Id><SchmeNm><Cd>BBAN</Cd></SchmeNm></Othr></Id>",
        "<Id><BBAN>SE1</BBAN></Id>",
        "<Id><PrtryAcct><Id>SE1</Id></PrtryAcct></Id>",
    ],
)
def test_an_account_in_each_of_its_places(account):
    data = message(
        statement(entry("10.00"), closing="110.00").replace("<Id><IBAN>SE4550000000058398257466</IBAN></Id>", account)
    )
    assert read_camt053(data)[0].account == "SE1"


@pytest.mark.parametrize(
    ("status", "booked"),
    [
        ("<Sts>BOOK</Sts>", True),
        ("<Sts><Cd>BOOK</Cd></Sts>", True),
        ("", True),  # some banks leave out what a statement implies
        ("<Sts>PDNG</Sts>", False),
        ("<Sts><Cd>PDNG</Cd></Sts>", False),
        ("<Sts><Cd>INFO</Cd></Sts>", False),
        ("<Sts><Cd>FUTR</Cd></Sts>", False),
        ("<Sts><Prtry>OWN</Prtry></Sts>", False),
    ],
)
def test_only_booked_entries_count(status, booked):
    found = read(entry("10.00", status=status), closing="110.00" if booked else "100.00")
    assert len(found.lines) == booked


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("<BookgDt><Dt>2026-03-05</Dt></BookgDt>", "2026-03-05"),
        ("<BookgDt><Dt>2026-03-05Z</Dt></BookgDt>", "2026-03-05"),
        ("<BookgDt><Dt>2026-03-05+01:00</Dt></BookgDt>", "2026-03-05"),
        # a moment counts as the day that the bank writes, in the bank's own zone
        ("<BookgDt><DtTm>2026-03-05T23:59:59.999+01:00</DtTm></BookgDt>", "2026-03-05"),
        ("<BookgDt><DtTm>2026-03-05T00:30:00+01:00</DtTm></BookgDt>", "2026-03-05"),
        ("<BookgDt><DtTm>2026-03-05T23:30:00Z</DtTm></BookgDt>", "2026-03-05"),
        ("<BookgDt><DtTm>2026-03-05T23:30:00</DtTm></BookgDt>", "2026-03-05"),
        ("<ValDt><Dt>2026-03-06</Dt></ValDt>", "2026-03-06"),
        ("", "2026-03-02"),  # of a statement of one day
        ("<BookgDt><Dt>2026-02-30</Dt></BookgDt>", ImportDateInvalid),
        ("<BookgDt><Dt>2026-3-5</Dt></BookgDt>", ImportDateInvalid),
        ("<BookgDt><DtTm>2026-03-05Tgarbage</DtTm></BookgDt>", ImportDateInvalid),
        ("<BookgDt><Dt>２０２６-03-05</Dt></BookgDt>", ImportDateInvalid),
    ],
)
def test_days(day, expected):
    if isinstance(expected, str):
        assert str(line_of("", day=day).date) == expected
    else:
        with pytest.raises(expected):
            line_of("", day=day)


def test_a_period_and_a_number_in_the_banks_series():
    extra = (
        "<ElctrncSeqNb>244</ElctrncSeqNb><LglSeqNb>7</LglSeqNb>"
        "<FrToDt><FrDtTm>2026-03-01T00:00:00+01:00</FrDtTm><ToDtTm>2026-03-02T23:59:59+01:00</ToDtTm></FrToDt>"
    )
    found = read(entry("10.00"), extra=extra)
    assert (found.sequence, found.first_day, found.last_day) == (244, dt.date(2026, 3, 1), dt.date(2026, 3, 2))
    assert read(entry("10.00"), extra="<LglSeqNb>7</LglSeqNb>").sequence == 7
    assert read(entry("10.00"), extra="<ElctrncSeqNb>7a</ElctrncSeqNb>").sequence is None
    assert read(entry("10.00")).sequence is None


NAME = "<RltdPties><Dbtr>{}</Dbtr><DbtrAcct><Id>{}</Id></DbtrAcct></RltdPties>"


@pytest.mark.parametrize(
    ("parties", "expected"),
    [
        (NAME.format("<Nm>Anna</Nm>", "<IBAN>SE9</IBAN>"), ("Anna", "SE9")),
        (NAME.format("<Pty><Nm>Anna</Nm></Pty>", "<Othr><Id>5050-1030</Id></Othr>"), ("Anna", "5050-1030")),
        (NAME.format("<Agt><FinInstnId><Nm>Banken</Nm></FinInstnId></Agt>", ""), ("Banken", "")),
        ("<RltdPties><UltmtDbtr><Nm>Anna</Nm></UltmtDbtr></RltdPties>", ("Anna", "")),
        ("<RltdPties><UltmtDbtr><Pty><Nm>Anna</Nm></Pty></UltmtDbtr></RltdPties>", ("Anna", "")),
        # money in comes from the debtor; where the bank names the creditor alone, and it is somebody else, from there
        ("<RltdPties><Dbtr><Nm>Anna</Nm></Dbtr><Cdtr><Nm>Bo</Nm></Cdtr></RltdPties>", ("Anna", "")),
        ("<RltdPties><Cdtr><Nm>Bo</Nm></Cdtr></RltdPties>", ("Bo", "")),
        ("<RltdPties><Cdtr><Nm>REPRIS</Nm></Cdtr></RltdPties>", ("", "")),
        ("", ("", "")),
    ],
)
def test_the_other_side(parties, expected):
    owner = "<Acct><Ownr><Nm>Repris</Nm></Ownr>"
    data = message(statement(entry("10.00", details(parties)), closing="110.00").replace("<Acct>", owner))
    (line,) = bank_statement(check_statement(read_camt053(data)[0], "x")).lines
    assert (line.counterparty, line.counterparty_account) == expected


STRD = "<RmtInf>{}</RmtInf>"


def strd(reference="", invoice="", number="", kind="CINV", what="RmtdAmt"):
    document = (
        f"<RfrdDocInf><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Nb>{invoice}</Nb></RfrdDocInf>" if invoice else ""
    )
    money = f"<RfrdDocAmt>{amount(what, number)}</RfrdDocAmt>" if number else ""
    ref = (
        f"<CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>{reference}</Ref></CdtrRefInf>"
        if reference
        else ""
    )
    return f"<Strd>{document}{money}{ref}</Strd>"


def test_references_and_invoice_numbers_have_their_own_fields():
    line = line_of(details(paid("10.00", STRD.format(strd("12345674", "F-1")))))
    assert (line.reference, line.invoice, line.text, line.parts) == ("12345674", "F-1", "F-1 12345674", ())


#: Documents that one payment of 10.00 pays | its parts as amount, reference, invoice.
PAID = [
    (strd("111", number="6.00") + strd("222", number="4.00"), [("6.00", "111", ""), ("4.00", "222", "")]),
    (strd("", "F1", "6.000") + strd("", "F2", "4"), [("6.00", "", "F1"), ("4.00", "", "F2")]),
    (strd("", "F1", "12.00") + strd("", "K1", "2.00", "CREN"), [("12.00", "", "F1"), ("-2.00", "", "K1")]),
    (strd("", "F1", "12.00") + strd("", "K1", "2.00", what="CdtNoteAmt"), [("12.00", "", "F1"), ("-2.00", "", "K1")]),
    (strd("", "F1", "6.00", what="DuePyblAmt") + strd("222", number="4.00"), [("6.00", "", "F1"), ("4.00", "222", "")]),
    # amounts that aren't there, aren't the payment's, or are finer than its unit: the payment stays one
    (strd("111") + strd("222"), []),
    (strd("111", number="6.00") + strd("222", number="3.00"), []),
    (strd("111", number="6.005") + strd("222", number="3.995"), []),
]


@pytest.mark.parametrize(("documents", "parts"), PAID)
def test_a_payment_of_several_documents(documents, parts):
    line = line_of(details(paid("10.00", STRD.format(documents))))
    assert [(str(p.amount), p.reference, p.invoice) for p in line.parts] == parts
    if not parts:  # then the numbers stand in the text, where they are looked for
        assert (line.reference, line.invoice) == ("", "")
        assert "111" in line.text
        assert "222" in line.text


def test_a_payment_out_of_several_documents_has_negative_parts():
    documents = STRD.format(strd("111", number="6.00") + strd("222", number="4.00"))
    data = message(statement(entry("-10.00", details(paid("10.00", documents))), closing="90.00"))
    (line,) = bank_statement(check_statement(read_camt053(data)[0], "x")).lines
    assert [str(p.amount) for p in line.parts] == ["-6.00", "-4.00"]


def test_payments_and_documents_of_a_batch_become_one_list():
    documents = STRD.format(strd("111", number="6.00") + strd("222", number="1.00"))
    line = line_of(details(paid("7.00", documents), paid("3.00", STRD.format(strd("333")))))
    assert [p.amount for p in line.parts] == [Decimal("6.00"), Decimal("1.00"), Decimal("3.00")]
    assert line.parts[2] == Part(Decimal("3.00"), text="333", reference="333")


def test_documents_that_dont_make_their_payment_leave_it_one():
    wrong = STRD.format(strd("111", number="6.00") + strd("222", number="2.00"))
    line = line_of(details(paid("7.00", wrong), paid("3.00")))
    assert [(p.amount, p.reference, p.text) for p in line.parts] == [
        (Decimal("7.00"), "", "111 222"),
        (Decimal("3.00"), "", ""),
    ]


@pytest.mark.parametrize("place", ["<AmtDtls><TxAmt>{}</TxAmt></AmtDtls>", "{}<CdtDbtInd>CRDT</CdtDbtInd>"])
def test_a_payments_amount_in_either_place(place):
    two = [place.format(amount("Amt", number)) for number in ("6.00", "4.00")]
    assert [str(p.amount) for p in line_of(details(*two)).parts] == ["6.00", "4.00"]


def test_a_payment_that_goes_the_other_way_is_taken_off():
    back = amount("Amt", "2.00") + "<CdtDbtInd>DBIT</CdtDbtInd>"
    assert [str(p.amount) for p in line_of(details(paid("12.00"), back)).parts] == ["12.00", "-2.00"]


EURO = amount("Amt", "0.89", "EUR")
RATE = "<CcyXchg><SrcCcy>EUR</SrcCcy><TrgtCcy>SEK</TrgtCcy><XchgRate>11.25</XchgRate></CcyXchg>"


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        (f"<AmtDtls><InstdAmt>{EURO}{RATE}</InstdAmt></AmtDtls>", ("0.89", "EUR", "11.25")),
        (
            f"<AmtDtls><InstdAmt>{EURO}</InstdAmt><TxAmt>{amount('Amt', '10.00')}{RATE}</TxAmt></AmtDtls>",
            ("0.89", "EUR", "11.25"),
        ),
        (f"<AmtDtls><CntrValAmt>{EURO}{RATE}</CntrValAmt></AmtDtls>", ("0.89", "EUR", "11.25")),
        (EURO, ("0.89", "EUR")),
        (f"<AmtDtls><TxAmt>{EURO}</TxAmt></AmtDtls>", ("0.89", "EUR")),
        (
            f"<AmtDtls><InstdAmt>{amount('Amt', '10.00')}</InstdAmt><TxAmt>{amount('Amt', '10.00')}</TxAmt></AmtDtls>",
            (),
        ),
        (f"<AmtDtls><InstdAmt>{amount('Amt', '1E9', 'EUR')}{RATE}</InstdAmt></AmtDtls>", ()),
        ("", ()),
    ],
)
def test_what_a_payment_was_in_another_currency_is_kept(inside, expected):
    assert tuple(text for _, text in line_of(details(inside)).extra) == expected
    if inside.startswith("<AmtDtls>"):  # of the entry itself
        assert tuple(text for _, text in line_of(inside).extra) == expected


def test_keys_of_another_currency_are_metadata():
    line = line_of(details(f"<AmtDtls><InstdAmt>{EURO}{RATE}</InstdAmt></AmtDtls>"))
    assert [key for key, _ in line.extra] == ["original-amount", "original-currency", "rate"]


def test_of_several_payments_no_single_currency_is_kept():
    euro = f"<AmtDtls><InstdAmt>{EURO}</InstdAmt><TxAmt>{amount('Amt', '5.00')}</TxAmt></AmtDtls>"
    line = line_of(details(euro, euro))
    assert line.extra == ()
    assert len(line.parts) == 2


@pytest.mark.parametrize("broken", ["1e1", "NaN", "-10.00", "10,00", "1_0", "10000000000000.00", "", "１０.00"])
@pytest.mark.parametrize("where", ["entry", "payment", "balance", "total", "document"])
def test_what_is_no_amount_is_refused_wherever_it_counts(where, broken):
    inside = details(
        paid("10.00", STRD.format(strd("1", "F", "10.00"))), batch=f"<Btch>{amount('TtlAmt', '10.00')}</Btch>"
    )
    data = message(statement(entry("10.00", inside), closing="110.00")).decode()
    marks = {
        "entry": '<Ntry><Amt Ccy="SEK">10.00',
        "payment": '<TxAmt><Amt Ccy="SEK">10.00',
        "balance": '<Amt Ccy="SEK">110.00',
        "total": '<TtlAmt Ccy="SEK">10.00',
        "document": '<RmtdAmt Ccy="SEK">10.00',
    }
    assert marks[where] in data
    start = marks[where].rpartition(">")[0] + ">"
    if not broken and where in {"payment", "total", "document"}:  # an empty field says nothing
        read_camt053(data.replace(marks[where], start).encode())
        return
    with pytest.raises(ImportAmountInvalid):
        read_camt053(data.replace(marks[where], start + broken).encode())


def test_the_line_of_what_is_wrong_is_told():
    data = message(statement("\n\n" + entry("10.00", "\n" + details(paid("x"))), closing="110.00"))
    with pytest.raises(ImportAmountInvalid) as caught:
        read_camt053(data, "a.xml")
    assert (caught.value.line, caught.value.params["position"]) == (4, "Stmt[1]/Ntry[1]/NtryDtls/TxDtls/Amt")


def test_a_very_long_text_is_told_in_short():
    with pytest.raises(ImportAmountInvalid) as caught:
        read(entry("1" * 5000))
    assert len(caught.value.text()) < 200


@pytest.mark.parametrize("missing", ["<CdtDbtInd>CRDT</CdtDbtInd>", ' Ccy="SEK"', "<Amt"])
def test_an_entry_without_what_every_entry_has(missing):
    whole = entry("10.00")
    broken = whole.replace(missing, "<Amount" if missing == "<Amt" else "", 1)
    broken = broken.replace("</Amt>", "</Amount>", 1) if missing == "<Amt" else broken
    with pytest.raises(CamtIncomplete):
        read(broken)
