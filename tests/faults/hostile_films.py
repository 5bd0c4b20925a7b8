"""Files that attack a reader of films, each made by code. Makes them only; what must become of each is told beside."""

import io
import os
import socket
import struct
import zlib

import numpy as np
from PIL import Image
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEG2000Lossless, JPEGBaseline8Bit, RLELossless

from core.films.phantoms import draw_phantom
from tests.factories import write_dicom

FILM = draw_phantom(1, True, 128)
SCORED, REFUSED, FAILED = "scored", "refused", "failed"


def png_chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_bomb(width=50_000, height=50_000, packed=b""):
    """A PNG of a few bytes that claims so many pixels of 16 bits."""
    header = struct.pack(">IIBBBBB", width, height, 16, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", packed) + png_chunk(b"IEND", b"")


def tiff_with(tags, more=b""):
    """A little-endian TIFF of one directory with these (tag, type, count, value), and what follows it."""
    packed = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags) + b"\0" * 4
    return b"II*\0" + struct.pack("<I", 8) + packed + more


def encoded(film, kind, **options):
    stream = io.BytesIO()
    Image.fromarray(film).save(stream, kind, **options)
    return stream.getvalue()


def write_pictures(folder):
    """Files of pictures and of no pictures; returns for each name what must become of it."""
    jpeg, png = encoded(FILM, "JPEG", quality=95), encoded(FILM, "PNG")
    huge_table = tiff_with([(256, 3, 1, 128), (257, 3, 1, 128), (273, 4, 0x3FFFFFFF, 200), (279, 4, 0x3FFFFFFF, 200)])
    huge_side = tiff_with([(256, 4, 1, 0xFFFFFFF0), (257, 4, 1, 0xFFFFFFF0), (258, 3, 1, 8), (262, 3, 1, 1)])
    circle = tiff_with([(256, 3, 1, 128), (257, 3, 1, 128)])[:-4] + struct.pack("<I", 8)
    text_bomb = zlib.compress(b"A" * 20_000_000)
    contents = {
        "zero.png": (b"", REFUSED),
        "one.jpg": (b"x", REFUSED),
        "page.dcm": (b"<!DOCTYPE html><html><body>Sign in</body></html>" * 9, REFUSED),
        "jpeg named.png": (jpeg, SCORED),
        "png named.jpg": (png, SCORED),
        "png-bomb.png": (png_bomb(), REFUSED),
        "png-bomb-wide.png": (png_bomb(0x7FFFFFFF, 1), REFUSED),
        "png-short.png": (png_bomb(256, 256, zlib.compress(b"\0" * 100)), FAILED),
        "png-text-bomb.png": (png[:33] + png_chunk(b"zTXt", b"Comment\0\0" + text_bomb) + png[33:], FAILED),
        "png-profile-bomb.png": (png[:33] + png_chunk(b"iCCP", b"x\0\0" + text_bomb) + png[33:], FAILED),
        "tiff-table.tif": (huge_table, FAILED),
        "tiff-side.tif": (huge_side, FAILED),
        "tiff-circle.tif": (circle, FAILED),
        "gif.png": (encoded(FILM, "GIF"), REFUSED),
        "webp.png": (encoded(FILM, "WEBP"), SCORED),
        "jpeg2000.jpg": (encoded(FILM, "JPEG2000"), REFUSED),
        "script.eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n(/etc/passwd) run\n", REFUSED),
        "cut.jpg": (jpeg[: len(jpeg) // 2], FAILED),
        "cut-end.jpg": (jpeg[:-40], FAILED),
        "cut.png": (png[: len(png) // 2], FAILED),
        "cut-end.png": (png[:-60], FAILED),
        "cut.tif": (encoded(FILM, "TIFF")[:9000], FAILED),
        "cut-lzw.tif": (encoded(FILM, "TIFF", compression="tiff_lzw")[:-2000], FAILED),
    }
    for name, (content, _) in contents.items():
        (folder / name).write_bytes(content)
    return {name: status for name, (_, status) in contents.items()}


def write_dicoms(folder):
    """DICOM files that attack a reader; returns for each name what must become of it."""
    plain = write_dicom(folder / "plain.dcm", FILM).read_bytes()
    write_dicom(folder / "rows.dcm", FILM, Rows=65535, Columns=65535)
    write_dicom(folder / "frames.dcm", FILM, NumberOfFrames=2_000_000_000)
    write_dicom(folder / "frames-minus.dcm", FILM, NumberOfFrames=-1)
    write_dicom(folder / "samples.dcm", FILM, SamplesPerPixel=65535)
    write_dicom(folder / "bits.dcm", FILM, BitsAllocated=64000)
    (folder / "cut.dcm").write_bytes(plain[:-900])
    (folder / "pe-preamble.dcm").write_bytes(b"MZ" + b"\x90" * 126 + plain[128:])
    (folder / "elf-preamble.dcm").write_bytes(b"\x7fELF\x02\x01\x01" + b"\0" * 121 + plain[128:])
    header = dcmread(folder / "plain.dcm")
    header.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    header.save_as(folder / "deflated.dcm")
    write_deflated_bomb(folder / "deflated.dcm", folder / "deflated-bomb.dcm")
    expected = {
        "plain.dcm": SCORED, "rows.dcm": REFUSED, "frames.dcm": REFUSED, "frames-minus.dcm": REFUSED,
        "samples.dcm": FAILED, "bits.dcm": FAILED, "cut.dcm": FAILED, "pe-preamble.dcm": SCORED,
        "elf-preamble.dcm": SCORED, "deflated.dcm": SCORED, "deflated-bomb.dcm": REFUSED,
    }  # fmt: skip
    for name, syntax in (("j2k", JPEG2000Lossless), ("rle", RLELossless)):
        header = dcmread(folder / "plain.dcm")
        header.compress(syntax)
        header.save_as(folder / f"{name}.dcm")
        whole = (folder / f"{name}.dcm").read_bytes()
        (folder / f"{name}-cut.dcm").write_bytes(whole[: len(whole) - 3000])
        frame = header.PixelData
        header.PixelData = frame[: len(frame) // 2]
        header.save_as(folder / f"{name}-half.dcm")
        expected |= {f"{name}.dcm": SCORED, f"{name}-cut.dcm": FAILED, f"{name}-half.dcm": FAILED}
    jpeg = encoded(FILM, "JPEG", quality=95)
    for name, frame, status in (("jpeg", jpeg, SCORED), ("jpeg-half", jpeg[: len(jpeg) // 2], FAILED),
                                ("jpeg-none", b"\xff\xd8", FAILED)):  # fmt: skip
        header = dcmread(folder / "plain.dcm")
        header.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
        header.PixelData = encapsulate([frame])
        header["PixelData"].is_undefined_length = True
        header.save_as(folder / f"{name}.dcm")
        expected[f"{name}.dcm"] = status
    return expected


def write_deflated_bomb(film, path, size=500_000_000):
    """A deflated DICOM file whose picture is followed by so many zeros, as a private tag would be."""
    content = film.read_bytes()
    start = 144 + struct.unpack("<I", content[140:144])[0]
    deflater, zeros = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS), bytes(10_000_000)
    packed = [deflater.compress(zlib.decompress(content[start:], -zlib.MAX_WBITS))]
    packed += [deflater.compress(zeros) for _ in range(size // len(zeros))]
    path.write_bytes(content[:start] + b"".join(packed) + deflater.flush())


def write_no_files(folder):
    """What is no regular file: a folder, a pipe, a socket, links to a device and in circles. No row may name them."""
    (folder / "folder.png").mkdir()
    (folder / "circle").symlink_to(folder, target_is_directory=True)
    (folder / "loop.png").symlink_to(folder / "loop.png")
    (folder / "device.png").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.png")
    ear = socket.socket(socket.AF_UNIX)
    here = os.getcwd()  # noqa: PTH109
    os.chdir(folder)  # a socket's name may have 107 bytes
    try:
        ear.bind("socket.png")
    finally:
        os.chdir(here)
        ear.close()


def write_deep(folder, depth=300, name="d" * 20):
    """A film below so many folders of this name."""
    here = os.getcwd()  # noqa: PTH109
    try:
        os.chdir(folder)
        for _ in range(depth):
            os.mkdir(name)  # noqa: PTH102
            os.chdir(name)
        with open("deep.png", "wb") as stream:  # noqa: PTH123
            stream.write(encoded(FILM, "PNG"))
    finally:
        os.chdir(here)


def all_bytes(folder):
    """Content and time of change of every regular file, for seeing that none was touched."""
    return {
        path: (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def noisy_film(side=1024):
    return np.random.default_rng(1).integers(0, 255, (side, side), dtype=np.uint8)
