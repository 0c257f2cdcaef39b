"""Merkle roots: RFC 6962's own vectors, and its recursive definition against ours."""

from __future__ import annotations

from hashlib import sha256

import pytest

from ledger.seals.merkle import root

#: The inputs and roots of the reference log's tests (certificate-transparency, merkletree: known vectors).
INPUTS = [
    bytes.fromhex(x) for x in "|00|10|2021|3031|40414243|5051525354555657|606162636465666768696a6b6c6d6e6f".split("|")
]
ROOTS = """
    6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
    fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125
    aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77
    d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
    4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4
    76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef
    ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c
    5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328
""".split()


@pytest.mark.parametrize("count", range(1, 9))
def test_vectors(count):
    assert root(INPUTS[:count]) == ROOTS[count - 1]


def test_no_leaves():
    assert root([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def defined(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, as it stands there."""
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + defined(leaves[:k]) + defined(leaves[k:])).digest()


@pytest.mark.parametrize("count", range(1, 70))
def test_any_number_of_leaves_as_defined(count):
    leaves = [bytes([number]) * (number % 5) for number in range(count)]
    assert root(leaves) == defined(leaves).hex()
