"""The list of films of a screening: rows, filters, the narrow list and the table."""
