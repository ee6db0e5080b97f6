"""CBOR as the documents have it (docs/wire-protocol.md §1), for the scripts beside this one that write golden files."""


def head(major, number):
    for size, more in ((24, None), (1 << 8, 1), (1 << 16, 2), (1 << 32, 4), (1 << 64, 8)):
        if number < size:
            if more is None:
                return bytes([major << 5 | number])
            return bytes([major << 5 | 23 + more.bit_length()]) + number.to_bytes(more, "big")
    raise ValueError(number)


def cbor(value):
    if value is True or value is False:
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return head(0, value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    return head(5, len(value)) + b"".join(cbor(key) + cbor(value[key]) for key in sorted(value))
