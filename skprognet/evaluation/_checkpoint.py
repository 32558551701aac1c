"""Finished work on disk, so that a run that was stopped goes on where it was."""

import hashlib
import json
import re
from importlib.metadata import version
from pathlib import Path

import joblib
import numpy as np
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from skprognet._files import check_folder, write_whole
from skprognet.evaluation._source_corpus import SourceCorpus

_NAMED_IN_MESSAGE = 8
_LIBRARIES = ("skprognet", "torch", "skorch", "scikit-learn", "numpy")


def _sha256(data):
    return hashlib.sha256(data).hexdigest()[:16]


def _is_fitted(estimator):
    try:
        check_is_fitted(estimator)
    except NotFittedError:
        return False
    return True


def _digest(fitted):
    """Return a digest of what a fitted estimator has learned, not of how long it took."""
    if hasattr(fitted, "steps"):
        return _sha256("".join(_digest(step) for _, step in fitted.steps).encode())
    if hasattr(fitted, "net_"):
        weights = {k: v.cpu().numpy() for k, v in fitted.net_.module_.state_dict().items()}
        learned = (weights, fitted.classes_, getattr(fitted, "source_digest_", None))
        return joblib.hash(learned)[:16]
    inner = getattr(fitted, "estimator", None)  # of a FrozenEstimator
    return joblib.hash(fitted)[:16] if inner is None else _digest(inner)


def _describe(name, value):
    """Return a value of the design as flat {name: text}, equal texts for equal values."""
    if isinstance(value, np.ndarray):
        data = np.ascontiguousarray(value).tobytes()
        if value.dtype == object:
            data = repr(value.tolist()).encode()
        return {name: f"{value.shape} of {value.dtype}, sha256 {_sha256(data)}"}
    if isinstance(value, SourceCorpus):
        parts = {"X": value.X, "y": value.y, "groups": value.groups}
        return _describe(name, parts)
    if isinstance(value, dict):
        told = {name: ", ".join(map(str, value))}
        for key, part in value.items():
            told |= _describe(f"{name}.{key}", part)
        return told
    if hasattr(value, "get_params") and not isinstance(value, type):
        told = {name: type(value).__name__}
        if _is_fitted(value):
            return {name: f"fitted {type(value).__name__}, {_digest(value)}"}
        for key, part in value.get_params(deep=False).items():
            told |= _describe(f"{name}.{key}", part)
        return told
    plain = (type(None), bool, int, float, str, tuple)
    if isinstance(value, plain):
        return {name: repr(value)}
    if hasattr(value, "__qualname__"):
        return {name: f"{value.__module__}.{value.__qualname__}"}
    return {name: f"{type(value).__name__}, {joblib.hash(value)}"}


def describe_run(design, splits):
    """Return all that the results of a run depend on, as text by name.

    Parameters
    ----------
    design : Design
        What all fits share.
    splits : list of Split
        The rows of every fit.

    Returns
    -------
    dict of str to str
        Data and rows as digests, parameters as they print, versions of the libraries.
    """
    options = ["combined_sources", "normalisation", "random_state", "target", "corpus"]
    options += ["train_folds", "return_curves"]
    told = {
        **_describe("X", design.X),
        **_describe("y", design.y),
        **_describe("speakers", design.speakers),
        **_describe("methods", design.methods),
        **_describe("sources", design.sources),
        **_describe("source_estimator", design.source_estimator),
        **{name: repr(getattr(design, name)) for name in options},
        "splits": f"{len(splits)}, sha256 {_sha256(joblib.hash(splits).encode())}",
    }
    return told | {f"version of {name}": version(name) for name in _LIBRARIES}


class Checkpoint:
    """A folder with a file for each finished unit of work, and one that says of what run.

    A file appears under its name only when it is whole and on disk. One that was changed, or
    torn by the file system, is not used: its work is done again.

    Parameters
    ----------
    folder : path
        Where to; made if need be.
    run : dict of str to str
        What :func:`describe_run` says.

    Raises
    ------
    ValueError
        If the folder holds another run; the message names what differs.
    OSError
        If it cannot be written to.
    """

    def __init__(self, folder, run):
        self.folder = Path(folder)
        check_folder(self.folder)
        plan = self.folder / "design.json"
        if plan.exists():
            self._check_same(plan, run)
        else:
            write_whole({plan: (json.dumps(run, indent=1) + "\n").encode()})

    def _check_same(self, plan, run):
        try:
            there = json.loads(plan.read_text())
        except (ValueError, OSError) as error:
            raise ValueError(
                f"The checkpoint must hold the design it is of; {str(plan)!r} cannot be read "
                f"({error}). Use another folder, or remove this one."
            ) from error
        names = dict.fromkeys([*there, *run])
        other = [n for n in names if there.get(n) != run.get(n)]
        if other:
            shown = [f"{n} (then {there.get(n)}, now {run.get(n)})" for n in other]
            more = "" if len(other) <= _NAMED_IN_MESSAGE else f" and {len(other)} in all"
            raise ValueError(
                f"The checkpoint {str(self.folder)!r} is of another run; different are "
                f"{'; '.join(shown[:_NAMED_IN_MESSAGE])}{more}. Use another folder, or the design "
                "of that run."
            )

    def _path(self, unit):
        name = re.sub(r"[^a-z0-9]+", "-", unit.lower()).strip("-")[:80]
        return self.folder / f"{name}-{_sha256(unit.encode())[:8]}.json"

    def load(self, unit):
        """Return the record of a unit, or None if it is not there, whole and unchanged.

        Parameters
        ----------
        unit : str
            Its name.

        Returns
        -------
        dict or None
            As it was kept, with all digits of every number.
        """
        try:
            digest, body = self._path(unit).read_text().split("\n", 1)
        except (OSError, ValueError):
            return None
        if digest != _sha256(body.encode()):
            return None
        kept = json.loads(body)
        return kept["record"] if kept["unit"] == unit else None

    def keep(self, unit, record):
        """Put the record of a finished unit on disk.

        Parameters
        ----------
        unit : str
            Its name.
        record : dict
            Of plain values.

        Raises
        ------
        OSError
            If it cannot be written, as on a full disk; what was kept before stays.
        """
        body = json.dumps({"unit": unit, "record": record})
        write_whole({self._path(unit): f"{_sha256(body.encode())}\n{body}".encode()})
