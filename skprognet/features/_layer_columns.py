"""Columns that are called as layers of a speech model are, and what reads them."""

import re
import warnings

from skprognet._wording import first_few

_LAYER_COLUMN = re.compile(r"(?P<model>[^.]+)\.[^.]+\.(mean|std|max)\.\d{3,}")


def name_speech_models(columns):
    """Return the speech models that columns are called after as layers are, such as ["ge2e"].

    Parameters
    ----------
    columns : iterable of str
        Names of columns.

    Returns
    -------
    list of str
        Each once, in the order of the columns.
    """
    found = (_LAYER_COLUMN.fullmatch(str(name)) for name in columns)
    return list(dict.fromkeys(match["model"] for match in found if match))


def warn_of_layers(X, layers=(), *, stacklevel=3):
    """Warn of columns that look like layers of a speech model, unless a source reads them.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features; without names there is nothing to find.
    layers : sequence of str, default=()
        The speech models whose layers a source reads.
    stacklevel : int, default=3
        As that of :func:`warnings.warn`.

    Warns
    -----
    UserWarning
        If there are such columns, which then count as features.
    """
    found = [_LAYER_COLUMN.fullmatch(str(name)) for name in getattr(X, "columns", ())]
    found = [match for match in found if match and match["model"] not in layers]
    if found:
        models = name_speech_models(match[0] for match in found)
        warnings.warn(
            f"{len(found)} columns, such as {found[0][0]!r}, are called as layers of a speech "
            f"model are ({first_few(models)}), and they count as features here. To let a network "
            f"read them as its source, pass layers=[{models[0]!r}] (--layers {models[0]}); to "
            "leave them out, take only the other columns (--features).",
            stacklevel=stacklevel,
        )
