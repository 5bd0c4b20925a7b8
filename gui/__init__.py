"""The window: Qt widgets over core. Holds no science of its own."""
