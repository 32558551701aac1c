"""Select the features that a model needs, and check that they are finite."""

import numpy as np
from pandas.api.types import is_numeric_dtype

from skprognet._wording import first_few
from skprognet.features._choice import check_table


def check_finite(X, where="", advice="these rows or columns"):
    """Raise unless all features are finite numbers.

    Parameters
    ----------
    X : DataFrame
        Features.
    where : str, default=""
        Origin of the features, for the message, such as ``" in 'features.csv'"``.
    advice : str, default="these rows or columns"
        What the user should leave out.

    Raises
    ------
    ValueError
        If a feature is not finite.
    """
    try:
        values = X.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        others = [name for name, kind in X.dtypes.items() if not is_numeric_dtype(kind)]
        raise ValueError(
            f"Features must be finite numbers;{where} {first_few(others)} have other values "
            f"({error}). Leave {advice} out."
        ) from error
    is_bad = ~np.isfinite(values)
    if is_bad.any():
        rows = np.flatnonzero(is_bad.any(axis=1))
        raise ValueError(
            f"Features must be finite numbers;{where} {first_few(X.columns[is_bad.any(axis=0)])} "
            f"have missing or infinite values in {len(rows)} of {len(X)} rows. The first is data "
            f"row {rows[0] + 1}. Leave {advice} out."
        )


def select_features(table, names):
    """Return the features that a model needs from a table, in its order.

    Parameters
    ----------
    table : DataFrame
        Features, and any other columns.
    names : sequence of str
        The features in the order of the model: its ``feature_names_in_``.

    Returns
    -------
    DataFrame
        These columns, in this order.

    Raises
    ------
    TypeError
        If it is not a DataFrame.
    ValueError
        If a feature is missing or is not a finite number, or two columns have the same name.

    See Also
    --------
    split_features : Splits a table into features and labels, to train a model.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.features import select_features
    >>> table = pd.DataFrame({"file": ["a.wav"], "loudness": [0.5], "pitch": [100.5]})
    >>> select_features(table, ["pitch", "loudness"])
       pitch  loudness
    0  100.5       0.5
    """
    check_table(table)
    missing = [name for name in names if name not in table]
    if missing:
        raise ValueError(
            f"The table must have the {len(names)} features of the model; {len(missing)} are "
            f"missing: {first_few(missing)}. Extract the features that the model learned from."
        )
    X = table[list(names)]
    check_finite(X, advice="these rows")
    return X
