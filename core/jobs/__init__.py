"""Shared by all jobs: progress events, progress rate and time left, a threaded map."""
