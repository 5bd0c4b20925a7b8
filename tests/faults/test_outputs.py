"""What exists is replaced only where it is an earlier output of the same kind, and an input never."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import main
from core.exports.export_jobs import Export, ExportOrder, export_results
from core.films.phantoms import draw_phantom
from core.recipes.recipe_json import format_recipe
from core.screening.events import ScreeningResult
from core.screening.reader_calls import Call, append_call, calls_path
from core.screening.results_csv import write_final
from core.system.errors import JobFailed
from tests.factories import CLASSES, QUICK, drained, encode_png
from tests.faults.program import digests

FILM = encode_png(draw_phantom(2, True, 72))
CALL = Call("a.png", "PNEUMONIA", True, "", "2026-01-01T12:00:00+01:00")
NOTES = b"my own notes\n"


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("audit", "FILMS", "--json"), "a.json"),
        (("audit", "FILMS", "--resolve"), "p.json"),
        (("card", "bundled", "--pdf"), "card.pdf"),
        (("evaluate", "bundled", "FILMS", "--output"), "report.pdf"),
        (("accept", "bundled", "FILMS", "--output"), "acceptance.json"),
    ],
)
def test_only_a_file_of_the_same_format_is_replaced_and_only_if_asked(told, dataset_folder, tmp_path, command, name):
    place = tmp_path / "out"
    place.mkdir()
    command = [dataset_folder if word == "FILMS" else word for word in command]
    output = place if command[0] in {"evaluate", "accept"} else place / name
    same = {".pdf": b"%PDF-1.4\n", ".json": b'{"mine": 1}'}[(place / name).suffix]
    for content, options in ((FILM, ()), (FILM, ("--overwrite",)), (same, ())):
        (place / name).write_bytes(content)
        status, said = told(*command, output, *options)
        assert (status, f"{place / name} exists" in said) == (1, True)
        assert (place / name).read_bytes() == content
    assert "--overwrite" in said
    if command[0] != "accept":  # whose films are too few here
        for options in (("--overwrite",), ()):  # then an own output is replaced without being asked
            assert main.main([str(word) for word in (*command, output, *options)]) in {0, 3}
            assert (place / name).read_bytes() != same


def test_an_evaluation_never_replaces_the_figures_of_a_training(told, trained, dataset_folder):
    run = trained.run
    before = digests(run)
    for options in ((), ("--overwrite",)):
        status, said = told("evaluate", run / "best.safetensors", dataset_folder, "--output", run, *options)
        assert (status, f"{run} holds a training" in said) == (1, True)
    assert before.items() <= digests(run).items()


def test_a_training_into_a_used_folder_changes_nothing_there(told, dataset_folder, tmp_path):
    for name in ("recipe.json", "preparation.json", "splits.csv", "events.jsonl", "metrics.json", "run.json"):
        folder = tmp_path / name.partition(".")[0]
        folder.mkdir()
        (folder / name).write_bytes(NOTES)
        (folder / ".mine.tmp").write_bytes(NOTES)
        before = digests(folder)
        status, said = told("train", dataset_folder, "--start", "random", "--output", folder)
        assert (status, f"{folder / name} exists" in said) == (1, True)
        assert digests(folder) == before


def test_a_list_of_splits_that_a_person_corrected_is_not_replaced(told, trained, dataset_folder, tmp_path):
    folder = tmp_path / "corrected"
    folder.mkdir()
    shutil.copy(trained.run / "splits.csv", folder)
    before = digests(folder)
    status, said = told("train", dataset_folder, "--start", "random", "--output", folder)
    assert (status, f"{folder / 'splits.csv'} exists" in said) == (1, True)
    assert digests(folder) == before


def test_two_outputs_of_one_name_are_wrong_usage(told, dataset_folder, tmp_path):
    with pytest.raises(SystemExit) as ended:
        told("audit", dataset_folder, "--json", tmp_path / "a.json", "--resolve", tmp_path / "x" / ".." / "a.json")
    assert ended.value.code == 2


@pytest.mark.parametrize("kind", [Export.CSV, Export.CALLS])
def test_no_export_replaces_the_list_or_the_calls_of_another_screening(kind, tmp_path, cancel):
    output = tmp_path / "other.csv"
    write_final(output, [], CLASSES)
    append_call(calls_path(output), CALL)
    for path in (output, calls_path(output)):
        before = path.read_bytes()
        result = ScreeningResult(tmp_path / "r.csv", True, 0, 0, 0, 0, "", (), ())
        order = ExportOrder(kind, path, result, tmp_path / "films", (), CLASSES)
        with pytest.raises(JobFailed, match="not an earlier output"):
            drained(export_results(order, None, cancel))
        assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["recipe.json", "search.journal"])
def test_a_search_or_training_replaces_no_recipe_and_no_journal(told, dataset_folder, tmp_path, name):
    kept = format_recipe(replace(QUICK, epochs=77)).encode() if name == "recipe.json" else NOTES
    (tmp_path / name).write_bytes(kept)
    commands = ("train", "search") if name == "recipe.json" else ("search",)
    for command in commands:
        recipe = ("--recipe", tmp_path / name, "--epochs", "1") if command == "train" else ()
        status, said = told(command, dataset_folder, *recipe, "--output", tmp_path)
        assert (status, f"{tmp_path / name} exists" in said) == (1, True)
    assert (tmp_path / name).read_bytes() == kept


def test_a_list_that_is_trained_from_is_not_replaced(told, trained, tmp_path):
    splits = shutil.copy(trained.run / "splits.csv", tmp_path)
    before = Path(splits).read_bytes()
    status, said = told("train", splits, "--start", "random", "--output", tmp_path)
    assert (status, "must not be replaced" in said) == (1, True)
    assert Path(splits).read_bytes() == before


def test_a_call_is_never_added_to_a_file_of_another_kind(tmp_path):
    path = calls_path(tmp_path / "r.csv")
    path.write_bytes(NOTES)
    with pytest.raises(JobFailed, match="not an earlier output"):
        append_call(path, CALL)
    assert path.read_bytes() == NOTES
