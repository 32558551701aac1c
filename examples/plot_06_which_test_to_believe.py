"""
6. Which test to believe
========================

A test at the 5 % level may raise one false alarm in twenty: if two methods are
equally good, it may call one of them better in 5 of 100 studies. Which tests
keep this limit when the scores come from repeated cross-validation? This page
counts the false alarms on 1000 invented corpora. We know that they contain no
difference to find.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy import stats

from skprognet.significance import (
    bayesian_cv_test,
    calibrated_cv_ttest,
    combined_5x2cv_ftest,
    corrected_cv_ttest,
)

# %%
# Two methods that are equally good
# ---------------------------------
# Each corpus has two classes and two features. We make both features in the
# same way: in class 1 the mean is higher by ``separation``. Method A knows
# only the first feature, method B only the second. Both assign a row to the
# class whose mean is nearer. On one corpus one of them may be lucky. Over all
# corpora of this kind neither is better.
#
# A nearest mean needs no training loop, so 1000 corpora times ten repeats of
# ten folds are one computation in numpy.


def score(separation, n_per_class, n_repeats, n_folds, n_corpora=1000, seed=0):
    """Return accuracies, shape (n_corpora, 2 methods, n_repeats, n_folds)."""
    rng = np.random.default_rng(seed)
    classes = np.array([0, 1])[:, None]
    corpora = (
        rng.normal(size=(n_corpora, 2, 2, n_per_class)) + separation * classes
    )
    scores = np.empty((n_corpora, 2, n_repeats, n_folds))
    for repeat in range(n_repeats):
        # Axes: corpus, method, class, fold, row of the fold; folds are
        # stratified by class.
        folds = np.stack(
            [corpora[:, :, c, rng.permutation(n_per_class)] for c in (0, 1)],
            axis=2,
        )
        folds = folds.reshape(n_corpora, 2, 2, n_folds, -1)
        outside = folds.sum(axis=(3, 4))[..., None] - folds.sum(axis=4)
        means = outside / (n_per_class - n_per_class // n_folds)
        is_above = folds > means.mean(axis=2)[:, :, None, :, None]
        is_rising = (means[:, :, 1] > means[:, :, 0])[:, :, None, :, None]
        is_right = (is_above == is_rising) == (classes == 1)[..., None]
        scores[:, :, repeat] = is_right.mean(axis=(2, 4))
    return scores


# %%
# How often does each test raise a false alarm?
# ---------------------------------------------
# - The **plain** paired t-test treats all 100 scores as independent. They are
#   not, since any two folds share most of their training rows.
# - The **corrected** test (Nadeau and Bengio) allows for the rows that folds
#   share.
# - The **calibrated** test is the paper's. It computes as if there were 11
#   scores instead of 100.
# - The **Bayesian** test gives probabilities. We count a finding if one of the
#   methods is better by more than 0.01 with a probability above 0.95.
# - The **5x2cv F-test** needs other scores, from five repeats of two folds.


def alarms_at_five_percent(ten_by_ten, five_by_two):
    """Return on which corpora each test sees a difference."""
    as_if_independent = ten_by_ten.reshape(len(ten_by_ten), 2, -1)
    plain = stats.ttest_rel(
        as_if_independent[:, 0], as_if_independent[:, 1], axis=1
    ).pvalue
    corrected = [corrected_cv_ttest(a, b).pvalue for a, b in ten_by_ten]
    calibrated = [calibrated_cv_ttest(a, b).pvalue for a, b in ten_by_ten]
    bayesian = [bayesian_cv_test(a, b) for a, b in ten_by_ten]
    halves = [combined_5x2cv_ftest(a, b).pvalue for a, b in five_by_two]
    return pd.DataFrame(
        {
            "plain t-test": np.less(plain, 0.05),
            "corrected t-test": np.less(corrected, 0.05),
            "calibrated t-test": np.less(calibrated, 0.05),
            "Bayesian, P > 0.95": [
                max(r.p_worse, r.p_better) > 0.95 for r in bayesian
            ],
            "5x2cv F-test": np.less(halves, 0.05),
        }
    )


corpora = {"clear": {"separation": 1, "n_per_class": 50}}
corpora["near chance"] = {"separation": 0.3, "n_per_class": 30}
scores = {
    name: score(**kind, n_repeats=10, n_folds=10)
    for name, kind in corpora.items()
}
alarms = {
    name: alarms_at_five_percent(
        scores[name], score(**kind, n_repeats=5, n_folds=2)
    )
    for name, kind in corpora.items()
}
accuracy = {name: scores[name].mean() for name in corpora}
rates = pd.DataFrame({name: alarms[name].mean() for name in corpora})
rates.round(3)

# %%
# Each number is a share of 1000 corpora, so chance alone can move it by about
# this much (two standard errors):

error = 2 * np.sqrt(rates * (1 - rates) / 1000)
print(f"0.05 is known to within {2 * np.sqrt(0.05 * 0.95 / 1000):.3f}, and")
print(f"the largest of the errors is {error.to_numpy().max():.3f}.")

# %%
# If the task is clear, at an accuracy of 0.69 on 100 rows, all tests except
# the plain one roughly keep the limit. The plain test finds a difference in
# more than half of the corpora.

assert rates.loc["plain t-test"].min() > 0.5
others = rates.drop(index="plain t-test")
assert others["clear"].between(0.02, 0.08).all()

# %%
# When to believe none of them
# ----------------------------
# Near chance level, at an accuracy of 0.54 on 60 rows, every test raises too
# many false alarms. Nearly all of them come from corpora on which one of the
# methods scores below chance, as no method would in the long run. The folds of
# such a corpus agree with each other, so no test can see from them how unlucky
# the corpus was.

assert others["near chance"].min() > 0.08
below_chance = (scores["near chance"].mean(axis=(2, 3)) < 0.5).any(axis=1)
corrected = alarms["near chance"]["corrected t-test"]
print(f"corpora on which a method is below chance: {below_chance.mean():.2f}")
print(
    "alarms of the corrected t-test there: "
    f"{corrected[below_chance].mean():.2f}"
)
print(f"and on the others: {corrected[~below_chance].mean():.2f}")
assert corrected[below_chance].mean() > 10 * corrected[~below_chance].mean()

# %%
# So before you believe a verdict, check that both methods are clearly above
# chance. This was one kind of corpus and one kind of method. Both are in the
# first function of this page: change them to your own case, and count again.
#
# The picture shows all tests with two standard errors. The dashed line is the
# limit that they promise.

fig, ax = plt.subplots(figsize=(5, 3.6), layout="constrained")
looks = {"clear": ("o", "#0072B2"), "near chance": ("s", "#D55E00")}
for shift, (name, (marker, colour)) in zip(
    (-0.14, 0.14), looks.items(), strict=True
):
    ax.errorbar(
        rates[name],
        np.arange(len(rates)) + shift,
        xerr=error[name],
        fmt=marker,
        color=colour,
        markersize=7,
        linewidth=2,
        label=f"{name}, accuracy {accuracy[name]:.2f}",
    )
ax.axvline(0.05, color="0.3", linestyle="dashed")
ax.set_yticks(range(len(rates)), rates.index)
ax.set(xlabel="share of corpora with a false alarm", xlim=(0, 0.75))
ax.invert_yaxis()
ax.grid(axis="x", alpha=0.3)
fig.legend(
    loc="outside upper center",
    ncols=2,
    frameon=False,
    columnspacing=1,
    handletextpad=0.2,
)
plt.show()
