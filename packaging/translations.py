"""Update the translation catalogues from the code (`make translations`), or compile them.

With --check only report what they lack, with --compile only write the .mo files that the program
reads. New sentences are added without a translation, for a person to fill in; sentences that the
code no longer contains are removed. A catalogue is complete when every sentence is translated, in
each of the language's plural forms, with the same placeholders and keys. Run from the project's
root.
"""

import argparse
import ast
import re
import sys
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

CATALOGUES = Path("resources/translations")
PACKAGES = ("core", "gui")  # the command line is in English only
# functions of core.system.language, with which of their arguments are sentences, as Babel writes it
KEYWORDS = {"tr": (1,), "tr_count": (1, 2), "marked": (1,)}
# Babel's own header has dates, which change with every update, and names of persons
HEADER = """#
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""
KEY = re.compile(  # at the end of a sentence: "Unsure (U)", "Open folder (Ctrl+Shift+O)…"
    r"\(((?:(?:Ctrl|Shift|Alt)\+)*(?:[A-Z0-9?]|F\d+|Esc|Space|Home|End|Up|Down|Left|Right|Enter))\)[.:…]?$"
)
ENGLISH_NUMBER = re.compile(r"(?<![\d.])0\.\d|\d,\d{3}(?!\d)")  # others have a decimal comma
MNEMONIC = re.compile(r"&\w")  # Qt's mark of a key; there is none, as keys are the same in all languages


def extract_sentences(file, keywords, comment_tags, options):
    """Yield (line, function, sentences, []) for every call of `keywords` in Python source.

    An extraction method for Babel's `extract`. sentences: None for what is no literal. The syntax
    tree is read because Babel's own method overlooks calls within an f-string before Python 3.12.
    Ends the program where a sentence is put together.
    """
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in keywords:
            sentences = node.args[: len(KEYWORDS[node.func.id])]
            if any(isinstance(sentence, ast.JoinedStr | ast.BinOp) for sentence in sentences):
                place = f"{file.name}:{node.lineno}"
                sys.exit(f"{place}: a sentence must be one literal, or a constant passed to marked()")
            literals = [sentence.value if isinstance(sentence, ast.Constant) else None for sentence in sentences]
            yield node.lineno, node.func.id, literals, []


def build_template():
    """Return a catalogue of every sentence in the code, with its files, ordered by them."""
    places = {}
    for package in PACKAGES:
        for name, _, sentence, _, _ in extract_from_dir(package, [("**.py", extract_sentences)], keywords=KEYWORDS):
            places.setdefault(sentence, set()).add(f"{package}/{Path(name).as_posix()}")
    template = Catalog()
    for sentence in sorted(places, key=lambda sentence: (sorted(places[sentence]), sentences_of(sentence))):
        template.add(sentence, locations=[(file, 0) for file in sorted(places[sentence])])
    return template


def sentences_of(value):
    """Return a message's id or string as a tuple: one sentence, or one for each plural form."""
    return tuple(value) if isinstance(value, list | tuple) else (value or "",)


def find_placeholders(sentence):
    """Return the sorted placeholders of a sentence as (name, format)."""
    return sorted((name, form) for _, name, form, _ in Formatter().parse(sentence) if name is not None)


def find_key(sentence):
    """Return the key of the keyboard that a sentence names at its end, None for none."""
    match = KEY.search(sentence)
    return match[1] if match else None


def find_faults(catalogue, template):
    """Yield what is missing or wrong in a catalogue, one line each."""
    messages = {message.id: message for message in catalogue if message.id}
    wanted = {message.id for message in template if message.id}
    for sentence in wanted - messages.keys():
        yield f"missing: {sentences_of(sentence)[0]}"
    for sentence in messages.keys() - wanted:
        yield f"no longer used: {sentences_of(sentence)[0]}"
    for sentence in wanted & messages.keys():
        message, forms = messages[sentence], sentences_of(sentence)
        translations = sentences_of(message.string)
        if message.fuzzy or not all(translations) or len(translations) < len(forms[1:]) * catalogue.num_plurals:
            yield f"not translated: {forms[0]}"
            continue
        for number, translation in enumerate(translations):
            expected = forms if number == 0 else forms[1:]  # a singular need not contain the number
            if find_placeholders(translation) not in map(find_placeholders, expected):
                yield f"other placeholders: {forms[0]}"
            if find_key(translation) != find_key(forms[0]):
                yield f"another key: {forms[0]}"
            if ENGLISH_NUMBER.search(translation):
                yield f"an English number: {forms[0]}"
            if any(map(MNEMONIC.search, (*forms, translation))):
                yield f"a key of one language (&): {forms[0]}"


def read_catalogue(path):
    """Return the catalogue of a .po file. Its language is the name of the file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.stem)


def update(path, template):
    """Add new sentences to a catalogue, remove unused ones and order them as in the template."""
    catalogue = read_catalogue(path)
    catalogue.update(template, no_fuzzy_matching=True)
    for message in catalogue:
        message.flags &= {"fuzzy"}  # Babel takes "10 % false" for a format
    with path.open("wb") as file:
        file.write(HEADER.format(language=path.stem, plural_forms=catalogue.plural_forms).encode())
        write_po(file, catalogue, width=120, omit_header=True, ignore_obsolete=True, include_lineno=False)


def compile_catalogue(path):
    """Write the .mo file of a .po file beside it."""
    compiled = path.with_suffix(".mo")
    part = compiled.with_suffix(".partial")  # renamed when complete: a program that starts meanwhile reads the old one
    with part.open("wb") as file:
        write_mo(file, read_catalogue(path))
    part.replace(compiled)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--compile", nargs="+", type=Path, metavar="PO")
    options = parser.parse_args()
    if options.compile:
        for path in options.compile:
            compile_catalogue(path)
        return
    template, fault_count = build_template(), 0
    for path in sorted(CATALOGUES.glob("*.po")):
        if not options.check:
            update(path, template)
        for fault in find_faults(read_catalogue(path), template):
            print(f"{path}: {fault}")
            fault_count += 1
    print(f"{len(template)} sentences, {fault_count} faults")
    sys.exit(1 if options.check and fault_count else 0)


if __name__ == "__main__":
    main()
