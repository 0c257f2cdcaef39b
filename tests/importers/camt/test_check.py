"""What banks mean: reversals, batches, pages; the balances prove it."""

from decimal import Decimal

import pytest

from importers.bank.problems import BankBalanceDiffers, BankCountDiffers
from importers.camt.check import check_statement, join_pages
from importers.camt.importer import bank_statement
from importers.camt.problems import CamtPageMissing
from importers.camt.read import read_camt053
from tests.importers.camt.conftest import amount, details, entry, message, paid, statement


def taken(data):
    return [bank_statement(check_statement(s, "x")) for s in join_pages(read_camt053(data))]


def amounts(data):
    return [str(line.amount) for one in taken(data) for line in one.lines]


REVERSAL = "<RvslInd>true</RvslInd>"

#: Direction as written | a reversal? | the closing balance after 100.00 | the amount in the books, or the refusal.
REVERSALS = [
    ("CRDT", False, "110.00", "10.00"),
    ("DBIT", False, "90.00", "-10.00"),
    # by the standard: the direction is that of this entry
    ("CRDT", True, "110.00", "10.00"),
    ("DBIT", True, "90.00", "-10.00"),
    # some banks: the direction is that of the entry that is taken back
    ("CRDT", True, "90.00", "-10.00"),
    ("DBIT", True, "110.00", "10.00"),
    # nothing turns an entry that is no reversal
    ("CRDT", False, "90.00", BankBalanceDiffers),
    ("DBIT", False, "110.00", BankBalanceDiffers),
    # and neither reading gives any other balance
    ("DBIT", True, "100.00", BankBalanceDiffers),
    # where no balance tells, the standard holds
    ("DBIT", True, None, "-10.00"),
]


@pytest.mark.parametrize(("direction", "reversal", "closing", "result"), REVERSALS)
def test_what_a_reversal_is_the_balances_prove(direction, reversal, closing, result):
    data = message(statement(entry("10.00", REVERSAL if reversal else "", direction=direction), closing=closing))
    if isinstance(result, str):
        assert amounts(data) == [result]
        assert taken(data)[0].lines[0].reversal is reversal
    else:
        with pytest.raises(result) as caught:
            taken(data)
        assert caught.value.params["net"] == ("10.00" if direction == "CRDT" else "-10.00")  # as it is written


def test_reversals_that_cancel_out_are_meant_by_the_standard():
    both = entry("10.00", REVERSAL) + entry("-10.00", REVERSAL)
    assert amounts(message(statement(both))) == ["10.00", "-10.00"]


def test_a_turned_reversal_turns_its_payments():
    inside = REVERSAL + details(paid("6.00"), paid("4.00"))
    line = taken(message(statement(entry("10.00", inside, direction="DBIT"), closing="110.00")))[0].lines[0]
    assert [str(part.amount) for part in line.parts] == ["6.00", "4.00"]


@pytest.mark.parametrize(("closing", "counted"), [("90.00", "1"), ("90.00", "0"), ("110.00", "1"), ("110.00", "0")])
def test_a_bank_may_count_a_reversal_either_way(closing, counted):
    said = f"<TxsSummry><TtlCdtNtries><NbOfNtries>{counted}</NbOfNtries></TtlCdtNtries></TxsSummry>"
    assert len(amounts(message(statement(said + entry("10.00", REVERSAL, direction="DBIT"), closing=closing)))) == 1


def test_the_other_side_of_a_reversal_is_the_one_that_isnt_the_account_itself():
    """The bank keeps the roles of the payment that came in: Anna paid, and gets her money back."""
    parties = (
        "<RltdPties><Dbtr><Nm>Anna</Nm></Dbtr><Cdtr><Nm>Repris</Nm></Cdtr>"
        "<CdtrAcct><Id><IBAN>SE4550000000058398257466</IBAN></Id></CdtrAcct></RltdPties>"
    )
    data = message(statement(entry("-10.00", REVERSAL + details(parties)), closing="90.00"))
    assert taken(data)[0].lines[0].counterparty == "Anna"


#: What the bank says of a batch (number of payments, total) | the payments | what becomes of it.
BATCHES = [
    ("<NbOfTxs>2</NbOfTxs>" + amount("TtlAmt", "10.00"), ("6.00", "4.00"), ["6.00", "4.00"]),
    ("<NbOfTxs>2</NbOfTxs>", ("6.00", "4.00"), ["6.00", "4.00"]),
    (amount("TtlAmt", "10.00"), ("6.00", "4.00"), ["6.00", "4.00"]),
    # fewer payments are named than there are: the first of many, or none
    ("<NbOfTxs>20</NbOfTxs>", ("6.00", "4.00"), []),
    ("<NbOfTxs>20</NbOfTxs>" + amount("TtlAmt", "10.00"), ("10.00",), []),
    ("<NbOfTxs>20</NbOfTxs>" + amount("TtlAmt", "10.00"), (), []),
    # a total in another currency says nothing about the payments' own amounts
    ("<NbOfTxs>2</NbOfTxs>" + amount("TtlAmt", "1.00", "EUR"), ("6.00", "4.00"), ["6.00", "4.00"]),
    # more payments than the bank counted, or another sum
    ("<NbOfTxs>1</NbOfTxs>", ("6.00", "4.00"), BankCountDiffers),
    ("<NbOfTxs>2</NbOfTxs>" + amount("TtlAmt", "10.01"), ("6.00", "4.00"), BankCountDiffers),
    (amount("TtlAmt", "9.00"), ("6.00", "4.00"), BankCountDiffers),
]


