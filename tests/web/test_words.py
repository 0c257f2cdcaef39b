"""Fava's words in the federation's language, as a bookkeeper says them: in the page's texts and in its answers."""

import html
import json
import re

import pytest


@pytest.mark.parametrize(
    ("language", "page_says", "answer_says"),
    [
        (
            "sv",
            {"Postings": "Konteringar", "Income Statement": "Resultaträkning", "Save": "Spara"},
            ["Resultat", "Kostnader (Månatligt)"],
        ),
        (
            "es",
            {"Postings": "Apuntes", "Income Statement": "Cuenta de resultados", "Save": "Guardar"},
            ["Resultado", "Gastos (Mensualmente)"],
        ),
        ("en", {}, ["Net Profit", "Expenses (Monthly)"]),
    ],
)
def test_fava_speaks_as_a_bookkeeper_does(ws, view_of, language, page_says, answer_says):
    conf = ws.root / "fava.conf"
    conf.write_text(conf.read_text(encoding="utf-8").replace('language = "en"', f'language = "{language}"'), "utf-8")
    view = view_of(ws)
    page = view.page("/federation/income_statement/")
    found = re.search(r'<script type="application/json" id="translations">(.*?)</script>', page, re.DOTALL)
    assert found
    words = json.loads(html.unescape(found[1]))
    assert {word: words[word] for word in page_says} == page_says
    charts = view.data("/federation/api/income_statement")["charts"]
    labels = [chart["label"] for chart in charts]
    assert not [label for label in answer_says if label not in labels], labels
