"""Read films: decode pictures and DICOM safely into upright grey pixels."""
