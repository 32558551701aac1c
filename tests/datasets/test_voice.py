"""The invented voice, checked by hand: pulses at the pitch, resonances at the formants."""

import numpy as np
import pytest
from scipy.linalg import solve_toeplitz
from scipy.signal import freqz, lfilter

from skprognet.datasets._voice import (
    glottal_pulses,
    pulse_phase,
    resonate,
    rms,
    shimmer_gains,
    tract_resonances,
    voice_source,
)

RATE = 16_000
STEADY = {"jitter": 0, "shimmer": 0, "breathiness": -200, "tilt": 5000, "open_quotient": 0.6}


def periods(phase, rate=RATE):
    """Return the duration of each period in s: where the phase passes whole numbers."""
    starts = np.interp(np.arange(1, int(phase[-1]) + 1), phase, np.arange(len(phase)) / rate)
    return np.diff(starts)


def test_pulses_without_jitter_follow_the_pitch(rng):
    f0 = np.linspace(100, 300, RATE)
    phase = pulse_phase(f0, RATE, 0, rng)
    np.testing.assert_allclose(phase, np.cumsum(f0) / RATE, atol=0.02)


@pytest.mark.parametrize("jitter", [0.005, 0.02])
def test_jitter_is_the_mean_difference_of_neighbouring_periods(jitter, rng):
    phase = pulse_phase(np.full(20 * RATE, 150.0), RATE, jitter, rng)
    lengths = periods(phase)
    assert np.abs(np.diff(lengths)).mean() / lengths.mean() == pytest.approx(jitter, rel=0.05)
    assert lengths.mean() == pytest.approx(1 / 150, rel=0.002)
    assert phase[-1] == pytest.approx(20 * 150, abs=0.1)  # errors do not add up
    assert (np.diff(phase) > 0).all()


def test_shimmer_is_the_mean_difference_of_neighbouring_pulses_in_dB(rng):
    gains = shimmer_gains(np.arange(3000.0), 0.4, rng)
    assert np.abs(np.diff(20 * np.log10(gains))).mean() == pytest.approx(0.4, rel=0.05)
    gains_within_pulses = shimmer_gains(
        np.repeat(np.arange(5.0), 10) + np.tile(np.arange(10) / 10, 5), 1, rng
    )
    assert len(set(gains_within_pulses)) == 5


def test_flow_is_zero_when_closed_and_its_derivative_is_correct():
    phase = np.linspace(3, 4, 100_001)
    flow, derivative = glottal_pulses(phase, 0.6)
    assert flow.max() == pytest.approx(1)
    assert phase[flow.argmax()] == pytest.approx(3 + 0.6 * 2 / 3, abs=1e-4)
    closed = phase % 1 >= 0.6
    assert not flow[closed].any()
    numeric = 0.6 * np.gradient(flow, phase)
    away_from_corners = np.abs(phase % 1 - 0.6) > 1e-3
    np.testing.assert_allclose(
        derivative[away_from_corners], numeric[away_from_corners], atol=1e-3
    )


def test_source_has_the_harmonics_of_its_pitch_and_no_others(rng):
    source = voice_source(np.full(RATE, 200.0), RATE, **STEADY, rng=rng)
    assert rms(source) == pytest.approx(1)
    power = np.abs(np.fft.rfft(source * np.hanning(RATE))) ** 2  # a bin for each Hz
    harmonics = sum(power[h - 3 : h + 4].sum() for h in range(200, 8000, 200))
    assert harmonics / power.sum() > 0.999


def test_breathiness_adds_noise_and_low_tilt_weakens_high_frequencies(rng):
    f0 = np.full(RATE, 200.0)

    def spectrum(**changes):
        source = voice_source(f0, RATE, **STEADY | changes, rng=np.random.default_rng(0))
        return np.abs(np.fft.rfft(source * np.hanning(RATE))) ** 2

    breathy = spectrum(breathiness=-10)
    between = np.abs(np.arange(8001) % 200 - 100) < 80
    # The noise between the harmonics is 160 of 200 parts of all noise.
    noise = breathy[between].sum() / 0.8 / spectrum().sum()
    assert 10 * np.log10(noise) == pytest.approx(-10, abs=1)
    soft, bright = spectrum(tilt=500), spectrum(tilt=5000)
    high = slice(3000, 8000)
    assert soft[high].sum() / soft.sum() < 0.1 * bright[high].sum() / bright.sum()


