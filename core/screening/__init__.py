"""Screen folders of films into RESULTS.csv, and record a reader's calls on them."""
