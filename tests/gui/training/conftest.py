"""The Training tab with a dataset."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QPushButton


@pytest.fixture
def tab(qtbot, window, dataset_folder, quick_recipe, no_shortcut_probe):
    assert not window.training_tab.findChild(QPushButton, "preview").isEnabled()
    with qtbot.waitSignal(window.jobs.ended, timeout=20_000):
        window.dataset_tab.open(dataset_folder)
    window.tabs.setCurrentWidget(window.training_tab)
    window.training_tab.form.show_recipe(replace(quick_recipe, epochs=1, image_size_px=32))
    return window.training_tab
