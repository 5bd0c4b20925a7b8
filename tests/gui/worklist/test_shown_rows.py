"""Files in the order of their places."""

from hypothesis import given
from hypothesis import strategies as st

from gui.worklist.shown_rows import ShownRows

CHANGES = st.lists(st.tuples(st.text("abcdef", min_size=1, max_size=2), st.integers(0, 5), st.booleans()), max_size=40)


@given(CHANGES)
def test_places_are_those_of_a_sorted_list(changes):
    rows, expected = ShownRows(), {}
    for file, value, is_removed in changes:
        if file in rows:
            rows.remove(file)
            expected.pop(file)
        if not is_removed:
            rows.insert((False, float(value), file))
            expected[file] = float(value)
    order = sorted(expected, key=lambda file: (expected[file], file))
    assert [rows.file(number) for number in range(len(rows))] == order
    assert [rows.number_of(file) for file in order] == list(range(len(order)))
    assert rows.number_of("none") is None
    assert rows.key("none") is None
