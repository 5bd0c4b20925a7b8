"""The plots that share one threshold, used with mouse and keyboard."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from core.metrics.curves import threshold_curves
from gui.evaluate.threshold_plots import ThresholdPlots
from gui.widgets.theme import DARK
from tests.gui.evaluate.predictions import answers, rates
from tests.gui.plots import click_at, drag, hover, pixel, press, release, show_widget


@pytest.fixture
def plots(qtbot):
    made = show_widget(qtbot, ThresholdPlots())
    made.show_rates(threshold_curves(*answers()))
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
        click_at(plots.roc, 0.8, 0.2)
    assert plots.threshold == 0.5
    with qtbot.waitSignal(plots.threshold_moved):
        click_at(plots.roc, *point(plots, plots.roc, 0.05))
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
    assert "no film positive" in plots.roc.reading.text()
    assert "precision not defined" in plots.recall.reading.text()
    assert rates(labels, probabilities, plots.threshold) == (0, 1)
    qtbot.keyClick(plots.recall, Qt.Key.Key_Home)
    assert plots.threshold == probabilities.max()
    qtbot.keyClick(plots.rates, Qt.Key.Key_End)
    assert plots.threshold == np.nextafter(probabilities.max(), 2)


def test_a_threshold_above_one_is_at_most_the_next_number(qtbot):
    made = show_widget(qtbot, ThresholdPlots())
    made.show_rates(threshold_curves(np.array([0, 1, 1]), np.array([0.0, 1.0, 1.0])))
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


@pytest.mark.parametrize("label", [0, 1])
def test_without_both_classes_the_plots_say_so(qtbot, plots, label):
    plots.show_rates(threshold_curves(np.full(3, label), np.linspace(0.2, 0.9, 3)))
    assert all("both classes" in text for text in readings(plots))
    with qtbot.assertNotEmitted(plots.threshold_moved):
        click_at(plots.roc, 0.5, 0.5)
        qtbot.keyClick(plots.roc, Qt.Key.Key_Right)
        hover(plots.rates, 0.5, 0.5)
    plots.show_rates(threshold_curves(*answers()))
    assert all("threshold 0.500" in text for text in readings(plots))


@pytest.mark.parametrize("films", [2, 20_000])
def test_few_and_many_films_are_drawn(qtbot, plots, films):
    labels, probabilities = answers(films)
    labels[:2] = 0, 1
    plots.show_rates(threshold_curves(labels, probabilities))
    plots.set_threshold(0.3)
    sensitivity, specificity = rates(labels, probabilities, 0.3)
    assert f"sensitivity {sensitivity:.3f} · specificity {specificity:.3f}" in plots.roc.reading.text()


def test_a_click_gives_the_plot_the_keyboard(qtbot, plots):
    click_at(plots.recall, 0.9, 0.9)
    qtbot.waitUntil(plots.recall.hasFocus)


def test_the_point_is_drawn_filled_where_it_may_be_dragged_and_hollow_where_not(plots):
    place = pixel(plots.roc, *point(plots, plots.roc, 0.5))

    def middle():
        return plots.roc.view.grab().toImage().pixelColor(QPoint(place.x(), place.y())).name()

    filled = middle()
    plots.set_draggable(False)
    assert middle() == DARK.panel
    assert filled != DARK.panel
