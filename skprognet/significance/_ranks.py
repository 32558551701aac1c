"""The arithmetic of ranks over several corpora: Friedman, Iman-Davenport, Nemenyi, Wilcoxon."""

import math

import numpy as np
from scipy import stats

# Means of the same scores in another order differ by this little; ranks must not see it.
DIGITS = 12


def rank_error(n_methods, n_corpora):
    """Return the standard error of the difference of two mean ranks if methods do not differ."""
    return math.sqrt(n_methods * (n_methods + 1) / (6 * n_corpora))


def nemenyi_p(rank_difference, n_methods, n_corpora):
    """Return the p-value of Nemenyi's test, already adjusted for all pairs."""
    # The studentised range is in units of one mean's error, a difference of two has sqrt(2).
    q = math.sqrt(2) * abs(rank_difference) / rank_error(n_methods, n_corpora)
    return float(stats.studentized_range.sf(q, n_methods, np.inf))


def critical_difference(n_methods, n_corpora, alpha):
    """Return the difference of mean ranks from which on Nemenyi's test rejects."""
    q = float(stats.studentized_range.isf(alpha, n_methods, np.inf))
    return q / math.sqrt(2) * rank_error(n_methods, n_corpora)


def smallest_p(n_methods, n_corpora, post_hoc):
    """Return the lowest p-value there can be: that of a method which is best everywhere."""
    if post_hoc == "nemenyi":
        return nemenyi_p(n_methods - 1, n_methods, n_corpora)
    # All of the 2 ** n patterns of signs are as likely; Holm multiplies by the number of pairs.
    return min(1.0, 2 * 0.5**n_corpora * math.comb(n_methods, 2))


def friedman(uar):
    """Return Friedman's chi-squared, corrected for ties, and its p-value; 0 and 1 if all tie."""
    if (uar == uar[:, :1]).all():
        return 0.0, 1.0
    statistic, pvalue = stats.friedmanchisquare(*uar.T)
    return float(statistic), float(pvalue)


def iman_davenport(chi2, n_methods, n_corpora):
    """Return Iman and Davenport's F from Friedman's chi-squared, and its p-value."""
    df = n_methods - 1
    room = n_corpora * df - chi2
    # All corpora rank the methods alike where chi-squared is as large as it can be.
    f = (n_corpora - 1) * chi2 / room if room > 1e-9 * n_corpora else math.inf
    return f, float(stats.f.sf(f, df, df * (n_corpora - 1)))


def wilcoxon(a, b):
    """Return Wilcoxon's p-value, zeros split between the signs; 1 if nothing differs."""
    difference = np.round(a - b, DIGITS)
    if not difference.any():
        return 1.0
    return float(stats.wilcoxon(difference, zero_method="zsplit").pvalue)
