"""Parts of a run, such as "repeat=3 fold=7": how they are written, and the jobs in them."""

import shlex
from dataclasses import dataclass, fields

from skprognet._wording import count, first_few, nearest_name

_FORM = "'repeat=3', 'repeat=3 fold=7', 'fold=7' or 'corpus=NAME repeat=3'"


@dataclass(frozen=True)
class Part:
    """Those fits of a study that have all of these values; None is any.

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
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        return " ".join(f"{k}={shlex.quote(str(v))}" for k, v in found.items() if v is not None)

    def has(self, **values):
        """Return whether values such as ``repeat=3`` are those of the part."""
        return all(getattr(self, name) in (None, value) for name, value in values.items())


def read_part(text):
    """Return the part that a text names.

    Parameters
    ----------
    text : str
        Such as "repeat=3 fold=7"; a name with blanks stands in quotes, as in a shell.

    Returns
    -------
    Part
        What it says; that there is such a repeat is not known here.

    Raises
    ------
    ValueError
        If it says nothing, something twice, or anything else.

    Examples
    --------
    >>> print(read_part("fold=7 repeat=3"))
    repeat=3 fold=7
    """
    try:
        words = [word.partition("=") for word in shlex.split(str(text))]
    except ValueError:  # a quote that is not closed
        words = []
    found = {name: value for name, _, value in words}
    known = {each.name for each in fields(Part)}
    if not found or len(found) < len(words) or set(found) - known or "" in found.values():
        raise _not_a_part(text)
    for name in {"repeat", "fold"} & set(found):
        if not (found[name].isascii() and found[name].isdigit()):
            raise _not_a_part(text)
        found[name] = int(found[name])
    return Part(**found)


def _not_a_part(text):
    return ValueError(f"A part must be written as {_FORM}; got {str(text)!r}.")


def check_corpus_of_part(part, corpora):
    """Raise ValueError unless one of the target corpora is that of the part."""
    if not any(part.has(corpus=str(corpus)) for corpus in corpora):
        near = nearest_name(part.corpus, corpora)
        advice = f" Did you mean {near!r}?" if near else ""
        raise ValueError(
            f"A part must name a target corpus of the study, which has {first_few(corpora)}; got "
            f"{part.corpus!r}.{advice}"
        )


def select_part(text, corpus, jobs, n_fits):
    """Return the jobs of a part, and how many networks each of them trains.

    Parameters
    ----------
    text : str
        Names the part.
    corpus : object
        The name of the target corpus.
    jobs : list of FoldJob
        All jobs of the run.
    n_fits : list of int
        For each job.

    Raises
    ------
    ValueError
        If the text names no part, or one that the run does not have.
    """
    part = read_part(text)
    check_corpus_of_part(part, [corpus])
    for name, number in (("repeat", part.repeat), ("fold", part.fold)):
        last = max(getattr(job.split, name) for job in jobs) + 1
        if number is not None and not 1 <= number <= last:
            raise ValueError(
                f"The {name} of a part must be from 1 to {last}, since this run has "
                f"{count(range(last), name)}; got {number}."
            )
    pairs = zip(jobs, n_fits, strict=True)
    chosen = [(job, n) for job, n in pairs if part.has(**place_of(job.split))]
    return [job for job, _ in chosen], [n for _, n in chosen]


def place_of(split):
    """Return repeat and fold of a split, from 1."""
    return {"repeat": split.repeat + 1, "fold": split.fold + 1}


def parts_of(missing, everything):
    """Return the fewest parts that hold all of some places of a study, and no other place.

    Parameters
    ----------
    missing, everything : list of tuple (corpus, repeat, fold)
        The places that are asked for, and all places of the study.

    Returns
    -------
    list of Part
        A whole repeat of all corpora, else one of a single corpus, else single folds.

    Examples
    --------
    >>> places = [("a", repeat, fold) for repeat in (1, 2) for fold in (1, 2)]
    >>> print(*parts_of(places[1:], places), sep="; ")
    repeat=1 fold=2; repeat=2
    """
    missing, several = set(missing), len({corpus for corpus, _, _ in everything}) > 1
    found = {}
    for corpus, repeat, fold in (place for place in everything if place in missing):
        named = str(corpus) if several else None
        for part in (Part(repeat=repeat), Part(named, repeat), Part(named, repeat, fold)):
            if missing.issuperset(_inside(part, everything)):
                found[part] = None
                break
    return list(found)


def _inside(part, places):
    return [(c, r, f) for c, r, f in places if part.has(corpus=str(c), repeat=r, fold=f)]
