"""Labels that are text: one spelling for each class, and what is likely a slip."""

import unicodedata
from collections import Counter
from difflib import SequenceMatcher
from itertools import combinations

from skprognet._wording import first_few

# Adjectives, as in the paper; the nouns are what most corpora and audformat write.
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

# How programs write that there is no label. A speaker may be called so.
NO_LABEL = {"", "nan", "NaN", "NA", "N/A", "n/a", "#N/A", "<NA>", "null", "NULL", "None"}

_MANY = 50  # labels among which near misses are not looked for: names, most likely


def tidy_labels(labels, words=None, known=None):
    """Return labels without blanks around them, missing ones as None, each in one spelling.

    Of spellings that differ by case only, the most frequent one stays. Letters with accents are
    composed (Unicode's NFC), since one that is followed by its accent looks the same.

    Parameters
    ----------
    labels : iterable
        Labels; those that are no text are returned as they are.
    words : dict of str to str or None, default=None
        What to put in place of labels, as they stand or else whatever their case.
    known : dict of str to str or None, default=None
        The same for all others, by their names in lower case.

    Returns
    -------
    list
        One for each.
    """
    words = {_compose(word): word_ for word, word_ in (words or {}).items()}
    folded = (known or {}) | {word.strip().casefold(): word_ for word, word_ in words.items()}
    labels = [_translate(label, words, folded) for label in labels]
    counts = Counter(label for label in labels if isinstance(label, str))
    kept = {}
    for label in sorted(counts, key=lambda label: (-counts[label], label != label.lower(), label)):
        kept.setdefault(label.casefold(), label)
    return [kept[label.casefold()] if isinstance(label, str) else label for label in labels]


def strip_blanks(names):
    """Return names without blanks around them, composed; what is no text stays as it is."""
    return [_compose(name).strip() if isinstance(name, str) else name for name in names]


def _compose(text):
    """Return text whose accents are parts of their letters: both ways look and mean the same."""
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
    """Yield a sentence for each kind of slip in how labels are written.

    Parameters
    ----------
    name : str
        What the labels are called.
    labels : iterable
        Labels; those that are no text say nothing.

    Yields
    ------
    str
        A sentence.
    """
    texts = list(dict.fromkeys(label for label in labels if isinstance(label, str)))
    missing = [text for text in texts if text.strip() in NO_LABEL]
    if missing:
        yield (
            f"{first_few(missing)} counts as a label of {name!r} like any other; if it means that "
            "there is none, make it None, or leave these rows out."
        )
    pairs = [f"{a!r} and {b!r}" for a, b in combinations(texts[:_MANY], 2) if _nearly_equal(a, b)]
    if pairs and len(texts) <= _MANY:
        more = f" and {len(pairs) - 5} more pairs" if len(pairs) > 5 else ""
        yield (
            f"Two labels each of {name!r} are nearly the same: {', '.join(pairs[:5])}{more}. If "
            "they mean the same, write them alike: now they are classes of their own."
        )


def _nearly_equal(a, b):
    """Return whether two labels differ by blanks, case, noun for adjective, or a letter.

    Labels with digits are numbered, and differ by little on purpose.
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
    """Return how to say what a gender means that is not known."""
    word = "male" if str(label).strip().casefold().startswith("m") else "female"
    return (
        f"if {label!r} means {word}, tell the reader by words={{{label!r}: {word!r}}} (on the "
        f"command line --words {str(label).strip()}={word})"
    )