def test_resonances_of_a_uniform_tube_scale_with_its_length():
    formants = tract_resonances(np.array([[500.0, 1500.0, 2500.0]]), 17.5, RATE)
    np.testing.assert_allclose(formants, [[500, 1500, 2500, 3500, 4500, 5500, 6500]])
    shorter = tract_resonances(np.array([[500.0, 1500.0, 2500.0]]), 14.0, RATE)
    np.testing.assert_allclose(shorter, 1.25 * formants[:, :6])
    assert tract_resonances(np.array([[270.0, 2290.0, 3010.0]]), 12.0, 8000).max() <= 3600


def test_steady_resonators_agree_with_scipys_filters(rng):
    source = rng.standard_normal(500)
    formants = np.tile([700.0, 1200.0], (500, 1))
    expected = source
    for formant in (700, 1200):
        r = np.exp(-np.pi * (50 + 0.04 * formant) / RATE)
        b, c = 2 * r * np.cos(2 * np.pi * formant / RATE), -(r**2)
        expected = lfilter([1 - b - c], [1, -b, -c], expected)
    np.testing.assert_allclose(resonate(source, formants, RATE), expected, atol=1e-12)


def test_moving_resonators_agree_with_the_recursion_by_hand(rng):
    source = rng.standard_normal(200)
    formants = np.linspace(300, 3000, 200)
    expected = np.zeros(202)
    for t in range(200):
        r = np.exp(-np.pi * (50 + 0.04 * formants[t]) / RATE)
        b, c = 2 * r * np.cos(2 * np.pi * formants[t] / RATE), -(r**2)
        a = 1 - b - c
        expected[t + 2] = a * source[t] + b * expected[t + 1] + c * expected[t]
    actual = resonate(source, formants[:, None], RATE)
    np.testing.assert_allclose(actual, expected[2:], atol=1e-12)


def test_a_resonator_peaks_at_its_formant():
    impulse = np.zeros(4096)
    impulse[0] = 1
    response = resonate(impulse, np.full((4096, 1), 1000.0), RATE)
    frequencies, gain = freqz(response, worN=8192, fs=RATE)
    assert frequencies[np.abs(gain).argmax()] == pytest.approx(1000, abs=5)
    assert np.abs(gain[0]) == pytest.approx(1, abs=1e-3)
    above_half_power = frequencies[np.abs(gain) > np.abs(gain).max() / np.sqrt(2)]
    assert np.ptp(above_half_power) == pytest.approx(50 + 0.04 * 1000, abs=5)


@pytest.mark.parametrize("length", [17.5, 14.0])
def test_linear_prediction_finds_the_formants(length, rng):
    """The autocorrelation method (Markel and Gray 1976) on a low, steady voice."""
    source = voice_source(np.full(RATE, 90.0), RATE, **STEADY, rng=rng)
    formants = tract_resonances(np.array([[730.0, 1090.0, 2440.0]]), length, RATE)
    voice = resonate(source, np.tile(formants, (RATE, 1)), RATE)
    windowed = lfilter([1, -0.97], [1], voice)[1000:9000] * np.hamming(8000)
    order = 2 * formants.shape[1] + 2
    correlation = np.correlate(windowed, windowed, "full")[7999 : 7999 + order + 1]
    predictor = solve_toeplitz(correlation[:-1], correlation[1:])
    poles = np.roots(np.concatenate([[1], -predictor]))
    peaks = np.sort(np.angle(poles[(poles.imag > 0) & (np.abs(poles) > 0.9)])) * RATE / (2 * np.pi)
    for formant in formants[0, :3]:
        assert np.abs(peaks - formant).min() < 0.05 * formant
