"""Measure how well predicted numbers agree with the truth."""

import numpy as np
import pandas as pd

from skprognet._predictions import PREDICTION, ROW, TRUTH
from skprognet._target_kind import NUMBERS
from skprognet.metrics import ccc_score
from skprognet.results._tested_rows import REPEAT, by_method, check_kind, shares


def agreement_by_method(predictions):
    r"""Measure how well the predicted numbers of each method agree with the truth.

    The concordance correlation coefficient combines three questions: do predictions rise and fall
    with the truth, do they vary as much, and do they have the same mean? With Pearson's r, the
    standard deviations s and the means :math:`\mu` of truth y and prediction :math:`\hat y`,

    .. math::

        \mathrm{CCC} = \frac{2 r}{v + 1/v + u^2}, \qquad
        v = \frac{s_{\hat y}}{s_y}, \qquad
        u = \frac{\mu_{\hat y} - \mu_y}{\sqrt{s_{\hat y} s_y}}.

    So :math:`|\mathrm{CCC}| \le |r|`, and the CCC equals r if v is 1 and u is 0. The CCC is
    computed over all rows of a repeat, and then averaged over the repeats.

    Parameters
    ----------
    predictions : DataFrame
        A row for each tested row of each fit, as
        :func:`~skprognet.evaluation.cross_validate_transfer` returns with
        ``return_predictions=True``, for a target of numbers; from pandas, polars or pyarrow. If a
        column corpus, target or n_train_folds has several values, each combination of them has
        its own rows.

    Returns
    -------
    DataFrame
        A row for each method, with these columns. rmse and bias are in the unit of the target.

        - corpus, target, n_train_folds: only those that have several values.
        - method, source.
        - ccc; ccc_std: its standard deviation over the repeats, ddof 1; NaN for a single repeat.
        - pearson_r: NaN if truth or prediction is constant in a repeat.
        - rmse: the root of the mean squared error. bias: mean prediction minus mean truth.
        - spread: v. Below 1 the predictions vary less than the truth.
        - n_rows: rows of the corpus.

    Raises
    ------
    TypeError
        If `predictions` is not a table.
    ValueError
        If `predictions` are of classes, a number is missing or not finite, a method was tested on
        a row twice in a repeat, methods were tested on different rows, or the truth of a row
        differs between them.

    See Also
    --------
    skprognet.displays.PredictionScatterDisplay : Draws the predicted numbers against the truth.
    skprognet.metrics.ccc_score : The coefficient of one set of predictions.

    Notes
    -----
    The scores of a study are computed for each fold, and this table for all rows of a repeat. The
    mean and spread of a fold with few speakers may differ from those of the corpus, and with them
    its CCC. So the means of the two tables differ.

    References
    ----------
    L. I-K. Lin: A Concordance Correlation Coefficient to Evaluate Reproducibility. Biometrics 45,
    1989, pages 255-268.

    Examples
    --------
    >>> import pandas as pd
    >>> from skprognet.results import agreement_by_method
    >>> predictions = pd.DataFrame(
    ...     {"row": [0, 1, 2, 3], "truth": [1.0, 2.0, 3.0, 4.0],
    ...      "prediction": [2.0, 2.5, 3.0, 3.5]}
    ... ).assign(method="DNN", source="none", repeat=1, fold=[1, 1, 2, 2])
    >>> agreement_by_method(predictions)[["ccc", "pearson_r", "rmse", "bias", "spread"]].round(3)
         ccc  pearson_r   rmse  bias  spread
    0  0.769        1.0  0.612  0.25     0.5
    """
    rows = []
    for key, part, _ in by_method(check_kind(predictions, NUMBERS)):
        repeats = pd.DataFrame([_agreement(each) for _, each in part.groupby(REPEAT)])
        means = repeats.mean(skipna=False)  # a mean over fewer repeats could not be compared
        means = {"ccc": means.pop("ccc"), "ccc_std": repeats["ccc"].std(), **means}
        rows.append({**key, **means, "n_rows": part[ROW].nunique()})
    return pd.DataFrame(rows)


def _agreement(rows):
    """Return the measures of agreement for one repeat."""
    truth, predicted = (rows[name].to_numpy(float) for name in (TRUTH, PREDICTION))
    deviations = [each - each.mean() for each in (truth, predicted)]
    of_truth, of_predicted = (0.0 if np.ptp(e) == 0 else e.std() for e in (truth, predicted))
    covariance = np.mean(deviations[0] * deviations[1])
    return {
        "ccc": ccc_score(truth, predicted),
        "pearson_r": float(shares(covariance, of_truth * of_predicted)),
        "rmse": np.sqrt(np.mean((predicted - truth) ** 2)),
        "bias": predicted.mean() - truth.mean(),
        "spread": float(shares(of_predicted, of_truth)),
    }
