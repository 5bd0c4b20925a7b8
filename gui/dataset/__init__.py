"""The Dataset tab: open, audit and correct a dataset."""
