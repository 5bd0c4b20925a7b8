"""The menu of the last worklists."""

from dataclasses import replace
from datetime import datetime

import pytest

from core.screening.recent_lists import RecentList
from gui.classify.recent_menu import RecentMenu

YEAR = datetime.now().year


@pytest.fixture
def menu(qtbot):
    made = RecentMenu()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def recent(tmp_path):
    """A worklist that can be opened."""
    folder, ledger = tmp_path / "chest-clinic", tmp_path / "screening.csv"
    folder.mkdir()
    ledger.touch()
    return RecentList(ledger, folder, 240, 31, f"{YEAR}-11-30T14:02:00+01:00", None, False)


def texts(menu):
    return [action.text() for action in menu.actions()]


def test_an_entry_says_when_where_and_how_far(menu, recent):
    menu.show_recent([recent])
    assert texts(menu) == ["30 Nov, 14:02 · chest-clinic · 240 films · 31 called"]
    assert str(recent.folder) in menu.actions()[0].toolTip()


def test_earlier_years_and_single_films_are_told_apart(menu, recent):
    film = replace(recent, films=1, called=0, screened_at="2019-11-30T14:02:00+01:00", is_film=True)
    menu.show_recent([film, replace(film, called=1)])
    assert texts(menu) == [f"30 Nov 2019 · chest-clinic · single film{called}" for called in ("", " · called")]


def test_days_are_written_as_the_language_does(menu, recent, german):
    menu.show_recent([replace(recent, screened_at=f"{YEAR}-05-30T14:02:00+01:00")])
    assert "Mai" in texts(menu)[0]


def test_a_choice_is_handed_on(menu, recent, qtbot):
    other = replace(recent, ledger=recent.ledger.with_name("other.csv"), called=0)
    menu.show_recent([other, recent])
    with qtbot.waitSignal(menu.recent_wanted) as wanted:
        menu.actions()[1].trigger()
    assert wanted.args == [recent]


def test_what_is_gone_is_disabled_and_says_why(menu, recent, qtbot, tmp_path):
    moved = replace(recent, folder=tmp_path / "moved", ledger=tmp_path / "moved.csv")
    menu.show_recent([recent, moved])
    qtbot.waitUntil(lambda: not menu.actions()[1].isEnabled())
    assert menu.actions()[0].isEnabled()
    assert texts(menu)[1].endswith("31 called · The folder is gone.")
    moved.folder.mkdir()
    moved.ledger.touch()
    menu.aboutToShow.emit()
    qtbot.waitUntil(menu.actions()[1].isEnabled)
    recent.ledger.unlink()
    menu.aboutToShow.emit()
    qtbot.waitUntil(lambda: texts(menu)[0].endswith("The worklist is gone."))


def test_names_of_folders_are_plain_text(menu, recent):
    menu.show_recent([replace(recent, folder=recent.folder.with_name("<b>a & b\n"))])
    assert r"· <b>a && b\u000A ·" in texts(menu)[0]
    assert "&lt;b&gt;a &amp; b" in menu.actions()[0].toolTip()


def test_a_long_name_is_cut_in_its_middle(menu, recent):
    menu.show_recent([replace(recent, folder=recent.folder.with_name("begin" + "long" * 40 + "end"))])
    assert len(texts(menu)[0]) < 100
    assert "end · 240 films" in texts(menu)[0]


def test_an_empty_list_says_how_it_is_filled(menu, recent):
    menu.show_recent([recent])
    menu.show_recent([])
    assert texts(menu) == ["No worklist yet: what you open is listed here."]
    assert not menu.actions()[0].isEnabled()
