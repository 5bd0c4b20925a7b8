"""Export screened films: Excel, PDF summary, DICOM."""
