"""The parts of an invoice that read the same wherever they stand: parties, means of payment, VAT categories."""

from __future__ import annotations

from importers.ubl.fields import Fields
from importers.ubl.model import Party, PaymentMeans, Tax
from importers.ubl.problems import UblTwice


def party(fields: Fields) -> Party:
    """Whoever stands behind a `Party` (or a `PayeeParty`); what is missing stays empty."""
    legal = next(fields.subs("PartyLegalEntity"), None)
    names = [text for one in fields.subs("PartyName") if (text := one.text("Name"))]
    vat, others = "", []
    for scheme in fields.subs("PartyTaxScheme"):
        kind = scheme.sub("TaxScheme")
        code = (kind.text("ID") if kind else "").upper()
        number = scheme.text("CompanyID")
        if code == "VAT" and not vat:
            vat = number
        elif number:
            others.append((code, number))
    address = fields.sub("PostalAddress")
    country = address.sub("Country") if address else None
    ids = tuple(
        (text, one.attribute("ID", "schemeID"))
        for one in fields.subs("PartyIdentification")
        if (text := one.text("ID"))
    )
    return Party(
        name=(legal.text("RegistrationName") if legal else "") or (names[0] if names else ""),
        trading_name=names[0] if names else "",
        legal_id=legal.text("CompanyID") if legal else "",
        vat=vat,
        tax_ids=tuple(others),
        endpoint=fields.text("EndpointID"),
        ids=ids,
        endpoint_scheme=fields.attribute("EndpointID", "schemeID"),
        country=country.text("IdentificationCode").upper() if country else "",
    )


def payment_means(fields: Fields) -> PaymentMeans:
    """How it is to be paid."""
    account = fields.sub("PayeeFinancialAccount")
    branch = account.sub("FinancialInstitutionBranch") if account else None
    return PaymentMeans(
        code=fields.text("PaymentMeansCode"),
        id=next(iter(fields.texts("PaymentID")), ""),
        account=account.text("ID") if account else "",
        branch=branch.text("ID") if branch else "",
    )


def tax_of(fields: Fields, name: str) -> Tax:
    """VAT category and rate of an element; other taxes' categories are left alone.

    Raises:
        UblTwice: it has two for VAT.
    """
    found: list[Tax] = []
    for category in fields.subs(name):
        scheme = category.sub("TaxScheme")
        if scheme is None or scheme.text("ID").upper() in {"VAT", ""}:
            found.append((category.text("ID"), category.decimal("Percent")))
    if len(found) > 1:
        raise UblTwice(file=fields.file, line=fields.line, what=name, count=len(found), position=fields.at)
    return found[0] if found else ("", None)
