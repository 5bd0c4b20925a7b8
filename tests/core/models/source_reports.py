"""A report of films of several sources, as benchmarks/external.py writes it, and what it does not say."""

from core.models.model_file import load_model, save_model
from core.models.source_figures import POOLED_SOURCE, SOURCE_NAMES, Measured, SourceNote
from core.models.turned_model import OWN_ENTRIES


def share(value, n):
    return {"value": value, "low": value - 0.1, "high": value + 0.05, "n": n}


def group(source, view=None, **figures):
    return {"source": source, "view": view, "age": None, "trusted": True, "labels": {}, "views": {"AP": 30, "PA": 10},
            "ages_years": [18, 93], "patients": 40, "films": 40, "scored": 36, "refused": 4, "failed": 0,
            "reasons": {"rotated": 4}, "figures": figures}  # fmt: skip


REPORT = {
    "groups": [
        group("rsna_dicom", roc_auc=share(0.926, 30), normals_likely=share(0.382, 20)),
        group("rsna_dicom", view="AP", roc_auc=share(0.9, 10)),
        group("south", review=share(0.2, 36)),
    ],
    "pooled": group(POOLED_SOURCE, roc_auc=share(0.93, 60)),
}
NOTES = {
    "south": SourceNote("Southern <b>hospital</b>", Measured.LEFT_OUT, ages_years=(2, 17), weak_labels=True),
    "rsna_dicom": SourceNote(SOURCE_NAMES["rsna_dicom"], Measured.TEST_FILMS),
    POOLED_SOURCE: SourceNote(SOURCE_NAMES[POOLED_SOURCE], Measured.NEVER_TRAINED_ON),
}


def with_entries(model, path, **entries):
    """The same model with further entries in its header."""
    loaded = load_model(model)
    kept = {key: value for key, value in loaded.header.content.items() if key not in OWN_ENTRIES}
    save_model(path, loaded.header.architecture, loaded.header.classes, loaded.network, loaded.preprocessing,
               loaded.calibration, kept | entries)  # fmt: skip
    return path
