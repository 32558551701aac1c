"""The table of scores: the names of its columns, groups of its rows, and labels of methods.

The table of a study has one row for each fit. Every module that reads such a table takes the
names of the columns from here.
"""

import numpy as np
import pandas as pd

from skprognet._table_metric import METRIC, metric_of
from skprognet._wording import first_few

NO_SOURCE = "none"
PLACEBO_OF = "placebo of "  # start of the name of a source that has nothing to teach
METHOD = ("method", "source")  # these two columns together name a method
FOLD = ("repeat", "fold")
VALIDATION = "n_validation"
CONDITIONS = ("corpus", "target", "n_train_folds")  # methods are compared within each of them
# Two results on the same folds agree in these columns, if both frames have them. A method that
# uses no validation rows has 0 of them.
DESIGN = ("n_train", VALIDATION, "n_test", "normalisation", "rows_tested")
SCORE, SOURCE_SCORE, CHANCE = "score", "source_score", "chance"
# The metric of source_score, in tables where it may differ from the metric of the score: if a
# source has classes and the target numbers, or the reverse.
SOURCE_METRIC = "source_metric"
BASELINE = "baseline"  # the method that is the same network without a source
# The cost of a fit, which may differ when the fit is repeated. The second column exists only if
# networks may be trained together, and says how many were.
SECONDS, TOGETHER = TIMED = ("seconds", "trained_together")
# The rows that trained a fit, that trained its source, and that tested it, as text. `audit`
# decodes it.
RECORDED = ("rows_seen", "rows_seen_by_source", "rows_tested")
# The columns of X that a fit and its sources used, and those that it must not use, in the same
# form. They exist only if a source has columns of its own.
RECORDED_COLUMNS = ("columns_seen", "columns_withheld")
# The columns of a table with one row for each epoch of a fit.
EPOCH_SCORES = ("train_loss", "valid_loss", "valid_score", "test_score")

DIGITS = 12  # means of the same scores in another order may differ in later digits
_ROUNDING = 1e-9  # tolerance at the ends of the range of a score


def is_table(scores):
    """Return whether an object is a table of pandas, polars or pyarrow."""
    is_polars, is_arrow = hasattr(scores, "to_dicts"), hasattr(scores, "to_pydict")
    return isinstance(scores, pd.DataFrame) or is_polars or is_arrow


def as_frame(name, scores):
    """Return a table of pandas, polars or pyarrow as a pandas DataFrame without categories.

    Raises
    ------
    TypeError
        If it is another object.
    """
    if isinstance(scores, pd.DataFrame):
        # pandas refuses to compare two columns whose categories differ, or to add a category.
        kinds = scores.dtypes.items()
        listed = [column for column, kind in kinds if isinstance(kind, pd.CategoricalDtype)]
        return scores.astype(dict.fromkeys(listed, object)) if listed else scores
    if not is_table(scores):
        raise TypeError(
            f"{name} must be a DataFrame of pandas or polars, or a pyarrow Table; got "
            f"{type(scores).__name__}. Convert it with pandas.DataFrame({name}), or join several "
            f"with pandas.concat({name})."
        )
    # Through lists, since to_pandas of polars needs pyarrow, which may not be installed.
    is_arrow = hasattr(scores, "to_pydict")
    return pd.DataFrame(scores.to_pydict() if is_arrow else scores.to_dict(as_series=False))


def check_columns(name, frame, columns, advice):
    """Raise if the frame lacks one of the columns."""
    missing = [column for column in columns if column not in frame]
    if missing:
        which = f"{missing} are" if len(missing) < len(columns) else "all are"
        raise ValueError(
            f"{name} must have the columns {list(columns)}; {which} missing among "
            f"[{first_few(frame.columns)}]. {advice}"
        )


def check_names(name, frame):
    """Raise if a row lacks the name of its method or its source."""
    nameless = frame[list(METHOD)].isna().any(axis=1).sum()
    if nameless:
        raise ValueError(
            f"{name} must name method and source in every row; {nameless} of {len(frame)} rows "
            f"lack one. Without a source, write {NO_SOURCE!r}."
        )


