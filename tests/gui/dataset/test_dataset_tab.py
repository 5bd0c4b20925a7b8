"""The Dataset tab as a person uses it."""

import tempfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QPushButton, QTableView, QTabWidget

from core.datasets.events import FindingKind
from core.datasets.intake import IntakePreview
from core.datasets.preparation import AS_IT_IS, Preparation, load_kept_preparation
from core.jobs.events import Noted, Progressed, Stage
from core.system.errors import JobFailed, Reason
from gui.dataset import dataset_tab
from gui.dataset.dataset_tab import DatasetTab
from gui.dataset.intake_dialog import IntakeDialog
from gui.widgets import messages
from tests.factories import write_films
from tests.gui.dataset.examples import DOUBTS, EXCLUDE, FILMS, LEAK, RELABEL, ROOT, UNREADABLE, audit
from tests.gui.dataset.person import finding_kinds, open_dataset, take_step
from tests.gui.fake_jobs import lasting, record
from tests.gui.person import click


def test_a_leaky_dataset_is_blocked_until_one_click_resolves_it(qtbot, window, leaky):
    tab = open_dataset(qtbot, window, leaky)
    assert finding_kinds(window)[0] is FindingKind.COPY_LEAK
    assert "✖" in tab.findChild(QListWidget, "findings").item(0).text()
    start = window.training_tab.findChild(QPushButton, "start")
    assert not start.isEnabled()
    assert "cannot be used for training" in window.training_tab.view.status.text()
    take_step(qtbot, window, "fix_0")
    assert FindingKind.COPY_LEAK not in finding_kinds(window)
    assert start.isEnabled()
    assert len(load_kept_preparation(leaky).steps) == 1
    open_dataset(qtbot, window, leaky)
    assert start.isEnabled()
    take_step(qtbot, window, "undo")
    assert not start.isEnabled()


def test_doubtful_labels_become_a_finding(window, no_shortcut_probe, tmp_path, qtbot):
    films = write_films(tmp_path / "films", 22, side=128)
    with qtbot.waitSignal(window.jobs.ended, timeout=60_000):
        window.dataset_tab.open(films)
    (films / "PNEUMONIA" / "P0003.png").rename(films / "NORMAL" / "X0003.png")
    with qtbot.waitSignal(window.jobs.ended, timeout=60_000):
        window.dataset_tab.open(films)
    with qtbot.waitSignal(window.jobs.ended, timeout=60_000):
        qtbot.mouseClick(window.dataset_tab.doubts, Qt.MouseButton.LeftButton)
    assert window.session.audit.findings[0].kind == "Doubtful labels"
    assert "contradicted" in window.dataset_tab.summary.text()
    assert window.dataset_tab.browser.finding.currentText() == "Doubtful labels"


CORRECTED = Preparation(patient_pattern="(.)", steps=(EXCLUDE, RELABEL))


@pytest.fixture
def audits(monkeypatch):
    """Source and preparation of each audit that was started."""
    return record(monkeypatch, dataset_tab, "audit_job")


@pytest.fixture
def openings(monkeypatch):
    """Source of each dataset that was opened."""
    return record(monkeypatch, dataset_tab, "open_job")


@pytest.fixture
def tab(qtbot, session, work, audits, openings):
    tab = DatasetTab(session, work)
    qtbot.addWidget(tab, before_close_func=DatasetTab.stop_background_work)
    tab.show()
    return tab


@pytest.fixture
def opened(qtbot, tab, work, audits):
    """The tab with a dataset that was corrected twice."""
    tab.show_audit(ROOT, audit(preparation=CORRECTED))
    audits.clear()
    return tab


@pytest.mark.parametrize(
    ("button", "dialog", "source"),
    [("open_folder", "choose_folder", Path("films")), ("open_list", "choose_file", Path("labels.csv"))],
)
def test_a_folder_or_a_list_is_asked_for_and_opened(qtbot, tab, work, openings, monkeypatch, button, dialog, source):
    monkeypatch.setattr(messages, dialog, lambda *_: None)
    click(qtbot, tab, button)
    assert openings == []
    monkeypatch.setattr(messages, dialog, lambda *_: source)
    with qtbot.waitSignal(work.ended):
        click(qtbot, tab, button)
    assert openings == [(source,)]


def test_a_finished_audit_becomes_the_dataset_of_the_session(opened, session):
    assert session.source == ROOT
    assert session.audit.preparation is CORRECTED
    assert opened.summary.text() == "films: 6 films of 5 patients, 1 unreadable."
    assert opened.browser.grid.table.rowCount() == 6
    assert opened.audit_panel.findings.list.count() == 3


def test_missing_splits_are_mentioned(opened):
    opened.show_audit(ROOT, audit(films=(*FILMS[:5], replace(FILMS[5], split=None))))
    assert opened.summary.text().endswith("Missing splits are assigned by patient.")


