"""Label lists that `fuzz_readers` tries: text and workbooks, damaged or with odd cells that must come back."""

import csv
import io
import zipfile

from core.datasets.dataset import read_dataset
from core.datasets.intake import inspect_source
from core.datasets.label_list import read_label_list
from core.system.errors import JobFailed
from tests.faults import fuzz_mutations as mutations
from tests.faults.fuzz_outcomes import Case, refused

COLUMNS = ("file", "label", "patient", "split")


def make_list(rng):
    match rng.randrange(4):
        case 0:
            text, encoding = table_text(rng, plain_table(rng)), rng.choice(("utf-8", "utf-16", "cp1252"))
            return Case({"0.png": b"", "list": mutations.damage(rng, text.encode(encoding, "replace"))})
        case 1:
            return Case({"0.png": b"", "list": workbook(rng, plain_table(rng))})
        case _:
            table = plain_table(rng)
            for _ in range(rng.choice((1, 2, 4))):
                row = rng.choice(table[1:])
                row[rng.randrange(len(row))] = rng.choice(mutations.TEXTS)
            expected = [tuple(cell.strip() for cell in row) for row in table]
            encoding = rng.choice(("utf-8", "utf-8-sig", "utf-16"))
            return Case({"0.png": b"", "list": table_text(rng, table).encode(encoding)}, expected)


def plain_table(rng):
    """A list of up to 12 films, as rows of cells, its header first."""
    labels = rng.choice((("normal", "ill"), ("0", "1"), ("NORMAL", "Normal ", "PNEUMONIA"), ("a|b", "b", "c")))
    rows = [[f"{number}.png", rng.choice(labels), f"P{number // 2}", rng.choice(("train", "val", "test"))]
            for number in range(rng.randrange(2, 12))]  # fmt: skip
    return [list(COLUMNS), *rows]


def table_text(rng, table):
    text = io.StringIO()
    csv.writer(text, delimiter=rng.choice(",;\t|"), quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(table)
    return text.getvalue()


def workbook(rng, table):
    """A workbook of one sheet, as bytes that do not depend on the time, with one of its parts damaged."""
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packages = "http://schemas.openxmlformats.org/package/2006/"
    cells = [[f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row] for row in table]
    rows = "".join(f"<row>{''.join(row)}</row>" for row in cells)
    sheet_type = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{packages}content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{sheet_type}.sheet.main+xml"/>'
        f'<Override PartName="/xl/s.xml" ContentType="{sheet_type}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{packages}relationships"><Relationship Id="a" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {space} xmlns:r="{office}"><sheets>'
        '<sheet name="s" sheetId="1" r:id="b"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{packages}relationships"><Relationship Id="b" '
        f'Type="{office}/worksheet" Target="s.xml"/></Relationships>',
        "xl/s.xml": f"<worksheet {space}><sheetData>{rows}</sheetData></worksheet>",
    }
    contents = {name: text.encode() for name, text in parts.items()}
    damaged = rng.choice([*contents, "xl/s.xml", "xl/s.xml"])
    contents[damaged] = mutations.damage(rng, contents[damaged])
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return mutations.damage(rng, stream.getvalue()) if rng.random() < 0.2 else stream.getvalue()


def read_list(folder, expected):
    path = folder / "list"
    try:
        table = read_label_list(path)
        assert all(len(cells) == len(table.header) for _, cells in table.rows), "cells without a column"
        if expected is not None:
            header, *rows = expected
            assert (table.header, [cells for _, cells in table.rows]) == (header, [row for row in rows if any(row)])
        inspect_source(path)
        dataset = read_dataset(path)
    except JobFailed as refusal:
        return refused(refusal)
    assert len(dataset.classes) > 1
    assert all(dataset.classes)
    return "dataset", (dataset.classes, dataset.films, dataset.left_out, dataset.notes)
