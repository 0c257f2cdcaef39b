"""What can be wrong with where files lie that shall be imported."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class ImportNoSource(Problem):
    """A folder of the inbox that isn't called as a source of the unit."""

    code = "IMPORT_NO_SOURCE"
    message = N_("{slug} has no source called {name} in its unit.toml.")
    remedy = N_(
        'Add it to units/{slug}/unit.toml:  [[source]]  name = "{name}"  format = "…", one of {formats}. {move}'
    )


class ImportAstray(Problem):
    """A file beside the inbox's folders, or a folder inside one of them: no import looks there."""

    code = "IMPORT_ASTRAY"
    message = N_("It lies where no source looks for files, so it is never imported.")
    remedy = N_("Move what is to be imported into {folders}; a source's files lie in its own folder, not deeper.")


class ImportLink(Problem):
    """A link in place of a file or folder: it may lead anywhere."""

    code = "IMPORT_LINK"
    message = N_("It is a link, and links aren't followed.")
    remedy = N_("Put the file or folder itself there, or name the file itself.")
