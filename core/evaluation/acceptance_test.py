"""Acceptance test: does a model reach its targets on films of this site? With a form to sign."""

import json
import threading
from collections.abc import Generator, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from core.datasets.preparation import AS_IT_IS, Preparation
from core.documents.charts import draw_reliability, draw_roc
from core.documents.document import Block, Document, Heading, Picture, Pictures, SignatureLine, Table, Text, Tone
from core.documents.pdf import pdf_kind, write_pdf
from core.evaluation.evaluate import EvaluationEvent, build_evaluation, read_evaluation_dataset, score_dataset
from core.evaluation.evaluation import AcceptanceResult, Evaluation, Target
from core.evaluation.report import build_subgroup_blocks
from core.jobs.events import Progressed, Stage
from core.metrics.figure_labels import format_figure
from core.metrics.figures import BinaryFigures
from core.metrics.intervals import Figure, wilson_interval
from core.metrics.roc import Labels
from core.models.model_file import load_model_in_use
from core.models.model_header import ModelHeader
from core.models.operating_point import OF_PREVALENCE
from core.models.site_record import Acceptance, format_validation, save_acceptance, today
from core.runs.test_set_use import check_countable, count_use
from core.system.app_folders import data_folder
from core.system.errors import JobFailed, Reason
from core.system.file_locks import lock_output
from core.system.files import check_writable, escape_undecodable, write_text_atomically
from core.system.language import format_day, marked, tr
from core.system.outputs import check_output, json_kind
from core.system.product import NOTICE

OUTCOME: Final = "acceptance.json"
ACCEPTANCE_FORM: Final = "acceptance.pdf"
FORM: Final = "acceptance form"  # kind of document
ACCEPTANCE: Final = json_kind("passed", "sentence", "signed_by", "target")
FEWEST: Final = 20  # films with, and without, the finding that a test needs
ADVISED: Final = 100  # films in all
OUTCOMES: Final = {True: marked("Go. {sides}"), False: marked("No-go. {sides}")}
TITLES: Final = {True: marked("Acceptance test: go"), False: marked("Acceptance test: no-go")}


def run_acceptance_test(
    model: Path | None,
    source: Path,
    output_dir: Path,
    cancel: threading.Event,
    target: Target,
    signed_by: str = "",
    preparation: Preparation = AS_IT_IS,
    overwrite: bool = False,
) -> Generator[EvaluationEvent, None, AcceptanceResult | None]:
    """Test a model at its operating point on locally reported films and save the outcome.

    All films of the dataset are used, whatever their split, except those the model was made with.
    Writes acceptance.json and acceptance.pdf, one page to sign, and counts the use of the films.
    signed_by: the printed name on the form. overwrite: also replace a finished test in output_dir, and
    other files, see `check_output`.
    Returns None if cancelled. Raises JobFailed for several classes, too few films, or an unusable
    output folder.
    """
    _check_outputs(output_dir, overwrite, (source, model))
    check_writable(output_dir)
    with lock_output(output_dir / OUTCOME):
        yield Progressed(Stage.LOADING_NETWORK, 0, None)
        loaded = load_model_in_use(model)
        check_countable(loaded.path, loaded.header)
        check_writable(data_folder() / "models")
        _check_two_classes(loaded.header)
        dataset = read_evaluation_dataset(loaded, source, preparation)
        scored = yield from score_dataset(loaded, dataset, False, True, cancel)
        if scored is None:
            return None
        _check_enough(scored.predictions.labels)
        looks = count_use(loaded.path, loaded.header, scored.predictions.films)
        evaluation = build_evaluation(loaded.header, source, scored, OF_PREVALENCE, looks)
        result = judge_acceptance(evaluation, target, signed_by)
        _check_outputs(output_dir, overwrite, (source, model))
        write_pdf(result.document, output_dir / ACCEPTANCE_FORM, one_page=True, overwrite=overwrite)
        result = _store(result, loaded.header)
        _write_outcome(result, output_dir)  # last: with it the test is finished
        return result


def _store(result: AcceptanceResult, header: ModelHeader) -> AcceptanceResult:
    """Store the outcome for this site, and return it with an evaluation that knows of it."""
    save_acceptance(header, result.acceptance)
    return replace(result, evaluation=replace(result.evaluation, validation=format_validation(header)[1]))


def _check_outputs(output_dir: Path, overwrite: bool, inputs: Iterable[Path | None]) -> None:
    """Raise JobFailed if the outcome would replace a finished test, or files of another kind."""
    if ACCEPTANCE.is_own(output_dir / OUTCOME) and not overwrite:
        sentence = tr(
            "{folder} holds a finished acceptance test. Choose another folder, or add --overwrite.", folder=output_dir
        )
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence)
    for name, kind in ((OUTCOME, ACCEPTANCE), (ACCEPTANCE_FORM, pdf_kind(FORM))):
        check_output(output_dir / name, kind, overwrite, inputs)


def _check_two_classes(header: ModelHeader) -> None:
    """Raise JobFailed (model_invalid) for a model with several classes."""
    if header.threshold is None:
        sentence = tr("The acceptance test is for models with two classes: it tests sensitivity and specificity.")
        raise JobFailed(Reason.MODEL_INVALID, sentence)


def _check_enough(labels: Labels) -> None:
    """Raise JobFailed (dataset_invalid) for too few films with or without the finding."""
    with_it, without = int((labels == 1).sum()), int((labels == 0).sum())
    if min(with_it, without) >= FEWEST:
        return
    sentence = tr(
        "Of the films that the model was not made with, {with_it} have the finding and {without} "
        "do not; an acceptance test needs at least {fewest} of each, and preferably {advised} in "
        "total.",
        with_it=with_it,
        without=without,
        fewest=FEWEST,
        advised=ADVISED,
    )
    raise JobFailed(Reason.DATASET_INVALID, sentence)


