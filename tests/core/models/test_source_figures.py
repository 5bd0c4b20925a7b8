"""Figures for each source of films: from the report of a benchmark to the header of a model and to its card."""

import pytest

import main
from core.models.literature import LITERATURE
from core.models.model_file import load_model, save_model
from core.models.model_header import read_header
from core.models.source_figures import (
    ATTRIBUTION_ENTRY,
    LITERATURE_ENTRY,
    POOLED_SOURCE,
    SOURCE_NAMES,
    SOURCES,
    Measured,
    SourceNote,
    build_source_entries,
)
from core.models.turned_model import OWN_ENTRIES, turn_model
from core.system.attributions import ATTRIBUTIONS, KERMANY


def share(value, n):
    return {"value": value, "low": value - 0.1, "high": value + 0.05, "n": n}


def group(source, view=None, **figures):
    return {"source": source, "view": view, "age": None, "trusted": True, "labels": {}, "views": {"AP": 30, "PA": 10},
            "ages_years": [18, 93], "patients": 40, "films": 40, "scored": 36, "refused": 4, "failed": 0,
            "reasons": {"rotated": 4}, "figures": figures}  # fmt: skip


REPORT = {
    "groups": [
        group("rsna_dicom", roc_auc=share(0.926, 30), normals_likely=share(0.382, 20)),
        group("rsna_dicom", view="AP", roc_auc=share(0.9, 10)),
        group("south", review=share(0.2, 36)),
    ],
    "pooled": group(POOLED_SOURCE, roc_auc=share(0.93, 60)),
}
NOTES = {
    "south": SourceNote("Southern <b>hospital</b>", Measured.LEFT_OUT, ages_years=(2, 17), weak_labels=True),
    "rsna_dicom": SourceNote(SOURCE_NAMES["rsna_dicom"], Measured.TEST_FILMS),
    POOLED_SOURCE: SourceNote(SOURCE_NAMES[POOLED_SOURCE], Measured.NEVER_TRAINED_ON),
}


def with_entries(model, path, **entries):
    """The same model with further entries in its header."""
    loaded = load_model(model)
    kept = {key: value for key, value in loaded.header.content.items() if key not in OWN_ENTRIES}
    save_model(path, loaded.header.architecture, loaded.header.classes, loaded.network, loaded.preprocessing,
               loaded.calibration, kept | entries)  # fmt: skip
    return path


def test_entries_are_whole_sources_of_the_report_with_what_it_does_not_say():
    south, rsna, pooled = build_source_entries(REPORT, NOTES)
    assert (south["ages_years"], south["weak_labels"], south["measured"]) == ([2, 17], True, "left_out")
    assert (rsna["ages_years"], rsna["films"], rsna["refused"], rsna["scored"]) == ([18, 93], 40, 4, 36)
    assert rsna["figures"]["roc_auc"] == share(0.926, 30)
    assert pooled["figures"]["roc_auc"]["n"] == 60
    with pytest.raises(KeyError, match="north"):
        build_source_entries(REPORT, {"north": NOTES["south"]})


def test_the_card_shows_each_source_beside_published_figures(model, tmp_path, capsys):
    path = with_entries(
        model,
        tmp_path / "m.safetensors",
        **{
            SOURCES: build_source_entries(REPORT, NOTES),
            LITERATURE_ENTRY: list(LITERATURE),
            ATTRIBUTION_ENTRY: list(ATTRIBUTIONS),
        },
    )
    assert main.main(["card", str(path)]) == 0
    card = capsys.readouterr().out
    assert "Southern <b>hospital</b>: 40 films; 4 refused, 36 scored; AP 30, PA 10; patients of 2 to 17 years" in card
    assert "labels that no reader of the films gave" in card
    assert "0.93 (0.83–0.98), n = 30" in card
    assert "0.38 (0.28–0.43), n = 20" in card
    assert "Xin, Li, Yi" in card
    assert "383  ROC AUC 0.54" in card
    assert "This model  test films of other patients" in card
    assert KERMANY in card
    assert main.main(["card", str(path), "--pdf", str(tmp_path / "card.pdf")]) == 0


def test_the_card_is_german_too(model, tmp_path, german):
    from core.documents.document import render_text
    from core.models.model_card import build_card_document

    path = with_entries(
        model,
        tmp_path / "m.safetensors",
        **{SOURCES: build_source_entries(REPORT, NOTES), LITERATURE_ENTRY: list(LITERATURE)},
    )
    card = render_text(build_card_document(read_header(path)))
    assert "Erwachsene, NIH Clinical Center, Befunde von Radiologen (RSNA 2018)" in card
    assert "Kinder von 1 bis 5 Jahren, Guangzhou" in card


def test_a_turned_model_keeps_attributions_but_no_figures_of_the_other_finding(model, tmp_path):
    path = with_entries(
        model,
        tmp_path / "m.safetensors",
        **{
            SOURCES: build_source_entries(REPORT, NOTES),
            LITERATURE_ENTRY: list(LITERATURE),
            ATTRIBUTION_ENTRY: [KERMANY],
        },
    )
    turned = turn_model(path, tmp_path / "turned.safetensors")
    assert (turned.content[SOURCES], turned.content[LITERATURE_ENTRY]) == (None, None)
    assert turned.content[ATTRIBUTION_ENTRY] == [KERMANY]


def test_a_model_without_these_entries_has_a_card_as_before(model, capsys):
    assert main.main(["card", str(model)]) == 0
    card = capsys.readouterr().out
    assert "By source of films" not in card
    assert "licences" not in card
