#!/usr/bin/env python3
"""Plants every fault of this folder in a copy of the sources: plant.py FOLDER-OF-THE-COPY.

A fault file says in its first line what is wrong, then which parser meets it, in which file, and the right and the wrong
text. The right text must stand there exactly once. The fault is there only if WGIT_PLANTED_FAULT is its number, so one
build serves for all of them. Prints number, parser and name of each.
"""
import pathlib
import sys

copy = pathlib.Path(sys.argv[1])
for fault in sorted(pathlib.Path(__file__).parent.glob("*.txt")):
    head, right, wrong = fault.read_text().replace("\n--- wrong\n", "\n--- right\n").split("\n--- right\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines()[1:])
    number, name = int(fault.stem[:2]), fault.stem[3:]
    file = copy / fields["file"]
    text = file.read_text()
    if text.count(right) != 1:
        sys.exit(f"{fault.name}: its right text stands {text.count(right)} times in {fields['file']}")
    text = text.replace(right, wrong.rstrip("\n").replace("PLANTED", f"(PlantedFault.number == {number})"))
    if not fields["file"].startswith(("Sources/Documents/", "Sources/Tensors/")) and "import Documents\n" not in text:
        text = "import Documents\n" + text
    file.write_text(text)
    print(number, fields["parser"], name)
for module in ["Documents", "Tensors"]:
    access = "package " if module == "Documents" else ""
    (copy / "Sources" / module / "PlantedFault.swift").write_text(
        f"""import Glibc

{access}enum PlantedFault {{
  {access}static let number = getenv("WGIT_PLANTED_FAULT").flatMap {{ Int(String(cString: $0)) }} ?? 0
}}
""")
