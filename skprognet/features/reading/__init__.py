"""From an audio file to one channel at one sampling rate: decode, mix, resample."""

from skprognet.features.reading._audio import (
    LONGEST,
    SAMPLING_RATE,
    convert_signal,
    read_audio,
)
from skprognet.features.reading._decoding import HIGHEST_RATE, check_file
from skprognet.features.reading._levels import CLIPPED, OPPOSITE, SILENT, SMALL

__all__ = [
    "CLIPPED",
    "HIGHEST_RATE",
    "LONGEST",
    "OPPOSITE",
    "SAMPLING_RATE",
    "SILENT",
    "SMALL",
    "check_file",
    "convert_signal",
    "read_audio",
]
