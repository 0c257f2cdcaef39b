"""What verifying looks at beside the units' own text: policy, exchange rates, who is who (`ledger.seals.grounds`)."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ledger.closing.evidence import Texts
from ledger.closing.found import with_reason
from ledger.seals.grounds import changed_settings, common_paths, last_settings
from ledger.seals.model import Found, Seal


def with_common(texts: Texts, common: Texts) -> Texts:
    """A unit's text with the federation's, which central's chain seals with its own.

    Args:
        texts: the unit's.
        common: the federation's, by path below the workspace.
    """
    return replace(
        texts,
        files=texts.files | common_paths(common.files),
        faults=texts.faults | common_paths(common.faults),
    )


def settings(chains: Mapping[str, Sequence[Seal]], common: Texts, *, whole: bool) -> tuple[str, int, list[Found]]:
    """Settings that don't say what central's latest seal repeats.

    Args:
        chains: every unit's seals.
        common: as in `with_common`.
        whole: every unit must be there.

    Returns:
        Whose chain it is ("" where none repeats any), the line of the seal, and what was found.
    """
    last = last_settings(chains)
    if last is None:
        return "", 0, []
    slug, seal, day = last
    faults = {posixpath.relpath(name, f"units/{slug}"): why for name, why in common.faults.items()}
    return slug, seal.line, [with_reason(f, faults) for f in changed_settings(seal, common.files, day, whole=whole)]
