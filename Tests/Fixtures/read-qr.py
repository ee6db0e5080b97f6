#!/usr/bin/env python3
"""Reads a QR code, as a terminal shows it, from stdin by libzbar, and prints what it says: what a camera would make of it."""
import ctypes
import sys

SIZE = 8  # How many pixels a module is wide.

lines = sys.stdin.read().splitlines()
rows = []
for line in lines:
    rows.append([c in "█▀" for c in line])
    rows.append([c in "█▄" for c in line])
width, height = len(rows[0]) * SIZE, len(rows) * SIZE
pixels = b"".join(bytes(0 if dark else 255 for dark in row for _ in range(SIZE)) * SIZE for row in rows)

zbar = ctypes.CDLL("libzbar.so.0")
for name in ("zbar_image_scanner_create", "zbar_image_create", "zbar_image_first_symbol"):
    getattr(zbar, name).restype = ctypes.c_void_p
zbar.zbar_symbol_get_data.restype = ctypes.c_char_p
scanner = ctypes.c_void_p(zbar.zbar_image_scanner_create())
image = ctypes.c_void_p(zbar.zbar_image_create())
zbar.zbar_image_set_format(image, ctypes.c_ulong(int.from_bytes(b"Y800", "little")))
zbar.zbar_image_set_size(image, width, height)
zbar.zbar_image_set_data(image, pixels, ctypes.c_ulong(len(pixels)), None)
if zbar.zbar_scan_image(scanner, image) != 1:
    sys.exit("no code is seen")
print(zbar.zbar_symbol_get_data(ctypes.c_void_p(zbar.zbar_image_first_symbol(image))).decode())
