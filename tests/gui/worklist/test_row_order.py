"""Places of rows."""

import pytest

from gui.worklist.row_order import BlindNumbers, blind_key, sort_key
from tests.gui.worklist.examples import scored

FILES = [f"{'NORMAL' if number < 10 else 'PNEUMONIA'}/{number:02}.png" for number in range(20)]


@pytest.mark.parametrize(
    ("values", "is_descending", "order"),
    [
        ({"a": 0.2, "b": None, "c": 0.9}, True, "cab"),
        ({"a": 0.2, "b": None, "c": 0.9}, False, "acb"),
        ({"a": "left", "b": "", "c": "Lung", "d": "left lung"}, False, "adcb"),
        ({"a": "left", "b": "", "c": "Lung", "d": "left lung"}, True, "cdab"),
        ({"b": 0.5, "a": 0.5}, True, "ab"),
    ],
)
def test_rows_without_a_value_are_last_either_way(values, is_descending, order):
    keys = [sort_key(scored(file, 0.5), value, is_descending) for file, value in values.items()]
    assert "".join(key[-1] for key in sorted(keys)) == order


def test_the_blind_order_mixes_folders_and_is_drawn_once_for_a_seed():
    drawn = sorted(FILES, key=lambda file: blind_key("seed", file))
    assert drawn != FILES
    assert drawn != sorted(FILES, key=lambda file: blind_key("another", file))
    assert {file.partition("/")[0] for file in drawn[:8]} == {"NORMAL", "PNEUMONIA"}


def test_films_that_arrive_later_move_no_others_past_each_other():
    numbers = BlindNumbers()
    numbers.draw("seed", FILES[:12])
    before = sorted(FILES[:12], key=numbers.number)
    assert [numbers.number(file) for file in before] == list(range(1, 13))
    for file in FILES[12:]:
        numbers.add(file)
        numbers.add(file)
    assert sorted(FILES[:12], key=numbers.number) == before
    assert sorted(map(numbers.number, FILES)) == list(range(1, 21))
    numbers.remove(before[0])
    numbers.remove("none.png")
    assert sorted(map(numbers.number, before[1:])) == sorted(set(map(numbers.number, before[1:])))
