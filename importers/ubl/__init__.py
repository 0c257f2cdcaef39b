"""Electronic invoices: UBL 2.1 as EN 16931 and Peppol BIS Billing 3 use it, sent and received."""
