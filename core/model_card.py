"""The model card: what a model is for, what it was made with, how good it is, where it fails. Mitchell et al. 2019."""

from typing import Any, Final

from core.document import Block, Document, Heading, Table, Text, Tone
from core.intervals import Figure
from core.metrics import DEFINITIONS, title_of, told
from core.model_header import ACCEPTED, AGES, CARD, FILMS, ModelHeader
from core.notice import NOTICE
from core.site import in_use, validation_here

Section = tuple[str, list[str]]
OLD: Final = "This model's file was made before models had cards; what its description tells stands here."


def card_of(content: dict[str, Any]) -> list[Section]:
    """The card of a model from its description: Mitchell's headings, each with its paragraphs."""
    recipe, films = content.get("recipe") or {}, content.get("films") or {}
    classes = list(content["classes"])
    counts = ", ".join(f"{count} for {split}" for split, count in films.items()) or "not told"
    accepted, ages = list(content.get(ACCEPTED) or ()), content.get(AGES)
    size = content["preprocessing"]["size_px"]
    start = recipe.get("start", "not told")
    return [
        (
            "Model details",
            [
                f"{content['architecture']} for grey films of {size} x {size} pixels, made with PneumoScreen "
                f"{content['app_version']} by the recipe {recipe.get('name', 'not told')!r}, starting from {start!r}; "
                f"epoch {content.get('best_epoch', 'not told')} was kept. Weights: SHA-256 {content['sha256']}.",
                f"Licence: {content.get('licence', 'not told')}",
            ],
        ),
        (
            "Intended use",
            [
                f"To sort chest films into {' and '.join(classes)} beside a reader, for research and education. "
                "Not a diagnosis, not for use without a reader, not for other films than those it was made with.",
                "Out of scope: lateral films, other body parts, CT or MR slices, photographs of films.",
            ],
        ),
        (
            "Factors",
            [
                "Age, sex, projection, device and processing of films change what a model sees. Figures for such "
                "groups stand in evaluations where the films tell them.",
            ],
        ),
        ("Metrics", [f"{title_of(name)}: {DEFINITIONS[name]}" for name in ("sensitivity", "specificity", "roc_auc")]),
        (
            "Training data",
            [
                f"Films: {counts}; split by patient. Data: {content.get('data_fingerprint', 'not told')}.",
                *([f"Patients of {ages[0]:g} to {ages[1]:g} completed years."] if ages else []),
                *(f"Trained knowingly with a fault of its data. {sentence}" for sentence in accepted),
            ],
        ),
        (
            "Evaluation data",
            [
                f"{films.get('test', 'No')} test films of other patients, never used for training, for choosing an "
                "epoch, or for the threshold.",
            ],
        ),
        (
            "Ethical considerations",
            [
                "A model repeats the faults of its labels and the bias of its films. Whoever is rare among them, by "
                "age, sex, origin or illness, may fare worse, and an overall figure hides that.",
            ],
        ),
        (
            "Caveats and recommendations",
            [
                "Films of another place, device or processing may be answered worse: do an acceptance test with films "
                "reported there before use, and again after every change of detector or processing.",
                "Probabilities hold for the share of findings among the validation films, not for any prevalence.",
            ],
        ),
    ]


def _figures(content: dict[str, Any]) -> list[Block]:
    """The figures on the sealed test films, if the model has them."""
    metrics = content.get("metrics") or {}
    figures = [(name, value) for name, value in metrics.items() if isinstance(value, dict) and "low" in value]
    if not figures:
        return [Text("There are no figures on test films in this model's file.")]
    rows = [(title_of(name), told(Figure(value["value"], value["low"], value["high"]))) for name, value in figures]
    return [Table((f"On test films, n = {metrics['n']}", "Value (95 % interval)"), tuple(rows))]


def card_document(header: ModelHeader) -> Document:
    """The card of a model as people read and print it, with what is known of it at this place."""
    used, content = in_use(header), header.content
    accepted, sentence = validation_here(used)
    blocks: list[Block] = [Text(NOTICE, Tone.NOTICE), Text(sentence, Tone.PLAIN if accepted else Tone.NOTICE)]
    blocks += [Text(warning, Tone.NOTICE) for warning in header.warnings]
    sections = content.get(CARD)
    if sections is None:
        blocks.append(Text(OLD, Tone.QUIET))
        sections = card_of(content)
    for heading, paragraphs in sections:
        blocks.append(Heading(str(heading)))
        blocks += [Text(str(paragraph)) for paragraph in paragraphs]
        if heading == "Evaluation data":
            blocks += [Heading("Quantitative analyses"), *_figures(content)]
    if FILMS in content:
        blocks.append(Text("The file tells films that it was made with again by one-way codes.", Tone.QUIET))
    classes = ", ".join(header.classes)
    return Document("Model card", f"{used.name}\nClasses: {classes}", tuple(blocks), NOTICE)
