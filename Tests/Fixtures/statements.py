#!/usr/bin/env python3
"""Writes the golden files of statements, from docs/wire-protocol.md §3.2 and §6 alone: nothing of the project's own code takes part.

Ed25519 (RFC 8032) gives one signature of a message, so that the files are the same whoever writes them. Needs python3-cryptography.
"""
import hashlib
import pathlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cbor import cbor

HERE = pathlib.Path(__file__).parent


def read(name):
    return bytes.fromhex("".join((HERE / name).read_text().split()))


def write(name, data):
    text = data.hex()
    (HERE / name).write_text("\n".join(text[at:at + 64] for at in range(0, len(text), 64)) + "\n")


issuer = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"key of issuer").digest())
public = issuer.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def stated(kind, said):
    data = cbor({0: 1, 1: kind, 2: public, 3: said})
    return [data, issuer.sign(b"synckit statement 1\x00" + data)]


device = bytes(15) + b"\x01"
site = bytes.fromhex("0190000000007000") + bytes(7) + b"\x02" + bytes(3) + b"\x03"
certificate, limited = read("certificate.hex"), read("certificate-authority.hex")
omitted = ["case-1", site, 2, 299, b"\xd4" * 32]
statements = {
    "omitted": stated(1, omitted),
    "rejected": stated(2, ["case-1", site, 7, b"\xd4" * 32, "退回"]),
    "superseded": stated(3, [device, hashlib.sha256(certificate).digest(), limited, issuer.sign(b"synckit certificate 1\x00" + limited), 57]),
    "revoked": stated(4, [device, 58, True]),
    "ended": stated(5, ["case-1", site, 7, b"\xd4" * 32, 59]),
}
for name, statement in statements.items():
    write(f"statement-{name}.hex", cbor(statement))

# The messages, without compression; the fragment is the one of request-push.hex, an array of one.
push = read("request-push.hex")
assert push[:7] == bytes.fromhex("00a30001010202"), push[:7].hex()
plain = b"\x00"
write("request-push-statements.hex",
      plain + b"\xa5" + push[2:] + cbor(3) + cbor([omitted]) + cbor(4) + cbor([statements["omitted"]]))
write("response-changes-statements.hex", plain + cbor({0: 1, 1: 3, 2: [], 3: True, 6: [statements["omitted"], statements["rejected"]]}))
write("response-heads-statements.hex",
      plain + cbor({0: 1, 1: 1, 2: bytes(range(16)), 3: bytes(range(40)), 4: [], 5: True, 6: [statements["superseded"]]}))
