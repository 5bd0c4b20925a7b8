"""Ground floor: errors, files, locks, language, folders of the app."""