def test_a_stopped_audit_leaves_the_dataset_before_it(opened, session):
    before = session.audit
    opened.show_audit(ROOT, audit(films=(), completed=False))
    assert session.audit is before
    assert opened.summary.text().startswith("Reading was stopped.")
    assert opened.browser.grid.table.rowCount() == 6


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (Progressed(Stage.READING_DATASET, 0, None), "Reading the dataset…"),
        (Progressed(Stage.CHECKING_FILMS, 3, 20), "Checking films… 3 of 20"),
        (Progressed(Stage.CHECKING_FILMS, 3, 20, 41.6), "Checking films… 3 of 20, 42 s left"),
    ],
)
def test_progress_is_told_as_far_as_it_is_known(tab, event, sentence):
    tab.show_event(event)
    tab.show_event(Noted("not shown here"))
    assert tab.summary.text() == sentence
    assert (tab.progress.maximum(), max(0, tab.progress.value())) == (event.total or 0, event.done)


BUTTONS = ("open_folder", "open_list", "try_demo", "intake", "doubts")


def test_a_job_locks_the_buttons_until_it_ends(qtbot, opened, work, audits, monkeypatch):
    monkeypatch.setattr(dataset_tab, "label_errors_job", lambda *_: lasting)
    opened.browser.grid.selectAll()
    assert opened.browser.exclude.isEnabled()
    click(qtbot, opened, "doubts")
    assert work.name == "Finding doubtful labels"
    assert not any(opened.findChild(QPushButton, name).isEnabled() for name in BUTTONS)
    assert not opened.browser.exclude.isEnabled()
    assert opened.progress.isVisible()
    opened.open(Path("others"))
    assert audits == []
    with qtbot.waitSignal(work.ended):
        work.cancel()
    assert all(opened.findChild(QPushButton, name).isEnabled() for name in BUTTONS)
    assert not opened.progress.isVisible()


@pytest.mark.parametrize("outcome", ["fails", "is stopped"])
def test_however_a_job_ends_its_progress_is_gone(qtbot, opened, work, monkeypatch, outcome):
    def job(cancel):
        yield Progressed(Stage.EXTRACTING_FEATURES, 3, 20)
        if outcome == "fails":
            raise JobFailed(Reason.DATASET_INVALID, "Too few patients.")
        cancel.wait(20)

    before = opened.summary.text()
    monkeypatch.setattr(dataset_tab, "label_errors_job", lambda *_: job)
    with qtbot.waitSignal(work.ended):
        click(qtbot, opened, "doubts")
        if outcome != "fails":
            qtbot.waitUntil(lambda: opened.summary.text() == "Extracting features… 3 of 20")
            work.cancel()
    assert opened.summary.text() == before
    assert not opened.progress.isVisible()


def test_a_dataset_that_another_tab_opened_is_shown(tab, session):
    session.open_dataset(Path("resumed"), audit())
    assert tab.summary.text().startswith("resumed: 6 films")
    assert tab.browser.grid.table.rowCount() == 6


def test_without_a_dataset_nothing_can_be_set_or_doubted(qtbot, tab, audits):
    assert not tab.intake.isEnabled()
    assert not tab.doubts.isEnabled()
    tab.apply_step(EXCLUDE)
    qtbot.keyClick(tab, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert audits == []


def test_a_fix_is_added_to_the_corrections(qtbot, opened, work, audits):
    with qtbot.waitSignal(work.ended):
        click(qtbot, opened, "fix_1")
    assert audits == [(ROOT, replace(CORRECTED, steps=(EXCLUDE, RELABEL, RELABEL)))]


@pytest.mark.parametrize("way", ["button", "key"])
def test_the_last_correction_is_undone(qtbot, opened, work, audits, way):
    opened.audit_panel.findChild(QTabWidget).setCurrentIndex(3)
    with qtbot.waitActive(opened):
        opened.activateWindow()
    with qtbot.waitSignal(work.ended):
        if way == "button":
            click(qtbot, opened, "undo")
        else:
            qtbot.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert audits == [(ROOT, replace(CORRECTED, steps=(EXCLUDE,)))]


def test_corrections_are_exported_or_the_reason_is_shown(qtbot, opened, monkeypatch, tmp_path, errors):
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: tmp_path / "corrections.csv")
    click(qtbot, opened, "export_corrections")
    assert (tmp_path / "corrections.csv").read_text().splitlines()[1] == "d1.png,exclude,,Exclude 1 film"
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: tmp_path / "file" / "corrections.csv")
    click(qtbot, opened, "export_corrections")
    assert len(errors) == 1


def test_the_films_of_a_finding_are_shown(qtbot, opened):
    click(qtbot, opened, "show_finding_films")
    films = opened.browser.grid.table
    assert [films.film(row).path for row in range(films.rowCount())] == list(LEAK.files)


@pytest.mark.parametrize("kind", [FindingKind.UNREADABLE, FindingKind.UNLABELLED])
def test_of_files_that_are_not_used_the_reasons_are_shown(opened, kind):
    opened.audit_panel.findings.films_wanted.emit(replace(UNREADABLE, kind=kind))
    assert opened.findChild(QTableView, "left_out").isVisible()
    assert opened.browser.grid.table.rowCount() == 6


