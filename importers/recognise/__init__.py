"""Where the other side of a payment goes: invoices, rules, own transfers, other units, else suspense with a reason."""
