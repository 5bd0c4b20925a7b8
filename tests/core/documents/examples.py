"""Documents with plots and names of all kinds, and how they are read back."""

import io
from html.parser import HTMLParser

import numpy as np
import pypdf
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.text import Text as Label

from core.documents import charts
from core.documents.document import Bullets, Document, Heading, Picture, Pictures, SignatureLine, Table, Text, Tone
from core.metrics.curves import confusion_matrix, rate_band, reliability_bins, score_histogram, threshold_curves
from core.metrics.figures import BinaryFigures
from core.metrics.intervals import wilson_interval

HOSTILE = {  # a name from outside, and how paper shows it
    "<b>x</b>": "<b>x</b>",
    '&amp; & "q"': '&amp; & "q"',
    "Пневмония.dcm": "Пневмония.dcm",
    "صدر": r"\u0635\u062F\u0631",
    "肺炎": r"\u80BA\u708E",
    "🫁": r"\U0001FAC1",
    "a\u202egnp.exe": r"a\u202Egnp.exe",
    "nul\x00l": r"nul\u0000l",
    "half \ud800": r"half \uD800",
    "de\u0301ja\u0300": "d\u00e9j\u00e0",
}
VOID = {"meta", "br"}


def films(count, positives=None, seed=0):
    random = np.random.default_rng(seed)
    labels = np.zeros(count, np.int64)
    labels[: count // 3 if positives is None else positives] = 1
    return labels, np.clip(random.normal(0.3 + 0.4 * labels, 0.2), 0, 1)


FEW = {
    "no positives": films(30, 0),
    "one film": films(1, 1),
    "many": films(5000),
}


def figures_of(labels, probabilities, threshold=0.5):
    """The figures that plots show."""
    table = (tn, fp), (fn, tp) = confusion_matrix(labels, probabilities, threshold)
    none = dict.fromkeys(("accuracy", "balanced_accuracy", "f1", "npv", "roc_auc", "pr_auc", "brier", "ece"))
    return BinaryFigures(
        n=len(labels),
        patients=len(labels),
        threshold=threshold,
        confusion=table,
        sensitivity=wilson_interval(tp, tp + fn),
        specificity=wilson_interval(tn, tn + fp),
        ppv=wilson_interval(tp, tp + fp),
        **none,
    )


def draw_roc(labels, probabilities, threshold=0.5):
    return charts.draw_roc(threshold_curves(labels, probabilities), figures_of(labels, probabilities, threshold))


def draw_precision_recall(labels, probabilities, threshold=0.5):
    figures = figures_of(labels, probabilities, threshold)
    return charts.draw_precision_recall(threshold_curves(labels, probabilities), figures)


def binary_plots(labels, probabilities, threshold=0.5):
    bins, curves = reliability_bins(labels, probabilities), threshold_curves(labels, probabilities)
    histogram, patients = score_histogram(labels, probabilities), np.arange(len(labels))
    bands = [rate_band(labels, probabilities, patients, label) for label in (1, 0)]
    return {
        "roc": draw_roc(labels, probabilities, threshold),
        "precision_recall": draw_precision_recall(labels, probabilities, threshold),
        "reliability": charts.draw_reliability(bins, reliability_bins(labels, probabilities**2)),
        "reliability alone": charts.draw_reliability(bins),
        "histogram": charts.draw_score_histogram(histogram, threshold, (0.3, 0.7)),
        "histogram alone": charts.draw_score_histogram(histogram, threshold),
        "rates": charts.draw_rates(curves, bands, threshold),
        "confusion": charts.draw_confusion(confusion_matrix(labels, probabilities, threshold), ("normal", "pneumonia")),
    }


def document(*blocks, title="Report", subtitle="", footer="A footer"):
    return Document(title, subtitle, blocks, footer)


def everything(name="lung"):
    picture = Picture(charts.draw_confusion(((3, 1), (0, 0)), (name, "b")), f"Matrix of {name}")
    return document(
        Heading(name),
        Text(name, Tone.NOTICE),
        Text(name),
        Text(name, Tone.QUIET),
        Table((name, "Value"), ((name, "0.5"), ("other", "0.25"))),
        Bullets((name, "second")),
        Heading("Plots", 3),
        picture,
        Pictures((picture,)),
        SignatureLine(name, name),
        SignatureLine("Physicist"),
        title=name,
        subtitle=name,
        footer=name,
    )


def pages_of(pdf):
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def texts_of(figure):
    return [label.get_text() for label in figure.findobj(Label) if label.get_visible()]


def is_inside(figure):
    """Whether all that is drawn lies within the edges of the figure."""
    width, height = figure.get_size_inches()
    box = figure.get_tightbbox(RendererSVG(width, height, io.StringIO()))
    return box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height


class Page(HTMLParser):
    """Checks that every element is closed in its place, and keeps tags, attributes and text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.texts = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        self.texts.append(text)
