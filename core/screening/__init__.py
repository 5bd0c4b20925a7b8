"""Screen folders of films into RESULTS.csv; a reader's calls on them."""
