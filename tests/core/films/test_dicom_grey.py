"""Stored values to grey: modality, windows, lookup tables and presentation, by the formulas of PS3.3, C.11."""

from io import BytesIO

import numpy as np
import pytest
from pydicom import dcmread

from core.films.dicom_grey import is_inverted, window_values
from core.films.film_notes import Note
from tests.core.films.examples import (
    DEEP,
    FILM,
    WINDOW,
    differs,
    edit,
    items,
    put_bytes,
    read,
    save,
    store,
    store_deep,
    stretched,
    table,
    windowed,
)

PLAIN = windowed(DEEP, 2048, 4096)


def test_a_linear_window_is_that_of_the_standard():
    pixels, facts = read(store_deep(**WINDOW))
    assert differs(pixels, PLAIN) < 0.6
    assert facts.window == "2048/4096 LINEAR"
    assert facts.notes == ()


@pytest.mark.parametrize(("centre", "width"), [(1500.0, 800.0), (2500.5, 2.0), (1800.0, 1801.5), (-300.0, 3000.0)])
def test_values_outside_a_window_are_black_or_white(centre, width):
    pixels, _ = read(store_deep(WindowCenter=centre, WindowWidth=width))
    assert differs(pixels, windowed(DEEP, centre, width)) < 0.6


@pytest.mark.parametrize("function", ["LINEAR_EXACT", "linear_exact"])
def test_an_exact_linear_window_has_no_half_steps(function):
    pixels, facts = read(store_deep(WindowCenter="1500", WindowWidth="16", VOILUTFunction=function))
    assert differs(pixels, stretched(DEEP, 1492, 1508)) < 0.6
    assert facts.window == "1500/16 LINEAR_EXACT"


@pytest.mark.parametrize(("centre", "width"), [(2048, 2000), (1000, 400), (2048, 1), (1500, 0.5)])
def test_a_sigmoid_window_is_that_of_the_standard(centre, width):
    pixels, facts = read(store_deep(WindowCenter=centre, WindowWidth=width, VOILUTFunction="SIGMOID"))
    exponent = np.clip(-4 * (DEEP.astype(float) - centre) / width, -600, 600)
    assert differs(pixels, 255 / (1 + np.exp(exponent))) < 0.6
    assert facts.window.endswith("SIGMOID")


@pytest.mark.parametrize(
    ("function", "notes"), [("", ()), ("LINEAR ", ()), ("CURVED", (Note.VOI_FUNCTION_UNKNOWN,)), ("linear", ())]
)
def test_an_empty_or_unknown_function_is_linear(function, notes):
    pixels, facts = read(store_deep(**WINDOW, VOILUTFunction=function))
    assert differs(pixels, PLAIN) < 0.6
    assert facts.notes == notes


@pytest.mark.parametrize("width", ["0", "-4096", "1", "NaN", "Infinity", "wide", "", "1e999"])
def test_a_window_of_no_width_is_told_and_not_applied(width):
    content = edit(store_deep(**WINDOW), WindowWidth=width.encode())
    pixels, facts = read(content)
    assert differs(pixels, stretched(DEEP, DEEP.min(), DEEP.max())) < 0.6
    assert facts.notes == (Note.WINDOW_UNUSABLE,)


@pytest.mark.parametrize(
    ("centres", "widths"),
    [
        (["2048", "1000", "3000"], ["4096", "500", "500"]),
        (["2048", "1000"], ["4096"]),
        (["0", "2048"], ["0", "4096"]),
        (["60000", "2048"], ["100", "4096"]),
        (["2048,0"], ["4096,0"]),
    ],
)
def test_the_first_usable_window_serves(centres, widths):
    tags = {"WindowCenter": "\\".join(centres).encode(), "WindowWidth": "\\".join(widths).encode()}
    pixels, facts = read(edit(store_deep(), **tags))
    assert differs(pixels, PLAIN) < 0.6
    assert facts.window == "2048/4096 LINEAR"


@pytest.mark.parametrize("group", ["SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"])
def test_a_window_and_a_slope_in_functional_groups_are_used(group):
    transformation = items(RescaleSlope=2, RescaleIntercept=-100, RescaleType="US")
    voi = items(WindowCenter=4000, WindowWidth=6000)
    groups = items(FrameVOILUTSequence=voi, PixelValueTransformationSequence=transformation)
    pixels, facts = read(store_deep(**{group: groups}))
    assert differs(pixels, windowed(2.0 * DEEP - 100, 4000, 6000)) < 0.6
    assert facts.window == "4000/6000 LINEAR"