def check_folds(name, frame):
    """Raise if a row lacks its repeat or its fold."""
    without = frame[list(FOLD)].isna().any(axis=1).sum()
    if without:
        raise ValueError(
            f"{name} must have repeat and fold in every row; {without} of {len(frame)} rows lack "
            "one. Fill them in, or leave out these rows."
        )


def check_corpus_and_target(name, frame):
    """Raise if only some rows have a corpus or a target, since these would not be compared."""
    for column in ("corpus", "target"):
        without = frame[column].isna() if column in frame else np.zeros(1, dtype=bool)
        if without.any() and not without.all():
            raise ValueError(
                f"{name} must have a {column} in every row or in none; {without.sum()} of "
                f"{len(frame)} rows lack one, such as those of "
                f"{label(*frame.loc[without, list(METHOD)].iloc[0])!r}. Fill them in."
            )


def with_plain_text(frame):
    """Return a table with its text as Python objects.

    pandas selects rows of all object columns at once, but of its own text type column by column.
    The difference matters if a table is split into its methods hundreds of times.
    """
    text = [name for name, kind in frame.dtypes.items() if isinstance(kind, pd.StringDtype)]
    return frame.astype(dict.fromkeys(text, object))


def check_scores(scores):
    """Return a table of scores as a DataFrame, checked for the comparison of methods.

    Raises
    ------
    TypeError
        If it is not a table.
    ValueError
        If a column, a method, a source, a repeat or a fold is missing, only some rows have a
        corpus or a target, there are several metrics, or a score is outside the range of its
        metric.
    """
    scores = as_frame("scores", scores)
    advice = "Rename columns, or use the result of cross_validate_transfer."
    if "uar" in scores:
        advice = f"Rename the column 'uar' of earlier versions to {SCORE!r}."
    check_columns("scores", scores, (*METHOD, *FOLD, SCORE), advice)
    if not len(scores):
        raise ValueError("scores must have one row for each fit; got none. Use another table.")
    check_names("scores", scores)
    check_folds("scores", scores)
    check_corpus_and_target("scores", scores)
    check_values("scores", scores)
    return scores


def check_values(name, frame):
    """Raise if a score is outside the range of its metric, such as a percentage.

    Missing scores are reported later, when folds are paired.

    Raises
    ------
    ValueError
        If a score is not a number or outside the range, or if there are several metrics.
    """
    check_one_value(name, frame, METRIC, "")
    metric = metric_of(frame)
    directions = set(frame.get("greater_is_better", pd.Series(dtype=object)).dropna().astype(str))
    if directions - {str(metric.greater_is_better)}:
        better = "greater" if metric.greater_is_better else "lower"
        raise ValueError(
            f"{name} must agree with their metric: {better} {metric.label} is better; got "
            f"greater_is_better={directions.pop()}. Give your own score another name."
        )
    try:
        values = as_floats(frame[SCORE])
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must have numbers in {SCORE!r}; {error}.") from error
    low, high = metric.range
    outside = frame.loc[(values < low - _ROUNDING) | (values > high + _ROUNDING), SCORE]
    if len(outside):
        advice = " Divide percentages by 100." if (low, high) == (0, 1) else ""
        raise ValueError(
            f"{name} must have {metric.label} values from {low:g} to {high:g} in {SCORE!r}; got "
            f"{outside.iloc[0]}.{advice}"
        )


def check_one_value(name, frame, columns, advice):
    """Raise if one of the columns exists and has several values."""
    for column in columns:
        if column in frame and frame[column].nunique(dropna=False) > 1:
            values = frame[column].unique().tolist()
            one = frame[column].dropna().unique().tolist()[0]  # nothing equals NaN
            raise ValueError(
                f"{name} must hold the scores of one {column}; got {first_few(values)}. Select "
                f"one, as in scores[scores[{column!r}] == {one!r}]{advice}."
            )


def as_floats(column):
    """Return the numbers of a column as floats, with NaN for missing ones."""
    return column.to_numpy(dtype=float, na_value=float("nan"))


