"""Basics that every other package uses: errors, files, locks, language, application folders."""