@pytest.mark.parametrize(
    ("slope", "intercept"),
    [("-1", "4095"), ("0.5", "-1000"), ("2.5", "7"), ("1", "-1024"), ("16", "0"), ("-0.25", "9")],
)
def test_the_window_applies_after_slope_and_intercept(slope, intercept):
    values = DEEP * float(slope) + float(intercept)
    centre, width = float(values.mean()), 1.2 * float(np.ptp(values))
    content = store_deep(RescaleSlope=slope, RescaleIntercept=intercept, WindowCenter=round(centre, 1),
                         WindowWidth=round(width, 1))  # fmt: skip
    pixels, facts = read(content)
    assert differs(pixels, windowed(values, round(centre, 1), round(width, 1))) < 0.6
    assert facts.notes == ()


def test_without_a_window_a_negative_slope_turns_the_grey_around():
    pixels, facts = read(store_deep(4095 - DEEP, RescaleSlope="-1", RescaleIntercept="4095"))
    assert differs(pixels, stretched(DEEP, DEEP.min(), DEEP.max())) < 0.6
    assert facts.window == f"none, {DEEP.min()}..{DEEP.max()}"


@pytest.mark.parametrize(
    ("slope", "intercept", "is_told"),
    [("1,0", "0,0", False), ("", "0", True), ("1", "", True), ("0", "0", True), ("one", "0", True), ("nan", "0", True)],
)
def test_an_unreadable_slope_never_costs_a_film(slope, intercept, is_told):
    content = edit(store_deep(**WINDOW), RescaleSlope=slope.encode(), RescaleIntercept=intercept.encode())
    pixels, facts = read(content)
    assert differs(pixels, PLAIN) < 0.6
    assert facts.notes == ((Note.RESCALE_UNREADABLE,) if is_told else ())


def test_of_two_slopes_the_first_serves():
    content = edit(store_deep(**WINDOW), RescaleSlope=b"1\\5", RescaleIntercept=b"0")
    assert differs(read(content)[0], PLAIN) < 0.6


def test_fractions_seen_through_a_window_of_one_are_exact():
    pixels, facts = read(store_deep(RescaleSlope=1 / 4095, RescaleIntercept=0, WindowCenter=0.5, WindowWidth=1))
    assert differs(pixels, stretched(DEEP, 0, 4095)) < 0.6
    assert facts.window == "0.5/1 LINEAR_EXACT"


