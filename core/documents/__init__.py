"""Documents of paragraphs, tables and charts, written as HTML and PDF."""
