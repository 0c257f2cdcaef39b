"""Files that were cut off: refused wherever their own figures tell; a cut between vouchers that nothing tells of gives
a shorter list of vouchers, and never another figure."""

import random
from decimal import Decimal

import pytest

from importers.sie.model import YEAR_KINDS
from importers.sie.problems import SieCutOff, SieVoucherTwice
from importers.sie.read import read_sie
from importers.sie.whole import check_whole, months_differ
from ledger.errors import Problem

#: #SIETYP 4 with a year: 1000.00 in the bank, one voucher of 100.00, another of 40.00.
HEAD = '#FLAGGA 0\n#FORMAT PC8\n#SIETYP 4\n#FNAMN "Bolaget"\n#RAR 0 20260101 20261231\n'
BALANCES = "#IB 0 1930 1000.00\n#IB 0 2091 -1000.00\n#UB 0 1930 860.00\n#UB 0 2091 -1000.00\n#RES 0 6110 140.00\n"
ONE = '#VER A 1 20260105 "Papper"\n{\n#TRANS 1930 {} -100.00\n#TRANS 6110 {} 100.00\n}\n'
TWO = '#VER A 2 20260205 "Pennor"\n{\n#TRANS 1930 {} -40.00\n#TRANS 6110 {} 40.00\n}\n'
ODD = '#VER A 3 20260305 "Fel"\n{\n#TRANS 1930 {} -7.00\n#TRANS 6110 {} 6.00\n}\n'


def without(text, *labels):
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(labels))


WHOLE = {
    "all there": HEAD + BALANCES + ONE + TWO,
    "balances after the vouchers": HEAD + ONE + TWO + BALANCES,
    "no opening balances: the first year": HEAD
    + without(BALANCES, "#IB", "#UB 0 2091").replace("860", "-140")
    + ONE
    + TWO,
    "balances not brought up to date (UB = IB, no RES)": HEAD
    + without(BALANCES, "#RES").replace("860.00", "1000.00")
    + ONE,
    "balances that don't tie by themselves are named one by one": HEAD + BALANCES.replace("860", "850") + ONE + TWO,
    "a voucher that doesn't balance is named by itself": HEAD
    + BALANCES.replace("860", "853").replace("140", "147")
    + ONE
    + TWO
    + ODD,
    "only the bank's balances, and they tie": HEAD + without(BALANCES, "#RES", "#IB 0 2091", "#UB 0 2091") + ONE + TWO,
    "a year without a voucher": HEAD + without(BALANCES, "#RES").replace("860", "1000"),
    "4I has no balances to tell": HEAD + ONE,
    "last brace without a line end": (HEAD + BALANCES + ONE + TWO)[:-1],
}


@pytest.mark.parametrize("case", WHOLE)
def test_whole(case):
    check_whole(read_sie(WHOLE[case].encode()), "x.se")


CUT = {
    # what is left                                          what is said
    "the last voucher": (HEAD + BALANCES + ONE, "1930 -40.00, 6110 40.00"),
    "every voucher": (HEAD + BALANCES, "1930 -140.00, 6110 140.00"),
    "the last voucher, and no RES": (HEAD + without(BALANCES, "#RES") + ONE, "1930 -40.00"),
    "a voucher, and another doesn't balance": (HEAD + BALANCES + ODD, "1930 -133.00, 6110 134.00"),
    "closing balances and vouchers": (HEAD + without(BALANCES, "#UB", "#RES"), "the closing balances are missing"),
    "some opening balances": (HEAD + "#IB 0 1930 1000.00\n", "#IB sums to 1000.00"),
    "the result, and all vouchers": (HEAD + without(BALANCES, "#RES"), "1930 -140.00"),
    "a closing balance, after the vouchers": (
        HEAD + ONE + TWO + without(BALANCES, "#UB 0 2091", "#RES"),
        "2091 1000.00",
    ),
    "one closing balance of two, after the vouchers": (
        HEAD + ONE + TWO + without(BALANCES, "#UB 0 1930"),
        "differ from #IB by 860.00",
    ),
    "all but the head": (HEAD, "neither vouchers nor balances"),
    "balances, of type 1": (HEAD.replace("P 4", "P 1"), "the closing balances are missing"),
    "the year, of type 1": (without(HEAD, "#RAR").replace("P 4", "P 1") + BALANCES, "#RAR 0"),
    "the result, of type 1": (HEAD.replace("P 4", "P 1") + without(BALANCES, "#RES"), "differ from #IB by 140.00"),
    "the result of the year before, of type 1": (
        HEAD.replace("P 4", "P 1") + BALANCES + "#UB -1 1930 1000.00\n#IB -1 1930 900.00\n",
        "differ from #IB by 100.00",
    ),
}


@pytest.mark.parametrize("case", CUT)
def test_cut_off(case):
    text, said = CUT[case]
    with pytest.raises(SieCutOff) as caught:
        check_whole(read_sie(text.encode()), "x.se")
    assert caught.value.file == "x.se"
    assert said in caught.value.text()


