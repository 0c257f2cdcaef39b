"""Signing seals with Ed25519 (RFC 8032), where the federation has a key for it.

A signature is for all that a seal says, by whom and when: for the text `sambok seal 1 ` and SHA-256 of the object that
ends before `signature`, in hexadecimal digits. The private key is a PEM file (PKCS 8, unencrypted) that nobody but its
owner may read; it is the only file that this room opens. Keys are written as base64 of their 32 bytes.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import os
import stat
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.messages import N_
from ledger.seals.lines import FILE, digest, signed_text
from ledger.seals.model import Found, Seal
from ledger.seals.problems import SigningKeyRefused

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

#: What can be said of a signature. Only the first says that something was changed; the others, that who sealed it
#: isn't who was asked for.
FORGED = N_("the signature isn't of this seal")
STRANGE = N_("it is signed with another key than was asked for")
LEFT_OUT = N_("it isn't signed, and a seal before it is")
UNSIGNED = N_("no seal of this chain is signed, and a key was asked for")
ASKED_FOR = frozenset({STRANGE, LEFT_OUT, UNSIGNED})
_DOMAIN = "sambok seal 1 "
_LARGEST = 16 << 10


class Signer:
    """A private key that signs seals.

    Attributes:
        key: the public key that proves what it signs, in base64: what goes into a list of trusted keys.
    """

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.key = base64.b64encode(private.public_key().public_bytes_raw()).decode("ascii")

    @classmethod
    def load(cls, path: Path) -> Signer:
        """The key in a PEM file.

        Raises:
            SigningKeyRefused: it is no such file, a link, readable for others, or holds no Ed25519 private key.
        """
        # Only where something is signed: the library takes longer to load than most commands to run.
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415  see above
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415  see above
        from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415  see above

        try:
            private = load_pem_private_key(_read(path), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise SigningKeyRefused(path=path, reason=N_("it holds no unencrypted private key")) from None
        if not isinstance(private, Ed25519PrivateKey):
            raise SigningKeyRefused(path=path, reason=N_("it isn't an Ed25519 key"))
        return cls(private)

    def sign(self, seal: Seal) -> Seal:
        """`seal` with this key's signature; its `seal` is still to be made."""
        value = self._private.sign(_message(seal))
        return dataclasses.replace(seal, key=self.key, signature=base64.b64encode(value).decode("ascii"))


def check_signature(seal: Seal, trusted: Collection[str]) -> str | None:
    """What is wrong with a seal's signature, as a text for `say`; None where nothing is, or where it isn't signed.

    Args:
        seal: as read.
        trusted: the public keys that count, in base64; none: any key, as long as it signed just this.
    """
    if not seal.key and not seal.signature:
        return None
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  only where something is signed
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415  likewise

    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(seal.key, validate=True))
        public.verify(base64.b64decode(seal.signature, validate=True), _message(seal))
    except (ValueError, binascii.Error, InvalidSignature):
        return FORGED
    if trusted and seal.key not in trusted:
        return STRANGE
    return None


def check_signatures(seals: Sequence[Seal], trusted: Collection[str]) -> list[Found]:
    """What is wrong with a chain's signatures: one that isn't right, and one that is missing where keys are asked for.

    Args:
        seals: of one unit, in their order.
        trusted: the public keys that count, in base64. Where any are named, no seal behind a signed one goes unsigned,
            and some seal is signed: else who makes a chain anew would leave the signatures out. Seals before the first
            signed one may be without, since that one's signature holds them, too.
    """
    found: list[Found] = []
    signed = False
    for seal in seals:
        reason = check_signature(seal, trusted)
        if reason is not None:
            found.append(Found("altered", seal.period, "", FILE, seal.line, meaning=True, note=reason))
        elif signed and trusted and not seal.signature:
            found.append(Found("missing", seal.period, "", FILE, seal.line, meaning=True, note=LEFT_OUT))
        signed = signed or bool(seal.signature or seal.key)
    if trusted and seals and not signed:
        last = seals[-1]
        found.append(Found("missing", last.period, "", FILE, last.line, meaning=True, note=UNSIGNED))
    return found


def _message(seal: Seal) -> bytes:
    return (_DOMAIN + digest(signed_text(seal))).encode("ascii")


def _read(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if path.is_symlink():
            raise SigningKeyRefused(path=path, case="link", reason="") from None
        raise SigningKeyRefused(path=path, reason=error.strerror or type(error).__name__) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
            raise SigningKeyRefused(path=path, reason=N_("it is no key file"))
        if status.st_mode & 0o077:
            raise SigningKeyRefused(path=path, case="mode", reason="")
        return os.read(descriptor, _LARGEST + 1)
    finally:
        os.close(descriptor)
