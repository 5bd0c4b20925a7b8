"""A box for a fraction, typed with a decimal point or a decimal comma, or as 1e-4."""

import re
from typing import Final

from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox

BEGUN_EXPONENT: Final = re.compile(r"\d+e[+-]?", re.IGNORECASE)


class NumberBox(QDoubleSpinBox):
    """Shows a number as the current language writes it.

    A point and a comma are both its decimal sign. Qt would skip the other one as a separator of
    thousands: 0.001 typed in a German window would be 1. An exponent may be typed, which Qt only
    pastes: of 1e-3 it would take the keys 1 and 3.
    """

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        own = self._with_own_sign(text)
        if BEGUN_EXPONENT.fullmatch(own.replace(self.locale().decimalPoint(), "").removesuffix(self.suffix())):
            return QValidator.State.Intermediate, own, position
        return super().validate(own, position)

    def valueFromText(self, text: str) -> float:
        return super().valueFromText(self._with_own_sign(text))

    def _with_own_sign(self, text: str) -> str:
        sign = self.locale().decimalPoint()
        return text.replace(".", sign).replace(",", sign)