def test_a_modality_table_wins_over_a_slope():
    entries = (np.arange(4096) ** 2 // 4096 * 16).astype(int)
    pixels, facts = read(
        store_deep(ModalityLUTSequence=[table(0, 16, entries)], RescaleSlope="0.01", RescaleIntercept="0")
    )
    values = entries[DEEP]
    assert differs(pixels, stretched(values, values.min(), values.max())) < 0.6
    assert facts.notes == ()


def test_an_unusable_modality_table_is_told_and_the_slope_serves():
    tags = {"RescaleSlope": "2", "RescaleIntercept": "0", "WindowCenter": 4096, "WindowWidth": 8192}
    content = store_deep(ModalityLUTSequence=[table(0, 16, [7] * 4096)], **tags)
    pixels, facts = read(content)
    assert differs(pixels, windowed(2.0 * DEEP, 4096, 8192)) < 0.6
    assert facts.notes == (Note.MODALITY_LUT_UNREADABLE,)


def test_the_first_of_two_voi_tables_wins_over_windows():
    first = (np.sqrt(np.arange(4096) / 4095) * 4095).round().astype(int)
    tables = [table(0, 12, entries) for entries in (first, 4095 - first)]
    pixels, facts = read(store_deep(**WINDOW, VOILUTSequence=tables))
    assert differs(pixels, first[DEEP] * (255 / 4095)) < 0.6
    assert facts.window == "VOI LUT, 12 bits"


def test_after_an_unusable_voi_table_the_next_or_the_window_serves():
    good, even = table(0, 12, range(4095, -1, -1)), table(0, 12, [9] * 4096)
    away = table(30000, 12, range(4000, 4064))
    pixels, facts = read(store_deep(**WINDOW, VOILUTSequence=[even, away, good]))
    assert differs(pixels, (4095 - DEEP.astype(float)) * (255 / 4095)) < 0.6
    assert facts.notes == (Note.VOI_LUT_UNREADABLE,)
    pixels, facts = read(store_deep(**WINDOW, VOILUTSequence=[even]))
    assert differs(pixels, PLAIN) < 0.6
    assert facts.notes == (Note.VOI_LUT_UNREADABLE,)


def test_an_empty_sequence_of_tables_is_no_table():
    pixels, facts = read(store_deep(**WINDOW, VOILUTSequence=[]))
    assert differs(pixels, PLAIN) < 0.6
    assert facts.notes == ()


@pytest.mark.parametrize("tables", ["VOILUTSequence", "ModalityLUTSequence"])
@pytest.mark.parametrize("slope", [None, "1"])
def test_a_table_may_follow_a_slope_of_one(tables, slope):
    content = store_deep(
        **{tables: [table(0, 12, range(4095, -1, -1))]},
        **({"RescaleSlope": slope, "RescaleIntercept": "0"} if slope else {}),
    )
    shown = 4095 - DEEP.astype(float)
    expected = shown * (255 / 4095) if tables == "VOILUTSequence" else stretched(shown, shown.min(), shown.max())
    assert differs(read(content)[0], expected) < 0.6


@pytest.mark.parametrize("window", [WINDOW, {}])
@pytest.mark.parametrize(
    ("interpretation", "shape", "is_negative"),
    [
        ("MONOCHROME1", None, True), ("monochrome1", None, True), ("MONOCHROME1 ", "IDENTITY", True),
        ("MONOCHROME1", "INVERSE", True), ("MONOCHROME2", "INVERSE", True), ("MONOCHROME2", "inverse", True),
        ("MONOCHROME2", "IDENTITY", False), ("MONOCHROME2", None, False), ("Monochrome2", "", False),
    ],
)  # fmt: skip
def test_low_values_are_white_once_if_the_header_says_so(interpretation, shape, is_negative, window):
    tags = {"PhotometricInterpretation": interpretation} | ({} if shape is None else {"PresentationLUTShape": shape})
    pixels, _ = read(store_deep(**window, **tags))
    shown = PLAIN if window else stretched(DEEP, DEEP.min(), DEEP.max())
    assert differs(pixels, 255 - shown if is_negative else shown) < 0.6


def test_8_bit_films_without_a_window_remain_as_they_are():
    pixels, facts = read(store(FILM))
    assert np.array_equal(pixels, FILM)
    assert facts.window == "none, 0..255"


def test_8_bit_films_are_seen_through_their_window():
    pixels, _ = read(store(FILM, WindowCenter=100, WindowWidth=100))
    assert differs(pixels, windowed(FILM, 100, 100)) < 0.6


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
def test_deeper_films_without_a_window_are_stretched_to_their_range(bits):
    deep = (DEEP.astype(np.float64) * 2 ** (bits - 12)).astype(np.uint16)
    pixels, facts = read(store(deep, BitsStored=bits, HighBit=bits - 1))
    assert differs(pixels, stretched(deep, deep.min(), deep.max())) < 0.6
    assert facts.notes == ()


@pytest.mark.parametrize("marker", [4095, 0])
@pytest.mark.parametrize("interpretation", ["MONOCHROME1", "MONOCHROME2"])
def test_a_marker_does_not_darken_a_film_without_a_window(marker, interpretation):
    narrow = 1500 + (DEEP - 300) // 8
    marked = narrow.copy()
    marked[5:14, 5:20] = marker
    pixels, facts = read(store_deep(marked, PhotometricInterpretation=interpretation))
    shown = stretched(marked, narrow.min(), narrow.max())
    assert differs(pixels, shown if interpretation == "MONOCHROME2" else 255 - shown) < 0.6
    assert facts.notes == (Note.OUTLIERS_IGNORED,)


@pytest.mark.parametrize("interpretation", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize(("padding", "limit"), [(4095, None), (0, None), (0, 40), (4060, 4095), (4095, 4060)])
def test_padding_is_black_and_does_not_count(interpretation, padding, limit):
    padded = DEEP.copy()
    padded[:, :20] = padding
    padded[:30, :10] = padding if limit is None else (padding + limit) // 2
    tags = {} if limit is None else {"PixelPaddingRangeLimit": limit}
    pixels, facts = read(
        store_deep(padded, PixelPaddingValue=padding, PhotometricInterpretation=interpretation, **tags)
    )
    film = DEEP[:, 20:]
    shown = stretched(padded, film.min(), film.max())
    expected = shown if interpretation == "MONOCHROME2" else 255 - shown
    expected[:, :20] = 0
    assert differs(pixels, expected) < 0.6
    assert facts.notes == (Note.PADDING_HIDDEN,)


@pytest.mark.parametrize("padding", [-2000, 63536])
def test_padding_of_signed_films_may_be_written_as_unsigned(padding):
    signed = DEEP.astype(np.int16) - 1000
    signed[:, :20] = -2000
    header = dcmread(BytesIO(store(signed, PixelRepresentation=1)))
    put_bytes(header, "PixelPaddingValue", (padding & 0xFFFF).to_bytes(2, "little"), "SS" if padding < 0 else "US")
    content = save(header)
    pixels, facts = read(content)
    expected = stretched(signed, signed[:, 20:].min(), signed[:, 20:].max())
    assert differs(pixels, expected) < 0.6
    assert Note.PADDING_HIDDEN in facts.notes


def test_padding_that_is_not_there_changes_nothing():
    pixels, facts = read(store_deep(**WINDOW, PixelPaddingValue=5))
    assert differs(pixels, PLAIN) < 0.6
    assert facts.notes == ()


@pytest.mark.parametrize("limit", [1500, 2500, 4095])
def test_padding_that_holds_the_film_itself_is_not_believed(limit):
    pixels, facts = read(store_deep(**WINDOW, PixelPaddingValue=0, PixelPaddingRangeLimit=limit))
    assert differs(pixels, PLAIN) < 0.6
    assert Note.PADDING_UNREADABLE in facts.notes


def test_lower_case_values_mean_the_same():
    content = store_deep(WindowCenter="2048", WindowWidth="2000", VOILUTFunction="sigmoid",
                         PresentationLUTShape="inverse", PhotometricInterpretation="monochrome2")  # fmt: skip
    upper = edit(content, VOILUTFunction="SIGMOID", PresentationLUTShape="INVERSE",
                 PhotometricInterpretation="MONOCHROME2")  # fmt: skip
    assert np.array_equal(read(content)[0], read(upper)[0])


@pytest.mark.parametrize(
    ("function", "width", "greys"),
    [
        # black up to 94.5 = c - 0.5 - (w - 1)/2, white above 104.5: C.11.2.1.2.1
        ("LINEAR", 11, {-1e6: 0, 94.5: 0, 95: 13, 97: 64, 99.5: 128, 102: 191, 104: 242, 104.5: 255, 1e6: 255}),
        # black up to 95 = c - w/2, white above 105: C.11.2.1.3.2
        ("LINEAR_EXACT", 10, {94.9: 0, 95: 0, 97: 51, 99: 102, 101: 153, 103: 204, 105: 255, 105.1: 255}),
        # 255 / (1 + exp(-4 (x - c) / w)), never quite 0 or 1: C.11.2.1.3.1
        ("SIGMOID", 10, {-1e6: 0, 95: 30, 97.25: 64, 102.75: 191, 105: 225, 110: 250, 1e6: 255}),
    ],
)
def test_a_window_has_the_borders_of_the_standard(function, width, greys):
    seen = window_values(np.array([*greys], float), 100, width, function)
    assert seen.dtype == np.uint8
    assert seen.tolist() == [*greys.values()]


def test_a_linear_window_of_width_2_has_a_step_of_one_value():
    assert window_values(np.array([98, 99, 100, 101], float), 100, 2, "LINEAR").tolist() == [0, 0, 255, 255]


@pytest.mark.parametrize(
    ("interpretation", "shape", "inverted"),
    [
        ("MONOCHROME1", "IDENTITY", True), ("MONOCHROME1", "INVERSE", True), ("MONOCHROME2", "INVERSE", True),
        ("MONOCHROME2", "IDENTITY", False), ("MONOCHROME2", "", False), ("", "", False),
    ],
)  # fmt: skip
def test_either_attribute_inverts_and_both_invert_once(interpretation, shape, inverted):
    header = items(PhotometricInterpretation=interpretation, PresentationLUTShape=shape)[0]
    assert is_inverted(header) is inverted
