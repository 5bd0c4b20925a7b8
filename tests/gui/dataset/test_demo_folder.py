"""The temporary folder of the demo."""

from pathlib import Path

from gui.dataset.demo_folder import DemoFolder


def test_it_is_made_anew_for_each_demo_and_removed():
    demo = DemoFolder()
    assert (demo.path, demo.worklist, demo.holds(Path("/films"))) == (None, None, False)
    first = demo.make()
    (first / "film.png").write_bytes(b"film")
    assert demo.holds(first / "phantoms")
    assert demo.worklist == first / "worklist"
    second = demo.make()
    assert second.exists()
    assert not first.exists()
    assert not demo.holds(first)
    demo.remove()
    demo.remove()
    assert not second.exists()
    assert demo.path is None
