"""Import pydicom silenced: its warnings quote invalid values, which may name a patient."""

import logging
import warnings

from pydicom import config, dcmread

__all__ = ["dcmread"]

logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)
warnings.filterwarnings("ignore", module="pydicom")
config.settings.reading_validation_mode = config.IGNORE  # tags that are not read here may be invalid
