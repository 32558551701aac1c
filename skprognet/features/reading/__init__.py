"""Read an audio file as one channel at one sampling rate: decode, mix, resample."""

from skprognet.features.reading._audio import SAMPLING_RATE, convert_signal, read_audio
from skprognet.features.reading._decoding import check_file
from skprognet.features.reading._limits import HIGHEST_RATE, LONGEST

__all__ = [
    "HIGHEST_RATE",
    "LONGEST",
    "SAMPLING_RATE",
    "check_file",
    "convert_signal",
    "read_audio",
]