def score_grid(name, rows, like=None, of=""):
    """Return the scores of one method as a frame with a row per repeat and a column per fold.

    Parameters
    ----------
    name : str
        Name of the rows, for the message.
    rows : DataFrame
        Columns repeat, fold and score, with the rows in any order.
    like : DataFrame, default=None
        Rows that have all expected repeats and folds; None means `rows`.
    of : str, default=""
        The method of the rows, for the message.

    Returns
    -------
    DataFrame
        Index repeat, columns fold, both sorted.

    Raises
    ------
    ValueError
        If a fold is missing or appears twice.
    """
    like = rows if like is None else like
    n_repeats, n_folds = like["repeat"].nunique(), like["fold"].nunique()
    grid = pd.Series(as_floats(rows[SCORE]), pd.MultiIndex.from_frame(rows[list(FOLD)]))
    if not grid.index.is_unique or len(rows) != n_repeats * n_folds:
        raise ValueError(
            f"{name} must have one row for each of {n_repeats} x {n_folds} folds{of}; got "
            f"{len(rows)} rows, {grid.index.duplicated().sum()} of them twice. Run the missing "
            "folds, or drop repeated rows."
        )
    return grid.unstack()


def score_table(scores, method, source):
    """Return the scores of one method and source as an array of shape (n_repeats, n_folds).

    Raises
    ------
    ValueError
        If a fold is missing or appears twice.
    """
    rows = rows_of(scores, (method, source))
    grid = score_grid("scores", rows, scores, f" of {method!r} from {source!r}")
    return grid.to_numpy()


def by_condition(scores):
    """Yield each condition as a dict, and its rows.

    A condition is a corpus, a target and a number of training folds. The dict has only those of
    the three columns that have several values in the scores.
    """
    varying = [
        name for name in CONDITIONS if name in scores and scores[name].nunique(dropna=False) > 1
    ]
    if not varying:
        yield {}, scores
        return
    for values, part in scores.groupby(varying, sort=False, dropna=False):
        yield dict(zip(varying, values, strict=True)), part


def methods_in(scores):
    """Return the pairs (method, source) in the order of the scores."""
    return list(scores[list(METHOD)].drop_duplicates().itertuples(index=False, name=None))


def rows_of(scores, method):
    """Return the rows of one pair (method, source)."""
    return scores[(scores["method"] == method[0]) & (scores["source"] == method[1])]


def placebo_of(source):
    """Return the source that a placebo stands for; None if this source is not a placebo."""
    text = str(source)
    return text.removeprefix(PLACEBO_OF) if text.startswith(PLACEBO_OF) else None


def base_source(source):
    """Return the name of a source; for a placebo, of the source that it stands for."""
    return placebo_of(source) or source


def label(method, source):
    """Return the label of a method with a source, such as "ProgNet from speaker"."""
    return str(method) if source == NO_SOURCE else f"{method} from {source}"


def condition_in_words(row):
    """Return the condition of a row, such as "corpus IEMOCAP, n_train_folds 2"."""
    return ", ".join(f"{name} {row[name]}" for name in CONDITIONS if name in row)


def label_of_row(row):
    """Return the label of a row: method, source, and the condition if it has one."""
    where = condition_in_words(row)
    return label(row["method"], row["source"]) + (f" ({where})" if where else "")


def paper_mean_and_std(table):
    """Return mean and standard deviation by the paper's rule (section 3).

    For each repeat, compute the mean and the standard deviation (ddof 1) over its folds. Then
    average each over the repeats.

    Parameters
    ----------
    table : ndarray of shape (n_repeats, n_folds)
        Scores.

    Returns
    -------
    mean, std : float
        Both in the unit of the scores; std is NaN for a single fold.
    """
    std = table.std(axis=1, ddof=1).mean() if table.shape[1] > 1 else np.nan
    return table.mean(axis=1).mean(), std


def folds_mean_and_std(table):
    """Return mean and standard deviation (ddof 1) over all folds of all repeats.

    Parameters
    ----------
    table : ndarray of shape (n_repeats, n_folds)
        Scores.

    Returns
    -------
    mean, std : float
        Both in the unit of the scores; std is NaN for a single score.
    """
    return table.mean(), table.std(ddof=1) if table.size > 1 else np.nan
