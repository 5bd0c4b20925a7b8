"""What is kept of films that were read once: used again, never trusted when damaged, without names."""

import hashlib

import pytest
from PIL import Image

from core.datasets import survey
from core.datasets.audit import audit
from core.datasets.dataset import Film
from tests.factories import drained, draw_film

pytestmark = pytest.mark.usefixtures("no_shortcut_probe")


def test_the_second_opening_reads_no_film_again(split_folders, cancel, monkeypatch):
    _, first = drained(audit(split_folders, cancel))
    changed = split_folders / "train/NORMAL/p000_1.png"
    draw_film(77, 0).save(changed)
    read = []
    monkeypatch.setattr(
        survey, "read_properties", lambda path, real=survey.read_properties: read.append(path) or real(path)
    )
    _, second = drained(audit(split_folders, cancel))
    assert read == [changed]
    assert len(second.dataset.films) == len(first.dataset.films)


@pytest.mark.parametrize("when", ["before it is opened", "after it was read"])
def test_a_film_that_is_replaced_while_it_is_read_is_read_again(split_folders, cancel, monkeypatch, when):
    """Else the properties of one film would stand for the other, in the search for copies and in fingerprints."""
    replaced, new = split_folders / "val/NORMAL/p024_1.png", split_folders.parent / "new.png"
    draw_film(99, 0).save(new)

    def read_meanwhile(path, real=survey.read_properties):
        found = real(path) if when == "after it was read" else None
        if path == replaced:
            new.replace(path)
        return found or real(path)

    with monkeypatch.context() as context:
        context.setattr(survey, "read_properties", read_meanwhile)
        drained(audit(split_folders, cancel))
    assert not new.exists()
    _, (properties, _) = drained(survey.collect_properties([Film(replaced, 0, "p")], cancel))
    assert properties[replaced].sha256 == hashlib.sha256(replaced.read_bytes()).hexdigest()


def test_copies_are_not_kept_of_films_that_changed_while_they_were_compared(split_folders, cancel, monkeypatch):
    original, copy = split_folders / "train/NORMAL/p000_1.png", split_folders / "train/NORMAL/p090_1.png"
    Image.open(original).resize((200, 200)).save(copy)
    content = copy.read_bytes()

    def read_another(path, side, real=survey.read_square):
        if path == copy:
            draw_film(99, 0).save(copy)
        return real(path, side)

    with monkeypatch.context() as context:
        context.setattr(survey, "read_square", read_another)
        assert drained(audit(split_folders, cancel))[1].copies == ()
    copy.write_bytes(content)
    assert [set(group) for group in drained(audit(split_folders, cancel))[1].copies] == [{original, copy}]


def test_a_damaged_cache_is_only_slower(split_folders, cancel, tmp_path):
    _, first = drained(audit(split_folders, cancel))
    for path in (tmp_path / "app-cache").rglob("*.sqlite"):
        path.write_bytes(b"no database" * 1000)
    _, second = drained(audit(split_folders, cancel))
    assert second.findings == first.findings


def test_the_cache_holds_no_name(split_folders, cancel, tmp_path):
    drained(audit(split_folders, cancel))
    content = b"".join(path.read_bytes() for path in (tmp_path / "app-cache").rglob("*.sqlite"))
    assert content
    assert b"p000_1" not in content
