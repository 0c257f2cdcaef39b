"""The commands (SPEC 5). Data goes to standard output, talk and progress to standard error; no accounting in here."""
