"""The delivery of an utterance: the voice of a speaker, and how an emotion changes it."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Delivery:
    """The acoustic parameters of one utterance; the fields are columns of the corpus."""

    f0: float  # mean (of semitones) over voiced time, Hz
    f0_range: float  # standard deviation over voiced time, semitones
    rate: float  # syllables per second, without pauses
    pause: float  # between phrases, s
    level: float  # of the voiced parts, dB relative to full scale
    jitter: float  # relative difference of neighbouring periods
    shimmer: float  # difference of neighbouring pulses, dB
    breathiness: float  # breath relative to the pulses, dB
    tilt: float  # above this many Hz the voice softens
    vocal_tract: float  # length, cm


@dataclass(frozen=True)
class Expression:
    """The changes that an emotion makes to neutral speech."""

    f0: float  # semitones
    f0_range: float  # factor
    rate: float  # factor
    level: float  # dB
    jitter: float  # factor
    shimmer: float  # factor
    breathiness: float  # dB
    tilt: float  # factor


# Pitch, range, rate and level change in the directions that Banse and Scherer (1996) and Scherer
# (2003) report. Reports on voice quality differ, so its directions are invented, as are all sizes.
EXPRESSIONS = {
    "angry": Expression(4.0, 1.6, 1.15, 7.0, 1.6, 1.3, -2.0, 2.5),
    "bored": Expression(-1.5, 0.5, 0.85, -2.0, 1.0, 1.0, 1.0, 0.7),
    "fearful": Expression(6.0, 1.1, 1.25, 1.0, 1.8, 1.5, 3.0, 1.3),
    "happy": Expression(5.0, 2.0, 1.08, 4.0, 1.2, 1.1, -1.0, 1.6),
    "neutral": Expression(0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0),
    "sad": Expression(-2.0, 0.6, 0.8, -5.0, 0.9, 1.0, 5.0, 0.5),
}

# Mean arousal of each emotion on a scale from 1 (calm) to 5 (excited), and the largest distance of
# an utterance from it. All are invented.
AROUSAL = {"angry": 4.2, "bored": 2.0, "fearful": 4.1, "happy": 3.9, "neutral": 3.0, "sad": 1.9}
AROUSAL_SPREAD = 0.8

# The changes per unit of arousal. The directions are those of Scherer (2003).
ROUSED = Expression(2.5, 1.3, 1.1, 4.0, 1.0, 1.0, 0.0, 1.0)

# Mean pitch of a woman and a man in Hz, length of the vocal tract in cm: the formants of women
# lie about 17 % higher (Fant 1960).
BODIES = {"female": (205.0, 15.0), "male": (120.0, 17.5)}


def draw_speaker(gender, rng):
    """Draw the neutral delivery of a speaker of this gender."""
    f0, vocal_tract = BODIES[gender]
    return Delivery(
        f0=f0 * 2 ** (rng.normal(0, 1.5) / 12),
        f0_range=rng.uniform(1.6, 2.4),
        rate=4.5 * rng.uniform(0.92, 1.08),
        pause=0.15,
        level=-30 + rng.normal(0, 1.5),
        jitter=0.008 * rng.uniform(0.7, 1.3),
        shimmer=0.3 * rng.uniform(0.7, 1.3),
        breathiness=-26 + rng.normal(0, 2),
        tilt=1500 * 2 ** rng.normal(0, 0.3),
        vocal_tract=vocal_tract * rng.uniform(0.95, 1.05),
    )


def express(speaker, emotion, rng):
    """Draw this speaker's delivery of one utterance, with an emotion of random strength."""
    e, strength = EXPRESSIONS[emotion], rng.uniform(0.7, 1.3)
    return replace(
        speaker,
        f0=speaker.f0 * 2 ** ((strength * e.f0 + rng.normal(0, 0.5)) / 12),
        f0_range=speaker.f0_range * e.f0_range**strength,
        rate=speaker.rate * e.rate**strength,
        pause=speaker.pause / e.rate ** (2 * strength),
        level=speaker.level + strength * e.level + rng.normal(0, 1),
        jitter=speaker.jitter * e.jitter**strength,
        shimmer=speaker.shimmer * e.shimmer**strength,
        breathiness=speaker.breathiness + strength * e.breathiness,
        tilt=speaker.tilt * e.tilt**strength,
    )


def rouse(delivery, units):
    """Return the same delivery with more arousal: higher, livelier, faster and louder."""
    return replace(
        delivery,
        f0=delivery.f0 * 2 ** (units * ROUSED.f0 / 12),
        f0_range=delivery.f0_range * ROUSED.f0_range**units,
        rate=delivery.rate * ROUSED.rate**units,
        level=delivery.level + units * ROUSED.level,
    )