def test_an_accepted_leak_is_known_to_the_session(qtbot, opened, session):
    assert session.is_blocked
    opened.audit_panel.findings.accept.click()
    assert not session.is_blocked


def test_doubtful_labels_are_searched_with_the_model_in_use(qtbot, opened, session, work, monkeypatch):
    searches = record(monkeypatch, dataset_tab, "label_errors_job")
    session.use_model(Path("ours.safetensors"))
    with qtbot.waitSignal(work.ended):
        click(qtbot, opened, "doubts")
    assert searches == [(ROOT, Path("ours.safetensors"), session.preparation)]


def test_doubtful_labels_replace_earlier_ones_above_the_other_findings(opened, session):
    opened.show_label_errors(ROOT, DOUBTS)
    again = replace(DOUBTS, sentence="1 label is doubtful.")
    opened.show_label_errors(ROOT, again)
    assert session.audit.findings == (again, LEAK, *session.audit.findings[2:])
    assert len(session.audit.findings) == 4
    assert opened.summary.text() == "1 label is doubtful."
    assert opened.browser.grid.table.rowCount() == 1


def test_doubtful_labels_of_a_dataset_that_is_no_longer_open_are_not_shown(opened, session):
    session.open_dataset(Path("others"), audit())
    before = session.audit
    opened.show_label_errors(ROOT, DOUBTS)
    assert session.audit is before
    assert opened.summary.text() != DOUBTS.sentence


@pytest.mark.parametrize("what", ["demo", "audit"])
def test_what_was_stopped_leaves_the_open_dataset_to_be_searched(qtbot, opened, session, work, monkeypatch, what):
    record(monkeypatch, dataset_tab, "demo_job", None)
    record(monkeypatch, dataset_tab, "open_job", audit(films=(), completed=False))
    previews = record(monkeypatch, dataset_tab, "inspect_job")
    record(monkeypatch, dataset_tab, "label_errors_job", DOUBTS)
    with qtbot.waitSignal(work.ended):
        if what == "demo":
            click(qtbot, opened, "try_demo")
        else:
            opened.open(Path("others"))
    with qtbot.waitSignal(work.ended):
        click(qtbot, opened, "intake")
    assert previews == [(ROOT, CORRECTED)]
    with qtbot.waitSignal(work.ended):
        click(qtbot, opened, "doubts")
    assert session.source == ROOT
    assert session.audit.findings[0] is DOUBTS
    assert opened.summary.text() == DOUBTS.sentence


def test_import_settings_are_those_of_the_dataset_and_apply_at_once(qtbot, opened, work, audits, monkeypatch):
    previews = record(monkeypatch, dataset_tab, "inspect_job")
    with qtbot.waitSignal(work.ended):
        click(qtbot, opened, "intake")
    assert previews == [(ROOT, CORRECTED)]
    opened.show_intake_preview(IntakePreview(ROOT, (), None, ("a1", "a2", "b1")))
    dialog = opened.findChild(IntakeDialog)
    assert dialog.pattern.text() == "(.)"
    dialog.pattern.setText("(..)")
    with qtbot.waitSignal(work.ended):
        dialog.accept()
    assert audits == [(ROOT, replace(CORRECTED, patient_pattern="(..)"))]


def test_a_first_dataset_that_could_not_be_read_has_settings(qtbot, tab, work, monkeypatch):
    previews = record(monkeypatch, dataset_tab, "inspect_job")
    with qtbot.waitSignal(work.ended):
        tab.open(Path("others"))  # fails, so no audit is shown
    assert not tab.doubts.isEnabled()
    with qtbot.waitSignal(work.ended):
        click(qtbot, tab, "intake")
    assert previews == [(Path("others"), AS_IT_IS)]


def test_the_demo_says_that_its_films_are_synthetic(qtbot, tab, session, work, monkeypatch, tmp_path):
    demos = record(monkeypatch, dataset_tab, "demo_job")
    made = lambda prefix, **_: SimpleNamespace(name=str(tmp_path / prefix), cleanup=lambda: None)  # noqa: E731
    monkeypatch.setattr(tempfile, "TemporaryDirectory", made)
    assert tab.demo.worklist is None
    with qtbot.waitSignal(work.ended):
        click(qtbot, tab, "try_demo")
    folder = demos[0][0]
    assert folder == tmp_path / "pneumoscreen-demo-"
    assert tab.demo.worklist == folder / "worklist"
    result = audit()
    tab.show_audit(folder / "phantoms", replace(result, dataset=replace(result.dataset, root=folder / "phantoms")))
    assert tab.summary.text().startswith("Synthetic films, not patients. ")
    assert session.source == folder / "phantoms"


def test_a_dropped_dataset_is_opened_and_the_area_shrinks(qtbot, tab, work, openings):
    before = tab.drop_area.minimumHeight()
    with qtbot.waitSignal(work.ended):
        tab.drop_area.dropped.emit(ROOT)
    tab.show_audit(ROOT, audit())
    assert openings == [(ROOT,)]
    assert tab.drop_area.minimumHeight() < before
