"""Synthesise a voice: glottal pulses and breath through the resonances of a vocal tract."""

import numpy as np
from scipy.linalg.blas import dtbsv
from scipy.signal import lfilter, resample_poly

SPEED_OF_SOUND = 35_000  # cm/s, in warm and humid air

_OVERSAMPLING = 4  # pulses end abruptly, so their overtones would alias at the final rate
_HIGHEST = 0.9  # the highest resonance, as a share of half the sampling rate


def pulse_phase(f0, sampling_rate, jitter, rng):
    """Return the time since the first glottal pulse, counted in pulses.

    Parameters
    ----------
    f0 : ndarray of shape (n_samples,)
        Fundamental frequency in Hz.
    sampling_rate : int
        Of `f0`, in Hz.
    jitter : float
        Mean absolute difference of neighbouring periods, relative to their mean.
    rng : Generator
        Draws the periods.

    Returns
    -------
    ndarray of shape (n_samples,)
        The whole part numbers the pulses, and the rest is the position in the period.
    """
    time = np.arange(len(f0)) / sampling_rate
    cycles = np.cumsum(f0) / sampling_rate
    n_pulses = int(cycles[-1]) + 3
    # After the end, the pitch keeps its last value.
    starts = np.interp(np.arange(n_pulses), cycles, time)
    late = np.arange(n_pulses) > cycles[-1]
    starts[late] = time[-1] + (np.arange(n_pulses)[late] - cycles[-1]) / f0[-1]
    # Two draws with standard deviation s differ by 2 s / sqrt(pi) on average.
    spread = jitter * np.sqrt(np.pi) / 2
    periods = np.diff(starts) * (1 + spread * rng.standard_normal(n_pulses - 1))
    jittered = np.concatenate([[0], np.cumsum(periods)])
    jittered *= starts[-1] / jittered[-1]
    return np.interp(time, jittered, np.arange(n_pulses))


def glottal_pulses(phase, open_quotient):
    """Return air flow through the glottis and its derivative (Rosenberg 1971; Klatt & Klatt 1990).

    In the open part of a period the flow is 27/4 (x² - x³), where x is the fraction of this part
    that has passed. Its maximum is 1. In the rest of the period it is 0. Lips radiate the
    derivative.

    Parameters
    ----------
    phase : ndarray of shape (n_samples,)
        From :func:`pulse_phase`.
    open_quotient : float
        Open part of a period, from 0 to 1.

    Returns
    -------
    flow, derivative : ndarray of shape (n_samples,)
        The derivative is with respect to x.
    """
    x = np.minimum(phase % 1 / open_quotient, 1)
    flow = 27 / 4 * (x**2 - x**3)
    return flow, np.where(x < 1, 27 / 4 * (2 * x - 3 * x**2), 0)


def shimmer_gains(phase, shimmer, rng):
    """Return the gain of each sample, one value per pulse.

    `shimmer` is the mean absolute difference of neighbouring pulses in dB.
    """
    pulse = phase.astype(int)
    decibels = shimmer * np.sqrt(np.pi) / 2 * rng.standard_normal(pulse[-1] + 1)
    return 10 ** (decibels[pulse] / 20)


def voice_source(f0, sampling_rate, *, jitter, shimmer, breathiness, tilt, open_quotient, rng):
    """Return the input of the vocal tract: softened pulses, and breath in their open parts.

    Parameters
    ----------
    f0 : ndarray of shape (n_samples,)
        Fundamental frequency in Hz.
    sampling_rate : int
        In Hz.
    jitter : float
        See :func:`pulse_phase`.
    shimmer : float
        In dB; see :func:`shimmer_gains`.
    breathiness : float
        Level of the breath relative to the pulses, in dB.
    tilt : float
        Frequency in Hz above which the pulses lose 6 dB more per octave. A lower frequency gives a
        softer voice.
    open_quotient : float
        Open part of a period.
    rng : Generator
        Draws irregularities and breath.

    Returns
    -------
    ndarray of shape (n_samples,)
        Source signal with the pulses at a root mean square of 1.
    """
    rate, n_samples = sampling_rate * _OVERSAMPLING, len(f0)
    fine = np.interp(
        np.arange(n_samples * _OVERSAMPLING) / _OVERSAMPLING, np.arange(n_samples), f0
    )
    phase = pulse_phase(fine, rate, jitter, rng)
    flow, pulses = glottal_pulses(phase, open_quotient)
    pulses *= shimmer_gains(phase, shimmer, rng)
    pole = np.exp(-2 * np.pi * tilt / rate)
    pulses = resample_poly(lfilter([1 - pole], [1, -pole], pulses), 1, _OVERSAMPLING)
    pulses -= pulses.mean()
    breath = rng.standard_normal(n_samples) * flow[::_OVERSAMPLING]
    return pulses / rms(pulses) + 10 ** (breathiness / 20) * breath / rms(breath)


def tract_resonances(vowels, length, sampling_rate):
    """Return the formants of vowels in a vocal tract of this length (Fant 1960).

    The lowest formants are those of the vowels, scaled by 17.5 cm / `length`. Above them are those
    of a uniform tube, (2 n - 1) c / (4 `length`), up to the limit of the sampling rate.

    Parameters
    ----------
    vowels : ndarray of shape (n_samples, n_given)
        Formants in Hz of a tract of 17.5 cm.
    length : float
        Length of the tract in cm.
    sampling_rate : int
        In Hz.

    Returns
    -------
    ndarray of shape (n_samples, n_formants)
        Frequencies in Hz.
    """
    spacing, limit = SPEED_OF_SOUND / (4 * length), _HIGHEST * sampling_rate / 2
    n_given = vowels.shape[1]
    n_formants = max(n_given, int((limit / spacing + 1) / 2))
    tube = (2 * np.arange(n_given, n_formants) + 1) * spacing
    scaled = np.minimum(vowels * 17.5 / length, limit)
    return np.hstack([scaled, np.broadcast_to(tube, (len(vowels), len(tube)))])


def resonate(source, formants, sampling_rate):
    """Return the source after one resonator per formant, in a row (Klatt 1980, section I.C).

    With T the sampling period, a formant of F Hz and bandwidth B Hz is the filter
    y[t] = (1 - b - c) x[t] + b y[t-1] + c y[t-2] with c = -exp(-2 pi B T) and
    b = 2 exp(-pi B T) cos(2 pi F T). B is 50 Hz plus 4 % of F.

    Parameters
    ----------
    source : ndarray of shape (n_samples,)
        The input signal.
    formants : ndarray of shape (n_samples, n_formants)
        Frequencies in Hz.
    sampling_rate : int
        In Hz.

    Returns
    -------
    ndarray of shape (n_samples,)
        The output signal.
    """
    signal = source
    # scipy's filters have constant coefficients. With coefficients that change at every sample,
    # the filter is a triangular system with two bands, which BLAS solves in the same order.
    bands = np.ones((3, len(source)), order="F")
    for formant in formants.T:
        decay = np.exp(-np.pi * (50 + 0.04 * formant) / sampling_rate)
        b, c = 2 * decay * np.cos(2 * np.pi * formant / sampling_rate), -(decay**2)
        bands[1, :-1], bands[2, :-2] = -b[1:], -c[2:]
        signal = dtbsv(2, bands, (1 - b - c) * signal, lower=1, diag=1)
    return signal


def rms(signal):
    """Return the root mean square of a signal."""
    return np.sqrt(np.mean(signal**2))
