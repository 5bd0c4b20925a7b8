"""What kinds of rows there are."""

import pytest

from core.screening.reader_calls import UNSURE, compare_call
from gui.worklist.row_kinds import KindCounts, RowKind, list_kinds
from tests.gui.worklist.examples import call, failed, refused, scored


@pytest.mark.parametrize(
    ("row", "reader", "kinds"),
    [
        (scored("a", 0.9), "", "ALL NOT_CALLED LIKELY"),
        (scored("a", 0.5), "PNEUMONIA", "ALL REVIEW"),
        (scored("a", 0.1), "PNEUMONIA", "ALL UNLIKELY DISAGREEMENTS"),
        (scored("a", 0.1), UNSURE, "ALL UNLIKELY"),
        (scored("a", 0.1, film="new"), "PNEUMONIA", "ALL NOT_CALLED UNLIKELY"),  # the call is on another version
        (refused("a"), "", "ALL REFUSED"),
        (failed("a"), "", "ALL FAILED"),
        (refused("a", "not_an_image"), "", "NO_FILMS"),
    ],
)
def test_a_row_is_of_these_kinds(row, reader, kinds):
    opinion = compare_call(call("a", reader, film="old" if row.film else ""), row.film, row.label)
    assert {kind.name for kind in list_kinds(row, opinion)} == set(kinds.split())


def test_counts_follow_every_change():
    counts = KindCounts()
    counts.set("a", (RowKind.ALL, RowKind.NOT_CALLED))
    counts.set("b", (RowKind.ALL,))
    counts.set("a", (RowKind.ALL, RowKind.DISAGREEMENTS))
    assert [counts.count(kind) for kind in (RowKind.ALL, RowKind.NOT_CALLED, RowKind.DISAGREEMENTS)] == [2, 0, 1]
    assert counts.has("a", RowKind.DISAGREEMENTS)
    counts.remove("a")
    counts.remove("a")
    assert counts.count(RowKind.ALL) == 1
    assert not counts.has("a", RowKind.ALL)
    assert counts.has_any
    counts.clear()
    assert not counts.has_any
    assert counts.count(RowKind.ALL) == 0
