"""What the central's shared services cost in a year, and what the units used of them, from the books."""
