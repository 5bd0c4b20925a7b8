"""Reports of an evaluation."""

import json
import re
from dataclasses import replace
from pathlib import Path

from pypdf import PdfReader

from core.datasets.entries import FilmLeftOut
from core.documents.document import Heading, Table, Text, Tone, render_text
from core.evaluation.evaluate import evaluate
from core.evaluation.report import MISTAKES, build_evaluation_document, build_subgroup_blocks, build_three_way_blocks
from core.evaluation.subgroups import Subgroup
from core.metrics.figures import predictive_values_at
from core.metrics.intervals import Figure
from core.system.errors import Reason
from tests.core.evaluation.evaluations import build_evaluation
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


def tables_of(document):
    return [block for block in document.blocks if isinstance(block, Table)]


def headings_of(document):
    return [block.text for block in document.blocks if isinstance(block, Heading)]


def test_warnings_and_the_notice_come_before_any_figure():
    document = build_evaluation_document(replace(build_evaluation(90, 95), warnings=("Seen before.", "Other films.")))
    first = document.blocks[:3]
    assert [block.tone for block in first] == [Tone.NOTICE] * 3
    assert [block.text for block in first[1:]] == ["Seen before.", "Other films."]
    assert not any(isinstance(block, Table) for block in first)


def test_every_number_of_a_german_report_has_a_decimal_comma(german):
    text = render_text(build_evaluation_document(build_evaluation(90, 95)))
    assert re.search(r"Sensitivität  0,900  0,8\d\d bis 0,9\d\d", text)
    assert not re.findall(r"\d\.\d", text)


def test_figures_are_those_of_the_evaluation_with_their_intervals():
    evaluation = build_evaluation(90, 95)
    rows = {row[0]: row for row in tables_of(build_evaluation_document(evaluation))[0].rows}
    figure = evaluation.figures.sensitivity
    assert rows["Sensitivity"][1] == "0.900"
    assert rows["Sensitivity"][2] == f"{figure.low:.3f} to {figure.high:.3f}"
    assert rows["Specificity"][1] == "0.950"


def test_values_at_a_prevalence_are_rows_of_their_own():
    evaluation = build_evaluation(90, 95)
    rare = predictive_values_at(evaluation.predictions.labels, evaluation.probabilities, 0.5, 0.02)
    rows = tables_of(build_evaluation_document(replace(evaluation, at_prevalence=rare)))[0].rows
    (ppv,) = [row for row in rows if "at 2 %" in row[0] and row[1] == f"{rare.ppv.value:.3f}"]
    assert rare.ppv.value < evaluation.figures.ppv.value
    assert ppv


def test_the_most_confident_mistakes_are_listed_by_name(tmp_path):
    document = build_evaluation_document(build_evaluation(88, 95, source=tmp_path))
    assert any("17" in heading for heading in headings_of(document))  # 12 missed and 5 false alarms
    rows = tables_of(document)[-1].rows
    assert len(rows) == MISTAKES
    assert {row[1:] for row in rows} <= {("PNEUMONIA", "NORMAL", "0.100"), ("NORMAL", "PNEUMONIA", "0.900")}
    assert all(row[0].endswith(".png") for row in rows)
    no_mistakes = build_evaluation_document(build_evaluation(100, 100))
    assert len(tables_of(no_mistakes)) == len(tables_of(document)) - 1


def test_films_that_could_not_be_read_are_counted():
    left_out = FilmLeftOut(Path("x.png"), Reason.DAMAGED, "It is cut off.")
    evaluation = build_evaluation(90, 95)
    for unread, expected in ((), False), ((left_out, left_out), True):
        document = build_evaluation_document(replace(evaluation, left_out=unread))
        texts = " ".join(block.text for block in document.blocks if isinstance(block, Text))
        assert ("2 more" in texts) is expected
        assert "200 films of 200 patients" in texts


def test_the_band_says_what_it_did_on_these_films():
    blocks = build_three_way_blocks(build_evaluation(90, 95))
    rows = dict(blocks[-1].rows)
    assert [value.split()[0] for value in rows.values()] == ["0.000", "0.100", "0.050"]
    assert build_three_way_blocks(replace(build_evaluation(90, 95), three_way=None)) == []


def test_small_groups_are_marked_and_undefined_figures_are_not_numbers():
    figure = Figure(0.5, 0.25, 0.75)
    large = Subgroup("sex", "female", 40, 20, figure, figure, figure)
    small = Subgroup("sex", "male", 12, 3, None, figure, None)
    table, note = build_subgroup_blocks((large, small))
    assert [row[0] for row in table.rows] == ["sex: female", "sex: male *"]
    assert table.rows[1][1] == "12 (3)"
    assert not any(character.isdigit() for character in table.rows[1][2])
    assert "Fewer than 10" in note.text
    assert len(build_subgroup_blocks((large,))) == 1
