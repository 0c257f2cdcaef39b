"""MT940, SWIFT's customer statement message, as banks hand it out."""
