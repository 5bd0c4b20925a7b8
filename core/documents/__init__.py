"""Documents of headings, paragraphs, tables and charts, rendered as HTML, PDF or plain text."""
