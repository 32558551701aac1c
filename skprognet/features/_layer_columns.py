"""Recognise columns with the layers of a speech model by their names."""

import re
import warnings

from skprognet._wording import first_few

_LAYER_COLUMN = re.compile(r"(?P<model>[^.]+)\.[^.]+\.(mean|std)\.\d{3,}")


def name_speech_models(columns):
    """Return the speech models whose layers are among the columns, such as ["ge2e"].

    Parameters
    ----------
    columns : iterable of str
        Names of columns.

    Returns
    -------
    list of str
        Names of the models without repetition, in the order of the columns.
    """
    matches = (_LAYER_COLUMN.fullmatch(str(name)) for name in columns)
    return list(dict.fromkeys(match["model"] for match in matches if match))


def warn_of_layers(X, layers=(), *, are_sources=True, stacklevel=3):
    """Warn of columns that look like layers of a speech model, unless a source reads them.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features; without column names nothing is found.
    layers : sequence of str, default=()
        The speech models whose layers a source reads.
    are_sources : bool, default=True
        Whether the caller can use layers as a source, so that the warning says how.
    stacklevel : int, default=3
        See :func:`warnings.warn`.

    Warns
    -----
    UserWarning
        If there are such columns, which then count as features.
    """
    matches = [_LAYER_COLUMN.fullmatch(str(name)) for name in getattr(X, "columns", ())]
    matches = [match for match in matches if match and match["model"] not in layers]
    if matches:
        models = list(dict.fromkeys(match["model"] for match in matches))
        advice = (
            f"To use them as a source, pass layers=[{models[0]!r}] (--layers {models[0]}). "
            if are_sources
            else ""
        )
        warnings.warn(
            f"{len(matches)} columns, such as {matches[0][0]!r}, have the names of layers of a "
            f"speech model ({first_few(models)}), but count as features here. {advice}To leave "
            "them out, select the other columns (--features).",
            stacklevel=stacklevel,
        )
