"""The window's frame: start, menus, instances, crash log, quitting."""
