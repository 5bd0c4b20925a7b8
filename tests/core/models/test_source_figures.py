"""Figures for each source of films: from the report of a benchmark to the header of a model."""

import pytest

from core.models.literature import LITERATURE
from core.models.source_figures import ATTRIBUTION_ENTRY, LITERATURE_ENTRY, SOURCES, build_source_entries
from core.models.turned_model import turn_model
from core.system.attributions import KERMANY
from tests.core.models.source_reports import NOTES, REPORT, share, with_entries


def test_entries_are_whole_sources_of_the_report_with_what_it_does_not_say():
    south, rsna, pooled = build_source_entries(REPORT, NOTES)
    assert (south["ages_years"], south["weak_labels"], south["measured"]) == ([2, 17], True, "left_out")
    assert (rsna["ages_years"], rsna["films"], rsna["refused"], rsna["scored"]) == ([18, 93], 40, 4, 36)
    assert rsna["figures"]["roc_auc"] == share(0.926, 30)
    assert pooled["figures"]["roc_auc"]["n"] == 60
    with pytest.raises(KeyError, match="north"):
        build_source_entries(REPORT, {"north": NOTES["south"]})


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
