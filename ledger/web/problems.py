"""What can go wrong around the web view: where it listens, and what may not be written through it."""

from __future__ import annotations

from ledger.errors import EXIT_OUTSIDE, EXIT_USAGE, Problem
from ledger.messages import N_


class HostNotLoopback(Problem):
    """An address that other machines could reach, while there is no access control."""

    code = "HOST_NOT_LOOPBACK"
    exit_code = EXIT_USAGE
    message = N_("The web view can't listen on {host}: other machines could read and change the books.")
    remedy = N_(
        "Set host to 127.0.0.1 in fava.conf; from another machine, use a tunnel of the system's own login (ssh)."
    )


class PortInUse(Problem):
    """Another program listens there already."""

    code = "PORT_IN_USE"
    exit_code = EXIT_OUTSIDE
    message = N_("Port {port} on {host} can't be used: {reason}.")
    remedy = N_("Stop the other program (perhaps another sambok serve), or choose another port with --port {other}.")


class WebFileFederation(Problem):
    """A file that is the federation's, not the unit's."""

    code = "WEB_FILE_FEDERATION"
    message = N_("{path} belongs to the federation and is not changed in the web view.")
    remedy = N_("Ask the finance head: options, plugins, policy and rates are changed in the file itself.")


class WebFileClosed(Problem):
    """Text that a seal covers."""

    code = "WEB_FILE_CLOSED"
    message = N_("{path} belongs to a closed month and is not changed any more.")
    remedy = N_("Book the correction as a new voucher with corrects: in the first open month.")


class WebFileOutside(Problem):
    """A path that is no book file of a unit."""

    code = "WEB_FILE_OUTSIDE"
    message = N_("{path} is not one of the books' files.")
    remedy = N_("Open accounts.beancount or a month's file below books/ from the editor's list.")


class WebFederationOnlyEdits(Problem):
    """Something new in the combined view, which is nobody's book."""

    code = "WEB_FEDERATION_ONLY_EDITS"
    message = N_("The federation's view takes no new and removes no old entries: each belongs to a unit.")
    remedy = N_("Open the unit's own ledger (the list beside the title) and do it there.")


class WebEntryNotPlain(Problem):
    """An entry whose fields hold what a book's line can't."""

    code = "WEB_ENTRY_NOT_PLAIN"
    message = N_("The entry can't be written: {field} is {value}.")
    remedy = N_(
        "Use account names, tags, links and amounts as they stand in the books; no quotes or line breaks there."
    )


class WebImportFault(Problem):
    """An importer that fails without saying why."""

    code = "WEB_IMPORT_FAULT"
    message = N_("{name} could not be read ({reason}).")
    remedy = N_("Fetch the file from the bank or the program once more; if it stays so, send it to the maintainers.")


class WebImportPartial(Problem):
    """A statement of which only some lines were to be saved."""

    code = "WEB_IMPORT_PARTIAL"
    message = N_("Lines left out: {lacking} of the file's {all}. A file enters the books whole, or not at all.")
    remedy = N_(
        "Save all lines; one that has no account yet goes to the suspense account. Or: sambok import {slug} --inbox"
    )


class WebUploadName(Problem):
    """An upload without a name that a file can have."""

    code = "WEB_UPLOAD_NAME"
    message = N_("The file can't be kept under the name it came with: {name}")
    remedy = N_("Give it a name with letters or digits, and upload it again.")


class WebUploadTaken(Problem):
    """An upload under the name of another file that waits."""

    code = "WEB_UPLOAD_TAKEN"
    message = N_("Another file called {name} waits in {folder} already.")
    remedy = N_("Import that one first, or upload this one under another name.")


class WebUploadNoSource(Problem):
    """An upload to a unit that imports nothing."""

    code = "WEB_UPLOAD_NO_SOURCE"
    message = N_("{slug} has no source that could read {name}.")
    remedy = N_("Add a [[source]] table to units/{slug}/unit.toml, as docs/settings.md shows, and upload it again.")


class WebSourceUnreadable(Problem):
    """A file that can't be shown as text."""

    code = "WEB_SOURCE_UNREADABLE"
    message = N_("{path} can't be shown: {reason}.")
    remedy = N_("Save the file as UTF-8 text with another program; it must be an ordinary file, not a link.")


class WebRequestRefused(Problem):
    """A request that this server doesn't take."""

    code = "WEB_REQUEST_REFUSED"
    message = N_("This request is turned off here.")
    remedy = N_("Use the pages of the web view as they are; the command line does the rest.")


class WebPageMissing(Problem):
    """An address that leads nowhere."""

    code = "WEB_PAGE_MISSING"
    message = N_("There is no page at this address.")
    remedy = N_("Compare the unit's name in the address with its folder in units/, or begin at the first page: /")


class WebQueryRefused(Problem):
    """A command of the query shell that does more than read the ledger."""

    code = "WEB_QUERY_REFUSED"
    message = N_("This command of the query page is turned off here: it could write files or change settings.")
    remedy = N_("Use SELECT, BALANCES, JOURNAL or PRINT; save a result with the page's own export.")
