"""What a person does in the Dataset tab."""

from tests.gui.person import click


def open_dataset(qtbot, window, source):
    with qtbot.waitSignal(window.jobs.ended, timeout=20_000):
        window.dataset_tab.open(source)
    return window.dataset_tab


def take_step(qtbot, window, name):
    with qtbot.waitSignal(window.jobs.ended, timeout=20_000):
        click(qtbot, window.dataset_tab, name)


def finding_kinds(window):
    return [finding.kind for finding in window.session.audit.findings]
