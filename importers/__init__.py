"""Files of banks and other programs into books: one module per format, on one shared base (SPEC 11)."""
