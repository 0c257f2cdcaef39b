"""CSV files of banks: some Swedish ones that are known by their header, and others by their columns in unit.toml."""
