"""The window fits small screens in every language: nothing is cut off that cannot be scrolled to."""

from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QAbstractButton, QLabel, QScrollArea, QTabBar

from core.datasets.intake import IntakePreview
from core.datasets.preparation import AS_IT_IS
from core.system.language import Language, set_language
from gui.dataset.intake_dialog import IntakeDialog
from gui.evaluate.acceptance_dialog import AcceptanceDialog
from gui.jobs.jobs import JobState
from gui.shell.welcome import Welcome
from gui.shell.window_place import LEAST, TITLE_PX
from gui.state.settings import Theme

ROOM = QRect(0, 0, 1093, 614 - 48)  # of 1366 x 768 at 125 %, without the task bar
COLUMNS = ("Image Index", "Finding Labels", "Follow-up #", "Patient ID", "Patient Age", "Patient Sex", "View Position")
LIST = IntakePreview(
    Path("/films/of a hospital/with a long name/Data_Entry.csv"), COLUMNS, None,
    tuple(f"0000{number}_000" for number in range(40)), (tuple("a longer cell" for _ in COLUMNS),) * 5,
    tuple((f"Infiltration|Effusion|{number}", 1000 - number) for number in range(12)), (("Infiltration", 900),),
)  # fmt: skip


@pytest.fixture(autouse=True)
def english_afterwards(qapp):
    yield
    set_language(Language.ENGLISH)


@pytest.fixture
def spoken(open_window, request):
    set_language(request.param)
    return open_window()


def cut_off(page):
    """The controls and texts that lie, in part, outside the widget that holds them."""
    for widget in page.findChildren(QAbstractButton) + page.findChildren(QLabel):
        parent = widget.parentWidget()
        if not widget.isVisible() or isinstance(parent, QTabBar) or isinstance(parent.parentWidget(), QScrollArea):
            continue
        if not parent.rect().contains(widget.geometry()):
            yield f"{widget.objectName()} {widget.text()!r}: {widget.geometry()} in {parent.rect()}"
        elif isinstance(widget, QAbstractButton) and widget.width() < widget.minimumSizeHint().width():
            yield f"{widget.objectName()} {widget.text()!r} is squeezed to {widget.width()} px"


@pytest.mark.parametrize("spoken", list(Language), indirect=True)
def test_every_tab_fits_the_smallest_window_in_every_language(spoken, qtbot):
    spoken.resize(LEAST)
    cut = []
    for tab in (spoken.dataset_tab, spoken.training_tab, spoken.runs_tab, spoken.evaluate_tab):
        spoken.tabs.setCurrentWidget(tab)
        qtbot.waitUntil(lambda: spoken.jobs.state is JobState.IDLE)
        assert tab.minimumSizeHint().width() <= LEAST.width()
        cut += [f"{tab.objectName()}: {line}" for line in cut_off(tab)]
    cut += cut_off(spoken.strip)
    assert cut == []


@pytest.mark.parametrize("spoken", list(Language), indirect=True)
def test_no_tab_scrolls_at_1080p_at_150_percent(spoken, qtbot):
    spoken.resize(1280, 720 - TITLE_PX)
    for tab in (spoken.dataset_tab, spoken.training_tab, spoken.runs_tab, spoken.evaluate_tab):
        spoken.tabs.setCurrentWidget(tab)
        qtbot.waitUntil(lambda: spoken.jobs.state is JobState.IDLE)
        (area,) = (one for one in tab.findChildren(QScrollArea) if one.parentWidget() is tab)
        ends = (area.horizontalScrollBar().maximum(), area.verticalScrollBar().maximum())
        assert ends == (0, 0), tab.objectName()


@pytest.mark.parametrize("spoken", list(Language), indirect=True)
def test_the_window_can_be_made_as_small_as_it_should_be(spoken):
    least = spoken.minimumSizeHint()
    assert (least.width() <= LEAST.width(), least.height() <= LEAST.height()) == (True, True)
    spoken.resize(LEAST)
    assert spoken.size() == LEAST


@pytest.mark.parametrize("spoken", list(Language), indirect=True)
@pytest.mark.parametrize("dialog", ["welcome", "acceptance", "intake"])
def test_every_dialog_fits_a_small_screen_in_every_language(spoken, dialog, qtbot):
    made = {
        "welcome": lambda: Welcome(Theme.DARK, spoken),
        "acceptance": lambda: AcceptanceDialog(spoken),
        "intake": lambda: IntakeDialog(LIST, AS_IT_IS, spoken),
    }[dialog]()
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    room = ROOM.adjusted(0, TITLE_PX, 0, 0)
    assert made.width() <= room.width()
    assert made.height() <= room.height()
    assert list(cut_off(made)) == []
