"""Rotating loans: terms, schedules, charges, limits, share-out, rotation, ratios (SPEC 8). Pure: decimals, dates."""
