"""`[source.takings]`: what can't work is refused where the settings are read, with the key and a reason."""

import pytest

from ledger.books import open_workspace
from tests.importers.takings.test_till import CARD, SALE_25, SMALL, TILL


@pytest.mark.parametrize(
    ("takings", "key", "reason"),
    [
        ('[[source.takings.sale]]\nvat = "25"\n', "takings", "a sale needs the column gross, or net"),
        (
            '[[source.takings.sale]]\nvat = "0"\ngross = "F"\nvat_amount = "M"\n',
            "takings",
            "vat_amount goes with a rate of VAT",
        ),
        ('[[source.takings.payment]]\ncolumn = "X"\nmeans = "other"\n', "takings", "means other needs an account"),
        ("[source.takings]\ndates = []\n", "takings", "dates needs a form such as %Y-%m-%d"),
        (
            '[source.takings]\ndates = ["%d %B"]\n',
            "takings",
            "%d %B is no form of a date such as %Y-%m-%d or %d.%m.%Y",
        ),
        (
            '[source.takings]\ndecimal = ","\nthousands = ","\n',
            "takings",
            "decimal and thousands need different signs",
        ),
        (
            '[source.takings]\nin_till = false\ntill_account = "Assets:1582-Swish"\n',
            "takings",
            "till_account goes with takings that a till books, too",
        ),
        (
            '[source.takings.types]\nsale = ["Köp"]\nrefund = ["KÖP"]\n',
            "takings",
            "a word of types stands for one kind of row",
        ),
        ('[source.takings]\ntill_account = "1582"\n', "till_account", "an account such as"),
        ('[source.takings]\ntill_acount = "Assets:1582-Swish"\n', "till_acount", "till_account"),
        ("[source.takings.columns]\ndate = 0\n", "date", "a column is its name in the header"),
    ],
)
def test_what_cant_work_is_refused(feed, takings, key, reason):
    made = feed(TILL + SMALL + SALE_25 + CARD)
    file = made.ws.root / "units" / "repris" / "unit.toml"
    head = file.read_text(encoding="utf-8").split("[[source]]")[0]
    file.write_text(f'{head}[[source]]\nname = "kassa"\nformat = "till"\n{takings}', encoding="utf-8")
    (problem,) = open_workspace(made.ws.root).problems
    assert problem.file == "units/repris/unit.toml"
    assert key in problem.text()
    assert reason in f"{problem.text()} {problem.remedy_text()}"
