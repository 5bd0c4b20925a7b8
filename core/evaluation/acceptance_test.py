"""The acceptance test: does a model do on films of this place what is asked of it? A one-page form to sign."""

import json
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Final

from core.datasets.preparation import AS_IT_IS, Preparation
from core.documents.charts import draw_reliability, draw_roc
from core.documents.document import Block, Document, Heading, Picture, Pictures, SignatureLine, Table, Text, Tone
from core.evaluation.evaluate import EvaluationEvent, build_evaluation, read_evaluation_dataset, score_dataset
from core.evaluation.evaluation import AcceptanceResult, Evaluation, Target
from core.evaluation.report import group_blocks
from core.jobs.events import Progressed, Stage
from core.metrics.curves import reliability_bins
from core.metrics.figures import BinaryFigures, format_figure
from core.metrics.intervals import Figure, wilson_interval
from core.models.model_file import load_in_use
from core.models.operating_point import OF_PREVALENCE
from core.models.site_record import Acceptance, save_acceptance, today
from core.runs.test_set_use import check_countable
from core.system.app_folders import data_folder
from core.system.errors import JobFailed, Reason
from core.system.file_locks import lock_output
from core.system.files import check_writable, escape_undecodable, write_atomically, write_text_atomically
from core.system.language import marked, tr
from core.system.product import NOTICE

OUTCOME: Final = "acceptance.json"
FEWEST: Final = 20  # films with, and without, the finding, below which no test is done
ADVISED: Final = 100
OUTCOMES: Final = {True: marked("Go. {sides}"), False: marked("No-go. {sides}")}
TITLES: Final = {True: marked("Acceptance test: go"), False: marked("Acceptance test: no-go")}


def accept(
    model: Path | None,
    source: Path,
    output_dir: Path,
    cancel: threading.Event,
    target: Target,
    signed_by: str = "",
    preparation: Preparation = AS_IT_IS,
) -> Generator[EvaluationEvent, None, AcceptanceResult | None]:
    """Test a model at its operating point on films that were reported here; keep and write down the outcome.

    All films of the dataset count, whatever its splits, but those that the model was made with. Writes
    acceptance.json and acceptance.pdf, one page to sign. signed_by: the printed name on the form.
    Returns None where it was cancelled. Raises JobFailed: several classes, too few films, an unusable output.
    """
    check_writable(output_dir)
    with lock_output(output_dir / OUTCOME):
        yield Progressed(Stage.LOADING_NETWORK, 0, None)
        loaded = load_in_use(model)
        check_countable(loaded.path, loaded.header)
        check_writable(data_folder() / "models")
        if loaded.header.threshold is None:
            sentence = tr(
                "The acceptance test is for models with two classes: it asks for sensitivity and specificity."
            )
            raise JobFailed(Reason.MODEL_INVALID, sentence)
        found = yield from score_dataset(
            loaded, read_evaluation_dataset(loaded, source, preparation), False, True, cancel
        )
        if found is None:
            return None
        counts = [int((found.answers.labels == label).sum()) for label in (1, 0)]
        if min(counts) < FEWEST:
            raise _too_few(*counts)
        evaluation = build_evaluation(loaded, source, found, OF_PREVALENCE)
        result = judge_acceptance(evaluation, target, signed_by)
        _write(result, output_dir)
        save_acceptance(loaded.header, result.acceptance)
        return result


def _too_few(with_it: int, without: int) -> JobFailed:
    """The error for films with and without the finding that are too few for a test."""
    sentence = tr(
        "Of the films that the model was not made with, {with_it} have the finding and {without} do not; "
        "an acceptance test takes at least {fewest} of each, better {advised} in all.",
        with_it=with_it,
        without=without,
        fewest=FEWEST,
        advised=ADVISED,
    )
    return JobFailed(Reason.DATASET_INVALID, sentence)


def judge_acceptance(evaluation: Evaluation, target: Target, signed_by: str) -> AcceptanceResult:
    """The outcome of an evaluation on local films: go only where both intervals lie at or above their targets."""
    figures = evaluation.figures
    assert isinstance(figures, BinaryFigures)
    sides = (
        _side(tr("Sensitivity"), figures.sensitivity, target.sensitivity),
        _side(tr("Specificity"), figures.specificity, target.specificity),
    )
    passed = all(reached for reached, _ in sides)
    sentence = tr(OUTCOMES[passed], sides=" ".join(words for _, words in sides))
    acceptance = Acceptance(passed, figures.threshold, sentence, figures.n, today(), signed_by)
    return AcceptanceResult(evaluation, acceptance, target, _form(evaluation, acceptance, target))