@pytest.mark.parametrize(("said", "payments", "result"), BATCHES)
def test_a_batch_is_what_the_bank_counted(said, payments, result):
    inside = details(*(paid(p) for p in payments), batch=f"<Btch>{said}</Btch>")
    data = message(statement(entry("10.00", inside), closing="110.00"))
    if result is BankCountDiffers:
        with pytest.raises(BankCountDiffers):
            taken(data)
    else:
        assert [str(part.amount) for part in taken(data)[0].lines[0].parts] == result


def test_several_batches_of_one_entry_are_counted_each():
    one = details(paid("6.00"), batch="<Btch><NbOfTxs>1</NbOfTxs></Btch>")
    two = details(paid("3.00"), paid("1.00"), batch="<Btch><NbOfTxs>2</NbOfTxs></Btch>")
    data = message(statement(entry("10.00", one + two), closing="110.00"))
    assert [str(part.amount) for part in taken(data)[0].lines[0].parts] == ["6.00", "3.00", "1.00"]
    with pytest.raises(BankCountDiffers):
        taken(message(statement(entry("10.00", two + one.replace(">1<", ">0<")), closing="110.00")))


def test_a_pending_entrys_batch_is_nobodys_business():
    inside = details(paid("6.00"), paid("4.00"), batch="<Btch><NbOfTxs>1</NbOfTxs></Btch>")
    assert amounts(message(statement(entry("10.00", inside, status="<Sts>PDNG</Sts>")))) == []


# --- pages


def page(number, last, inside, opening=None, closing=None):
    extra = f"<StmtPgntn><PgNb>{number}</PgNb><LastPgInd>{last}</LastPgInd></StmtPgntn>"
    return statement(inside, opening=opening, closing=closing, extra=extra)


ONE = page(1, "false", entry("10.00"), opening="100.00")
TWO = page(2, "false", entry("20.00"))
THREE = page(3, "true", entry("-5.00"), closing="125.00")


@pytest.mark.parametrize("pages", [(ONE, TWO, THREE), (THREE, ONE, TWO)])
def test_pages_of_one_file_are_put_together(pages):
    (found,) = taken(message(*pages))
    assert [str(line.amount) for line in found.lines] == ["10.00", "20.00", "-5.00"]
    assert (found.opening, found.closing) == (Decimal("100.00"), Decimal("125.00"))


@pytest.mark.parametrize("pages", [(ONE,), (THREE,), (ONE, TWO), (ONE, THREE), (TWO, THREE)])
def test_a_page_without_the_others_is_refused(pages):
    with pytest.raises(CamtPageMissing):
        taken(message(*pages))


def test_the_only_page_is_a_whole_statement():
    whole = page(1, "true", entry("10.00"), opening="100.00", closing="110.00")
    assert amounts(message(whole)) == ["10.00"]


def test_a_page_whose_own_balances_prove_it_counts_alone():
    """Some banks number pages and close each of them; and the last page of a message may hold a whole statement."""
    assert amounts(message(page(2, "false", entry("10.00"), opening="100.00", closing="110.00"))) == ["10.00"]
    head = "<MsgPgntn><PgNb>2</PgNb><LastPgInd>true</LastPgInd></MsgPgntn>"
    assert amounts(message(statement(entry("10.00"), closing="110.00"), head=head)) == ["10.00"]


@pytest.mark.parametrize(("number", "last"), [("1", "false"), ("2", "true")])
def test_a_part_of_a_message_proves_nothing_without_balances(number, last):
    head = f"<MsgPgntn><PgNb>{number}</PgNb><LastPgInd>{last}</LastPgInd></MsgPgntn>"
    with pytest.raises(CamtPageMissing):
        taken(message(statement(entry("10.00"), closing=None), head=head))


def test_pages_of_other_statements_stay_apart():
    other = page(1, "true", entry("1.00"), opening="0.00", closing="1.00").replace("<Id>S1<", "<Id>S2<")
    found = taken(message(ONE, other, TWO, THREE))
    assert [len(s.lines) for s in found] == [3, 1]


def test_a_statement_that_stands_in_a_file_twice_is_no_second_page():
    whole = page(1, "true", entry("10.00"), opening="100.00", closing="110.00")
    assert [len(s.lines) for s in taken(message(whole, whole))] == [1, 1]
