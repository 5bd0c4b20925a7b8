"""The worker thread, and starters of the jobs it runs."""
