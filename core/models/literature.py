"""Published figures of pneumonia classifiers on films of their own source and of others.

They stand on the bundled model's card beside its own. Every figure is as its paper states it.
"""

from typing import Any, Final

from core.system.language import marked

KERMANY_2018: Final = "Kermany et al., Cell 172, 1122-1131, 2018"
XIN_2021: Final = "Xin, Li, Yi, Emergency Radiology 29, 107-113, 2021"
TOGUNWA_2025: Final = "Togunwa et al., PLOS Digital Health 4(9), e0000713, 2025"
ROLLAN_2024: Final = "Rollan-Martinez-Herrera et al., PLoS ONE 19(7), e0306703, 2024"
GUANGZHOU: Final = marked("children of 1 to 5 years, Guangzhou")
OWN_TEST: Final = marked("test films of the same source")
NIH_CHILDREN: Final = marked("children of 1 to 5 years, NIH ChestX-ray14")
NIGERIA: Final = marked("children under 5 years, Ibadan, Nigeria")
ADULTS: Final = marked("adults of several datasets")


def _entry(study: str, trained_on: str, tested_on: str, films: int | None, **figures: float) -> dict[str, Any]:
    """Return an entry of a model file's header; films: number tested, None where the abstract has none."""
    return {"study": study, "trained_on": trained_on, "tested_on": tested_on, "films": films, "figures": figures}


LITERATURE: Final = (
    _entry(KERMANY_2018, GUANGZHOU, OWN_TEST, 624, roc_auc=0.968, accuracy=0.928, sensitivity=0.932, specificity=0.901),
    _entry(XIN_2021, GUANGZHOU, OWN_TEST, 624, roc_auc=0.95),
    _entry(XIN_2021, GUANGZHOU, NIH_CHILDREN, 383, roc_auc=0.54),
    _entry(TOGUNWA_2025, GUANGZHOU, OWN_TEST, 624, roc_auc=0.93, accuracy=0.86),
    _entry(TOGUNWA_2025, GUANGZHOU, NIGERIA, 190, roc_auc=0.65, accuracy=0.58),
    _entry(ROLLAN_2024, ADULTS, ADULTS, None, roc_auc=0.95),
    _entry(ROLLAN_2024, ADULTS, GUANGZHOU, 5856, roc_auc=0.82),
)
