"""camt.053, the bank statement of ISO 20022, versions 02 to 13."""
