"""The catalogues of sentences, brought up to the code: `make translations`. With --check: only say what they lack.

New sentences come in without a translation, for a person to fill in; those that the code no longer says go. A catalogue
is whole when every sentence is translated, with the same places for values. Run from the project's root.
"""

import argparse
import ast
import sys
from pathlib import Path
from string import Formatter

import polib

CATALOGUES = Path("resources/translations")
SPEAKING = ("core", "gui")  # the command line speaks English
SAYING = {"tr": 1, "tr_count": 2, "marked": 1}  # of core.system.language: how many first arguments are sentences


def said():
    """Every sentence in the code with the files that say it: {(one, many or ""): {file, ...}}.

    The syntax tree is read, for Babel and gettext's own tools overlook what is said within an f-string.
    """
    found = {}
    for path in sorted(path for package in SPEAKING for path in Path(package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
                sentences = node.args[: SAYING[node.func.id]]
                if all(isinstance(one, ast.Constant) for one in sentences):
                    one, many = (*(sentence.value for sentence in sentences), "")[:2]
                    found.setdefault((one, many), set()).add(path.as_posix())
                elif any(isinstance(one, ast.JoinedStr | ast.BinOp) for one in sentences):
                    sys.exit(f"{path}:{node.lineno}: what is said must be one literal, or a constant that was marked")
    return found


def places(sentence):
    """Where values go, with how they are written; "1,200" is another number elsewhere, so the comma may go."""
    found = ((name, form) for _, name, form, _ in Formatter().parse(sentence) if name is not None)
    return sorted((name, form.replace(",", "")) for name, form in found)


def key_of(entry):
    return entry.msgid, entry.msgid_plural


def faults(catalogue, sentences):
    """What keeps a catalogue from being whole, one line each."""
    entries = {key_of(entry): entry for entry in catalogue}
    for key in sentences.keys() - entries.keys():
        yield f"missing: {key[0]}"
    for key in entries.keys() - sentences.keys():
        yield f"said no longer: {key[0]}"
    for key in sentences.keys() & entries.keys():
        entry = entries[key]
        if not entry.translated():
            yield f"not translated: {key[0]}"
            continue
        one, many = places(key[0]), places(key[1] or key[0])
        for form, translation in (entry.msgstr_plural or {0: entry.msgstr}).items():
            if places(translation) not in ([one, many] if form == 0 else [many]):  # of one film no number need be said
                yield f"other places for values: {key[0]}"


def update(catalogue, sentences):
    """Take in what is new, drop what is gone, in the order of the files."""
    entries = {key_of(entry): entry for entry in catalogue}
    catalogue.clear()
    for key, files in sorted(sentences.items(), key=lambda item: (sorted(item[1]), item[0])):
        entry = entries.get(key) or polib.POEntry(msgid=key[0], msgid_plural=key[1])
        if key[1] and not entry.msgstr_plural:
            entry.msgstr_plural = {0: "", 1: ""}
        entry.occurrences = [(file, "") for file in sorted(files)]
        catalogue.append(entry)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    sentences, lacking = said(), 0
    for path in sorted(CATALOGUES.glob("*.po")):
        catalogue = polib.pofile(str(path), wrapwidth=120)
        if not options.check:
            update(catalogue, sentences)
            catalogue.save()
        for fault in faults(catalogue, sentences):
            print(f"{path}: {fault}")
            lacking += 1
    print(f"{len(sentences)} sentences, {lacking} faults")
    sys.exit(1 if options.check and lacking else 0)


if __name__ == "__main__":
    main()
