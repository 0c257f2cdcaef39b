"""M-Pesa statements: of an organisation's paybill or till, and of a person's phone."""
