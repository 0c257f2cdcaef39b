"""Seals: proof that what was final has not been changed (SPEC 7; BFL 5 kap. 5 §; BFNAR 2013:2, 2.17-2.18).

Pure functions on bytes and parsed entries; no file is opened here. A book's text is taken apart into blocks, each
directive of a closed period gets a hash of its text and one of its meaning, and a line of the unit's `seals.jsonl`
holds them all, with the hash of the line before it and of what every other unit had sealed by then.
"""
