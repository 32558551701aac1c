"""What verdicts and marks claim about transfer, about other methods, and about chance."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.dummy import DummyClassifier

from skprognet import DNNClassifier, ProgressiveClassifier
from skprognet.evaluation import cross_validate_transfer
from skprognet.model_selection import RepeatedStratifiedGroupKFold
from skprognet.results import compare_methods, format_table, summary_table

BASE = np.array([[0.50, 0.52, 0.48, 0.51, 0.49]])
GAIN = np.array([[0.09, 0.11, 0.10, 0.12, 0.08]])


def tidy(table, method, source="none", **columns):
    repeats, folds = np.indices(np.shape(table)) + 1
    frame = pd.DataFrame({"repeat": repeats.ravel(), "fold": folds.ravel()})
    return frame.assign(method=method, source=source, score=np.ravel(table), **columns)


def marks_of(scores, **options):
    table = summary_table(scores, compare_methods(scores, **options))
    return {(row.method, row.source): row.marks for row in table.itertuples()}


# Help and harm


@pytest.fixture
def with_svm():
    """Give scores of an SVM that beats every network, and of a source that changes little."""
    wiggle = np.array([[0.02, -0.02, 0.01, 0.02, -0.03]])
    return pd.concat(
        [
            tidy(BASE + 2 * GAIN, "SVM"),
            tidy(BASE, "DNN"),
            tidy(BASE + wiggle, "PT/FT", "sex"),
            tidy(BASE - wiggle / 2, "ProgNet", "sex"),
        ]
    )


def test_losing_to_an_svm_is_not_called_harm_by_transfer(with_svm):
    comparisons = compare_methods(with_svm)
    against_svm = comparisons[comparisons["against"] == "SVM"]
    assert len(against_svm) == 2
    assert (against_svm["pvalue"] < 0.05).all()
    assert (against_svm["difference"] < 0).all()
    assert not comparisons["hurts"].any()
    assert not comparisons["verdict"].str.contains("hurt").any()
    text = format_table(summary_table(with_svm, comparisons))
    assert "No method has a mark: none is better or worse than DNN at p < 0.05" in text
    assert "hurts" not in text


def test_svm_is_compared_with_the_network_by_the_corrected_test(with_svm):
    row = compare_methods(with_svm).set_index(["method", "against"]).loc[("SVM", "DNN")]
    expected = stats.ttest_rel((BASE + 2 * GAIN).ravel(), BASE.ravel())
    # The corrected test is the plain one with a larger variance: 1/5 + 1/4 instead of 1/5.
    assert row["statistic"] == pytest.approx(expected.statistic / np.sqrt(1 + 5 / 4))
    assert row["kind"] == "other"
    assert row["verdict"].startswith("SVM is better than DNN: UAR ")


def test_each_p_value_column_compares_with_one_method(with_svm):
    comparisons = compare_methods(with_svm)
    table = summary_table(with_svm, comparisons).set_index("method")
    p = comparisons.set_index(["method", "against"])["pvalue"]
    assert [column for column in table if column.startswith("p (")] == [
        *["p (SVM)", "p (DNN)", "p (PT/FT)"],
    ]
    for method, against in p.index:
        assert table.loc[method, f"p ({against})"] == p[method, against]
    assert table.filter(like="p (").notna().sum().sum() == len(comparisons) == 6


def test_same_name_with_and_without_a_source_gets_two_p_value_columns():
    scores = pd.concat(
        [
            tidy(BASE, "net"),
            tidy(BASE + GAIN, "net", "sex"),
            tidy(BASE + GAIN**2, "other", "sex"),
        ]
    )
    table = summary_table(scores, compare_methods(scores))
    assert list(table.filter(like="p (")) == ["p (net)", "p (net, same source)"]
    assert table["p (net)"].isna().tolist() == [True, False, False]
    assert table["p (net, same source)"].isna().tolist() == [True, True, False]


def test_harm_and_marks_use_the_unadjusted_p_value():
    loss = np.array([[0.01, 0.05, 0.03, 0.06, 0.04]])
    scores = [tidy(BASE, "DNN")]
    scores += [tidy(BASE - loss, "ProgNet", f"task {i}") for i in range(6)]
    scores = pd.concat(scores)
    comparisons = compare_methods(scores)
    plain = stats.ttest_rel(BASE.ravel(), (BASE - loss).ravel()).statistic / np.sqrt(1 + 5 / 4)
    assert comparisons["pvalue"].tolist() == pytest.approx([2 * stats.t.sf(plain, 4)] * 6)
    assert (comparisons["pvalue"] < 0.05).all()
    assert (comparisons["pvalue_holm"] > 0.05).all()
    assert comparisons["hurts"].all()
    assert comparisons["verdict"].str.contains("transfer hurts here").all()
    assert list(marks_of(scores).values()) == ["", *"↓↓↓↓↓↓"]


@pytest.mark.parametrize(("alpha", "hurts"), [(0.05, True), (0.001, True), (1e-4, False)])
def test_table_and_verdicts_use_the_same_alpha(alpha, hurts):
    scores = pd.concat([tidy(BASE, "DNN"), tidy(BASE - GAIN, "ProgNet", "sex")])
    comparisons = compare_methods(scores, alpha=alpha)
    assert comparisons["pvalue"].between(1e-4, 1e-3).all()
    assert (comparisons["alpha"] == alpha).all()
    assert comparisons["hurts"].tolist() == [hurts]
    text = format_table(summary_table(scores, comparisons))
    assert ("↓" in text) == ("Warning: transfer hurts" in text) == hurts
    assert f"at p < {alpha:g}, not adjusted" in text


def test_baseline_column_names_the_network_that_judges_transfer():
    scores = pd.concat([tidy(BASE, "DNN"), tidy(BASE, "net"), tidy(BASE - GAIN, "mine", "sex")])
    for baseline, other_network in (("net", "DNN"), ("DNN", "net")):
        with_baseline = scores.assign(baseline=baseline)
        comparisons = compare_methods(with_baseline).query("method == 'mine'").set_index("against")
        assert comparisons.loc[baseline, "hurts"]
        assert not comparisons.loc[other_network, "hurts"]
        assert f"↓ worse than {baseline}, " in format_table(
            summary_table(with_baseline, compare_methods(with_baseline))
        )
    assert not compare_methods(scores.assign(baseline="none"))["hurts"].any()
    text = format_table(
        summary_table(
            scores.assign(baseline="none"), compare_methods(scores.assign(baseline="none"))
        )
    )
    assert "no marks, because no network with a source was compared with" in text


def test_cross_validation_fills_the_columns_baseline_and_chance():
    rng = np.random.default_rng(0)
    speaker = np.repeat(range(6), 8)
    X, y = rng.normal(size=(48, 3)), np.tile(["angry", "sad"], 24)
    y[(speaker < 4) & (np.arange(48) % 8 < 3)] = "calm"  # the other speakers are never calm
    options = {"hidden_layer_sizes": (4,), "max_epochs": 1}
    cv = RepeatedStratifiedGroupKFold(6, n_repeats=1, random_state=0)
    scores = cross_validate_transfer(
        X,
        y,
        methods={
            "guess": DummyClassifier(),
            "net": DNNClassifier(**options, n_threads=2),
            "ProgNet": ProgressiveClassifier(**options),
            "wide": ProgressiveClassifier(hidden_layer_sizes=(6,), max_epochs=1),
        },
        sources={"gender": speaker % 2},
        source_estimator=DNNClassifier(**options),
        groups=speaker,
        cv=cv,
        n_jobs=1,
    )
    baselines = scores.groupby("method")["baseline"].unique().map(list).to_dict()
    assert baselines == {"guess": ["none"], "net": ["none"], "ProgNet": ["net"], "wide": ["none"]}
    splits = list(cv.split_with_validation(X, y, speaker))
    n_classes = [len(set(y[split[-1]])) for split in splits]
    assert sorted(n_classes) == [2, 2, 3, 3, 3, 3]
    chance = scores.groupby("fold")["chance"].unique().map(list).tolist()
    assert chance == [[1 / n] for n in n_classes]
    kinds = compare_methods(scores).set_index(["method", "against"])["kind"]
    assert kinds["ProgNet", "net"] == "transfer"
    assert set(kinds.drop([("ProgNet", "net"), ("wide", "ProgNet")])) == {"other"}


# The paper's marks


def scores_with_gains(**gains):
    method_names = {"pt": "PT/FT", "prog": "ProgNet", "mine": "Mine"}
    wiggle = np.array([[0.02, -0.02, 0.01, 0.02, -0.03]]) / 2
    parts = [tidy(BASE, "DNN")]
    parts += [
        tidy(BASE + factor * GAIN + wiggle * i, method_names[key], "sex")
        for i, (key, factor) in enumerate(gains.items())
    ]
    return pd.concat(parts)


@pytest.mark.parametrize(
    ("gains", "expected"),
    [
        # Better than the DNN and the other transfer method: only the dagger, no asterisk.
        ({"pt": 0, "prog": 1}, {"ProgNet": "†"}),
        ({"pt": 1, "prog": 0}, {"PT/FT": "†"}),
        # Better than the DNN, but not than the other transfer method.
        ({"pt": 1, "prog": 1}, {"PT/FT": "*", "ProgNet": "*"}),
        # Better than the other transfer method, but not than the DNN.
        ({"pt": -1, "prog": 0}, {"PT/FT": "↓"}),
        # The other transfer method was not run.
        ({"prog": 1}, {"ProgNet": "*"}),
        # A third method neither gets the dagger nor takes it from another.
        ({"pt": 0, "prog": 1, "mine": 3}, {"ProgNet": "†", "Mine": "*"}),
        ({"pt": 0, "mine": 3}, {"Mine": "*"}),
    ],
)
def test_marks_follow_table_2_of_the_paper(gains, expected):
    marks = {
        method: mark for (method, _), mark in marks_of(scores_with_gains(**gains)).items() if mark
    }
    assert marks == expected


def test_no_method_has_a_mark_without_the_plain_network():
    scores = scores_with_gains(pt=0, prog=1)
    assert set(marks_of(scores[scores["method"] != "DNN"]).values()) == {""}


# Chance


def chance_p(table, n_classes, ratio=None):
    """Return the p-value by hand: t of the scores above chance, one-sided."""
    above = np.asarray(table) - 1 / np.asarray(n_classes)
    n = above.size
    variance_factor, df = (1 / 11, 10) if ratio is None else (1 / n + ratio, n - 1)
    return stats.t.sf(above.mean() / np.sqrt(variance_factor * above.var(ddof=1)), df)


def test_p_chance_is_the_one_sided_p_value_of_the_same_test(rng):
    ten_by_ten = rng.normal(0.26, 0.05, (10, 10))
    two_by_three = rng.normal(0.3, 0.05, (2, 3))
    n_classes = np.array([[4, 3, 4], [4, 4, 2]])
    for table, classes, ratio in ((ten_by_ten, 4, None), (two_by_three, n_classes, 1 / 2)):
        chance = {"chance": 1 / np.broadcast_to(classes, table.shape).ravel()}
        scores = pd.concat([tidy(table, "A", **chance), tidy(table[::-1, ::-1], "B", **chance)])
        row = compare_methods(scores).iloc[0]
        assert (row["method"], row["against"]) == ("B", "A")
        assert row["against_p_chance"] == pytest.approx(chance_p(table, classes, ratio))
        assert row["p_chance"] == pytest.approx(chance_p(table[::-1, ::-1], classes, ratio))
        summary = summary_table(scores, compare_methods(scores))
        assert summary["p_chance"].tolist() == [row["against_p_chance"], row["p_chance"]]


AT_CHANCE = np.array([[0.26, 0.24, 0.25, 0.255, 0.245]])


def test_verdict_warns_when_equivalent_networks_are_at_chance():
    change = np.array([[1, -1, 1, -1, 0]]) * 1e-3
    scores = pd.concat([tidy(AT_CHANCE, "DNN"), tidy(AT_CHANCE + change, "ProgNet", "sex")])
    comparisons = compare_methods(scores.assign(chance=1 / 4))
    verdict = comparisons.loc[0, "verdict"]
    assert "are practically equivalent" in verdict
    assert verdict.endswith(
        " Neither is significantly better than chance, so perhaps nothing was "
        "learned: ProgNet from sex (p = 0.5), DNN (p = 0.5)."
    )
    text = format_table(summary_table(scores.assign(chance=1 / 4), comparisons))
    assert text.endswith(
        " No method is significantly better than chance, so perhaps nothing was learned."
    )
    # Without the column chance, the verdict cannot speak of it.
    assert "chance" not in compare_methods(scores).loc[0, "verdict"]


def test_verdict_names_the_only_method_at_chance():
    scores = pd.concat([tidy(AT_CHANCE, "DNN"), tidy(AT_CHANCE + GAIN, "ProgNet", "sex")])
    scores = scores.assign(chance=1 / 4)
    comparisons = compare_methods(scores)
    assert comparisons.loc[0, "verdict"].endswith(
        " Not significantly better than chance: DNN (p = 0.5)."
    )
    text = format_table(summary_table(scores, comparisons))
    assert text.endswith(" Not significantly better than chance: DNN.")


def test_perfect_method_is_better_than_chance_without_a_warning():
    scores = pd.concat([tidy(AT_CHANCE, "DNN"), tidy(np.ones((1, 5)), "ProgNet", "sex")])
    comparisons = compare_methods(scores.assign(chance=1 / 4))
    assert comparisons.loc[0, "p_chance"] == 0


# Wording


def test_difference_of_zero_has_no_sign():
    change = np.array([[1, -1, 1, -1, -1]]) * 1e-4
    scores = pd.concat([tidy(BASE, "DNN"), tidy(BASE + change, "ProgNet", "sex")])
    verdict = compare_methods(scores).loc[0, "verdict"]
    assert "difference 0.000 (95 % interval 0.000 to 0.000), p = " in verdict


def test_note_explains_why_the_score_of_a_source_is_unknown():
    parts = [tidy(BASE, "DNN", source_score=np.nan)]
    parts += [
        tidy(BASE, "ProgNet", source, source_score=source_score)
        for source, source_score in [("sex", 0.9), ("who", np.nan)]
    ]
    text = format_table(summary_table(pd.concat(parts)))
    assert (
        "The source's own UAR is unknown for who, because the test rows have no labels that"
        in text
    )
    text = format_table(summary_table(pd.concat([parts[0], parts[2]])))
    assert "The source's own UAR is unknown for who" in text
    combined = tidy(BASE, "ProgNet", "sex + who", source_score=np.nan)
    text = format_table(summary_table(pd.concat([*parts[:2], combined])))
    assert (
        "The source's own UAR is unknown for sex + who, because each of the combined sources"
        in text
    )
    assert "unknown" not in format_table(summary_table(pd.concat(parts[:2])))
