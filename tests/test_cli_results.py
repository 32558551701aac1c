"""The commands compare and plot, for results of one corpus or several."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from skprognet import displays
from skprognet.cli import main
from skprognet.results import (
    compare_methods,
    compare_over_corpora,
    explain_tests,
    format_table,
    summary_table,
)


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def make_scores(seed=0, sizes=(None,), **columns):
    rng = np.random.default_rng(seed)
    rows = []
    for size in sizes:
        for rank, (method, source) in enumerate(
            [("DNN", "none"), ("PT/FT", "NA"), ("ProgNet", "NA")]
        ):
            for fold in range(1, 6):
                uar = 0.5 + 0.1 * rank + rng.normal(scale=0.01)
                row = {"method": method, "source": source, "repeat": 1, "fold": fold, "score": uar}
                rows.append(row | ({} if size is None else {"n_train_folds": size}) | columns)
    return pd.DataFrame(rows)


@pytest.fixture
def results(tmp_path):
    make_scores().to_csv(tmp_path / "results.csv", index=False)
    return tmp_path / "results.csv"


def test_compare_prints_table_and_verdicts(results):
    result = run("compare", results)
    assert result.exit_code == 0, result.output
    comparisons = compare_methods(make_scores())
    table = format_table(summary_table(make_scores(), comparisons))
    sentences = "\n".join(f"- {verdict}" for verdict in comparisons["verdict"])
    test = explain_tests(comparisons)
    assert test.startswith("Test: corrected paired t-test for repeated CV, two-sided, ")
    assert result.stdout == f"{table}\n\n{test}\n\n{sentences}\n"
    assert "ProgNet from NA is better than DNN" in result.stdout


def test_compare_uses_the_test_of_the_option(tmp_path, rng):
    folds = pd.DataFrame({"repeat": np.repeat([1, 2, 3, 4, 5], 2), "fold": [1, 2] * 5})
    frame = pd.concat(
        folds.assign(method=method, source="none", score=rng.uniform(0.5, 0.7, 10))
        for method in ("DNN", "SVM")
    )
    frame.to_csv(tmp_path / "r.csv", index=False)
    printed = run("compare", tmp_path / "r.csv", "--test", "combined_5x2cv_ftest").stdout
    assert explain_tests(compare_methods(frame, test="combined_5x2cv_ftest")) in printed
    assert "Test: combined 5x2 CV F-test, two-sided. This is Alpaydin's test" in printed
    refused = run("compare", tmp_path / "r.csv", "--test", "calibrated_cv_ttest")
    assert "test must fit 5 x 2 folds; got 'calibrated_cv_ttest'" in refused.stderr


def test_compare_accepts_the_folder_of_a_study(results):
    assert run("compare", results.parent).stdout == run("compare", results).stdout


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        (["--all-pairs"], {"pairs": "all"}),
        (["--against", "PT/FT"], {"against": "PT/FT"}),
        (["--alpha", "1e-9"], {"alpha": 1e-9}),
        (["--rope", "0.3"], {"rope": 0.3}),
    ],
)
def test_options_of_compare_reach_the_comparison(results, options, arguments):
    printed = run("compare", results, *options).stdout.splitlines()
    expected = compare_methods(make_scores(), **arguments)["verdict"]
    assert printed[-len(expected) :] == [f"- {verdict}" for verdict in expected]


@pytest.mark.parametrize(("markup", "start"), [("latex", r"\begin{table}"), ("html", "<table")])
def test_compare_writes_latex_and_html(results, markup, start):
    assert run("compare", results, "--markup", markup).stdout.startswith(start)


@pytest.mark.parametrize(
    "options", [{}, {"alpha": 0.01}, {"alpha": 1e-5}, {"rope": 0.3}, {"alpha": 0.3, "rope": 0.2}]
)
def test_the_table_has_the_same_marks_as_in_python(results, options):
    command_options = [word for name, value in options.items() for word in (f"--{name}", value)]
    printed = run("compare", results, *command_options).stdout
    comparisons = compare_methods(make_scores(), **options)
    assert printed.startswith(
        format_table(summary_table(make_scores(), comparisons)) + "\n\nTest:"
    )
    has_marks = (comparisons["pvalue"] < options.get("alpha", 0.05)).any()
    assert ("†" in printed or "*" in printed) == has_marks
    assert f"at p < {options.get('alpha', 0.05):g}, not adjusted" in printed


def test_alpha_applies_to_the_comparison_over_corpora(tmp_path):
    frames = [make_scores(seed, corpus=f"c{seed}") for seed in range(3)]
    pd.concat(frames).to_csv(tmp_path / "r.csv", index=False)
    for alpha in (0.05, 0.5):
        comparison = compare_over_corpora(pd.concat(frames), alpha=alpha)
        printed = run("compare", tmp_path / "r.csv", "--alpha", alpha).stdout
        sentences = [f"- {verdict}" for verdict in comparison.comparisons["verdict"]]
        assert printed.splitlines()[-len(sentences) :] == sentences


def test_all_pairs_and_against_exclude_each_other(results):
    result = run("compare", results, "--all-pairs", "--against", "DNN")
    assert result.exit_code == 2
    assert "--all-pairs and --against exclude each other. Give one." in result.stderr


def test_compare_takes_each_file_as_one_corpus(tmp_path):
    paths = []
    for seed in range(5):
        (tmp_path / f"c{seed}").mkdir()
        paths.append(tmp_path / f"c{seed}" / "results.csv")
        # All have the same name of corpus, which is the default of "tasks".
        make_scores(seed, corpus="corpus").to_csv(paths[-1], index=False)
    result = run("compare", *paths[:4], paths[4].parent)
    assert result.exit_code == 0, result.output
    for seed in range(5):
        assert f"- corpus c{seed}: ProgNet from NA is better than DNN: " in result.stdout
    assert "The 3 methods differ over 5 corpora (Friedman: chi-squared = 10.00" in result.stdout
    assert "- ProgNet from NA is better than DNN over 5 corpora: mean rank 1.00" in result.stdout


def test_names_of_corpora_in_the_files_are_kept(tmp_path):
    for name in ("one", "two"):
        make_scores(corpus=f"the {name}").to_csv(tmp_path / f"{name}.csv", index=False)
    result = run("compare", tmp_path / "one.csv", tmp_path / "two.csv")
    assert "- corpus the two: ProgNet from NA is better" in result.stdout
    message = "No comparison over all corpora: scores must be of at least 3 corpora"
    assert message in result.stdout


def test_results_of_several_sizes_are_not_compared_over_corpora(tmp_path):
    for name, sizes in (("one", (None,)), ("two", (1,)), ("three", (1, 2))):
        make_scores(sizes=sizes, corpus=name).to_csv(tmp_path / f"{name}.csv", index=False)
    result = run("compare", *(tmp_path / f"{name}.csv" for name in ("one", "two", "three")))
    assert result.stdout.endswith(
        "No comparison over all corpora: the results must be of one n_train_folds, so that "
        "each corpus counts once; got none, 1.0, 2.0.\n"
    )


def test_corpora_of_files_with_equal_names_are_named_by_path(tmp_path):
    paths = [tmp_path / place / "r.csv" for place in "ab"]
    for seed, path in enumerate(paths):
        path.parent.mkdir()
        make_scores(seed).to_csv(path, index=False)
    result = run("compare", *paths)
    assert f"- corpus {paths[1]}: ProgNet from NA" in result.stdout


def test_two_files_with_the_same_results_are_refused(tmp_path):
    paths = [tmp_path / "a.csv", tmp_path / "again.csv"]
    for seconds, path in enumerate(paths):
        make_scores().assign(seconds=seconds).to_csv(path, index=False)
    for second_path in paths:
        result = run("compare", paths[0], second_path)
        assert result.exit_code == 1
        assert result.stderr == (
            f"Error: Each file must hold a different corpus; '{paths[0]}' and '{second_path}' "
            "hold the same results. Give only one of them.\n"
        )


def test_scores_above_1_or_of_text_are_refused(tmp_path):
    make_scores().assign(score=lambda frame: 100 * frame["score"]).to_csv(
        tmp_path / "r.csv", index=False
    )
    result = run("compare", tmp_path / "r.csv")
    assert result.exit_code == 1
    assert "scores must have UAR values from 0 to 1 in 'score'; got " in result.stderr
    assert result.stderr.endswith("Divide percentages by 100.\n")
    make_scores().assign(score="high").to_csv(tmp_path / "r.csv", index=False)
    result = run("compare", tmp_path / "r.csv")
    assert "scores must have numbers in 'score'; could not convert" in result.stderr


def test_compare_refuses_results_that_are_not_in_a_file(tmp_path):
    result = run("compare", "/dev/null")
    assert result.exit_code == 1
    assert "got '/dev/null'. Write them into a file." in result.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("method,score\nDNN,0.5\n", "scores must have the columns"),
        ("", "No columns to parse from file"),
    ],
)
def test_a_file_without_results_gives_an_error(tmp_path, content, message):
    (tmp_path / "r.csv").write_text(content)
    result = run("compare", tmp_path / "r.csv")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert message in result.stderr


@pytest.fixture
def folder(tmp_path):
    frames = [make_scores(0, (1, 2), corpus="a"), make_scores(1, (1, 2), corpus="b")]
    frame = pd.concat(frames)
    frame.to_csv(tmp_path / "results.csv", index=False)
    curves = [
        frame.assign(epoch=epoch, valid_score=frame["score"] * epoch / 3) for epoch in (1, 2, 3)
    ]
    pd.concat(curves).to_csv(tmp_path / "curves.csv.gz", index=False)
    return tmp_path


def draw_in_python(folder, kind, **options):
    """Return the picture of corpus b as the display draws it in Python."""
    name = "curves.csv.gz" if kind == "curves" else "results.csv"
    frame = pd.read_csv(folder / name, keep_default_na=False).query("corpus == 'b'")
    scores = frame[frame["n_train_folds"] == 2]
    display = {
        "curves": lambda: displays.TrainingCurveDisplay.from_curves(scores, **options),
        "scores": lambda: displays.ScoresDisplay.from_scores(scores),
        "significance": lambda: displays.SignificanceDisplay.from_comparisons(
            compare_methods(frame, **options)
        ),
        "sizes": lambda: displays.TrainingSizeDisplay.from_scores(
            frame, compare_methods(frame, **options)
        ),
    }[kind]()
    display.plot().figure_.savefig(folder / "expected.pdf", metadata={"CreationDate": None})
    display.close()
    return (folder / "expected.pdf").read_bytes()


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("curves", {}),
        ("curves", {"smoothing": 3, "panels": True}),
        ("scores", {}),
        ("significance", {"alpha": 1e-9, "rope": 0.2}),
        ("sizes", {"alpha": 1e-9}),
    ],
)
def test_plot_draws_the_same_picture_as_python(folder, kind, options):
    selection = ["--corpus", "b"] + (["--train-folds", 2] if kind in ("curves", "scores") else [])
    command_options = [
        word
        for name, value in options.items()
        for word in ([f"--{name}"] if value is True else [f"--{name}", value])
    ]
    result = run(
        "plot", folder, "--kind", kind, *selection, *command_options, "-o", folder / "f" / "x.pdf"
    )
    assert result.exit_code == 0, result.output
    assert result.stdout == f"Wrote {folder / 'f' / 'x.pdf'}.\n"
    picture = (folder / "f" / "x.pdf").read_bytes()
    assert picture == draw_in_python(folder, kind, **options)
    if options:
        assert picture != draw_in_python(folder, kind)


@pytest.mark.parametrize(
    ("suffix", "start"), [(".pdf", b"%PDF"), (".svg", b"<?xml"), (".PNG", b"\x89PNG")]
)
def test_the_suffix_decides_the_format_of_the_picture(folder, suffix, start):
    run("plot", folder / "results.csv", "--kind", "significance", "-o", folder / f"x{suffix}")
    assert (folder / f"x{suffix}").read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--kind", "scores"], 1, "'a', 'b'. Choose one with --corpus."),
        (["--kind", "sizes", "--corpus", "c"], 1, "corpus must be one of ['a', 'b']; got 'c'."),
        (
            ["--kind", "sizes", "--train-folds", 3],
            1,
            "--train-folds must be one of [1, 2]; got 3.",
        ),
        (["--kind", "significance", "-o", "x"], 2, "--output must end in a format such as .pdf"),
        (["--kind", "scores", "--smoothing", 5], 2, "--smoothing is for --kind curves. Leave it"),
        (["--kind", "sizes", "--no-panels"], 2, "--panels is for --kind curves. Leave it out."),
        (["--kind", "curves", "--alpha", 0.05], 2, "--alpha is for --kind significance and sizes"),
        (["--kind", "significance", "-o", "x.gif2"], 1, "Format 'gif2' is not supported"),
        (["--kind", "sizes", "--rope", 0.1], 2, "--rope is for --kind significance. Leave it out"),
        (["--kind", "scores", "--test", "auto"], 2, "--test is for --kind significance and sizes"),
        *(
            (
                ["--kind", kind, "--corpus", "b", "--test", "calibrated_cv_ttest"],
                1,
                "test must fit 1 x 5 folds; got 'calibrated_cv_ttest'",
            )
            for kind in ("significance", "sizes")
        ),
    ],
)
def test_wrong_options_of_plot_give_an_error_and_no_file(
    folder, monkeypatch, options, code, message
):
    monkeypatch.chdir(folder)
    before = sorted(folder.iterdir())
    result = run("plot", folder, "-o", "x.png", *options)
    assert result.exit_code == code
    assert message in result.stderr
    assert sorted(folder.iterdir()) == before


def test_train_folds_needs_results_of_several_sizes(tmp_path):
    make_scores().to_csv(tmp_path / "r.csv", index=False)
    options = ("--kind", "scores", "--train-folds", 4, "-o", tmp_path / "x.png")
    result = run("plot", tmp_path / "r.csv", *options)
    assert result.exit_code == 1
    assert "--train-folds needs results with the column 'n_train_folds'" in (result.stderr)


def test_a_missing_file_of_curves_gives_an_error_with_its_path(tmp_path):
    result = run("plot", tmp_path, "--kind", "curves", "-o", tmp_path / "x.png")
    path = str(tmp_path / "curves.csv.gz")
    expected = f"Error: Results must be in an existing file; got {path!r}. Check the path.\n"
    assert (result.exit_code, result.stderr) == (1, expected)


@pytest.mark.parametrize(
    "csv_options",
    [
        {"sep": ";", "decimal": ","},
        {"sep": "\t"},
        {"encoding": "utf-16"},
        {"encoding": "utf-8-sig"},
    ],
)
def test_compare_reads_csv_files_of_other_programs(results, tmp_path, csv_options):
    expected = run("compare", results)
    make_scores().to_csv(tmp_path / "other.csv", index=False, **csv_options)
    assert run("compare", tmp_path / "other.csv").stdout == expected.stdout
