"""Labels as text: one spelling for each class, and remarks on likely mistakes."""

import unicodedata
from collections import Counter
from difflib import SequenceMatcher
from itertools import combinations

from skprognet._wording import first_few

# Nouns, as in most corpora and audformat, and the paper's adjectives.
EMOTION_WORDS = {
    "anger": "angry",
    "happiness": "happy",
    "joy": "happy",
    "sadness": "sad",
    "fear": "fearful",
    "disgust": "disgusted",
    "surprise": "surprised",
    "boredom": "bored",
    "calmness": "calm",
    "excitement": "excited",
    "frustration": "frustrated",
    "no_agreement": None,
}
EMOTION_WORDS |= {word: word for word in EMOTION_WORDS.values() if word} | {"neutral": "neutral"}
GENDER_WORDS = {"f": "female", "m": "male", "female": "female", "male": "male"}

# How programs write that there is no label. A speaker may have such a name.
NO_LABEL = {"", "nan", "NaN", "NA", "N/A", "n/a", "#N/A", "<NA>", "null", "NULL", "None"}

_MANY = 50  # more labels than these are most likely names, and are not searched for near misses


def tidy_labels(labels, words=None, known=None):
    """Return labels in one spelling, without blanks around them, and missing ones as None.

    If spellings differ only by case, the most frequent one replaces the others. Letters with
    accents are composed (Unicode's NFC), since both forms look the same.

    Parameters
    ----------
    labels : iterable
        Labels. Those that are not text are returned unchanged.
    words : dict of str to str or None, default=None
        Replacements of labels, matched exactly, or else in any case.
    known : dict of str to str or None, default=None
        Replacements of all other labels, by their names in lower case.

    Returns
    -------
    list
        The tidy labels, one for each label.
    """
    words = {_compose(word): meaning for word, meaning in (words or {}).items()}
    folded = (known or {}) | {word.strip().casefold(): meaning for word, meaning in words.items()}
    labels = [_translate(label, words, folded) for label in labels]
    counts = Counter(label for label in labels if isinstance(label, str))
    kept = {}
    for label in sorted(counts, key=lambda label: (-counts[label], label != label.lower(), label)):
        kept.setdefault(label.casefold(), label)
    return [kept[label.casefold()] if isinstance(label, str) else label for label in labels]


def strip_blanks(names):
    """Return names composed and without blanks around them; leave other objects unchanged."""
    return [_compose(name).strip() if isinstance(name, str) else name for name in names]


def _compose(text):
    """Return text with each accent as a part of its letter; both forms look the same."""
    return unicodedata.normalize("NFC", text)


def _translate(label, words, folded):
    if not isinstance(label, str):
        return label
    label = _compose(label)
    for spelling in (label, label.strip()):
        if spelling in words:
            return words[spelling]
    label = label.strip()
    if label.casefold() in folded:
        return folded[label.casefold()]
    return None if label in NO_LABEL else label


def label_remarks(name, labels):
    """Yield a sentence for each kind of likely mistake in how labels are written.

    Parameters
    ----------
    name : str
        Name of the labels.
    labels : iterable
        Labels. Those that are not text are ignored.

    Yields
    ------
    str
        A sentence.
    """
    texts = list(dict.fromkeys(label for label in labels if isinstance(label, str)))
    missing = [text for text in texts if text.strip() in NO_LABEL]
    if missing:
        yield (
            f"In {name!r}, these count as labels like any other: {first_few(missing)}. If they "
            "mean that a label is missing, replace them by None, or leave these rows out."
        )
    if len(texts) > _MANY:
        return
    pairs = [f"{a!r} and {b!r}" for a, b in combinations(texts, 2) if _nearly_equal(a, b)]
    if pairs:
        more = f" and {len(pairs) - 5} more pairs" if len(pairs) > 5 else ""
        yield (
            f"Some labels of {name!r} are nearly the same: {', '.join(pairs[:5])}{more}. They "
            "count as different classes. If they mean the same, spell them alike."
        )


def _nearly_equal(a, b):
    """Return whether two labels differ only by blanks, case, noun and adjective, or a letter.

    Labels with digits count only if they differ by blanks or case, since numbered labels differ
    little on purpose.
    """
    a, b = (_compose(label).strip().casefold() for label in (a, b))
    if a == b:
        return True
    if EMOTION_WORDS.get(a, a) == EMOTION_WORDS.get(b, b):
        return True
    if any(char.isdigit() for char in a + b):
        return False
    return SequenceMatcher(None, a, b, autojunk=False).ratio() > 0.86


def gender_hint(label):
    """Return how the user can say what an unknown gender means."""
    word = "male" if str(label).strip().casefold().startswith("m") else "female"
    return (
        f"If {label!r} means {word}, pass words={{{label!r}: {word!r}}} to the reader (on the "
        f"command line --words {str(label).strip()}={word})"
    )
