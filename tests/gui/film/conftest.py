"""An empty film view."""

import pytest

from tests.gui.film.person import view_of


@pytest.fixture
def view(qtbot):
    made = view_of(None)
    qtbot.addWidget(made)
    return made
