"""What shared services cost, and who used them: keys, step-down and reciprocal allocation (research: showback)."""
