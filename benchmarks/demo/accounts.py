"""Accounts that the demo's books use, by the codes of their charts."""

from __future__ import annotations


def _by_code(text: str) -> dict[str, str]:
    accounts = text.split()
    return {account.split(":")[1].split("-")[0]: account for account in accounts}


BAS = _by_code("""
Assets:1220-Inventarier
Assets:1229-Avskrivet-på-inventarier
Assets:1320-Interna-lån-utlånat
Assets:1356-Insats-i-förbundet
Assets:1460-Varulager
Assets:1510-Kundfordringar
Assets:1580-Fordringar-kontokort
Assets:1630-Skattekonto
Assets:1660-Intern-fordran
Assets:1661-Intern-fordran-avgift
Assets:1662-Intern-fordran-fonder
Assets:1663-Lånefonden-utlåning
Assets:1664-Lånefonden-serviceavgifter-att-få
Assets:1666-Andelar-i-lånefonden
Assets:1910-Kassa
Assets:1930-Bank
Assets:1940-Sparkonto
Liabilities:2350-Banklån
Liabilities:2360-Interna-lån-inlånat
Liabilities:2440-Leverantörsskulder
Liabilities:2611-Utgående-moms-25
Liabilities:2621-Utgående-moms-12
Liabilities:2631-Utgående-moms-6
Liabilities:2641-Ingående-moms
Liabilities:2650-Momsredovisning
Liabilities:2710-Personalskatt
Liabilities:2731-Arbetsgivaravgifter-att-betala
Liabilities:2821-Löneskulder
Liabilities:2860-Intern-skuld
Liabilities:2861-Intern-skuld-avgift
Liabilities:2862-Intern-skuld-fonder
Liabilities:2863-Lånefonden-andelar
Liabilities:2864-Lån-ur-lånefonden
Liabilities:2865-Serviceavgifter-till-lånefonden
Equity:2071-Investeringsfond
Equity:2072-Solidaritetsfond
Equity:2083-Medlemsinsatser
Equity:2086-Reservfond
Equity:2091-Balanserat-resultat
Equity:2098-Föregående-års-resultat
Equity:2099-Årets-resultat
Income:3001-Försäljning-25
Income:3002-Försäljning-12
Income:3003-Försäljning-6
Income:3041-Försäljning-tjänster-25
Income:3090-Försäljning-inom-föreningen
Income:3308-Tjänster-annat-EU-land
Income:3680-Gemensam-avgift-intäkt
Income:3740-Öresutjämning
Income:3960-Valutakursvinster
Income:3980-Bidrag
Income:3981-EU-bidrag
Income:3985-Statliga-bidrag
Income:3987-Kommunala-bidrag
Income:3988-Lönebidrag
Income:3990-Avgift-till-fonder
Income:3992-Stöd-ur-fonder
Income:8310-Ränteintäkter
Income:8360-Interna-ränteintäkter
Income:8363-Utdelning-från-lånefonden
Expenses:4000-Inköp-varor
Expenses:4960-Lagerförändring-varor
Expenses:5010-Lokalhyra
Expenses:5020-El
Expenses:5060-Städning
Expenses:5193-Fastighetsskötsel
Expenses:5410-Förbrukningsinventarier
Expenses:5420-Programvaror
Expenses:5460-Förbrukningsmaterial
Expenses:5611-Drivmedel
Expenses:5710-Frakter-och-transporter
Expenses:5910-Annonser
Expenses:6110-Kontorsmaterial
Expenses:6150-Trycksaker
Expenses:6210-Telefon-och-internet
Expenses:6310-Försäkringar
Expenses:6420-Revision
Expenses:6430-Gemensam-avgift
Expenses:6530-Redovisning
Expenses:6570-Bankavgifter
Expenses:6980-Föreningsavgifter
Expenses:6993-Lämnade-bidrag
Expenses:7010-Löner
Expenses:7210-Löner-tjänstemän
Expenses:7510-Arbetsgivaravgifter
Expenses:7610-Utbildning
Expenses:7631-Personalrepresentation
Expenses:7830-Avskrivningar-inventarier
Expenses:7960-Valutakursförluster
Expenses:8410-Räntekostnader
Expenses:8460-Interna-räntekostnader
Expenses:8461-Lånefonden-utdelning
Expenses:8999-Resultat-till-eget-kapital
""")
#: What central claims in other currencies, each on an account of its own.
BAS |= {f"1661-{currency}": f"Assets:1661-Intern-fordran-avgift-{currency}" for currency in ("EUR", "CLP")}

PGC = _by_code("""
Assets:213-Maquinaria
Assets:2405-Aportación-a-la-federación
Assets:281-Amortización-acumulada
Assets:300-Mercaderías
Assets:430-Clientes
Assets:472-IVA-soportado
Assets:55231-Cuenta-interna-deudora
Assets:572-Banco
Liabilities:400-Proveedores
Liabilities:465-Sueldos-pendientes
Liabilities:4750-Hacienda-acreedora-IVA
Liabilities:4751-Hacienda-acreedora-retenciones
Liabilities:476-Seguridad-Social-a-pagar
Liabilities:477-IVA-repercutido
Liabilities:55241-Cuenta-interna-acreedora
Liabilities:55242-Cuota-común-a-pagar
Equity:100-Capital-social
Equity:113-Reservas-voluntarias
Equity:120-Remanente
Income:700-Ventas
Income:705-Servicios-prestados
Income:740-Subvenciones
Income:768-Diferencias-positivas-de-cambio
Expenses:600-Compras-de-mercaderías
Expenses:621-Alquileres
Expenses:623-Servicios-profesionales
Expenses:626-Servicios-bancarios
Expenses:628-Suministros
Expenses:629-Otros-servicios
Expenses:6295-Cuota-común
Expenses:640-Sueldos
Expenses:642-Seguridad-Social
Expenses:668-Diferencias-negativas-de-cambio
Expenses:681-Amortización
""")

VSLA = _by_code("""
Assets:1010-Loan-fund-box
Assets:1020-Social-fund-box
Assets:1040-Mobile-money
Equity:3020-Social-fund
Equity:3990-Result-of-the-cycle
Income:4010-Service-charge
Income:4020-Fines
Expenses:5010-Stationery
Expenses:5020-Bank-charges
Expenses:5030-Travel
Expenses:5050-Counting-differences
""")
