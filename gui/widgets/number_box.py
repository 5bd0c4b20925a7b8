"""A box for a fraction, typed with a decimal point or a decimal comma."""

from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox


class NumberBox(QDoubleSpinBox):
    """Shows a number as the current language writes it.

    A point and a comma are both its decimal sign. Qt would skip the other one as a separator of
    thousands: 0.001 typed in a German window would be 1.
    """

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        return super().validate(self._with_own_sign(text), position)

    def valueFromText(self, text: str) -> float:
        return super().valueFromText(self._with_own_sign(text))

    def _with_own_sign(self, text: str) -> str:
        sign = self.locale().decimalPoint()
        return text.replace(".", sign).replace(",", sign)
