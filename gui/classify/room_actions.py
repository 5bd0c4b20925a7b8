"""What the keys of the reading room do."""

from collections.abc import Callable
from functools import partial
from typing import Final

from gui.classify.reading_room import ReadingRoom
from gui.reading.call_bar import MAX_CLASSES

TOOLS: Final = (
    "side_by_side", "invert", "rotate", "fit", "actual_size", "zoom_in", "zoom_out", "reset_window", "facts", "details",
)  # fmt: skip


def list_room_actions(room: ReadingRoom) -> dict[str, Callable[[], object]]:
    """Return what each key does in a room, by the names in reading_keys."""
    strip, pane, calls = room.strip, room.pane, room.calls
    return {
        "previous": partial(strip.move_by, -1),
        "next": partial(strip.move_by, 1),
        "first": partial(strip.move_to_end, False),
        "last": partial(strip.move_to_end, True),
        "next_uncalled": room.move_to_uncalled,
        **{f"class_{number}": partial(calls.press_class, number) for number in range(1, MAX_CLASSES + 1)},
        "unsure": calls.unsure.click,
        "agree": calls.agree.click,
        "note": calls.note.setFocus,
        "undo": calls.undo.click,
        "hold_heat": partial(pane.hold_heat, True),
        "pin_heat": pane.pin_heat,
        **{name: partial(pane.run_tool, name) for name in TOOLS},
        "search": strip.filters.search.setFocus,
        "table": lambda: room.show_table(not room.is_table_shown),
    }
