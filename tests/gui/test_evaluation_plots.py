"""The plots and tables of an evaluation, used with mouse and keyboard as a person does."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.metrics.curves import SCORE_BINS, bin_numbers, confusion_matrix, reliability_bins
from core.metrics.intervals import Figure, wilson_interval
from gui.evaluate.bar_plots import ReliabilityPlot, ScoresPlot
from gui.evaluate.confusion_table import Cell, ConfusionTable, Heading
from gui.evaluate.threshold_plots import ThresholdPlots
from gui.widgets.figure_list import FigureLine, FigureList, FigureRow, format_figure_line
from gui.widgets.theme import DARK, LIGHT

HOSTILE = ("<b>x</b>", "&x")
LEFT = Qt.MouseButton.LeftButton


def answers(films=300, seed=1):
    """Labels and probabilities of a fairly good model, (films,) each."""
    random = np.random.default_rng(seed)
    labels = (random.random(films) < 0.3).astype(np.int64)
    logits = np.where(labels == 1, random.normal(1.6, 1.6, films), random.normal(-2, 1.5, films))
    return labels, 1 / (1 + np.exp(-logits))


def shown(qtbot, widget, size=(1240, 420)):
    qtbot.addWidget(widget)
    widget.resize(*size)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def pixel(plot, across, up):
    """Where a point of the plot is on its viewport."""
    return plot.view.mapFromScene(plot.item.vb.mapViewToScene(QPointF(across, up)))


def rates(labels, probabilities, threshold):
    (tn, fp), (fn, tp) = confusion_matrix(labels, probabilities, threshold)
    return tp / (tp + fn), tn / (tn + fp)


def press(plot, across, up):
    QTest.mousePress(plot.view.viewport(), LEFT, pos=pixel(plot, across, up))


def drag(plot, across, up):
    """Move with the button down, which QTest.mouseMove would not have."""
    place = QPointF(pixel(plot, across, up))
    viewport = plot.view.viewport()
    move = QMouseEvent(
        QEvent.Type.MouseMove, place, viewport.mapToGlobal(place), Qt.MouseButton.NoButton, LEFT,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(viewport, move)


def release(plot, across, up):
    QTest.mouseRelease(plot.view.viewport(), LEFT, pos=pixel(plot, across, up))


def click(plot, across, up):
    QTest.mouseClick(plot.view.viewport(), LEFT, pos=pixel(plot, across, up))


def hover(plot, across, up):
    QTest.mouseMove(plot.view.viewport(), pixel(plot, across, up))


@pytest.fixture
def plots(qtbot):
    made = shown(qtbot, ThresholdPlots())
    made.show_answers(*answers())
    return made


def readings(plots):
    return [plot.reading.text() for plot in (plots.roc, plots.recall, plots.rates)]


def point(plots, plot, threshold):
    """Where `threshold` lies in one of the plots, from the arrays."""
    labels, probabilities = answers()
    sensitivity, specificity = rates(labels, probabilities, threshold)
    called = probabilities >= threshold
    return {
        plots.roc: (1 - specificity, sensitivity),
        plots.recall: (sensitivity, float(labels[called].mean())),
        plots.rates: (threshold, sensitivity),
    }[plot]


@pytest.mark.parametrize("name", ["roc", "recall", "rates"])
def test_dragging_a_point_moves_all_three_and_announces_moves_then_one_choice(qtbot, plots, name):
    plot = getattr(plots, name)
    plots.set_threshold(0.5)
    moves, choices = [], []
    plots.threshold_moved.connect(moves.append)
    plots.threshold_chosen.connect(choices.append)
    before = readings(plots)
    press(plot, *point(plots, plot, 0.5))
    drag(plot, *point(plots, plot, 0.35))
    drag(plot, *point(plots, plot, 0.2))
    assert choices == []
    with qtbot.waitSignal(plots.threshold_chosen):
        release(plot, *point(plots, plot, 0.2))
    assert len(moves) >= 2
    assert choices == [moves[-1]] == [plots.threshold]
    assert plots.threshold == pytest.approx(0.2, abs=0.03)
    sensitivity, specificity = rates(*answers(), plots.threshold)
    labels, probabilities = answers()
    precision = labels[probabilities >= plots.threshold].mean()
    wanted = f"threshold {plots.threshold:.3f} · sensitivity {sensitivity:.3f} · specificity {specificity:.3f}"
    assert readings(plots)[0] == readings(plots)[2] == wanted
    assert (
        readings(plots)[1] == f"threshold {plots.threshold:.3f} · precision {precision:.3f} · recall {sensitivity:.3f}"
    )
    assert all(old != new for old, new in zip(before, readings(plots), strict=True))


def test_the_pointer_may_leave_the_curve_while_the_point_stays_on_it(plots):
    plots.set_threshold(0.5)
    press(plots.roc, *point(plots, plots.roc, 0.5))
    drag(plots.roc, 0.9, 0.1)
    release(plots.roc, 0.9, 0.1)
    assert plots.threshold in answers()[1]


def test_a_click_on_the_curve_jumps_and_one_far_from_it_does_nothing(qtbot, plots):
    plots.set_threshold(0.5)
    with qtbot.assertNotEmitted(plots.threshold_moved):
        click(plots.roc, 0.8, 0.2)
    assert plots.threshold == 0.5
    with qtbot.waitSignal(plots.threshold_moved):
        click(plots.roc, *point(plots, plots.roc, 0.05))
    assert plots.threshold == pytest.approx(0.05, abs=0.03)


def test_setting_the_threshold_is_shown_but_never_announced(qtbot, plots):
    with qtbot.assertNotEmitted(plots.threshold_moved), qtbot.assertNotEmitted(plots.threshold_chosen):
        plots.set_threshold(0.431)
    sensitivity, specificity = rates(*answers(), 0.431)
    assert plots.roc.reading.text() == (
        f"threshold 0.431 · sensitivity {sensitivity:.3f} · specificity {specificity:.3f}"
    )


@pytest.mark.parametrize(("name", "sign"), [("roc", -1), ("recall", -1), ("rates", 1)])
def test_arrow_keys_go_by_steps_of_the_curve(qtbot, plots, name, sign):
    plot = getattr(plots, name)
    stops = np.unique(answers()[1])
    plots.set_threshold(float(stops[150]))
    choices = []
    plots.threshold_chosen.connect(choices.append)
    with qtbot.waitSignal(plots.threshold_moved):
        qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plots.threshold == stops[150 + sign]
    qtbot.keyClick(plot, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert plots.threshold == stops[150 + 11 * sign]
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    assert plots.threshold == stops[150 + 10 * sign]
    assert choices == [stops[150 + step * sign] for step in (1, 11, 10)]


def test_the_end_keys_reach_every_film_called_and_none(qtbot, plots):
    labels, probabilities = answers()
    qtbot.keyClick(plots.roc, Qt.Key.Key_End)
    assert (probabilities >= plots.threshold).all()
    qtbot.keyClick(plots.roc, Qt.Key.Key_Home)
    assert not (probabilities >= plots.threshold).any()
    assert plots.threshold == np.nextafter(probabilities.max(), 2)
    assert "no film called" in plots.roc.reading.text()
    assert "precision not defined" in plots.recall.reading.text()
    assert rates(labels, probabilities, plots.threshold) == (0, 1)
    qtbot.keyClick(plots.recall, Qt.Key.Key_Home)
    assert plots.threshold == probabilities.max()
    qtbot.keyClick(plots.rates, Qt.Key.Key_End)
    assert plots.threshold == np.nextafter(probabilities.max(), 2)


def test_a_threshold_above_one_is_at_most_the_next_number(qtbot):
    made = shown(qtbot, ThresholdPlots())
    made.show_answers(np.array([0, 1, 1]), np.array([0.0, 1.0, 1.0]))
    qtbot.keyClick(made.roc, Qt.Key.Key_Home)
    assert made.threshold == np.nextafter(1.0, 2.0)
    assert "sensitivity 0.000" in made.rates.reading.text()


def test_what_is_not_draggable_ignores_mouse_and_keys_but_tells_under_the_pointer(qtbot, plots):
    plots.set_draggable(False)
    with qtbot.assertNotEmitted(plots.threshold_moved), qtbot.assertNotEmitted(plots.threshold_chosen):
        for plot in (plots.roc, plots.recall, plots.rates):
            press(plot, *point(plots, plot, 0.5))
            drag(plot, *point(plots, plot, 0.2))
            release(plot, *point(plots, plot, 0.2))
            for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End):
                qtbot.keyClick(plot, key)
    assert plots.threshold == 0.5
    before = plots.roc.reading.text()
    hover(plots.roc, *point(plots, plots.roc, 0.2))
    qtbot.waitUntil(lambda: plots.roc.reading.text().startswith("+ threshold 0."))
    assert plots.roc.reading.text() != f"+ {before}"
    assert plots.threshold == 0.5
    plots.set_draggable(True)
    with qtbot.waitSignal(plots.threshold_chosen):
        qtbot.keyClick(plots.roc, Qt.Key.Key_Left)


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [([], "No films"), ([1, 1, 1], "both classes"), ([0, 0, 0], "both classes")],
)
def test_without_both_classes_the_plots_say_so(qtbot, plots, labels, sentence):
    plots.show_answers(np.array(labels, dtype=np.int64), np.linspace(0.2, 0.9, len(labels)))
    assert all(sentence in text for text in readings(plots))
    with qtbot.assertNotEmitted(plots.threshold_moved):
        click(plots.roc, 0.5, 0.5)
        qtbot.keyClick(plots.roc, Qt.Key.Key_Right)
        hover(plots.rates, 0.5, 0.5)
    plots.show_answers(*answers())
    assert all("threshold 0.500" in text for text in readings(plots))


@pytest.mark.parametrize("films", [2, 20_000])
def test_few_and_many_films_are_drawn(qtbot, plots, films):
    labels, probabilities = answers(films)
    labels[:2] = 0, 1
    plots.show_answers(labels, probabilities)
    plots.set_threshold(0.3)
    sensitivity, specificity = rates(labels, probabilities, 0.3)
    assert f"sensitivity {sensitivity:.3f} · specificity {specificity:.3f}" in plots.roc.reading.text()


def test_a_click_gives_the_plot_the_keyboard(qtbot, plots):
    click(plots.recall, 0.9, 0.9)
    qtbot.waitUntil(plots.recall.hasFocus)


@pytest.fixture
def reliable(qtbot):
    made = shown(qtbot, ReliabilityPlot(), (620, 420))
    made.show_bins(reliability_bins(*answers()))
    return made


def test_a_click_on_a_reliability_point_gives_its_films(qtbot, reliable):
    one = reliability_bins(*answers())[6]
    with qtbot.waitSignal(reliable.films_chosen) as chosen:
        click(reliable, one.stated, one.observed.value)
    np.testing.assert_array_equal(chosen.args[0], one.films)
    figure = one.observed
    interval = f"({figure.low:.2f}–{figure.high:.2f})"
    wanted = f"stated {one.stated:.2f}, observed {figure.value:.2f} {interval}, n = {len(one.films)}"
    assert reliable.reading.text() == wanted
    with qtbot.assertNotEmitted(reliable.films_chosen):
        click(reliable, 0.95, 0.05)


def test_reliability_bins_are_chosen_and_opened_by_keys(qtbot, reliable):
    bins = [one for one in reliability_bins(*answers()) if len(one.films)]
    with qtbot.assertNotEmitted(reliable.films_chosen):
        qtbot.keyClick(reliable, Qt.Key.Key_Return)
    for _ in range(3):
        qtbot.keyClick(reliable, Qt.Key.Key_Right)
    qtbot.keyClick(reliable, Qt.Key.Key_Left)
    with qtbot.waitSignal(reliable.films_chosen) as chosen:
        qtbot.keyClick(reliable, Qt.Key.Key_Return)
    np.testing.assert_array_equal(chosen.args[0], bins[1].films)


def test_reliability_of_before_is_named_and_of_nothing_is_said(qtbot, reliable):
    assert "before" not in reliable.caption.text()
    reliable.show_bins(reliability_bins(*answers()), reliability_bins(*answers(seed=2)))
    assert "before calibration" in reliable.caption.text()
    none = np.zeros(0)
    reliable.show_bins(reliability_bins(none.astype(np.int64), none))
    assert "No films" in reliable.reading.text()
    qtbot.keyClick(reliable, Qt.Key.Key_Right)
    qtbot.keyClick(reliable, Qt.Key.Key_Return)
    with qtbot.assertNotEmitted(reliable.films_chosen):
        click(reliable, 0.5, 0.5)


@pytest.fixture
def scores(qtbot):
    made = shown(qtbot, ScoresPlot(), (620, 420))
    made.set_classes("NORMAL", "PNEUMONIA")
    made.show_answers(*answers(), 0.5, (0.3, 0.6))
    return made


def films_of(number, side):
    labels, probabilities = answers()
    return np.flatnonzero((bin_numbers(probabilities, SCORE_BINS) == number) & (labels == side))


@pytest.mark.parametrize(("side", "up", "name"), [(0, -0.5, "NORMAL"), (1, 0.5, "PNEUMONIA")])
def test_a_click_on_a_bar_gives_exactly_its_films(qtbot, scores, side, up, name):
    wanted = films_of(10, side)
    assert len(wanted)
    with qtbot.waitSignal(scores.films_chosen) as chosen:
        click(scores, 0.52, up)
    np.testing.assert_array_equal(chosen.args[0], wanted)
    films = "1 film" if len(wanted) == 1 else f"{len(wanted)} films"
    assert scores.reading.text() == f"0.50 to 0.55: {films.replace(' ', f' {name}-side ')}"


def test_every_film_is_in_one_bar_and_empty_bars_do_not_open(qtbot, scores):
    found = []
    scores.films_chosen.connect(found.extend)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
        qtbot.keyClick(scores, key)
        for _ in range(SCORE_BINS):
            qtbot.keyClick(scores, Qt.Key.Key_Left)
        for _ in range(SCORE_BINS):
            qtbot.keyClick(scores, Qt.Key.Key_Return)
            qtbot.keyClick(scores, Qt.Key.Key_Right)
    assert sorted(found) == list(range(300))
    assert not len(films_of(19, 0))
    with qtbot.assertNotEmitted(scores.films_chosen):
        click(scores, 0.97, -0.5)


def test_scores_of_nothing_and_of_one_class(qtbot, scores):
    none = np.zeros(0)
    scores.show_answers(none.astype(np.int64), none, 0.5)
    assert "No films" in scores.reading.text()
    qtbot.keyClick(scores, Qt.Key.Key_Right)
    with qtbot.assertNotEmitted(scores.films_chosen):
        click(scores, 0.5, 0.5)
    scores.show_answers(np.ones(3, np.int64), np.array([0.1, 0.12, 1.0]), 0.5)
    with qtbot.waitSignal(scores.films_chosen) as chosen:
        click(scores, 0.12, 0.5)
    np.testing.assert_array_equal(chosen.args[0], [0, 1])


def test_hostile_class_names_stand_literally_in_the_caption(scores):
    scores.set_classes(*HOSTILE)
    document = QTextDocument()
    document.setHtml(scores.caption.text())
    assert all(name in document.toPlainText() for name in HOSTILE)


@pytest.fixture
def table(qtbot):
    made = shown(qtbot, ConfusionTable(), (420, 300))
    made.show_counts(((138, 12), (0, 0)), HOSTILE)
    return made


def cell(table, true, called):
    return table.findChild(Cell, f"cell_{true}_{called}")


def test_cells_are_chosen_by_mouse_and_keys(qtbot, table):
    with qtbot.waitSignal(table.cell_chosen) as chosen:
        qtbot.mouseClick(cell(table, 0, 1), LEFT)
    assert chosen.args == [0, 1]
    cell(table, 0, 1).setFocus()
    qtbot.keyClick(cell(table, 0, 1), Qt.Key.Key_Down)
    qtbot.waitUntil(cell(table, 1, 1).hasFocus)
    qtbot.keyClick(cell(table, 1, 1), Qt.Key.Key_Left)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
        with qtbot.waitSignal(table.cell_chosen) as chosen:
            qtbot.keyClick(cell(table, 1, 0), key)
        assert chosen.args == [1, 0]
    stops = [one for one in table.findChildren(Cell) if one.focusPolicy() is Qt.FocusPolicy.StrongFocus]
    assert stops == [cell(table, 1, 0)]


def test_cells_and_headings_are_named_literally(table):
    assert cell(table, 0, 1).accessibleName() == "true <b>x</b>, called &x: 12 films, 8 % of the row"
    assert cell(table, 1, 1).accessibleName() == "true <b>x</b>, called &x: no films".replace("<b>x</b>", "&x", 1)
    headings = table.findChildren(Heading)
    assert {heading.text() for heading in headings} == {
        "true <b>x</b>", "true &x", "called <b>x</b>", "called &x"
    }  # fmt: skip
    assert all(heading.textFormat() is Qt.TextFormat.PlainText for heading in headings)
    assert all(one.shortcut().isEmpty() for one in table.findChildren(Cell))
    document = QTextDocument()
    document.setHtml(cell(table, 0, 1).toolTip())
    assert document.toPlainText() == cell(table, 0, 1).accessibleName()


def test_the_same_shape_keeps_its_widgets_and_another_makes_new_ones(qtbot, table):
    before = cell(table, 0, 0)
    table.show_counts(((1, 2), (3, 4)), ("a", "b"))
    assert cell(table, 0, 0) is before
    assert before.accessibleName() == "true a, called a: 1 film, 33 % of the row"
    table.show_counts(((1, 2, 3), (4, 5, 6), (7, 8, 9)), ("a", "b", "c"))
    qtbot.waitUntil(lambda: len(table.findChildren(Cell)) == 9)
    with qtbot.waitSignal(table.cell_chosen) as chosen:
        qtbot.mouseClick(cell(table, 2, 1), LEFT)
    assert chosen.args == [2, 1]


def test_figures_tell_value_films_and_definition(qtbot):
    figures = shown(qtbot, FigureList(), (620, 300))
    shown_figure = wilson_interval(90, 100)
    rows = (
        FigureRow(
            "Sensitivity",
            format_figure_line(shown_figure),
            shown_figure,
            100,
            "Share of <b>findings</b> that are called.",
        ),
        FigureRow("Precision", format_figure_line(None), None, 0, "Share of calls that are right."),
    )
    figures.show_figures(rows)
    first, second = figures.findChildren(FigureLine)
    assert first.accessibleName() == "Sensitivity: 0.900 (0.826–0.945), n = 100"
    assert first.accessibleDescription() == rows[0].definition
    assert "&lt;b&gt;" in first.toolTip()
    assert second.accessibleName() == "Precision: not defined, n = 0"
    figures.show_figures(rows[1:])
    assert first.accessibleName() == "Precision: not defined, n = 0"
    qtbot.waitUntil(lambda: figures.findChildren(FigureLine) == [first])


def bar_pixels(line):
    picture, accent = line.grab().toImage(), DARK.accent
    row = picture.height() // 2 - 2
    return [x for x in range(picture.width()) if picture.pixelColor(x, row).name() == accent]


def test_the_interval_bar_is_as_wide_as_the_interval(qtbot):
    figures = shown(qtbot, FigureList(), (1000, 300))
    spans = {"wide": (0.2, 0.8), "narrow": (0.7, 0.8), "ratio": (2.0, 5.0)}
    figures.show_figures([FigureRow(name, "", Figure(sum(span) / 2, *span), 10, "") for name, span in spans.items()])
    wide, narrow, ratio = (bar_pixels(line) for line in figures.findChildren(FigureLine))
    assert len(wide) > 4 * len(narrow) > 0
    assert wide[-1] == pytest.approx(narrow[-1], abs=1)
    assert ratio == []  # a figure that is no share has no place on 0..1


@pytest.mark.parametrize("make", [ThresholdPlots, ReliabilityPlot, ScoresPlot, ConfusionTable, FigureList])
def test_both_themes_paint_and_differ(qtbot, make):
    widget = shown(qtbot, make())
    if make is ConfusionTable:
        widget.show_counts(((3, 0), (0, 2)), ("a", "b"))
    if make is FigureList:
        widget.show_figures([FigureRow("a", "0.5", Figure(0.5, 0.4, 0.6), 3, "")])
    qtbot.waitUntil(lambda: all(part.isVisible() for kind in (Cell, FigureLine) for part in widget.findChildren(kind)))
    painted = []
    for colours in (DARK, LIGHT):
        widget.set_colours(colours)
        picture = widget.grab().toImage()
        seen = {picture.pixelColor(x, y).name() for x in range(0, picture.width(), 7) for y in range(0, 60, 3)}
        painted.append(seen)
    assert DARK.panel in painted[0]
    assert LIGHT.panel in painted[1]
    assert DARK.panel not in painted[1]


def test_the_point_is_drawn_filled_where_it_may_be_dragged_and_hollow_where_not(plots):
    place = pixel(plots.roc, *point(plots, plots.roc, 0.5))

    def middle():
        return plots.roc.view.grab().toImage().pixelColor(QPoint(place.x(), place.y())).name()

    filled = middle()
    plots.set_draggable(False)
    assert middle() == DARK.panel
    assert filled != DARK.panel
