#!/usr/bin/env python3
"""Writes the files of a folder as a C++ source: page_assets.py OUTPUT.cc FILE...

The same files give the same source: no dates, no paths.
"""
import gzip
import hashlib
import os
import sys

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
         ".svg": "image/svg+xml"}


def array(name, data):
    rows = (data[at:at + 64] for at in range(0, len(data), 64))
    text = "\n".join(",".join(str(byte) for byte in row) + "," for row in rows)
    return f"constexpr unsigned char {name}[] = {{\n{text}\n}};\n"


def main():
    output, files = sys.argv[1], sorted(sys.argv[2:], key=os.path.basename)
    arrays, entries = [], []
    for number, path in enumerate(files):
        with open(path, "rb") as file:
            plain = file.read()
        name, kind = os.path.basename(path), TYPES[os.path.splitext(path)[1]]
        zipped = gzip.compress(plain, 9, mtime=0)
        arrays += [array(f"kPlain{number}", plain), array(f"kGzipped{number}", zipped)]
        entries.append(f'    {{"{name}", "{kind}", "{hashlib.sha256(plain).hexdigest()[:16]}", '
                       f"text(kPlain{number}, sizeof kPlain{number}), text(kGzipped{number}, sizeof kGzipped{number})}},\n")
    source = ('// Made by cmake/page_assets.py.\n#include "ingress/http/inbox/page_assets.h"\n\n'
              "namespace postroad::ingress::http::inbox {\nnamespace {\n\n" + "\n".join(arrays) +
              "\nstd::string_view text(const unsigned char* bytes, std::size_t size) {\n"
              "  return {reinterpret_cast<const char*>(bytes), size};\n}\n\n}  // namespace\n\n"
              "std::span<const PageAsset> page_assets() {\n  static const PageAsset kAssets[] = {\n" + "".join(entries) +
              "  };\n  return kAssets;\n}\n\n}  // namespace postroad::ingress::http::inbox\n")
    with open(output, "w") as file:
        file.write(source)


if __name__ == "__main__":
    main()
