"""Large and hostile files: read in pieces, refused early, never half believed."""

import pytest

from importers.camt import read, stream
from importers.camt.problems import CamtIncomplete, CamtTooLong, CamtWrongKind
from importers.camt.read import read_camt053
from importers.problems import XmlRefused
from tests.importers.camt.conftest import details, entry, message, paid, statement

WHOLE = message(statement(entry("10.00"), closing="110.00"))


def within(place, junk):
    at = WHOLE.index(place.encode())
    return WHOLE[:at] + junk + WHOLE[at:]


PLACES = ["<GrpHdr>", "<Stmt>", "<Bal>", "<Ntry>", "<CdtDbtInd>CRDT</CdtDbtInd><Sts>", "</Stmt>", "</BkToCstmrStmt>"]
MUCH = stream.MOST_HELD + 5_000


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "junk", [b"<a/>" * MUCH, b"<a>" + b"<b c='' d='' e='' f=''/>" * (MUCH // 5 + 1) + b"</a>", b"<Bal/>" * MUCH]
)
def test_elements_that_pile_up_are_refused(place, junk):
    with pytest.raises((XmlRefused, CamtIncomplete)):
        read_camt053(within(place, junk + b" " * stream.LOOK))


def test_a_tag_of_very_many_attributes_is_refused():
    many = b"<a " + b" ".join(b'b%d=""' % n for n in range(30_000)) + b"/>"
    with pytest.raises(XmlRefused) as caught:
        read_camt053(within("<Ntry>", many))
    assert "more than any" in caught.value.text()
    letters = b"<AddtlStmtInf>" + b"a" * 3 * stream.CHUNK + b"</AddtlStmtInf>" + b" " * 3 * stream.CHUNK
    assert len(read_camt053(within("<Ntry>", letters))[0].entries) == 1


def test_a_file_that_never_comes_to_a_statement_is_refused_before_it_is_read(monkeypatch):
    fed = []
    feed = stream.etree.XMLPullParser.feed
    data = b"<a>" + b"<b/>" * (4 * stream.LOOK // 4) + b"</a>"

    class Parser(stream.etree.XMLPullParser):
        def feed(self, piece):
            fed.append(len(piece))
            return feed(self, piece)

    monkeypatch.setattr(stream.etree, "XMLPullParser", Parser)
    with pytest.raises(XmlRefused):
        read_camt053(data)
    assert sum(fed) <= stream.LOOK + stream.CHUNK


@pytest.mark.parametrize(
    ("inside", "kind"),
    [
        (entry("1.00") * 60, CamtTooLong),
        (entry("60.00", details(*["x"] * 60)), CamtTooLong),
        ("<NtryDtls><TxDtls/></NtryDtls>" * 60, CamtTooLong),
        ("<Ntry/>" * 60, CamtIncomplete),  # the first one has no amount; those after it aren't looked at
    ],
)
def test_more_entries_and_payments_than_are_read_at_a_time(inside, kind, monkeypatch):
    monkeypatch.setattr(read, "MOST", 50)
    with pytest.raises(kind):
        read_camt053(message(statement(inside, closing="160.00")))


def test_what_was_handed_on_is_forgotten():
    """5,000 entries of one payment each have 50,000 elements and more: they don't pile up."""
    data = message(statement(entry("1.00", details(paid("1.00"))) * 5_000, closing="5100.00"))
    data = data.replace(b"<TxDtls>", b"<TxDtls><a/><b/><c/>") + b" " * stream.LOOK
    assert len(read_camt053(data)[0].entries) == 5_000


def test_a_batch_of_very_many_payments_is_read_payment_by_payment():
    data = (
        message(statement(entry("9000.00", details(*[paid("1.00")] * 9_000)), closing="9100.00")) + b" " * stream.LOOK
    )
    assert len(read_camt053(data)[0].entries[0].details) == 9_000


DOCTYPES = [
    b"<!DOCTYPE Document>",
    b'<!DOCTYPE Document [<!ENTITY a "b">]>',
    b'<!DOCTYPE Document SYSTEM "http://127.0.0.1:1/x.dtd">',
    b'<!DOCTYPE Document [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    b'<!DOCTYPE Document [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]>',
    b'<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
]


@pytest.mark.parametrize("doctype", DOCTYPES)
@pytest.mark.parametrize("use", [b"", b"&a;", b"&b;"])
def test_a_doctype_is_refused_whatever_it_says(doctype, use):
    for place in (b">M<", b">10.00<"):
        with pytest.raises(XmlRefused) as caught:
            read_camt053(doctype + WHOLE.replace(place, b">" + use + place[1:], 1), "x.xml")
        assert "root:" not in str(caught.value)


@pytest.mark.parametrize(
    "use", [b"&a;", b"&#0;", b"&#x1F;", b"&", b"\x00", b"\xff", b"<a>", b"</a>", b"<a b=c/>", b"]]>"]
)
def test_xml_that_isnt_well_formed_is_refused(use):
    with pytest.raises(XmlRefused):
        read_camt053(WHOLE.replace(b">10.00<", b">" + use + b"10.00<", 1))


def test_a_tree_that_is_too_deep_is_refused():
    with pytest.raises(XmlRefused):
        read_camt053(within("<Ntry>", b"<a>" * 3_000 + b"</a>" * 3_000))


@pytest.mark.parametrize("after", [b"x", b"<a/>", WHOLE])
def test_nothing_may_follow_the_document(after):
    with pytest.raises(XmlRefused):
        read_camt053(WHOLE + after)


def test_letters_of_an_encoding_that_nobody_knows_are_refused():
    with pytest.raises(XmlRefused):
        read_camt053(b"<?xml version='1.0' encoding='klingon'?>" + WHOLE)


def test_bytes_that_are_no_letters_are_refused():
    text = message(statement(entry("10.00", "<AddtlNtryInf>Åre</AddtlNtryInf>"), closing="110.00"))
    with pytest.raises(XmlRefused):
        read_camt053(text.decode().encode("latin-1"))


def test_what_is_wrong_with_the_whole_file_comes_before_what_is_wrong_in_it():
    """A cut-off file is cut off, also where an amount before the cut is none; a notification is no statement."""
    broken = WHOLE.replace(b">10.00<", b">x<")
    with pytest.raises(XmlRefused):
        read_camt053(broken[:-20])
    with pytest.raises(CamtWrongKind):
        read_camt053(broken.replace(b"BkToCstmrStmt", b"BkToCstmrDbtCdtNtfctn"))


@pytest.mark.parametrize(
    "kind", ["BkToCstmrAcctRpt", "BkToCstmrDbtCdtNtfctn", "CstmrCdtTrfInitn", "CstmrPmtStsRpt", "Other"]
)
def test_other_messages_are_named(kind):
    with pytest.raises(CamtWrongKind):
        read_camt053(WHOLE.replace(b"BkToCstmrStmt", kind.encode()))


def test_entries_outside_a_statement_are_none():
    """Also a report inside a statement's message, or entries of a foreign envelope."""
    envelope = b"<SplmtryData><Envlp>" + entry("5.00").encode() + b"</Envlp></SplmtryData>"
    found = read_camt053(within("</Stmt>", envelope))[0]
    assert len(found.entries) == 1
    inside = WHOLE[WHOLE.index(b"<Stmt>") : WHOLE.index(b"</BkToCstmrStmt>")]
    assert len(read_camt053(within("</BkToCstmrStmt>", b"<SplmtryData>" + inside + b"</SplmtryData>"))) == 1


def test_the_line_is_told_as_long_as_it_is_known():
    """libxml2 counts lines to 65,535; beyond, the place in the file is all that is told."""
    for blank, line in ((0, 3), (70_000, None)):
        data = message(statement("\n" * 2 + "\n" * blank + entry("x"), closing=None))
        with pytest.raises(Exception, match="IMPORT_AMOUNT_INVALID") as caught:
            read_camt053(data)
        assert caught.value.line == line
