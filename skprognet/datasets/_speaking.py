"""Make the sound of one utterance: syllables, pauses, pitch, vowels, a quiet room."""

import numpy as np
from scipy.signal import lfilter

from skprognet.datasets._voice import resonate, rms, tract_resonances, voice_source

EDGE = 0.1  # seconds of silence before and after
CONSONANT = 0.25  # voiceless part of a syllable
SYLLABLES = (5, 8)  # number in an utterance: at least the first, less than the second
SYLLABLES_PER_PHRASE = 4
NOISE = -75  # dB relative to full scale, of the room
FRICATION = -22  # dB relative to the voice
HIGHEST_PEAK = 0.95  # of full scale
OPEN_QUOTIENT = 0.6

# First three formants in Hz of i, e, a, o and u, rounded from the men of Peterson and Barney 1952.
VOWELS = np.array(
    [[270, 2290, 3010], [530, 1840, 2480], [730, 1090, 2440], [570, 840, 2410], [300, 870, 2240]]
)


def time_syllables(n_syllables, delivery, rng):
    """Return start and end of each syllable in s; together they take ``n_syllables / rate``."""
    lengths = rng.uniform(0.8, 1.2, n_syllables)
    lengths *= n_syllables / delivery.rate / lengths.sum()
    pauses = delivery.pause * (np.arange(n_syllables) // SYLLABLES_PER_PHRASE)
    ends = EDGE + np.cumsum(lengths) + pauses
    return ends - lengths, ends


def voicing(time, starts, ends, rng):
    """Return the amplitude of the voice and of the consonants at each time, from 0 to about 1."""
    onset = starts + CONSONANT * (ends - starts)
    points = np.column_stack([onset, onset + 0.02, ends - 0.03, ends]).ravel()
    heights = np.outer(10 ** (rng.normal(0, 1, len(starts)) / 20), [0, 1, 0.8, 0]).ravel()
    edges = np.column_stack([starts, (starts + onset) / 2, onset]).ravel()
    hiss = np.tile([0.0, 1.0, 0.0], len(starts))
    return np.interp(time, points, heights), np.interp(time, edges, hiss)


def pitch_contour(time, starts, ends, voiced, delivery, rng):
    """Return the pitch in Hz: an accent on each syllable above a falling line.

    Mean and standard deviation in semitones over voiced time are those of the delivery.
    """
    accents = rng.standard_normal(len(starts)) - np.linspace(0, 2, len(starts))
    semitones = np.interp(time, (starts + ends) / 2, accents)
    semitones -= semitones[voiced].mean()
    semitones *= delivery.f0_range / semitones[voiced].std()
    return delivery.f0 * 2 ** (semitones / 12)


def speak(delivery, sampling_rate, rng):
    """Return an utterance, and whether each sample is voiced; both have shape (n_samples,).

    The voiced parts have a root mean square of 1.
    """
    n_syllables = rng.integers(*SYLLABLES)
    starts, ends = time_syllables(n_syllables, delivery, rng)
    time = np.arange(round((ends[-1] + EDGE) * sampling_rate)) / sampling_rate
    amplitude, hiss = voicing(time, starts, ends, rng)
    voiced = amplitude > 0.5
    source = voice_source(
        pitch_contour(time, starts, ends, voiced, delivery, rng),
        sampling_rate,
        jitter=delivery.jitter,
        shimmer=delivery.shimmer,
        breathiness=delivery.breathiness,
        tilt=delivery.tilt,
        open_quotient=OPEN_QUOTIENT,
        rng=rng,
    )
    targets = VOWELS[rng.integers(len(VOWELS), size=n_syllables)]
    vowels = np.column_stack([np.interp(time, (starts + ends) / 2, f) for f in targets.T])
    formants = tract_resonances(vowels, delivery.vocal_tract, sampling_rate)
    voice = resonate(amplitude * source, formants, sampling_rate)
    noise = lfilter([1, -1], [1], rng.standard_normal(len(time)))
    return voice / rms(voice[voiced]) + 10 ** (FRICATION / 20) * hiss * noise, voiced


def record(speech, level, rng):
    """Return the speech at this level in a quiet room, and its level.

    The level is lower than `level` if the speech would clip. Both are in dB relative to full
    scale.
    """
    level = min(level, 20 * np.log10(HIGHEST_PEAK / np.abs(speech).max()))
    room = 10 ** (NOISE / 20) * rng.standard_normal(len(speech))
    return 10 ** (level / 20) * speech + room, level
