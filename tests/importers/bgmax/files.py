"""BgMax files made by the columns of Bankgirot's manual, not by the reader."""


def right(text, width, fill=" "):
    assert len(str(text)) <= width, text
    return str(text).rjust(width, fill)


def left(text, width):
    return str(text).ljust(width)


def start(mark="P", layout="BGMAX", version="01"):
    return left("01" + left(layout, 20) + version + "20260301173035010331" + mark, 80)


def section(bankgiro="9912346", plusgiro="", currency="SEK"):
    return left("05" + right(bankgiro, 10, "0") + left(plusgiro, 10) + currency, 80)


def paid(ore, reference="", code="2", *, record="20", sender="", serial="", image="0", channel="2"):
    """A record 20 to 23; amounts in hundredths."""
    return left(
        record
        + right(sender, 10, "0")
        + right(reference, 25)
        + right(ore, 18, "0")
        + code
        + channel
        + right(serial, 12, "0")
        + image,
        80,
    )


def text(words):
    return left("25" + words, 80)


def name(one, other=""):
    return left("26" + left(one, 35) + other, 80)


def deposit(ore, count, *, serial="00074", day="20260302", account="58410000010098", currency="SEK", kind=" "):
    return (
        "15" + right(account, 35, "0") + day + right(serial, 5) + right(ore, 18, "0") + currency + right(count, 8, "0")
    ) + kind


def end(payments, deductions=0, further=0, deposits=1):
    return left("70" + "".join(right(n, 8, "0") for n in (payments, deductions, further, deposits)), 80)


def whole(*records, newline="\r\n", encoding="latin-1"):
    return (newline.join(records) + newline).encode(encoding)


def simple(ore=110000, **more):
    """One payment in one deposit."""
    return whole(start(), section(), paid(ore, "650861"), deposit(ore, 1, **more), end(1))
