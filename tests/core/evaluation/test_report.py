"""Reports of an evaluation."""

import json

from pypdf import PdfReader

from core.evaluation.evaluate import evaluate
from tests.factories import drained


def test_reports_say_the_same_everywhere(model, local_films, tmp_path, cancel):
    (local_films / "NORMAL" / "broken.png").write_bytes(b"no film")
    output = tmp_path / "out"
    _, evaluation = drained(evaluate(model, local_films, output, cancel, prevalence=0.02))
    metrics = json.loads((output / "metrics.json").read_text())
    assert metrics["n"] == 50 == evaluation.figures.n
    assert metrics["left_out"] == 1
    assert metrics["at_prevalence"]["prevalence"] == 0.02
    assert metrics["looks"] == evaluation.looks
    assert metrics["sensitivity"]["low"] <= metrics["sensitivity"]["value"] <= metrics["sensitivity"]["high"]
    page = (output / "report.html").read_text()
    paper = "".join(sheet.extract_text() for sheet in PdfReader(output / "report.pdf").pages)
    for text in (page, paper):
        assert "not a diagnosis" in text
        assert "Not validated here" in text
        assert f"{metrics['roc_auc']['value']:.3f}" in text
        assert "1 more could not be read" in text
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")
    assert {path.suffix for path in output.iterdir()} == {".json", ".html", ".pdf", ".svg"}
    plots = {"intervals", "confusion", "roc", "precision", "reliability", "scores", "rates"}
    assert {path.stem for path in output.glob("*.svg")} == plots
