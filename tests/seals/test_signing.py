"""Signatures: RFC 8032's own vector, what a key file must be, and what a signature holds fast."""

from __future__ import annotations

import base64
import dataclasses
import os
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from ledger.seals import chain
from ledger.seals.problems import SigningKeyRefused
from ledger.seals.signing import Signer, check_signature, check_signatures
from tests.seals.worked import AT, BOOK, sealed

#: RFC 8032, 7.1, TEST 2: secret key, public key, a message of one byte, its signature.
SECRET = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
MESSAGE = bytes.fromhex("72")
SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)
KEY = Ed25519PrivateKey.from_private_bytes(SECRET)


def pem(key=KEY, encryption=None) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


@pytest.fixture
def key_file(tmp_path) -> Path:
    path = tmp_path / "seal.pem"
    path.write_bytes(pem())
    path.chmod(0o600)
    return path


def signed(key_file: Path):
    return chain.next_seal(
        sealed(BOOK).draft, None, by="anna", at=AT, version="1", rules="r", signer=Signer.load(key_file)
    )


def test_the_standards_vector_by_the_library_that_signs():
    assert KEY.public_key().public_bytes_raw() == PUBLIC
    assert KEY.sign(MESSAGE) == SIGNATURE


def test_a_signature_is_for_a_text_that_anybody_can_make(key_file):
    seal = signed(key_file)
    assert base64.b64decode(seal.key) == PUBLIC
    line = chain.seal_line(seal)
    before = line[: line.index(',"signature":{"key":')] + "}"
    KEY.public_key().verify(
        base64.b64decode(seal.signature), b"sambok seal 1 " + sha256(before.encode()).hexdigest().encode()
    )


def test_what_is_signed_is_read_again(key_file):
    seal = signed(key_file)
    assert chain.read_seals((chain.seal_line(seal) + "\n").encode()) == (seal,)
    assert chain.check_chain((seal,), "repris") == []
    assert check_signature(seal, ()) is None
    assert check_signature(seal, [base64.b64encode(PUBLIC).decode()]) is None


def test_the_signature_is_not_in_the_content(key_file):
    assert signed(key_file).content == sealed(BOOK).content


def test_an_unsigned_seal_has_no_signature_that_could_be_wrong():
    assert check_signature(sealed(BOOK), ["anything"]) is None


def test_a_key_that_is_not_trusted(key_file):
    other = base64.b64encode(bytes(32)).decode()
    assert check_signature(signed(key_file), [other]) == "it is signed with another key than was asked for"


@pytest.mark.parametrize(
    "change",
    [
        {"by": "eva"},
        {"content": "ab" * 32},
        {"at": AT.replace(year=2025)},
        {"version": "2"},
        {"rules": "s"},
        {"previous": "ab" * 32},
        {"signature": base64.b64encode(bytes(64)).decode()},
        {"signature": ""},
        {"signature": "no base64"},
        {"signature": "é"},
        {"key": ""},
        {"key": "AAAA"},
        {"key": base64.b64encode(bytes(32)).decode()},
    ],
    ids=str,
)
def test_a_signature_holds_all_of_a_seal_fast(key_file, change):
    seal = dataclasses.replace(signed(key_file), **change)
    assert check_signature(seal, ()) == "the signature isn't of this seal"


def test_a_signature_taken_off_behind_a_signed_seal(key_file):
    """Its own hash made anew, an unsigned seal is whole; that a signed one stands before it gives it away."""
    signer = Signer.load(key_file)
    first = chain.next_seal(sealed(BOOK).draft, None, by="anna", at=AT, version="1", rules="r")
    second = chain.next_seal(first.draft, first, by="anna", at=AT, version="1", rules="r", signer=signer)
    third = chain.next_seal(first.draft, second, by="anna", at=AT, version="1", rules="r")
    assert check_signatures((first, second), [signer.key]) == []
    assert [(one.kind, one.line, one.note) for one in check_signatures((first, second, third), [signer.key])] == [
        ("missing", 3, "it isn't signed, and a seal before it is")
    ]
    assert check_signatures((first, second, third), []) == []
    assert [(one.kind, one.line, one.note) for one in check_signatures((first,), [signer.key])] == [
        ("missing", 1, "no seal of this chain is signed, and a key was asked for")
    ]
    assert check_signatures((first,), []) == check_signatures((), [signer.key]) == []
    other = base64.b64encode(bytes(32)).decode()
    assert [(one.kind, one.line, one.note) for one in check_signatures((first, second), [other])] == [
        ("altered", 2, "it is signed with another key than was asked for")
    ]
    wrong = dataclasses.replace(second, by="eva")
    assert [one.line for one in check_signatures((first, wrong), [])] == [2]


def refused(path: Path) -> dict[str, str]:
    with pytest.raises(SigningKeyRefused) as caught:
        Signer.load(path)
    assert caught.value.params["path"] == str(path)
    return caught.value.params


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610, 0o644, 0o666])
def test_a_key_that_others_may_read(key_file, mode):
    key_file.chmod(mode)
    assert refused(key_file)["case"] == "mode"


def test_a_key_behind_a_link(key_file, tmp_path):
    link = tmp_path / "link.pem"
    link.symlink_to(key_file)
    assert refused(link)["case"] == "link"


def test_what_is_no_key(tmp_path, key_file):
    assert refused(tmp_path / "none.pem")["reason"] == "No such file or directory"
    assert refused(tmp_path)["reason"] == "it is no key file"
    os.mkfifo(tmp_path / "pipe.pem", 0o600)
    assert refused(tmp_path / "pipe.pem")["reason"] == "it is no key file"
    key_file.write_bytes(b"-" * 20_000)
    assert refused(key_file)["reason"] == "it is no key file"
    for text in (
        b"",
        b"key",
        pem(encryption=BestAvailableEncryption(b"secret")),
        KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    ):
        key_file.write_bytes(text)
        assert refused(key_file)["reason"] == "it holds no unencrypted private key"
    key_file.write_bytes(pem(generate_private_key(SECP256R1())))
    assert refused(key_file)["reason"] == "it isn't an Ed25519 key"


def test_a_key_file_has_up_to_16_kib(key_file):
    key = pem()
    key_file.write_bytes(key + b"\n" * (16_384 - len(key)))
    assert Signer.load(key_file).key == base64.b64encode(PUBLIC).decode()
    key_file.write_bytes(key + b"\n" * (16_385 - len(key)))
    assert refused(key_file)["reason"] == "it is no key file"
