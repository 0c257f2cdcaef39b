"""The rules of accounting as pure arithmetic on decimals and dates; each is written here, once."""