TWICE = {
    # vouchers beside ONE and TWO                                              the line that is named, its voucher
    "the same": (TWO, 21, "A-2"),
    "the same, and no result": (TWO, 20, "A-2"),
    "another day and text": (TWO.replace("20260205", "20260305").replace("Pennor", "Pärmar"), 21, "A-2"),
    "another amount": (TWO.replace("40.00", "41.00"), 21, "A-2"),
}


@pytest.mark.parametrize("case", TWICE)
def test_a_voucher_too_many_is_no_cut(case):
    """The closing balances count 100.00 and 40.00; the file has a second voucher A-2."""
    more, line, name = TWICE[case]
    balances = without(BALANCES, "#RES") if "no result" in case else BALANCES
    with pytest.raises(SieVoucherTwice) as caught:
        check_whole(read_sie((HEAD + balances + ONE + TWO + more).encode()), "x.se")
    assert caught.value.line == line
    assert f"Voucher {name} stands twice in the file (first in line {line - 5})" in caught.value.text()


def test_two_vouchers_of_one_number_that_the_balances_count_are_whole():
    """100.00 + 40.00 + 40.00."""
    balances = BALANCES.replace("860", "820").replace("140", "180")
    check_whole(read_sie((HEAD + balances + ONE + TWO + TWO).encode()), "x.se")


def test_months_tell_of_missing_months():
    """January 100.00 and February 40.00 are the year's 140.00; without February they aren't."""
    months = "#PSALDO 0 202601 1930 {} -100.00\n#PSALDO 0 202601 6110 {} 100.00\n"
    february = months.replace("202601", "202602").replace("100.00", "40.00")
    objects = '#PSALDO 0 202601 6110 {1 "10"} 100.00\n'  # part of the account's own row
    head = HEAD.replace("P 4", "P 2") + BALANCES + months + objects
    assert months_differ(read_sie((head + february).encode()), "x.se") is None
    lacking = months_differ(read_sie(head.encode()), "x.se")
    assert isinstance(lacking, SieCutOff)
    assert "the months of account 1930 add up to -100.00, its year to -140.00" in lacking.text()


#: Files whose closing balances can't tell: UB = IB, balances of three accounts only, balances that don't tie.
SILENT = {
    "fortnox_2_0_0_4.si",
    "fortnox_3_57_multiseries_UTF8_mojibake.se",
    "softone_business_4E.se",
}
SMALL = 6000
EVERY = """avendo_520_4E.se avendo_520_4E_BADBALANCE.se barsoom_min_cp437.se bl_administration_4E.se
bl_administration_4I.si bl_administration_typ2.se bl_administration_typ3.se edison_ekonomi_4E.se fortnox_2_0_0_4.si
fortnox_3_57_4I_cp437.se fortnox_3_57_multiseries_UTF8_mojibake.se norstedts_bokslut_4E_ksumma.se
norstedts_bokslut_4I_ksumma.si real09_4I.si softone_business_4E.se specter_4E.se visma_adm2000_4E_cp437.se
visma_adm2000_underdim_UTF8.se visma_bokslut_4I.si visma_compact_typ1_ksumma.se visma_eekonomi_2011_4E.se
visma_fakturering_4I.si visma_lon100_4I.si""".split()


def cuts(data):
    """Every byte of a small file; of a large one line ends (the last 20, and some before) and some bytes."""
    if len(data) < SMALL:
        return range(len(data))
    chance = random.Random(len(data))  # noqa: S311  the same cuts in every run
    ends = [at + 1 for at, byte in enumerate(data[:-1]) if byte == 10]
    return sorted({*ends[-20:], *chance.sample(ends, 30), *(chance.randrange(len(data)) for _ in range(20))})


@pytest.mark.parametrize("name", EVERY)
def test_every_real_file_is_whole_and_no_part_of_one_passes_for_it(samples, name):
    data = (samples / "sweden/sie" / name).read_bytes()
    whole = read_sie(data)
    check_whole(whole, name)
    figures = {kind: whole.sums(kind) for kind in YEAR_KINDS}
    refused = 0
    for end in cuts(data):
        try:
            part = read_sie(data[:end])
            check_whole(part, name)
        except Problem:
            refused += 1
            continue
        assert part.vouchers == whole.vouchers[: len(part.vouchers)]
        if whole.kind != "4I" and name not in SILENT:  # nothing that the books take from it is missing
            assert len(part.vouchers) == len(whole.vouchers), end
            assert {kind: part.sums(kind) for kind in YEAR_KINDS} == figures, end
    assert refused


def test_a_part_of_a_file_that_cannot_tell_is_completed_by_the_whole_one(samples):
    """SoftOne's balances don't tie, so a cut between two vouchers can't be seen; the amounts there are right."""
    data = (samples / "sweden/sie/softone_business_4E.se").read_bytes()
    ends = [at for at in range(len(data)) if data[at : at + 3] == b"\n}\n"]
    part = read_sie(data[: ends[30] + 3])
    check_whole(part, "x.se")
    assert len(part.vouchers) == 31
    assert sum((v.total for v in part.vouchers), Decimal(0)) == 0
