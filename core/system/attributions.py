"""Attributions of the films that the bundled model was made and measured with, as their licences ask.

The texts are citations and are shown as they are in every language.
"""

from typing import Final

KERMANY: Final = (
    'Kermany, Zhang, Goldbaum, "Labeled Optical Coherence Tomography (OCT) and Chest X-Ray Images for '
    'Classification", Mendeley Data, 2018, CC BY 4.0; Kermany et al., Cell 172, 1122-1131, 2018.'
)
NIH: Final = (
    "NIH Clinical Center, ChestX-ray14 (https://nihcc.app.box.com/v/ChestXray-NIHCC): Wang et al., "
    '"ChestX-ray8: Hospital-scale Chest X-ray Database and Benchmarks on Weakly-Supervised Classification and '
    'Localization of Common Thorax Diseases", CVPR 2017.'
)
RSNA: Final = (
    "RSNA Pneumonia Detection Challenge 2018, on images of the NIH Clinical Center: Shih et al., "
    '"Augmenting the National Institutes of Health Chest Radiograph Dataset with Expert Annotations of Possible '
    'Pneumonia", Radiology: Artificial Intelligence 1(1), e180041, 2019.'
)
HANNOVER: Final = 'Winther et al., "COVID-19 Image Repository", Hannover Medical School, CC BY 3.0.'
QATAR: Final = (
    'Copies of RSNA films through the COVID-19 Radiography Database: Chowdhury et al., "Can AI Help in Screening '
    'Viral and COVID-19 Pneumonia?", IEEE Access 8, 132665-132676, 2020; Rahman et al., "Exploring the Effect of '
    'Image Enhancement Techniques on COVID-19 Detection using Chest X-ray Images", Computers in Biology and '
    "Medicine, 2021."
)
FRACATLAS: Final = (
    'Abedeen et al., "FracAtlas: A Dataset for Fracture Classification, Localization and Segmentation of '
    'Musculoskeletal Radiographs", Scientific Data 10, 521, 2023, CC BY 4.0.'
)
VQA_RAD: Final = (
    'VQA-RAD: Lau et al., "A dataset of clinically generated visual questions and answers about radiology '
    'images", Scientific Data 5, 180251, 2018, CC0.'
)
ATTRIBUTIONS: Final = (KERMANY, NIH, RSNA, HANNOVER, QATAR, FRACATLAS, VQA_RAD)
