"""Update the translation catalogues from the code (`make translations`).

With --check only report what they lack. New sentences are added without a translation, for a person
to fill in; sentences that the code no longer contains are removed. A catalogue is complete when
every sentence is translated, in each of the language's plural forms, with the same placeholders and
keys. Run from the project's root.
"""

import argparse
import ast
import re
import sys
from pathlib import Path
from string import Formatter

import polib

CATALOGUES = Path("resources/translations")
PACKAGES = ("core", "gui")  # the command line is in English only
# Functions of core.system.language, with how many of their first arguments are sentences.
SENTENCE_COUNTS = {"tr": 1, "tr_count": 2, "marked": 1}
PLURAL_FORMS = re.compile(r"nplurals=(\d+)")
KEY = re.compile(  # at the end of a sentence: "Unsure (U)", "Open folder (Ctrl+Shift+O)…"
    r"\(((?:(?:Ctrl|Shift|Alt)\+)*(?:[A-Z0-9?]|F\d+|Esc|Space|Home|End|Up|Down|Left|Right|Enter))\)[.:…]?$"
)
ENGLISH_NUMBER = re.compile(r"(?<![\d.])0\.\d|\d,\d{3}(?!\d)")  # others have a decimal comma
MNEMONIC = re.compile(r"&\w")  # Qt's mark of a key; there is none, as keys are the same in all languages


def collect_sentences():
    """Return every sentence in the code and its files: {(singular, plural or ""): {file, ...}}.

    The syntax tree is read because Babel and gettext's own tools overlook sentences within an
    f-string. Ends the program where a sentence is not a literal.
    """
    sentences = {}
    for path in sorted(path for package in PACKAGES for path in Path(package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            arguments = node.args[: SENTENCE_COUNTS.get(node.func.id, 0)]
            if any(isinstance(argument, ast.JoinedStr | ast.BinOp) for argument in arguments):
                sys.exit(f"{path}:{node.lineno}: a sentence must be one literal, or a constant passed to marked()")
            if arguments and all(isinstance(argument, ast.Constant) for argument in arguments):
                singular, plural = (*(argument.value for argument in arguments), "")[:2]
                sentences.setdefault((singular, plural), set()).add(path.as_posix())
    return sentences


def find_placeholders(sentence):
    """Return the sorted placeholders of a sentence as (name, format)."""
    return sorted((name, form) for _, name, form, _ in Formatter().parse(sentence) if name is not None)


def find_key(sentence):
    """Return the key of the keyboard that a sentence names at its end, None for none."""
    match = KEY.search(sentence)
    return match[1] if match else None


def count_forms(catalogue):
    """Return how many plural forms a catalogue states for its language; ends the program if none."""
    match = PLURAL_FORMS.search(catalogue.metadata.get("Plural-Forms", ""))
    return int(match[1]) if match else sys.exit(f"{catalogue.fpath}: its header lacks Plural-Forms")


def entry_key(entry):
    """Return singular and plural of a catalogue's entry, as keys of `collect_sentences`."""
    return entry.msgid, entry.msgid_plural


def find_faults(catalogue, sentences):
    """Yield what is missing or wrong in a catalogue, one line each."""
    entries = {entry_key(entry): entry for entry in catalogue}
    for key in sentences.keys() - entries.keys():
        yield f"missing: {key[0]}"
    for key in entries.keys() - sentences.keys():
        yield f"no longer used: {key[0]}"
    form_count = count_forms(catalogue)
    for key in sentences.keys() & entries.keys():
        entry, forms = entries[key], range(form_count if key[1] else 1)
        translations = entry.msgstr_plural if key[1] else {0: entry.msgstr}
        if "fuzzy" in entry.flags or not all(translations.get(number) for number in forms):
            yield f"not translated: {key[0]}"
            continue
        singular, plural = find_placeholders(key[0]), find_placeholders(key[1] or key[0])
        for number, translation in translations.items():
            expected = [singular, plural] if number == 0 else [plural]  # a singular need not contain the number
            if find_placeholders(translation) not in expected:
                yield f"other placeholders: {key[0]}"
            if find_key(translation) != find_key(key[0]):
                yield f"another key: {key[0]}"
            if ENGLISH_NUMBER.search(translation):
                yield f"an English number: {key[0]}"
            if any(map(MNEMONIC.search, (*key, translation))):
                yield f"a key of one language (&): {key[0]}"


def update(catalogue, sentences):
    """Add new sentences and remove unused ones; entries are ordered by the files that use them."""
    form_count = count_forms(catalogue)
    entries = {entry_key(entry): entry for entry in catalogue}
    catalogue.clear()
    for key, files in sorted(sentences.items(), key=lambda item: (sorted(item[1]), item[0])):
        entry = entries.get(key) or polib.POEntry(msgid=key[0], msgid_plural=key[1])
        if key[1] and not entry.msgstr_plural:
            entry.msgstr_plural = dict.fromkeys(range(form_count), "")
        entry.occurrences = [(file, "") for file in sorted(files)]
        catalogue.append(entry)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    sentences, fault_count = collect_sentences(), 0
    for path in sorted(CATALOGUES.glob("*.po")):
        catalogue = polib.pofile(str(path), wrapwidth=120)
        if not options.check:
            update(catalogue, sentences)
            catalogue.save()
        for fault in find_faults(catalogue, sentences):
            print(f"{path}: {fault}")
            fault_count += 1
    print(f"{len(sentences)} sentences, {fault_count} faults")
    sys.exit(1 if options.check and fault_count else 0)


if __name__ == "__main__":
    main()