def _side(name: str, figure: Figure | None, target: float) -> tuple[bool, str]:
    """Whether a figure is shown to reach its target, and the sentence for it."""
    assert figure is not None  # both classes have films
    words = format_figure(figure)
    if figure.low >= target:
        return True, tr("{name} {figure} is shown to reach {target:g}.", name=name, figure=words, target=target)
    if figure.high < target:
        return False, tr("{name} {figure} is shown to lie below {target:g}.", name=name, figure=words, target=target)
    sentence = tr("{name} {figure} is not shown to reach {target:g}.", name=name, figure=words, target=target)
    more = _films_to_show(figure.value, target)
    if more is None:
        return False, sentence
    advice = tr("About {count} films of that class could show it.", count=more)
    return False, f"{sentence} {advice}"


def _films_to_show(share: float, target: float) -> int | None:
    """How many films of a class show that this share reaches the target, None where that is more than 10,000."""
    if share <= target:
        return None
    for films in range(10, 10_001, 5):
        bound = wilson_interval(share * films, films)
        if bound and bound.low >= target:
            return films
    return None


def _form(evaluation: Evaluation, acceptance: Acceptance, target: Target) -> Document:
    figures, labels, probabilities = evaluation.figures, evaluation.answers.labels, evaluation.probabilities
    assert isinstance(figures, BinaryFigures)
    blocks: list[Block] = [
        Text(acceptance.sentence, Tone.NOTICE),
        Text(_films_in_words(evaluation, figures)),
        _figure_table(evaluation, figures, target),
        Text(evaluation.frequencies),
        Pictures(
            (
                Picture(draw_roc(labels, probabilities, figures.threshold), tr("ROC: of the films reported here")),
                Picture(draw_reliability(reliability_bins(labels, probabilities)), tr("Calibration: at this place")),
            )
        ),
    ]
    if evaluation.subgroups:
        blocks += [Heading(tr("Groups of films"), 3), *group_blocks(evaluation.subgroups)]
    # the last warning says whether the model was accepted before, which this form itself decides
    blocks += [Text(warning, Tone.NOTICE) for warning in evaluation.warnings[:-1]]
    blocks += [SignatureLine(tr("Name, role, date, signature"), acceptance.signed_by)]
    subtitle = tr(
        "Model {model}\nFilms {source}, {day}",
        model=evaluation.header.name,
        source=escape_undecodable(str(evaluation.source)),
        day=acceptance.done,
    )
    return Document(tr(TITLES[acceptance.passed]), subtitle, tuple(blocks), tr(NOTICE))


def _films_in_words(evaluation: Evaluation, figures: BinaryFigures) -> str:
    """How many films there are, and at which operating point the model answered."""
    positives = int((evaluation.answers.labels == 1).sum())
    sentence = tr(
        "{films} films of {patients} patients reported here: {with_it} with the finding, {without} without.",
        films=figures.n,
        patients=figures.patients,
        with_it=positives,
        without=figures.n - positives,
    )
    few = [tr("Fewer than the {advised} films that are advised.", advised=ADVISED)] if figures.n < ADVISED else []
    return " ".join([sentence, *few, evaluation.point])


def _figure_table(evaluation: Evaluation, figures: BinaryFigures, target: Target) -> Table:
    """What the model does here beside what is asked of it."""
    labels, films = evaluation.answers.labels, str(figures.n)
    observed = format_figure(wilson_interval(int((labels == 1).sum()), len(labels)))
    stated = tr("{mean:.3f}; observed {share}", mean=evaluation.probabilities.mean(), share=observed)
    (tn, fp), (fn, tp) = figures.confusion
    return Table(
        (tr("Figure"), tr("Here (95 % interval)"), tr("Asked for"), tr("Films")),
        (
            (
                tr("Sensitivity"),
                format_figure(figures.sensitivity),
                tr("at least {target:g}", target=target.sensitivity),
                tr("{part} of {whole}", part=tp, whole=tp + fn),
            ),
            (
                tr("Specificity"),
                format_figure(figures.specificity),
                tr("at least {target:g}", target=target.specificity),
                tr("{part} of {whole}", part=tn, whole=tn + fp),
            ),
            ("ROC AUC", format_figure(figures.roc_auc), "", films),
            (tr("Calibration error (ECE)"), format_figure(figures.ece), "", films),
            (tr("Mean stated probability"), stated, "", films),
        ),
    )


def _write(result: AcceptanceResult, output_dir: Path) -> None:
    from core.documents.pdf import render_pdf

    content = {
        "passed": result.acceptance.passed,
        "sentence": result.acceptance.sentence,
        "done": result.acceptance.done,
        "signed_by": result.acceptance.signed_by,
        "target": {"sensitivity": result.target.sensitivity, "specificity": result.target.specificity},
        **result.evaluation.to_json_object(),
    }
    write_text_atomically(output_dir / OUTCOME, json.dumps(content, indent=2, allow_nan=False) + "\n")
    form = render_pdf(result.document, one_page=True)
    write_atomically(output_dir / "acceptance.pdf", lambda stream: stream.write(form))
