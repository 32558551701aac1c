"""One unit of work: on one split, train sources and every method that reads them."""

from dataclasses import dataclass

import numpy as np
from sklearn.base import clone

from skprognet._fingerprints import fingerprints
from skprognet._scores import NO_SOURCE
from skprognet.evaluation._audit import UNKNOWN, decode_rows, encode_rows
from skprognet.evaluation._one_fit import fit, fit_seed, normalise, own_score, seeded
from skprognet.evaluation._source_corpus import SourceCorpus
from skprognet.evaluation._splits import Split
from skprognet.metrics import uar_score


@dataclass
class Unit:
    """What one worker does in one go, so that each source is trained once for all its readers.

    Attributes
    ----------
    split : Split
        The rows.
    entries : dict of str to tuple of str
        For each name of a source in the result the sources that are read; empty for the methods
        without a source.
    """

    split: Split
    entries: dict

    def __str__(self):
        return f"{self.split}, source {', '.join(map(str, self.entries)) or NO_SOURCE}"


def plan_units(design, splits):
    """Return all units of a study, and how many networks each of them trains.

    Sources that are combined anywhere are in one unit, so that none is trained twice.
    """
    combined = {name for names in design.combined_sources for name in names}
    together = {k: v for k, v in design.entries.items() if set(v) <= combined}
    groups = [{name: parts} for name, parts in design.entries.items() if name not in together]
    groups += [together] if together else []
    groups = [{}] * bool(design.plain) + groups
    units = [Unit(split, entries) for split in splits for entries in groups]
    return units, [_count_fits(design, unit) for unit in units]


def _count_fits(design, unit):
    n_sizes = len(unit.split.train)
    if not unit.entries:
        return n_sizes * len(design.plain)
    parts = {part for names in unit.entries.values() for part in names}
    once = sum(isinstance(design.sources[part], SourceCorpus) for part in parts)
    anew = sum(isinstance(design.sources[part], np.ndarray) for part in parts)
    methods = sum(len(design.methods_for(names)) for names in unit.entries.values())
    return once + n_sizes * (anew + methods)


@dataclass
class Source:
    """A fitted source as the methods get it.

    Attributes
    ----------
    estimator : classifier
        Fitted.
    seed : int or None
        Of its fit; None for one that came fitted.
    uar : float
        On its own task; NaN if unknown.
    seen : ndarray of bool of shape (n_samples,), or None
        Which rows of the target corpus it was given; None if only the methods can tell.
    """

    estimator: object
    seed: int | None
    uar: float
    seen: np.ndarray | None


def _source_of_task(design, name, labels, split, size, X):
    """Train a source on the training rows, with the labels of its task."""
    seed = _seed(design, split, f"source {name}", size)
    rows = split.train[size]
    fitted = fit(seeded(design.source_estimator, seed), X, labels, rows, split.validation)
    uar = own_score(fitted.estimator, X, labels, rows, split.test)
    return Source(fitted.estimator, seed, uar, fitted.seen)


def _source_of_corpus(design, name, corpus, split):
    """Train a source on another corpus, in that corpus's own folds."""
    train, validation, test = split.of_sources[name]
    seed = _seed(design, split, f"source {name}", None)
    X = normalise(corpus.X, train, design.normalisation, corpus.groups)
    fitted = fit(seeded(design.source_estimator, seed), X, corpus.y, train, validation)
    uar = own_score(fitted.estimator, X, corpus.y, train, test)
    # As given, since each corpus is normalised by itself.
    seen = np.isin(fingerprints(design.X), fingerprints(corpus.X)[fitted.seen])
    return Source(fitted.estimator, seed, uar, seen)


def _seed(design, split, network, size):
    network += "" if size is None else f", {size} folds"
    return fit_seed(design.random_state, split.repeat, split.fold, network)


def _rows_seen_by(sources, fitted, X):
    """Return which rows any of the sources was given, as text; NaN without a source."""
    if not sources:
        return np.nan
    masks = [source.seen for source in sources]
    if any(mask is None for mask in masks):
        if not hasattr(fitted, "source_overlap"):
            return UNKNOWN
        told = fitted.source_overlap(X, per_row=True).drop(columns="own")
        if told.isna().any(axis=None):
            return UNKNOWN
        masks = [
            told.iloc[:, i].to_numpy(dtype=bool) if mask is None else mask
            for i, mask in enumerate(masks)
        ]
    return encode_rows(np.any(masks, axis=0))


