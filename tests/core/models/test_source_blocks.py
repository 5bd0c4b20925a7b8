"""What a model's card says of sources of films, published figures and attributions."""

import main
from core.documents.document import Table, render_text
from core.models.literature import LITERATURE
from core.models.model_card import build_card_document
from core.models.model_header import read_header
from core.models.source_blocks import build_source_blocks
from core.models.source_figures import ATTRIBUTION_ENTRY, LITERATURE_ENTRY, SOURCES, build_source_entries
from core.system.attributions import ATTRIBUTIONS, KERMANY
from tests.core.models.source_reports import NOTES, REPORT, with_entries


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
    assert "0.93 (0.83–0.98), n\u00a0=\u00a030" in card
    assert "0.38 (0.28–0.43), n\u00a0=\u00a020" in card
    assert "Xin, Li, Yi" in card
    assert "383  ROC AUC 0.54" in card
    assert "This model  test films of other patients" in card
    assert KERMANY in card
    assert main.main(["card", str(path), "--pdf", str(tmp_path / "card.pdf")]) == 0


def test_the_card_is_german_too(model, tmp_path, german):
    path = with_entries(
        model,
        tmp_path / "m.safetensors",
        **{SOURCES: build_source_entries(REPORT, NOTES), LITERATURE_ENTRY: list(LITERATURE)},
    )
    card = render_text(build_card_document(read_header(path)))
    assert "Erwachsene, NIH Clinical Center, Befunde von Radiologen (RSNA 2018)" in card
    assert "Kinder von 1 bis 5 Jahren, Guangzhou" in card


def test_a_model_without_these_entries_has_a_card_as_before(model, capsys):
    assert main.main(["card", str(model)]) == 0
    card = capsys.readouterr().out
    assert "By source of films" not in card
    assert "licences" not in card


def test_tables_have_no_column_without_a_figure():
    tables = [
        block
        for block in build_source_blocks({SOURCES: build_source_entries(REPORT, NOTES)})
        if isinstance(block, Table)
    ]
    assert [table.header for table in tables] == [
        ("Source", "ROC AUC", "Called likely, of films without the finding", "Sent to review")
    ]
