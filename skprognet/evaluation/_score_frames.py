"""A table of scores: its columns, the parts it falls into, and the scores of one method in it."""

import pandas as pd

from skprognet._wording import first_few
from skprognet.evaluation._design import NO_SOURCE

PLACE = ("repeat", "fold")
ENTRY = ("method", "source")
_ROUNDING = 1e-9  # as far as a share may miss 0 or 1 by
SETTING = ("corpus", "target", "n_train_folds")


def is_table(scores):
    """Return whether something is a table with named columns: of pandas, polars or pyarrow."""
    is_polars, is_arrow = hasattr(scores, "to_dicts"), hasattr(scores, "to_pydict")
    return isinstance(scores, pd.DataFrame) or is_polars or is_arrow


def as_frame(name, scores):
    """Return a table of pandas, polars or pyarrow as a pandas DataFrame.

    Raises
    ------
    TypeError
        If it is none of these.
    """
    if isinstance(scores, pd.DataFrame):
        return scores
    if not is_table(scores):
        raise TypeError(
            f"{name} must be a DataFrame of pandas or polars, or a pyarrow Table; got "
            f"{type(scores).__name__}. Make one of it, such as pandas.DataFrame({name}), or "
            f"pandas.concat({name}) of several."
        )
    # By lists: polars' own to_pandas needs pyarrow, which may not be there.
    is_arrow = hasattr(scores, "to_pydict")
    return pd.DataFrame(scores.to_pydict() if is_arrow else scores.to_dict(as_series=False))


def check_columns(name, frame, columns, advice):
    """Raise unless the frame has all of the columns."""
    missing = [column for column in columns if column not in frame]
    if missing:
        raise ValueError(
            f"{name} must have the columns {list(columns)}; {missing} are missing among "
            f"{list(frame.columns)}. {advice}"
        )


def check_names(name, frame):
    """Raise if a row does not say its method or its source."""
    nameless = frame[list(ENTRY)].isna().any(axis=1).sum()
    if nameless:
        raise ValueError(
            f"{name} must name method and source in every row, the source {NO_SOURCE!r} where "
            f"there is none; {nameless} of {len(frame)} rows lack one."
        )


def check_scores(scores):
    """Return a table of scores as a DataFrame, with all that is needed to compare methods.

    Raises
    ------
    TypeError
        If it is no table.
    ValueError
        If a column, a method or a source is missing, or a UAR is no share.
    """
    scores = as_frame("scores", scores)
    advice = "Rename columns, or take what cross_validate_transfer returns."
    check_columns("scores", scores, (*ENTRY, *PLACE, "uar"), advice)
    check_names("scores", scores)
    check_uar("scores", scores["uar"])
    return scores


def check_uar(name, column):
    """Raise if the scores are no shares: chance and what does not matter would be misjudged.

    Scores that are missing are found where folds are paired.

    Raises
    ------
    ValueError
        If one is no number, or not from 0 to 1.
    """
    try:
        uar = as_floats(column)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must have numbers as 'uar'; {error}.") from error
    outside = column[(uar < -_ROUNDING) | (uar > 1 + _ROUNDING)]
    if len(outside):
        raise ValueError(
            f"{name} must have shares from 0 to 1 as 'uar'; got {outside.iloc[0]}. Divide "
            "percentages by 100."
        )


def score_grid(name, rows, like=None, of="", value="uar"):
    """Return the UARs of one method as a frame with a row per repeat and a column per fold.

    Parameters
    ----------
    name : str
        What the rows are called, for the message.
    rows : DataFrame
        Columns repeat, fold and uar, in any order of rows.
    like : DataFrame, default=None
        Rows that have all repeats and folds there should be; None is `rows`.
    of : str, default=""
        Whose rows they are, for the message.
    value : str, default="uar"
        The column to take instead.

    Returns
    -------
    DataFrame
        Index repeat, columns fold, both sorted.

    Raises
    ------
    ValueError
        If a fold is missing or is there twice.
    """
    like = rows if like is None else like
    n_repeats, n_folds = like["repeat"].nunique(), like["fold"].nunique()
    grid = pd.Series(as_floats(rows[value]), pd.MultiIndex.from_frame(rows[list(PLACE)]))
    if not grid.index.is_unique or len(rows) != n_repeats * n_folds:
        raise ValueError(
            f"{name} must have one row for each of {n_repeats} x {n_folds} folds{of}; got "
            f"{len(rows)} rows, {grid.index.duplicated().sum()} of them twice. Run the missing "
            "folds, or drop what was run twice."
        )
    return grid.unstack()


def as_floats(column):
    """Return the numbers of a column as floats, NaN where one is missing."""
    return column.to_numpy(dtype=float, na_value=float("nan"))


def settings(scores):
    """Yield what does not vary within a part of the scores, as a dict, and that part.

    Parts are told apart by corpus, target and n_train_folds, each only where it has several
    values.
    """
    varying = [
        name for name in SETTING if name in scores and scores[name].nunique(dropna=False) > 1
    ]
    if not varying:
        yield {}, scores
        return
    for values, part in scores.groupby(varying, sort=False, dropna=False):
        yield dict(zip(varying, values, strict=True)), part


def entries(scores):
    """Return the pairs (method, source) in the order of the scores."""
    return list(scores[list(ENTRY)].drop_duplicates().itertuples(index=False, name=None))


def rows_of(scores, entry):
    """Return the rows of one method and source."""
    return scores[(scores["method"] == entry[0]) & (scores["source"] == entry[1])]


def score_table(scores, method, source, value="uar"):
    """Return the UARs of one method and source as an array of shape (n_repeats, n_folds).

    Raises
    ------
    ValueError
        If a fold is missing or is there twice.
    """
    rows = rows_of(scores, (method, source))
    grid = score_grid("scores", rows, scores, f" of {method!r} from {source!r}", value)
    return grid.to_numpy()


def check_one_value(name, frame, columns, advice):
    """Raise if one of the columns, where it is there, has several values."""
    for column in columns:
        if column in frame and frame[column].nunique(dropna=False) > 1:
            values = frame[column].unique().tolist()
            raise ValueError(
                f"{name} must hold the scores of one {column}; got {first_few(values)}. Select "
                f"one, as in scores[scores[{column!r}] == {values[0]!r}]{advice}."
            )
