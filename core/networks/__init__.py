"""Network architectures, preprocessing and augmentation."""
