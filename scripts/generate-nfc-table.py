#!/usr/bin/env python3
"""Writes src/LLaVAction.Models/Tokenization/Nfc.txt from the Unicode database of this Python.

Under invariant globalization .NET's string.Normalize returns its input unchanged, so the tokenizer brings its own data.
The committed file is of Unicode 16.0.0 (Python 3.14). Usage: generate-nfc-table.py > Nfc.txt
"""
import unicodedata

pairs, others, classes = [], [], []
for code in range(0x110000):
    character = chr(code)
    fields = [] if 0xAC00 <= code < 0xAC00 + 11172 else unicodedata.decomposition(character).split()
    if fields and not fields[0].startswith("<"):
        # A composite that NFC leaves alone is composed again; singletons and the excluded are not.
        composes = len(fields) == 2 and unicodedata.normalize("NFC", character) == character
        entry = f"{code:X}{'=' if composes else '>'}" + "+".join(f"{int(field, 16):X}" for field in fields)
        (pairs if composes else others).append(entry)
    combining = unicodedata.combining(character)
    if combining:
        if classes and classes[-1][1] == code - 1 and classes[-1][2] == combining:
            classes[-1][1] = code
        else:
            classes.append([code, code, combining])

print(f"# Canonical decompositions (= composed again, > not) and combining classes of Unicode {unicodedata.unidata_version}.")
print("# Written by scripts/generate-nfc-table.py. Hangul syllables are computed.")
for entries in pairs, others, [f"{first:X}-{last:X}:{value}" for first, last, value in classes]:
    for i in range(0, len(entries), 10):
        print(*entries[i:i + 10])
