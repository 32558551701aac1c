"""Check that two frames of scores are of the same folds and the same design."""

from skprognet._scores import CONDITIONS, DESIGN, VALIDATION
from skprognet._table_metric import METRIC


def check_same_folds(names, a, b):
    """Raise unless both frames have the same repeats and folds."""
    for repeat, fold in a.index.symmetric_difference(b.index):
        where = names[0] if (repeat, fold) in a.index else names[1]
        raise ValueError(
            f"{names[0]} and {names[1]} must have the same folds; got repeat {repeat}, fold "
            f"{fold} only in {where}. Score both methods on the same folds."
        )


def check_same_design(names, a, b):
    """Raise if the two frames differ in how a fold was made."""
    for column in (*CONDITIONS, *METRIC, *DESIGN):
        if column not in a or column not in b:
            continue
        one, other = a[column], b[column]
        if one.equals(other):  # the usual case, and a much faster check
            continue
        differs = (one != other) & ~(one.isna() & other.isna())
        if column == VALIDATION:
            differs &= (one != 0) & (other != 0)
        if differs.any():
            repeat, fold = differs.idxmax()
            got = (
                "different tested rows"
                if column == "rows_tested"
                else f"{column} {one[repeat, fold]!s} and {other[repeat, fold]!s}"
            )
            raise ValueError(
                f"{names[0]} and {names[1]} must come from the same design; got {got} in repeat "
                f"{repeat}, fold {fold}. Score both methods on the same folds."
            )
