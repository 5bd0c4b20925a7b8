"""Every control tells a screen reader what it is."""

from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QGroupBox,
    QLineEdit,
    QMenuBar,
    QPlainTextEdit,
    QProgressBar,
    QScrollBar,
    QTabBar,
    QTabWidget,
    QTextEdit,
)

CONTROLS = (
    QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QGroupBox, QLineEdit, QMenuBar,
    QPlainTextEdit, QProgressBar, QTabBar, QTextEdit,
)  # fmt: skip
NAMED_BY_OWNER = (
    QComboBox,
    QLineEdit,
    QAbstractSpinBox,
    QTabWidget,
    QAbstractItemView,
)  # parts of these are read with them


def is_part(widget):
    """Whether a widget belongs to another control, as the line of a combo box, or to Qt, as a scroll bar."""
    parent, names = widget.parentWidget(), (widget.objectName(), widget.metaObject().className())
    if isinstance(widget, QScrollBar) or any(name.startswith(("qt_", "QComboBoxPrivate", "QHeader")) for name in names):
        return True
    return (isinstance(parent, NAMED_BY_OWNER) and not isinstance(widget, QAbstractItemView)) or (
        parent is not None and parent.metaObject().className().startswith("QComboBoxPrivate")
    )


def has_name(widget):
    """Whether a control has a name, or words on it that are read in its place."""
    words = {"text": (QAbstractButton,), "title": (QGroupBox,)}
    shown = [getattr(widget, method)() for method, kinds in words.items() if isinstance(widget, kinds)]
    return any(name.strip() for name in (widget.accessibleName(), *shown))


def test_every_control_of_every_tab_has_a_name(window):
    controls = [one for kind in CONTROLS for one in window.findChildren(kind) if not is_part(one)]
    assert len(controls) > 100
    nameless = [
        f"{one.metaObject().className()} {one.objectName()!r} in {one.parentWidget().metaObject().className()} "
        f"{one.parentWidget().objectName()!r}"
        for one in controls
        if not has_name(one)
    ]
    assert nameless == []
