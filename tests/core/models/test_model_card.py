"""The card of a model."""

from pypdf import PdfReader

import main
from core.datasets.preparation import Preparation
from core.models.model_card import build_card_document
from core.models.model_header import ACCEPTED, read_header
from core.training.training import train
from tests.factories import drained


def test_the_card_has_mitchells_headings_and_the_faults(
    model, dataset_folder, tiny_network, tmp_path, cancel, quick_recipe, capsys
):
    header = read_header(model)
    document = build_card_document(header)
    titles = [block.text for block in document.blocks if hasattr(block, "level")]
    assert titles == [
        "Model details", "Intended use", "Factors", "Metrics", "Training data", "Evaluation data",
        "Quantitative analyses", "Ethical considerations", "Caveats and recommendations",
    ]  # fmt: skip
    assert header.content["card"][0][0] == "Model details"
    assert main.main(["card", str(model), "--pdf", str(tmp_path / "card.pdf")]) == 0
    assert "Quantitative analyses" in "".join(page.extract_text() for page in PdfReader(tmp_path / "card.pdf").pages)
    film = min((dataset_folder / "NORMAL").iterdir())
    (dataset_folder / "PNEUMONIA" / "P9999.png").write_bytes(film.read_bytes())
    preparation = Preparation(accepts_leaks=True)
    _, leaky = drained(train(dataset_folder, quick_recipe, tmp_path / "run", cancel, preparation=preparation))
    accepted = read_header(leaky.model).content[ACCEPTED]
    assert accepted
    assert any(accepted[0] in paragraph for _, part in read_header(leaky.model).content["card"] for paragraph in part)
    capsys.readouterr()
    assert main.main(["card", str(leaky.model)]) == 0
    assert accepted[0] in capsys.readouterr().out
