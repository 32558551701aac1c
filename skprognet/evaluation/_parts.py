"""Read parts of a run, such as "repeat=3 fold=7", and select their jobs."""

import shlex
from dataclasses import dataclass, fields

from skprognet._wording import count, did_you_mean, first_few

_FORM = "'repeat=3', 'repeat=3 fold=7', 'fold=7' or 'corpus=NAME repeat=3'"


@dataclass(frozen=True)
class Part:
    """The fits of a study that have all of these values; None means any value.

    Attributes
    ----------
    corpus : str or None
        The target corpus.
    repeat, fold : int or None
        Counted from 1.
    """

    corpus: str | None = None
    repeat: int | None = None
    fold: int | None = None

    def __str__(self):
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return " ".join(f"{k}={shlex.quote(str(v))}" for k, v in values.items() if v is not None)

    def has(self, **values):
        """Return whether the part includes values such as ``repeat=3``."""
        return all(getattr(self, name) in (None, value) for name, value in values.items())


def read_part(text):
    """Return the part that a text names.

    Parameters
    ----------
    text : str
        Such as "repeat=3 fold=7". A name with blanks must be in quotes, as in a shell.

    Returns
    -------
    Part
        The part. This function does not check that the repeat exists.

    Raises
    ------
    ValueError
        If the text is empty, repeats a name, or is not of this form.

    Examples
    --------
    >>> print(read_part("fold=7 repeat=3"))
    repeat=3 fold=7
    """
    try:
        words = [word.partition("=") for word in shlex.split(str(text))]
    except ValueError:  # a quote that is not closed
        words = []
    values = {name: value for name, _, value in words}
    known = {each.name for each in fields(Part)}
    if not values or len(values) < len(words) or set(values) - known or "" in values.values():
        raise _not_a_part(text)
    for name in {"repeat", "fold"} & set(values):
        if not (values[name].isascii() and values[name].isdigit()):
            raise _not_a_part(text)
        values[name] = int(values[name])
    return Part(**values)


def _not_a_part(text):
    return ValueError(
        f"A part must be written as {_FORM}; got {str(text)!r}. Write it in one of these forms."
    )


def check_corpus_of_part(part, corpora):
    """Raise ValueError if the part names a corpus that is not among the target corpora."""
    if not any(part.has(corpus=str(corpus)) for corpus in corpora):
        advice = did_you_mean(part.corpus, corpora, "Use one of these names.")
        raise ValueError(
            f"A part must name a target corpus of the study, which has {first_few(corpora)}; got "
            f"{part.corpus!r}. {advice}"
        )


def select_part(text, corpus, jobs, n_fits):
    """Return the jobs of a part, and the number of networks that each job trains.

    Parameters
    ----------
    text : str
        The part.
    corpus : object
        The name of the target corpus.
    jobs : list of FoldJob
        All jobs of the run.
    n_fits : list of int
        Number of networks for each job.

    Raises
    ------
    ValueError
        If the text is not a part, or a part that the run does not have.
    """
    part = read_part(text)
    check_corpus_of_part(part, [corpus])
    for name, number in (("repeat", part.repeat), ("fold", part.fold)):
        last = max(getattr(job.split, name) for job in jobs) + 1
        if number is not None and not 1 <= number <= last:
            raise ValueError(
                f"The {name} of a part must be from 1 to {last}, since this run has "
                f"{count(range(last), name)}; got {number}. Choose another {name}."
            )
    pairs = zip(jobs, n_fits, strict=True)
    chosen = [(job, n) for job, n in pairs if part.has(**place_of(job.split))]
    return [job for job, _ in chosen], [n for _, n in chosen]


def place_of(split):
    """Return repeat and fold of a split, counted from 1."""
    return {"repeat": split.repeat + 1, "fold": split.fold + 1}


def parts_of(missing, everything):
    """Return parts that cover the missing folds of a study and no others.

    Parameters
    ----------
    missing, everything : list of tuple (corpus, repeat, fold)
        The missing folds, and all folds of the study.

    Returns
    -------
    list of Part
        Whole repeats of all corpora where possible, else of a single corpus, else single folds.

    Examples
    --------
    >>> places = [("a", repeat, fold) for repeat in (1, 2) for fold in (1, 2)]
    >>> print(*parts_of(places[1:], places), sep="; ")
    repeat=1 fold=2; repeat=2
    """
    missing, several = set(missing), len({corpus for corpus, _, _ in everything}) > 1
    parts = {}
    for corpus, repeat, fold in (each for each in everything if each in missing):
        named = str(corpus) if several else None
        for part in (Part(repeat=repeat), Part(named, repeat), Part(named, repeat, fold)):
            if missing.issuperset(_folds_in(part, everything)):
                parts[part] = None
                break
    return list(parts)


def _folds_in(part, folds):
    return [(c, r, f) for c, r, f in folds if part.has(corpus=str(c), repeat=r, fold=f)]
