"""Write the tables of "What we found" from stored scores: findings_table.py SCORES TABLES.

SCORES is the folder docs/results/scores, TABLES the folder docs/results. The tables are

- ge2e.csv: the layers of GE2E on each corpus;
- rivals_CORPUS.csv: all ways to use a small source;
- ravdess_FOLDS.csv: the paper's Table 2 on RAVDESS;
- small_sources.csv: ProgNet from a small source, the DNN and the placebo on each corpus;
- both_answers.csv: sources that help and sources that do not, for the first page.
"""

import sys
from pathlib import Path

import pandas as pd
from results_table import write_markdown_table

from skprognet.results import compare_methods, format_table, read_scores, summary_table

SPEAKERS = {"speaker_stratified": "known", "speaker_independent": "new"}
METHODS = {
    "DNN": ("DNN", "none"),
    "side by side": ("side by side", "ge2e"),
    "ProgNet": ("ProgNet", "ge2e"),
    "random weights": ("ProgNet", "ge2e-random"),
    "placebo": ("ProgNet", "placebo of ge2e"),
}
TABLE_2 = ("DNN", "PT/FT", "ProgNet")
CORPORA = {"EmoDB": "emodb", "RAVDESS": "ravdess"}
SMALL_SOURCES = ("speaker", "gender")


def main(scores, tables):
    scores, tables = Path(scores), Path(tables)
    _write(_ge2e_table(scores), tables / "ge2e.csv")
    rivals = {name: _by_speakers(scores, f"rivals_{name}") for name in CORPORA.values()}
    for corpus, studies in rivals.items():
        compared = {name: _scores_and_pvalues(of, name) for name, of in studies.items()}
        _write(_side_by_side(compared), tables / f"rivals_{corpus}.csv")
    table_2 = _by_speakers(scores, "table2_ravdess")
    for folds, speakers in SPEAKERS.items():
        _write_table_2(table_2[speakers], tables / f"ravdess_{folds}.csv")
    _write(_small_sources(tables), tables / "small_sources.csv")
    ge2e = _by_speakers(scores, "ge2e_ravdess")
    both = {name: _answers(of, ge2e[name], name) for name, of in table_2.items()}
    _write(_side_by_side(both), tables / "both_answers.csv")


def _by_speakers(scores, name):
    """Return the scores of a study with known and of the same study with new speakers."""
    return {
        speakers: read_scores(scores / f"{name}_{folds}.csv")
        for folds, speakers in SPEAKERS.items()
    }


def _write(table, path):
    path.write_text(table.to_csv(index=False), "utf-8")


def _ge2e_table(scores):
    """Return a column for each corpus and kind of folds."""
    columns = {}
    for corpus in CORPORA.values():
        for folds, speakers in SPEAKERS.items():
            of_folds = read_scores(scores / f"ge2e_{corpus}_{folds}.csv")
            columns[f"{of_folds['corpus'].iloc[0]}, {speakers}"] = _ge2e_column(of_folds)
    return pd.DataFrame(columns).rename_axis("UAR").reset_index()


def _ge2e_column(scores):
    """Return the means of the methods, and the tests of ProgNet from GE2E."""
    means = scores.groupby(["method", "source"])["score"].mean()
    column = {name: f"{means[key]:.3f}" for name, key in METHODS.items()}
    plain = scores[scores["method"] == "DNN"]
    column["repeats"] = f"{plain['repeat'].nunique()}"
    for name, method in METHODS.items():
        if name != "ProgNet":
            column[f"p ({name})"] = _in_words(_pvalue(scores, METHODS["ProgNet"], method))
    return column


def _pvalue(scores, first, second):
    """Return the p-value of two methods, each a pair (method, source), on the repeats of both."""
    one, other = (
        scores[(scores["method"] == method) & (scores["source"] == source)]
        for method, source in (first, second)
    )
    both = pd.concat([one, other])
    shared = both["repeat"].isin(one["repeat"]) & both["repeat"].isin(other["repeat"])
    return compare_methods(both[shared], against=second)["pvalue"].item()


def _in_words(pvalue):
    return "< 0.0001" if pvalue < 0.0001 else f"{pvalue:.4f}"


def _write_table_2(scores, path):
    scores = scores[scores["method"].isin(TABLE_2)]
    table = summary_table(scores, compare_methods(scores))
    write_markdown_table(format_table(table), path)


def _small_sources(tables):
    """Return a row for each corpus, kind of folds and small source, from stored tables."""
    rows = []
    for corpus, name in CORPORA.items():
        for folds, speakers in SPEAKERS.items():
            table = pd.read_csv(tables / f"{name}_{folds}.csv", dtype=str, keep_default_na=False)
            table = table.set_index(["method", "source"])
            place = {"corpus": corpus, "speakers": speakers}
            rows += [place | _small_source(table, source) for source in SMALL_SOURCES]
    return pd.DataFrame(rows).fillna("")


def _small_source(table, source):
    """Return the scores of ProgNet from a source, of the DNN and of the placebo, if it was run."""
    means = table["UAR"].str.split(" ").str[0]
    tests = table.loc["ProgNet", source]
    return {
        "source": source,
        "DNN": means["DNN", "none"],
        "ProgNet": means["ProgNet", source],
        "p (DNN)": tests["p (DNN)"],
        "placebo": means.get(("ProgNet", f"placebo of {source}"), ""),
        "p (placebo)": tests.get("p (placebo)", ""),
    }


def _answers(table_2, ge2e, name):
    """Return the DNN and ProgNet from small sources, and all methods with the layers of GE2E."""
    small = table_2[(table_2["method"] == "DNN") | table_2["source"].isin(SMALL_SOURCES)]
    small = _scores_and_pvalues(small[small["method"].isin(["DNN", "ProgNet"])], name, True)
    # The study of GE2E has its own DNN, with which its methods are compared.
    return pd.concat([small, _scores_and_pvalues(ge2e, name, True).drop(index=METHODS["DNN"])])


def _side_by_side(columns):
    """Return a row for each method and source, with columns for each kind of folds."""
    return pd.concat(columns.values(), axis=1).rename_axis(["method", "source"]).reset_index()


def _scores_and_pvalues(scores, name, repeats_of_each=False):
    """Return the mean score of each method, its p-value against the DNN, and its repeats."""
    methods, plain = scores.groupby(["method", "source"], sort=False), METHODS["DNN"]
    means, repeats = methods["score"].mean(), methods["repeat"].nunique()
    pvalues = {m: _in_words(_pvalue(scores, m, plain)) for m in means.index if m != plain}
    columns = {name: means.map("{:.3f}".format), "p (DNN)": pd.Series(pvalues)}
    if repeats_of_each:
        columns["repeats"] = repeats.astype(str)
    return pd.DataFrame(columns).reindex(means.index).fillna("")


if __name__ == "__main__":
    main(*sys.argv[1:])
