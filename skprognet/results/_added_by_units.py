"""Split the score of a group of rows into the contributions of its units, such as speakers.

The contributions sum to the score. For a mean such as the UAR, the contribution of a unit is what
its rows add to the mean. The CCC is a ratio of moments, so it is split by its influence function:
how much it would change if a row counted a little more.
"""

import numpy as np

from skprognet._predictions import PREDICTION, TRUTH
from skprognet._target_kind import CLASSES, NUMBERS
from skprognet.results._tested_rows import REPEAT, codes_of, count_cells, in_order, shares


def _of_recalls(rows, groups, units):
    """Return what each unit adds to the UAR of each group, and what it would add without errors.

    A UAR is a sum over rows. A correct row adds 1 / (rows of its class * number of classes),
    counted in its group and repeat. Divided by the number of repeats, these values sum to the mean
    over the repeats.

    Both arrays have shape (n_units, n_groups).
    """
    classes, repeats = in_order(rows[TRUTH]), in_order(rows[REPEAT])
    group = codes_of(rows["group"], groups)
    codes = [group, codes_of(rows[REPEAT], repeats), codes_of(rows[TRUTH], classes)]
    of_class = count_cells(codes, (len(groups), len(repeats), len(classes)))
    n_classes = (of_class > 0).sum(axis=2, keepdims=True)
    n_repeats = (n_classes > 0).sum(axis=1, keepdims=True)
    adds = shares(1.0, of_class * n_classes * n_repeats)[tuple(codes)]
    right = (rows[TRUTH] == rows[PREDICTION]).to_numpy()
    cells, shape = [codes_of(rows["unit"], units), group], (len(units), len(groups))
    return count_cells(cells, shape, right * adds), count_cells(cells, shape, adds)


def _of_concordances(rows, groups, units):
    """Return what each unit adds to the CCC of each group, and its share of the group's rows.

    Each row of a group in a repeat adds the CCC plus its influence, divided by the number of rows.
    The influences sum to 0. Divided by the number of repeats, these values sum to the mean over
    the repeats.

    Both arrays have shape (n_units, n_groups).
    """
    group, repeats = codes_of(rows["group"], groups), in_order(rows[REPEAT])
    cells = group * len(repeats) + codes_of(rows[REPEAT], repeats)
    n_cells = len(groups) * len(repeats)
    n_rows = np.bincount(cells, minlength=n_cells)
    n_repeats = (n_rows.reshape(len(groups), -1) > 0).sum(axis=1)
    shared = 1 / (n_rows[cells] * n_repeats[group])

    def mean(values):
        return shares(np.bincount(cells, values, n_cells), n_rows)[cells]

    truth, predicted = (rows[name].to_numpy(float) for name in (TRUTH, PREDICTION))
    a, b, apart = truth - mean(truth), predicted - mean(predicted), mean(truth) - mean(predicted)
    # CCC = mean of `twice` / mean of `spread`; the rest is Taylor's linearisation of this ratio.
    twice = 2 * a * b
    spread = a**2 + b**2 + 2 * apart * (a - b) + apart**2
    whole = mean(spread)
    ccc = shares(mean(twice), whole)
    influence = shares(twice - ccc * spread, whole)
    codes, shape = [codes_of(rows["unit"], units), group], (len(units), len(groups))
    return (
        count_cells(codes, shape, shared * (ccc + influence)),
        count_cells(codes, shape, shared),
    )


ADDED_BY_UNITS = {CLASSES: _of_recalls, NUMBERS: _of_concordances}
