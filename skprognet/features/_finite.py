"""Features that a model can be given: the right ones, and finite."""

import numpy as np

from skprognet._wording import first_few


def check_finite(X, where="", advice="these rows or columns"):
    """Raise unless all features are finite numbers.

    Parameters
    ----------
    X : DataFrame
        Features.
    where : str, default=""
        Where they are from, for the message, such as ``" in 'features.csv'"``.

    advice : str, default="these rows or columns"
        What to leave out, if one is not.

    Raises
    ------
    ValueError
        If one is not.
    """
    bad = X.columns[~np.isfinite(X.to_numpy(dtype=float, na_value=np.nan)).all(axis=0)]
    if len(bad):
        raise ValueError(
            f"Features must be finite numbers;{where} {first_few(bad)} have missing or infinite "
            f"values. Leave {advice} out."
        )


def select_features(table, names):
    """Return the features of a table that a model takes.

    Parameters
    ----------
    table : DataFrame
        Features, and any other columns.
    names : sequence of str
        The features in the order of the model: its ``feature_names_in_``.

    Returns
    -------
    DataFrame
        These columns.

    Raises
    ------
    ValueError
        If one is missing or not finite.

    See Also
    --------
    split_features : Parts a table into features and labels, to train a model.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.features import select_features
    >>> table = pd.DataFrame({"file": ["a.wav"], "loudness": [0.5], "pitch": [100.5]})
    >>> select_features(table, ["pitch", "loudness"])
       pitch  loudness
    0  100.5       0.5
    """
    missing = [name for name in names if name not in table]
    if missing:
        raise ValueError(
            f"The model needs {len(names)} features, of which {len(missing)} are missing: "
            f"{first_few(missing)}."
        )
    X = table[list(names)]
    check_finite(X, advice="these rows")
    return X
