"""Folders with links in circles and odd names."""

import os
from pathlib import Path

from core.screening.screening import screen
from tests.factories import drained


def test_links_in_circles_and_odd_names_end_in_one_row_each(worklist, model, tmp_path, cancel):
    odd = ["two\nlines.png", "quote'\".png", "<b>x&.png", "=SUM(A1).png", "é".encode("latin-1")]
    source = (worklist / "film-01.png").read_bytes()
    for name in odd:
        path = Path(os.fsdecode(os.path.join(os.fsencode(worklist), os.fsencode(name))))  # noqa: PTH118
        path.write_bytes(source)
    (worklist / "circle").symlink_to(worklist, target_is_directory=True)
    (worklist / "no suffix").write_bytes(source)
    _, result = drained(screen(worklist, tmp_path / "r.csv", model, cancel))
    assert result.found == 27 + len(odd) + 1 == len({row.file for row in result.rows})
    assert result.scored == 24 + len(odd) + 1
    _, again = drained(screen(worklist, tmp_path / "r.csv", model, cancel, resume=True))
    assert again.rows == result.rows