def _overlap(rows, test):
    """Return the share of the test rows in an encoded set; NaN if there is none."""
    if not isinstance(rows, str) or rows == UNKNOWN:
        return np.nan
    return float(decode_rows(rows)[test].mean())


def run_unit(design, unit):
    """Train the sources of a unit, and each method that reads them, for each training size.

    Parameters
    ----------
    design : Design
        What all fits share.
    unit : Unit
        Split and sources.

    Returns
    -------
    dict of lists
        "rows": a dict for each method, source and size; "curves": a dict of lists for each of
        them whose classifier has epochs, if the design asks for curves.
    """
    record = {"rows": [], "curves": []}
    read = dict.fromkeys(name for names in unit.entries.values() for name in names)
    once = {
        name: _source_of_corpus(design, name, design.sources[name], unit.split)
        for name in read
        if isinstance(design.sources[name], SourceCorpus)
    }
    for size, train in unit.split.train.items():
        X = normalise(design.X, train, design.normalisation, design.speakers)
        sources = dict(once)
        for name in read:
            given = design.sources[name]
            if isinstance(given, np.ndarray):
                sources[name] = _source_of_task(design, name, given, unit.split, size, X)
            elif name not in sources:
                sources[name] = Source(given, None, np.nan, None)
        if not unit.entries:
            _run_methods(record, design, unit.split, size, X, NO_SOURCE, {})
        for entry, names in unit.entries.items():
            _run_methods(
                record, design, unit.split, size, X, entry, {name: sources[name] for name in names}
            )
    return record


def _run_methods(record, design, split, size, X, entry, sources):
    """Fit and score each method on one set of sources, and add what came of it to the record."""
    methods = design.methods_for(sources) if sources else design.plain
    for name, method in methods.items():
        seed = _seed(design, split, f"{name} from {entry}", size)
        if sources:
            read = [(name, source.estimator) for name, source in sources.items()]
            method = clone(method).set_params(source=read[0][1] if len(read) == 1 else read)
        tested = split.test if design.return_curves else None
        fitted = fit(
            seeded(method, seed), X, design.y, split.train[size], split.validation, tested=tested
        )
        place = {"method": name, "source": entry, "target": design.target}
        place |= {"corpus": design.corpus} | ({} if size is None else {"n_train_folds": size})
        place |= {"repeat": split.repeat + 1, "fold": split.fold + 1}
        of_sources = _rows_seen_by(list(sources.values()), fitted.estimator, X)
        single = next(iter(sources.values())) if len(sources) == 1 else None
        history = getattr(fitted.estimator, "history_", None)
        record["rows"].append(
            {
                **place,
                "n_train": len(split.train[size]),
                "n_validation": len(split.validation),
                "n_test": len(split.test),
                "n_classes": len(np.unique(design.y[split.test])),
                "seed": seed,
                "source_seed": single.seed if single else None,
                "uar": uar_score(design.y[split.test], fitted.estimator.predict(X[split.test])),
                "source_uar": float(single.uar) if single else np.nan,
                "best_epoch": getattr(fitted.estimator, "best_epoch_", None),
                "n_epochs": None if history is None else len(history),
                "normalisation": design.normalisation,
                "baseline": design.baseline(name) if sources else NO_SOURCE,
                "source_overlap": _overlap(of_sources, split.test),
                "seconds": fitted.seconds,
                "rows_seen": encode_rows(fitted.seen),
                "rows_seen_by_source": of_sources,
                "rows_tested": _mask(len(X), split.test),
            }
        )
        if design.return_curves and history is not None and "valid_uar" in history:
            columns = ["epoch", "train_loss", "valid_loss", "valid_uar", "test_uar"]
            told = {c: history[c].tolist() for c in columns if c in history}
            record["curves"].append({**place, **told})


def _mask(n_rows, rows):
    mask = np.zeros(n_rows, dtype=bool)
    mask[rows] = True
    return encode_rows(mask)
