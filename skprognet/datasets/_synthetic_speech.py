"""Make a corpus of invented emotional speech as WAV files."""

from dataclasses import asdict, replace
from itertools import product
from pathlib import Path

import numpy as np
from scipy.io import wavfile
from sklearn.utils import check_random_state

from skprognet._checks import check_bool, check_number
from skprognet.datasets._delivery import (
    AROUSAL,
    AROUSAL_SPREAD,
    EXPRESSIONS,
    draw_speaker,
    express,
    rouse,
)
from skprognet.datasets._frame import make_frame
from skprognet.datasets._speaking import record, speak


def check_emotions(emotions):
    """Return the emotions as a list; raise unless each is known and appears once."""
    emotions = list(emotions)
    unknown = [emotion for emotion in emotions if emotion not in EXPRESSIONS]
    if unknown or not emotions or len(set(emotions)) < len(emotions):
        raise ValueError(
            f"emotions must be different items of {list(EXPRESSIONS)}; got {emotions}. Choose "
            "from that list."
        )
    return emotions


def make_speech_corpus(
    folder,
    *,
    n_speakers=8,
    emotions=("angry", "happy", "neutral", "sad"),
    n_utterances=5,
    sampling_rate=16_000,
    arousal=False,
    random_state=None,
):
    r"""Invent a corpus of emotional speech: audible recordings, and the parameters of each.

    Use it to try all steps from audio to a verdict without data of your own, and to check each
    step against the known parameters. An utterance has no words: five to seven syllables, each a
    hiss and a vowel, with a pause after four. It cannot replace real speech to judge a method.

    The voice is a sound source that the vocal tract filters [1]_. With the starts :math:`t_k` of
    the pulses, whose distances follow the pitch contour and vary by the jitter, the flow through
    the glottis is [2]_

    .. math:: u(x) = \tfrac{27}{4} (x^2 - x^3), \quad
       x = \min\Big(1, \frac{t - t_k}{0.6\,(t_{k+1} - t_k)}\Big)

    Its derivative, with gains that vary by the shimmer, is softened above the frequency `tilt`.
    Breath, which is noise in proportion to u, is added. Then one resonator for each formant F of
    bandwidth B filters the sum, where T is the sampling period [3]_,

    .. math:: y_t = (1 - b - c)\,x_t + b\,y_{t-1} + c\,y_{t-2}, \quad
       b = 2 e^{-\pi B T} \cos 2 \pi F T, \quad c = -e^{-2 \pi B T}

    The formants move from vowel to vowel and are scaled by the length of the vocal tract. Each
    speaker has a constant vocal tract, neutral pitch, rate, level and voice quality. An emotion
    changes pitch, range, rate and level in the directions that [4]_ and [5]_ report. Reports on
    voice quality differ, so its directions are invented. All amounts are invented too, and vary
    from one utterance to the next. The pause is divided by the square of the factor of the rate.
    Pitch changes by semitones (st), level and breath by dB, and the others by a factor:

    =======  =====  =====  ====  =====  ======  =======  ======  ====
    emotion  pitch  range  rate  level  jitter  shimmer  breath  tilt
    =======  =====  =====  ====  =====  ======  =======  ======  ====
    angry    +4 st  1.6    1.15  +7 dB  1.6     1.3      -2 dB   2.5
    bored    -1.5   0.5    0.85  -2     1       1        +1      0.7
    fearful  +6     1.1    1.25  +1     1.8     1.5      +3      1.3
    happy    +5     2      1.08  +4     1.2     1.1      -1      1.6
    neutral  0      1      1     0      1       1        0       1
    sad      -2     0.6    0.8   -5     0.9     1        +5      0.5
    =======  =====  =====  ====  =====  ======  =======  ======  ====

    With ``arousal=True`` an utterance also has an arousal: a number on a scale from 1 (calm) to 5
    (excited), drawn uniformly within 0.8 of the mean of its emotion (angry 4.2, fearful 4.1, happy
    3.9, neutral 3, bored 2, sad 1.9). For each unit above this mean the pitch is 2.5 semitones
    higher, its range 1.3 times as large, the rate 1.1 times as fast, and the level 4 dB higher. So
    the emotion determines much of the arousal, and only the voice reveals the rest. These amounts
    are invented too.

    Parameters
    ----------
    folder : path
        Folder for the files; it is made if it is missing. Files of the same names are replaced.
    n_speakers : int, default=8
        Number of speakers: women F01, F02, ... and men M01, M02, ... in turn.
    emotions : sequence of str, default=("angry", "happy", "neutral", "sad")
        Some of the six emotions in the table.
    n_utterances : int, default=5
        Number of utterances of each speaker in each emotion. The first utterances do not depend
        on this number, nor on the other speakers and emotions.
    sampling_rate : int, default=16000
        Sampling rate in Hz, at least 8000.
    arousal : bool, default=False
        Whether each utterance has its own arousal, which becomes a column. With False, the
        utterances have the mean arousal of their emotions.
    random_state : int, RandomState instance or None, default=None
        An int makes the same files, byte for byte, on the same machine.

    Returns
    -------
    DataFrame
        One row per file, in the form of :func:`check_corpus`: file, start and end (NaN), emotion,
        speaker, gender, session (one woman and one man each), corpus ("invented"); and the
        parameters: duration (s), f0 (Hz: mean over voiced time, of semitones), f0_range (standard
        deviation over voiced time, semitones), rate (syllables per s, without pauses), pause (s),
        level (voiced parts, dB relative to full scale), jitter (mean difference of neighbouring
        periods, relative to their mean), shimmer (mean difference of neighbouring pulses, dB),
        breathiness (breath relative to the pulses, dB), tilt (Hz) and vocal_tract (cm). With
        ``arousal=True`` also arousal, from 1.1 to 5.

    Raises
    ------
    ValueError
        If an emotion is unknown or appears twice, or a number is too small.
    TypeError
        If a number is not an integer, or `arousal` is not True or False.
    OSError
        If the files cannot be written.

    See Also
    --------
    make_transfer_problem : Invents a table with a known amount of transfer.

    Notes
    -----
    The files are mono WAV files with 16 bits, and their peaks stay below full scale. Each takes
    about 25 ms of one processor.

    References
    ----------
    .. [1] G. Fant, "Acoustic Theory of Speech Production", Mouton 1960.
    .. [2] D. H. Klatt, L. C. Klatt, "Analysis, synthesis, and perception of voice quality
       variations among female and male talkers", J. Acoust. Soc. Am. 87, 1990, after
       A. E. Rosenberg, J. Acoust. Soc. Am. 49, 1971.
    .. [3] D. H. Klatt, "Software for a cascade/parallel formant synthesizer", J. Acoust. Soc. Am.
       67, 1980.
    .. [4] R. Banse, K. R. Scherer, "Acoustic profiles in vocal emotion expression", J. Personality
       and Social Psychology 70, 1996.
    .. [5] K. R. Scherer, "Vocal communication of emotion: A review of research paradigms", Speech
       Communication 40, 2003.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from skprognet.datasets import make_speech_corpus
    >>> with TemporaryDirectory() as folder:
    ...     corpus = make_speech_corpus(folder, n_speakers=2, n_utterances=1, random_state=0)
    >>> corpus[["emotion", "speaker", "gender", "session"]].head(3)
       emotion speaker  gender session
    0    angry     F01  female       1
    1    happy     F01  female       1
    2  neutral     F01  female       1
    """
    check_number("n_speakers", n_speakers, "integer", low=1)
    check_number("n_utterances", n_utterances, "integer", low=1)
    check_number("sampling_rate", sampling_rate, "integer", low=8000)
    check_bool("arousal", arousal)
    emotions, folder = check_emotions(emotions), Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    seed = check_random_state(random_state).randint(2**31 - 1)
    rows = []
    for i in range(n_speakers):
        gender, session = ("female", "male")[i % 2], i // 2 + 1
        name = f"{gender[0].upper()}{session:02}"
        speaker = draw_speaker(gender, np.random.default_rng([seed, i]))
        for emotion, k in product(emotions, range(n_utterances)):
            rng = np.random.default_rng([seed, i, k, *emotion.encode()])
            delivery = express(speaker, emotion, rng)
            number = {}
            if arousal:
                # A separate generator, so that all other draws equal those without arousal.
                arousal_rng = np.random.default_rng([seed, i, k, *emotion.encode(), 1])
                excess = arousal_rng.uniform(-AROUSAL_SPREAD, AROUSAL_SPREAD)
                delivery = rouse(delivery, excess)
                number = {"arousal": AROUSAL[emotion] + excess}
            speech, _ = speak(delivery, sampling_rate, rng)
            signal, level = record(speech, delivery.level, rng)
            path = folder / f"{name}_{emotion}_{k + 1:02}.wav"
            wavfile.write(path, sampling_rate, np.round(32767 * signal).astype(np.int16))
            rows.append(
                {"file": str(path), "emotion": emotion, "speaker": name, "gender": gender}
                | {"session": str(session), "duration": len(signal) / sampling_rate}
                | asdict(replace(delivery, level=level))
                | number
            )
    return make_frame(rows, "invented")