def judge_acceptance(evaluation: Evaluation, target: Target, signed_by: str) -> AcceptanceResult:
    """Return the outcome: go only if both lower interval bounds reach their targets."""
    figures = evaluation.figures
    assert isinstance(figures, BinaryFigures)
    is_sensitive, on_sensitivity = _judge_figure(tr("Sensitivity"), figures.sensitivity, target.sensitivity)
    is_specific, on_specificity = _judge_figure(tr("Specificity"), figures.specificity, target.specificity)
    passed = is_sensitive and is_specific
    sentence = tr(OUTCOMES[passed], sides=f"{on_sensitivity} {on_specificity}")
    acceptance = Acceptance(passed, figures.threshold, sentence, figures.n, today(), signed_by)
    return AcceptanceResult(evaluation, acceptance, target, _build_form(evaluation, acceptance, target))


def _judge_figure(name: str, figure: Figure | None, target: float) -> tuple[bool, str]:
    """Return whether a figure is shown to reach its target, and the sentence for it."""
    assert figure is not None  # both classes have films
    words = format_figure(figure)
    if figure.low >= target:
        return True, tr("{name} {figure} is shown to reach {target:g}.", name=name, figure=words, target=target)
    if figure.high < target:
        return False, tr("{name} {figure} is shown to lie below {target:g}.", name=name, figure=words, target=target)
    sentence = tr("{name} {figure} is not shown to reach {target:g}.", name=name, figure=words, target=target)
    needed = _count_films_needed(figure.value, target)
    if needed is None:
        return False, sentence
    advice = tr("About {count} films of that class would be needed to show it.", count=needed)
    return False, f"{sentence} {advice}"


def _count_films_needed(fraction: float, target: float) -> int | None:
    """Return how many films of a class would show that this fraction reaches the target.

    None for more than 10,000.
    """
    if fraction <= target:
        return None
    for films in range(10, 10_001, 5):
        bound = wilson_interval(fraction * films, films)
        if bound and bound.low >= target:
            return films
    return None


def _build_form(evaluation: Evaluation, acceptance: Acceptance, target: Target) -> Document:
    figures, plots = evaluation.figures, evaluation.plots()
    assert isinstance(figures, BinaryFigures)
    assert plots is not None
    blocks: list[Block] = [
        Text(acceptance.sentence, Tone.NOTICE),
        Text(_format_films(evaluation, figures)),
        _build_figure_table(evaluation, figures, target),
        Text(evaluation.frequencies),
        Pictures(
            (
                Picture(draw_roc(plots.thresholds, figures), tr("ROC: films reported here")),
                Picture(draw_reliability(plots.reliability), tr("Calibration: at this site")),
            )
        ),
    ]
    if evaluation.subgroups:
        blocks += [Heading(tr("Groups of films"), 3), *build_subgroup_blocks(evaluation.subgroups)]
    # the last warning is on earlier acceptance, which this form replaces
    blocks += [Text(warning, Tone.NOTICE) for warning in evaluation.warnings]
    blocks += [SignatureLine(tr("Name, role, date, signature"), acceptance.signed_by)]
    subtitle = tr(
        "Model {model}\nFilms {source}, {day}",
        model=evaluation.header.name,
        source=escape_undecodable(str(evaluation.source)),
        day=format_day(acceptance.done),
    )
    return Document(tr(TITLES[acceptance.passed]), subtitle, tuple(blocks), tr(NOTICE), FORM)


def _format_films(evaluation: Evaluation, figures: BinaryFigures) -> str:
    """Return sentences on the number of films and the operating point."""
    positives = int((evaluation.predictions.labels == 1).sum())
    sentence = tr(
        "{films} films of {patients} patients reported here: {with_it} with the finding, {without} without.",
        films=figures.n,
        patients=figures.patients,
        with_it=positives,
        without=figures.n - positives,
    )
    sentences = [sentence]
    if figures.n < ADVISED:
        sentences.append(tr("Fewer than the recommended {advised} films.", advised=ADVISED))
    return " ".join([*sentences, evaluation.point])


def _build_figure_table(evaluation: Evaluation, figures: BinaryFigures, target: Target) -> Table:
    """Return the table of figures on these films beside their targets."""
    labels, films = evaluation.predictions.labels, str(figures.n)
    observed = format_figure(wilson_interval(int((labels == 1).sum()), len(labels)))
    mean = tr("{mean:.3f}; observed {share}", mean=evaluation.probabilities.mean(), share=observed)
    (tn, fp), (fn, tp) = figures.confusion
    return Table(
        (tr("Figure"), tr("Here (95 % interval)"), tr("Target"), tr("Films")),
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
            (tr("Mean predicted probability"), mean, "", films),
        ),
    )


def _write_outcome(result: AcceptanceResult, output_dir: Path) -> None:
    content = {
        "passed": result.acceptance.passed,
        "sentence": result.acceptance.sentence,
        "done": result.acceptance.done,
        "signed_by": result.acceptance.signed_by,
        "target": {"sensitivity": result.target.sensitivity, "specificity": result.target.specificity},
        **result.evaluation.to_json_object(),
    }
    write_text_atomically(output_dir / OUTCOME, json.dumps(content, indent=2, allow_nan=False) + "\n")
