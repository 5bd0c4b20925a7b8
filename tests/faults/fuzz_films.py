"""Coverage-guided fuzz of everything that reads a film: whatever the bytes, a film or a refusal, in bounded time.

Decoders run in this process here, so that the fuzzer sees what they do. Run it with Atheris, from the project's root:

    python -m venv /tmp/fuzz && /tmp/fuzz/bin/pip install atheris
    PYTHONPATH=.:.venv/lib/python3.11/site-packages nice /tmp/fuzz/bin/python tests/faults/fuzz_films.py CORPUS \
        -max_total_time=900 -timeout=20 -rss_limit_mb=3000 -max_len=60000

CORPUS is a folder for the inputs that reach new code; it is filled with seeds when it is empty. What breaks a reader
is written to crash-…, oom-… or timeout-… in the present folder, and ends the run. GDCM throws over damaged JPEG frames
what nothing catches, within seconds; FUZZ_WITHOUT=gdcm leaves it out, so that other things are found.
"""

import os
import sys
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["core", "pydicom", "PIL"], enable_loader_override=False):
    from core.films import isolated_decoders
    from core.films.decoder_process import DecoderPool
    from core.films.film_reader import read_stream
    from core.films.images import explain_read_errors
    from core.system.errors import FilmUnreadable, Reason

from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import AllTransferSyntaxes

from core.films.phantoms import draw_phantom
from tests.factories import write_dicom
from tests.faults import hostile_films


class Here(DecoderPool):
    """A pool that decodes in this process, and reports errors as a child process does."""

    def run(self, work, content, **options):
        try:
            return work(content, **options)
        except (FilmUnreadable, MemoryError):
            raise
        except Exception as error:
            raise FilmUnreadable(Reason.DAMAGED, "It is damaged or cut off.") from error


def read_once(content):
    """Read a film as the program does; anything but a film or FilmUnreadable is a finding."""
    try:
        with explain_read_errors():
            film = read_stream(BytesIO(content))
    except FilmUnreadable:
        return
    assert film.pixels.any()


def write_seeds(corpus):
    with TemporaryDirectory() as name:
        folder = Path(name)
        hostile_films.write_pictures(folder)
        hostile_films.write_dicoms(folder)
        small = draw_phantom(4, False, 66)
        for kind, options in (
            ("PNG", {}), ("JPEG", {}), ("JPEG", {"progressive": True}), ("BMP", {}), ("TIFF", {}),
            ("TIFF", {"compression": "tiff_lzw"}), ("TIFF", {"compression": "tiff_adobe_deflate"}),
            ("TIFF", {"compression": "packbits"}), ("TIFF", {"compression": "jpeg"}),
        ):  # fmt: skip
            number = len(list(folder.iterdir()))
            (folder / f"small-{number}").write_bytes(hostile_films.encoded(small, kind, **options))
        write_dicom(folder / "small.dcm", small, WindowCenter=100, WindowWidth=50, RescaleSlope=2, RescaleIntercept=-9)
        for path in folder.iterdir():
            if path.stat().st_size < 60_000:
                (corpus / path.name).write_bytes(path.read_bytes())


def leave_out(plugin):
    for syntax in AllTransferSyntaxes:
        with suppress(NotImplementedError, ValueError, KeyError):
            get_decoder(syntax).remove_plugin(plugin)


def main():
    if plugin := os.environ.get("FUZZ_WITHOUT"):
        leave_out(plugin)
    isolated_decoders.decoder_pool = Here
    corpus = next((Path(given) for given in sys.argv[1:] if not given.startswith("-")), None)
    if corpus is not None:
        corpus.mkdir(parents=True, exist_ok=True)
        if not any(corpus.iterdir()):
            write_seeds(corpus)
    atheris.Setup(sys.argv, read_once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
