#!/usr/bin/env python3
"""Writes the golden files of what is encrypted, from docs/wire-protocol.md §7 and docs/storage-format.md §8 alone: nothing of the project's
own code takes part.

What the program draws by chance is counted here, so that the files are the same whoever writes them. Needs python3-cryptography.
"""
import hashlib
import hmac
import json
import pathlib

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cbor import cbor

HERE = pathlib.Path(__file__).parent


def uint(number):
    out = b""
    while number >= 0x80:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


def write(name, data):
    text = data.hex()
    (HERE / name).write_text("\n".join(text[at:at + 64] for at in range(0, len(text), 64)) + "\n")


# HKDF (RFC 5869) and HPKE's base mode (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305.

def extract(salt, secret):
    return hmac.new(salt or bytes(32), secret, hashlib.sha256).digest()


def expand(key, info, length):
    out, block, number = b"", b"", 1
    while len(out) < length:
        block = hmac.new(key, block + info + bytes([number]), hashlib.sha256).digest()
        out, number = out + block, number + 1
    return out[:length]


def hkdf(secret, info, length=32, salt=b""):
    return expand(extract(salt, secret), info, length)


def raw(public):
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def hpke(recipient, ephemeral, info, message):
    kem, suite = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x03"

    def labelled_extract(who, salt, label, secret):
        return extract(salt, b"HPKE-v1" + who + label + secret)

    def labelled_expand(who, key, label, context, length):
        return expand(key, length.to_bytes(2, "big") + b"HPKE-v1" + who + label + context, length)

    encapsulated = raw(ephemeral.public_key())
    shared = labelled_extract(kem, b"", b"eae_prk", ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient)))
    shared = labelled_expand(kem, shared, b"shared_secret", encapsulated + recipient, 32)
    context = b"\x00" + labelled_extract(suite, b"", b"psk_id_hash", b"") + labelled_extract(suite, b"", b"info_hash", info)
    secret = labelled_extract(suite, shared, b"secret", b"")
    key, nonce = (labelled_expand(suite, secret, label, context, size) for label, size in ((b"key", 32), (b"base_nonce", 12)))
    return encapsulated, ChaCha20Poly1305(key).encrypt(nonce, message, b"")


def counted(name):
    return hashlib.sha256(name.encode()).digest()


def ephemeral(name):
    return X25519PrivateKey.from_private_bytes(counted(name))


def frames(magic, all_frames, key=None):
    """all_frames: (kind, payload); encrypted by the key after the first, which is the envelope."""
    out, chain, number = magic, bytes(32), 0
    for kind, payload in all_frames:
        if key and kind != 4:
            nonce = bytes(4) + number.to_bytes(8, "big")
            payload = ChaCha20Poly1305(key).encrypt(nonce, payload, hashlib.sha256(all_frames[0][1]).digest() + bytes([kind]))
            number += 1
        frame = bytes([kind]) + uint(len(payload)) + payload
        chain = hashlib.sha256(chain + frame).digest()
        out += frame + chain
    return out


# The paper's recovery key, and the device whose signing key's secret is the SHA-256 of "key of golden" (§7.1, §7.2).
paper = X25519PrivateKey.from_private_bytes(hkdf(b"0123456789ABCDEFGHJKMNPQRSTV", b"synckit recovery 1"))
device = X25519PrivateKey.from_private_bytes(hkdf(counted("key of golden"), b"synckit encryption 1"))

# §7.1: a copy for both; its label is the key of the files beside it.
contents, label = b"SQLite format 3\x00" + bytes(range(256)), bytes(range(32))
key, recipients = counted("frames"), []
for at, public in enumerate((raw(device.public_key()), raw(paper.public_key()))):
    encapsulated, sealed = hpke(public, ephemeral(f"copy {at}"), b"synckit copy 1\x00", key)
    recipients.append([public, encapsulated, sealed])
envelope = cbor({0: 1, 1: recipients})
about = cbor({0: hashlib.sha256(contents).digest(), 1: len(contents), 2: label})
write("copy.hex", frames(b"SYNCCOPY", [(4, envelope), (5, about), (6, contents[:100]), (6, contents[100:]), (3, b"")], key))

# §7: a bundle without changes that carries two files, in clear.
site = bytes.fromhex("0190000000007000") + bytes(7) + b"\x02" + bytes(3) + b"\x01"
bundled = [(1, cbor({0: 1, 1: site, 2: 1_760_000_000_000, 3: [], 4: []}))]
for pieces in ([b"\xff\xd8\xff", b"photograph"], ["报告".encode()]):
    whole = b"".join(pieces)
    bundled += [(5, cbor({0: hashlib.sha256(whole).digest(), 1: len(whole), 2: b""}))] + [(6, piece) for piece in pieces]
write("bundle-files.hex", frames(b"SYNCBNDL", bundled + [(3, b"")]))

# Storage format §8: a file of more than one chunk, as a protected replica's folder has it; the key is 00 … 1f.
storage, salt = bytes(range(32)), counted("salt")
header = b"SyncKit sealed\x00\x01" + salt + hkdf(storage, b"synckit sealed check 1", 16, salt)
chunk_key = AESGCM(hkdf(storage, b"synckit sealed blob attachment 1", 32, salt))
large = bytes(number * 7 % 251 for number in range(65_536 + 9))
out = header + bytes(512 - len(header))
for number, at in enumerate(range(0, len(large), 65_536)):
    nonce, is_last = counted(f"chunk {number}")[:12], at + 65_536 >= len(large)
    out += nonce + chunk_key.encrypt(nonce, large[at:at + 65_536], number.to_bytes(8, "little") + bytes([is_last]))
write("sealed-large.hex", out)

# Storage format §8.1: a home's key for the office.
encapsulated, sealed = hpke(raw(device.public_key()), ephemeral("escrow"), b"synckit key escrow 1\x00", storage)
(HERE / "escrow.json").write_text(
    json.dumps({"encapsulated": encapsulated.hex(), "recipient": raw(device.public_key()).hex(), "sealed": sealed.hex()}, indent=2) + "\n")
