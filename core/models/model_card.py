"""Build the model card: intended use, training data, performance and limits of a model.

Mitchell et al. 2019, "Model Cards for Model Reporting".
"""

from typing import Any, Final

from core.documents.document import Block, Document, Heading, Table, Text, Tone
from core.films.patient_age import format_age_ranges
from core.metrics.figure_labels import DEFINITIONS, figure_title, format_figure
from core.metrics.intervals import Figure
from core.models.header_values import parse_age_ranges
from core.models.model_header import ACCEPTED, AGES, CARD, FILMS, ModelHeader
from core.models.site_record import apply_site_record, format_validation
from core.models.source_blocks import build_attribution_blocks, build_source_blocks
from core.recipes.recipe_labels import choice_value, recipe_title
from core.system.language import marked, tr, tr_count
from core.system.product import NOTICE

CARD_KIND: Final = "model card"  # of document
Section = tuple[str, list[str]]
OLD: Final = marked("This model file predates model cards; this card was built from the model's description.")
NOT_TOLD: Final = marked("not stated")
EVALUATION_DATA: Final = marked("Evaluation data")
# written into the model file by training
LICENCE: Final = marked("Weights belong to whoever trained them. For research and education, not a diagnosis.")
DETAILS: Final = marked(
    "{architecture} for greyscale films of {size} x {size} pixels, trained with PneumoScreen "
    "{version} by the recipe {recipe!r}, starting from {start!r}; weights of epoch {epoch}, "
    "SHA-256 {digest}."
)
INTENDED: Final = marked(
    "To classify chest films as {classes} alongside a reader, for research and education. "
    "Not a diagnosis, not for use without a reader, and not for films unlike those it was "
    "trained on."
)
OUT_OF_SCOPE: Final = marked("Out of scope: lateral films, other body parts, CT or MR slices, photographs of films.")
FACTORS: Final = marked(
    "Age, sex, projection, device and image processing affect what a model sees. Evaluations "
    "report figures for these groups where the films state them."
)
NO_TEST_FILMS: Final = marked(
    "No held-out test films of other patients, unused in training, epoch selection and threshold fitting."
)
BIAS: Final = marked(
    "A model reproduces the errors of its labels and the bias of its films. It may perform "
    "worse on patients who are rare among them by age, sex, origin or illness, and overall "
    "figures hide that."
)
OTHER_PLACES: Final = marked(
    "The model may perform worse on films of another site, device or processing: do an "
    "acceptance test with films reported there before use, and repeat it after every change "
    "of detector or processing."
)
PREVALENCE: Final = marked(
    "Probabilities are valid for the prevalence of the finding among the validation films, not for other prevalences."
)


def build_card(content: dict[str, Any]) -> list[Section]:
    """Build the card from a model's description: Mitchell's headings, each with its paragraphs."""
    classes = tr(" and ").join(content["classes"])
    metrics = ("sensitivity", "specificity", "roc_auc")
    films = content.get("films") or {}
    return [
        (tr("Model details"), _describe_model(content)),
        (tr("Intended use"), [tr(INTENDED, classes=classes), tr(OUT_OF_SCOPE)]),
        (tr("Factors"), [tr(FACTORS)]),
        (tr("Metrics"), [f"{figure_title(name)}: {tr(DEFINITIONS[name])}" for name in metrics]),
        (tr("Training data"), _describe_training_data(content, films)),
        (tr(EVALUATION_DATA), [_describe_test_films(films["test"]) if "test" in films else tr(NO_TEST_FILMS)]),
        (tr("Ethical considerations"), [tr(BIAS)]),
        (tr("Caveats and recommendations"), [tr(OTHER_PLACES), tr(PREVALENCE)]),
    ]


def _describe_model(content: dict[str, Any]) -> list[str]:
    recipe = content.get("recipe") or {}
    details = tr(
        DETAILS,
        architecture=choice_value(content["architecture"]),
        size=content["preprocessing"]["size_px"],
        version=content["app_version"],
        recipe=recipe_title(str(recipe.get("name", tr(NOT_TOLD)))),
        start=choice_value(str(recipe.get("start", tr(NOT_TOLD)))),
        epoch=content.get("best_epoch", tr(NOT_TOLD)),
        digest=content["sha256"],
    )
    licence = content.get("licence", NOT_TOLD)
    if licence in (LICENCE, NOT_TOLD):
        licence = tr(licence)
    return [details, tr("Licence: {licence}", licence=licence)]


def _describe_test_films(count: int) -> str:
    return tr_count(
        "{count} test film of another patient, never used for training, epoch selection or threshold fitting.",
        "{count} test films of other patients, never used for training, epoch selection or threshold fitting.",
        count,
    )


def _describe_training_data(content: dict[str, Any], films: dict[str, int]) -> list[str]:
    counts = [tr("{count} for {split}", count=count, split=tr(str(split))) for split, count in films.items()]
    listed = ", ".join(counts) or tr(NOT_TOLD)
    fingerprint = content.get("data_fingerprint", tr(NOT_TOLD))
    paragraphs = [tr("Films: {counts}; split by patient. Data: {data}.", counts=listed, data=fingerprint)]
    if ages := parse_age_ranges(content.get(AGES), AGES):
        paragraphs.append(tr("Patients aged {ages}, in completed years.", ages=format_age_ranges(ages)))
    paragraphs.extend(
        tr("Trained despite a known problem with its data. {sentence}", sentence=sentence)
        for sentence in content.get(ACCEPTED) or ()
    )
    return paragraphs


def _build_figure_blocks(content: dict[str, Any]) -> list[Block]:
    """Return the table of figures on held-out test films, or a sentence where there are none."""
    metrics = content.get("metrics") or {}
    figures = [(name, value) for name, value in metrics.items() if isinstance(value, dict) and "low" in value]
    if not figures:
        return [Text(tr("This model file contains no figures on test films."))]
    rows = [
        (figure_title(name), format_figure(Figure(value["value"], value["low"], value["high"])))
        for name, value in figures
    ]
    header = (tr("On test films, n = {count}", count=metrics["n"]), tr("Value (95 % interval)"))
    return [Table(header, tuple(rows))]


def build_card_document(header: ModelHeader) -> Document:
    """Return the model card as a printable document, with what is known of the model at this site.

    The card is rebuilt from the model's description, because the stored one is in the language of
    whoever trained the model.
    """
    used, content = apply_site_record(header), header.content
    accepted, sentence = format_validation(used)
    blocks: list[Block] = [Text(tr(NOTICE), Tone.NOTICE), Text(sentence, Tone.PLAIN if accepted else Tone.NOTICE)]
    blocks += [Text(warning, Tone.NOTICE) for warning in header.warnings]
    if CARD not in content:
        blocks.append(Text(tr(OLD), Tone.QUIET))
    for heading, paragraphs in build_card(content):
        blocks += [Heading(heading), *map(Text, paragraphs)]
        if heading == tr(EVALUATION_DATA):
            blocks += [Heading(tr("Quantitative analyses")), *_build_figure_blocks(content)]
            blocks += build_source_blocks(content)
    blocks += build_attribution_blocks(content)
    if FILMS in content:
        blocks.append(
            Text(
                tr("The model file contains one-way codes that identify the films the model was made with."), Tone.QUIET
            )
        )
    subtitle = tr("{name}\nClasses: {classes}", name=used.name, classes=", ".join(header.classes))
    return Document(tr("Model card"), subtitle, tuple(blocks), tr(NOTICE), CARD_KIND)
