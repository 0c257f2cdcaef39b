"""camt.053 written by hand, so that a test shows the elements that it is about."""

IBAN = "SE4550000000058398257466"
SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."


def amount(name, number, currency="SEK"):
    return f'<{name} Ccy="{currency}">{number}</{name}>'


def balance(kind, number, *, day="2026-03-02", currency="SEK"):
    sign = "DBIT" if str(number).startswith("-") else "CRDT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{amount('Amt', str(number).lstrip('-'), currency)}"
        f"<CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def entry(number, inside="", *, direction=None, status="<Sts>BOOK</Sts>", day="<BookgDt><Dt>2026-03-02</Dt></BookgDt>"):
    direction = direction or ("DBIT" if number.startswith("-") else "CRDT")
    return f"<Ntry>{amount('Amt', number.lstrip('-'))}<CdtDbtInd>{direction}</CdtDbtInd>{status}{day}{inside}</Ntry>"


def details(*payments, batch=""):
    return f"<NtryDtls>{batch}{''.join(f'<TxDtls>{p}</TxDtls>' for p in payments)}</NtryDtls>"


def paid(number, inside="", currency="SEK"):
    return f"<AmtDtls><TxAmt>{amount('Amt', number, currency)}</TxAmt></AmtDtls>{inside}"


def statement(inside, *, opening="100.00", closing="100.00", account=IBAN, extra="", currency="SEK", number="S1"):
    balances = (balance("OPBD", opening, currency=currency) if opening else "") + (
        balance("CLBD", closing, currency=currency) if closing else ""
    )
    return f"<Stmt><Id>{number}</Id>{extra}<Acct><Id><IBAN>{account}</IBAN></Id></Acct>{balances}{inside}</Stmt>"


def message(*statements, version="02", head=""):
    body = f"<GrpHdr><MsgId>M</MsgId>{head}</GrpHdr>{''.join(statements)}"
    return f'<Document xmlns="{SPACE}{version}"><BkToCstmrStmt>{body}</BkToCstmrStmt></Document>'.encode()
