"""Memory that runs out, and exceptions, in every place that works beside the window: one sentence, and it goes on."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from onnxruntime.capi import onnxruntime_pybind11_state
from PIL import Image

from core.films.film_reader import read_square
from core.films.phantoms import draw_phantom
from core.inference.engine import FilmOutputs
from core.inference.scoring_model import open_model
from core.screening.chunk_scoring import ChunkScorer, ScoredFilm
from core.screening.folder_listing import list_folder
from core.screening.reader_calls import Call
from core.system.error_messages import format_error
from core.system.errors import FilmUnreadable, Reason
from core.training import learner
from gui.classify.call_writer import CallWriter
from gui.film import thumbnails
from gui.film.film_picture import to_image
from gui.film.thumbnails import Thumbnails
from gui.jobs.jobs import JobState
from gui.jobs.training_jobs import train_job
from tests.factories import QUICK

ONNX_ERROR = onnxruntime_pybind11_state.RuntimeException(
    "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : bfc_arena.cc:358 Failed to allocate memory for requested buffer of "
    "size 205520896"
)
TORCH_SAYS = "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory"


class Hungry:
    """An engine that fails for bright films, as for lack of memory."""

    def __init__(self, error):
        self.error = error

    def compute(self, film):
        if film.mean() > 100:
            raise self.error
        return FilmOutputs(np.zeros(512, np.float32), np.zeros(1, np.float32), np.zeros((1, 7, 7), np.float32))


def score(folder, error, cancel):
    """Score two films, the second of which the engine cannot bear."""
    for name, level in (("a", 60), ("b", 160)):
        film = np.clip(draw_phantom(1, True, 256).astype(int) // 4 + level, 0, 255).astype(np.uint8)
        Image.fromarray(film).save(folder / f"{name}.png")
    model = replace(open_model(None), engine=Hungry(error))
    header = replace(model.header, likeness=None)
    files = list_folder(folder, ())
    return ChunkScorer(replace(model, header=header), None, cancel).score([files["a.png"], files["b.png"]])


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError(TORCH_SAYS), ONNX_ERROR])
def test_a_film_that_the_memory_does_not_suffice_for_is_a_row_and_others_are_scored(error, tmp_path, cancel):
    first, second = score(tmp_path, error, cancel).files
    assert isinstance(first.film, ScoredFilm)
    assert second.film.reason is Reason.OUT_OF_MEMORY
    assert second.film.may_be_retried
    assert second.state.sha256


def test_another_error_of_the_network_is_no_matter_of_memory(tmp_path, cancel):
    with pytest.raises(RuntimeError, match="shape"):
        score(tmp_path, RuntimeError("shape"), cancel)


def test_a_film_too_large_for_the_memory_is_a_row(tmp_path, monkeypatch):
    Image.fromarray(draw_phantom(1, True, 96)).save(tmp_path / "film.png")

    def greedy(*_arguments, **_named):
        raise MemoryError

    monkeypatch.setattr(Image.Image, "load", greedy)
    with pytest.raises(FilmUnreadable) as refused:
        read_square(tmp_path / "film.png", 64)
    assert refused.value.reason is Reason.OUT_OF_MEMORY


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError(TORCH_SAYS), OSError(28, "No space left", "/d/x.csv")])
def test_a_person_reads_what_to_do(error):
    sentence = format_error(error)
    assert "ran out of memory" in sentence or "/d/x.csv" in sentence
    assert "Errno" not in sentence


def test_a_picture_that_cannot_be_made_stops_no_other(qtbot, tmp_path, monkeypatch):
    for name in "ab":
        Image.fromarray(draw_phantom(1, True, 96)).save(tmp_path / f"{name}.png")
    failing = iter([MemoryError(), None])

    def sometimes(pixels):
        if error := next(failing):
            raise error
        return to_image(pixels)

    monkeypatch.setattr(thumbnails, "to_image", sometimes)
    seen, reader = {}, Thumbnails(64)
    reader.ready.connect(lambda path, image: seen.update({path.name: image is not None}))
    for name in "ab":
        reader.request(tmp_path / f"{name}.png")
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen == {"a.png": False, "b.png": True}
    reader.close()


def test_a_call_that_cannot_be_kept_is_said(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr("gui.classify.call_writer.append_call", lambda *_: (_ for _ in ()).throw(MemoryError()))
    keeper = CallWriter(tmp_path / "seen.csv")
    with qtbot.waitSignal(keeper.failed) as failed:
        keeper.open_book(tmp_path / "r.csv", ()).record(Call("a.png", "NORMAL", False, "", "2026-01-01T00:00:00+00:00"))
    assert "ran out of memory" in failed.args[0]
    keeper.close()


FAILURES = [MemoryError(), RuntimeError(TORCH_SAYS), RuntimeError("boom"), KeyError("x"), OSError(5, "I/O error", "/a")]


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
def test_after_any_exception_in_a_job_the_window_goes_on(qtbot, window, errors, error):
    def job(_cancel):
        with ThreadPoolExecutor(1) as pool:  # as decoders and loaders raise it
            pool.submit(lambda: (_ for _ in ()).throw(error)).result()
        yield

    for _ in range(2):
        with qtbot.waitSignal(window.job_shown):
            window.jobs.start(job, window.training_tab.show_event)
        assert window.jobs.state is JobState.IDLE
    assert len(errors) == 2
    assert "Traceback" not in errors[0]
    assert "Errno" not in errors[0]


@pytest.mark.usefixtures("tiny_network")
def test_memory_that_runs_out_in_a_training_step_is_said(qtbot, window, errors, dataset_folder, tmp_path, monkeypatch):
    monkeypatch.setattr(learner, "compute_loss", lambda *_, **__: (_ for _ in ()).throw(MemoryError()))
    with qtbot.waitSignal(window.job_shown, timeout=60_000):
        window.jobs.start(train_job(dataset_folder, QUICK, tmp_path / "run", False), window.training_tab.show_event)
    assert errors == ["There is not enough memory for two films at once. Choose a smaller image or network."]
    assert not list((tmp_path / "run").glob("*.safetensors"))
