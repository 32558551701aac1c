"""How many corpora a comparison needs before any result can be significant."""

import math

from skprognet._checks import check_choice, check_number
from skprognet.significance._nemenyi import nemenyi_pvalue


def smallest_pvalue(n_methods, n_corpora, post_hoc="nemenyi"):
    """Return the smallest p-value that a pair of methods can have on this number of corpora.

    The pair has it if one of the two is the best method on every corpus, and the other the worst.

    Parameters
    ----------
    n_methods, n_corpora : int
        Numbers of methods and corpora; at least two methods and one corpus.
    post_hoc : {"nemenyi", "wilcoxon"}, default="nemenyi"
        The test of the pairs. Wilcoxon's p-value is adjusted by Holm's method.

    Returns
    -------
    float
        The p-value. If it is not below alpha, there are too few corpora.

    Raises
    ------
    TypeError
        If `n_methods` or `n_corpora` is not an integer.
    ValueError
        If `post_hoc` is unknown, `n_methods` is below 2, or `n_corpora` is below 1.

    Examples
    --------
    >>> from skprognet.significance import smallest_pvalue
    >>> [round(smallest_pvalue(3, n_corpora), 3) for n_corpora in (2, 3)]
    [0.112, 0.038]
    """
    check_choice("post_hoc", post_hoc, ("nemenyi", "wilcoxon"))
    check_number("n_methods", n_methods, "integer", low=2)
    check_number("n_corpora", n_corpora, "integer", low=1)
    if post_hoc == "nemenyi":
        return nemenyi_pvalue(n_methods - 1, n_methods, n_corpora)
    # All 2 ** n patterns of signs are equally likely; Holm multiplies by the number of pairs.
    return min(1.0, 2 * 0.5**n_corpora * math.comb(n_methods, 2))
