"""The worker thread, and functions that build the jobs it runs."""
