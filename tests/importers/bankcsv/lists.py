"""Lists of a bank as tests write them."""

HEAD = "Reskontradatum;Transaktionsdatum;Text;Belopp;Saldo\n"


def listed(opening, *rows):
    """Handelsbanken's list of (day, text, amount in whole kronor), oldest first; the file has the newest first."""
    balance, lines = opening, []
    for day, text, amount in rows:
        balance += amount
        lines.append(f"{day};{day};{text};{amount},00;{balance},00\n")
    return HEAD + "".join(reversed(lines))
