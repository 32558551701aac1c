"""Networks that are trained together: their scores, their checkpoints and their errors."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from scipy.stats import ttest_1samp
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.evaluation import SourceCorpus, audit, cross_validate_transfer
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold
from skprognet.networks import counter_masks
from skprognet.results import read_scores, score_files

SPEAKER = np.array([f"s{i % 4}" for i in range(60)])
BY_SCHEDULE = ["seconds", "trained_together"]  # these depend on how the work was divided


def corpus(n_rows=60):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, 4))
    return X, np.where(X[:, 0] + rng.normal(size=n_rows) > 0, "a", "b")


def network(kind, dropout=0.0, **options):
    options = {"hidden_layer_sizes": (6,), "max_epochs": 3, "lr": 0.02, **options}
    return kind(dropout=dropout, **options)


def run(*, dropout=0.0, **options):
    X, y = corpus()
    options = {
        "methods": {
            "DNN": network(DNNClassifier, dropout),
            "PT/FT": network(FineTunedClassifier, dropout),
            "ProgNet": network(ProgressiveClassifier, dropout),
            "SVM": SVC(),
        },
        "sources": {"speaker": SPEAKER, "other": SourceCorpus(X + 1, y, SPEAKER)},
        "source_estimator": network(DNNClassifier, dropout),
        "groups": SPEAKER,
        "cv": RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=0),
        "return_curves": True,
        "return_predictions": True,
        "n_jobs": 1,
        **options,
    }
    return cross_validate_transfer(X, y, **options)


def assert_equal(result, expected):
    """Check that two results are equal to the last bit."""
    for table, expected_table in zip(result, expected, strict=True):
        columns = [name for name in table if name not in BY_SCHEDULE]
        pd.testing.assert_frame_equal(table[columns], expected_table[columns], check_exact=True)


@pytest.fixture(scope="module")
def together():
    return run(n_together=7)


def test_training_together_without_dropout_changes_no_epoch_or_prediction(together):
    (scores, _, predictions), (alone, _, alone_predictions) = together, run()
    for name in ("best_epoch", "n_epochs", "score", "source_score", "seed", "source_overlap"):
        assert scores[name].equals(alone[name])
    assert predictions["prediction"].equals(alone_predictions["prediction"])
    assert audit(scores).equals(audit(alone))
    assert "trained_together" not in alone  # by default a CPU trains one network at a time
    assert scores.drop(columns="trained_together").columns.equals(alone.columns)


def test_result_says_how_many_networks_were_trained_together(together):
    n_trained = together[0].groupby("method")["trained_together"]
    assert n_trained.max()["SVM"] == 1  # not a network
    assert n_trained.max().drop("SVM").between(2, 7).all()


@pytest.mark.parametrize(
    "options",
    [
        {
            "train_folds": (1, 2),
            "combined_sources": [("speaker", "other")],
            "cv": RepeatedSpeakerStratifiedKFold(4, n_repeats=1, random_state=0),
            "only": "fold=2",
        },
        {"placebo": True, "normalisation": "training"},
    ],
)
def test_training_together_equals_single_fits_with_the_same_dropout_masks(options, tmp_path):
    def study(**changes):
        methods = {
            "DNN": network(DNNClassifier, 0.5),
            "ProgNet": network(ProgressiveClassifier, 0.5),
        }
        return run(methods=methods, dropout=0.5, **options, **changes)

    together = study(n_together=7)
    with counter_masks():
        alone = study(n_together=1)
    assert_equal(together, alone)
    files, files_alone = (score_files(scores) for scores, *_ in (together, alone))
    assert files.pop("timings.csv") != files_alone.pop("timings.csv")
    assert files == files_alone  # the other files do not depend on the grouping
    for name, content in score_files(together[0]).items():
        (tmp_path / name).write_bytes(content)
    assert read_scores(tmp_path)["trained_together"].equals(together[0]["trained_together"])


def test_two_workers_give_the_result_of_one_process(together):
    with parallel_config(backend="threading"):
        assert_equal(run(n_together=7, n_jobs=2), together)


def test_other_dropout_masks_change_the_mean_score_by_less_than_a_hundredth():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1800, 6))
    y = np.where(X[:, 0] + X[:, 1] * X[:, 2] + 0.5 * rng.normal(size=1800) > 0, "a", "b")
    shape = {"hidden_layer_sizes": (16,), "batch_size": 120, "max_epochs": 6, "lr": 0.05}
    options = {
        "methods": {"DNN": network(DNNClassifier, 0.5, **shape)},
        "groups": np.arange(1800) % 6,
        "cv": RepeatedSpeakerStratifiedKFold(3, n_repeats=7, random_state=0),
        "n_jobs": 1,
    }
    counter_scores = cross_validate_transfer(X, y, n_together=21, **options)["score"]
    default_scores = cross_validate_transfer(X, y, **options)["score"]
    difference = counter_scores - default_scores
    assert difference.abs().max() > 0  # the masks differ
    low, high = ttest_1samp(difference, 0).confidence_interval(0.9)
    assert -0.01 < low < high < 0.01
    assert counter_scores.mean() > 0.7  # the networks learned something


class Fails(GaussianNB):
    """Raises an error in the fit whose number a file of the folder names, such as "stop at 2"."""

    def __init__(self, folder=None):
        self.folder = folder
        super().__init__()

    def fit(self, X, y):
        folder = Path(self.folder)
        number = len(list(folder.glob("fit-*")))
        (folder / f"fit-{number}").touch()
        stop = folder / f"stop at {number}"
        if stop.exists():
            error = stop.read_text()
            stop.unlink()
            raise KeyboardInterrupt if error == "Ctrl-C" else ValueError(error)
        return super().fit(X, y)


def run_six_jobs(checkpoint, folder, **options):
    """Run two jobs in each of three splits: one with the source, one without a source."""
    folder.mkdir(exist_ok=True)
    methods = {
        "Bayes": Fails(str(folder)),
        "DNN": network(DNNClassifier),
        "ProgNet": network(ProgressiveClassifier),
    }
    options = {"n_together": 4, "sources": {"speaker": SPEAKER}, **options}
    return run(methods=methods, checkpoint=checkpoint, **options)


def jobs_done(folder):
    """Return the jobs in a checkpoint by fold and source, such as "1 none"."""
    paths = Path(folder).glob("repeat-*.json")
    return sorted(re.sub(r"repeat-1-fold-(\d)-source-(\w+)-.*", r"\1 \2", p.name) for p in paths)


def test_run_stopped_within_a_group_repeats_only_the_missing_jobs(tmp_path):
    uninterrupted = run_six_jobs(None, tmp_path / "unbroken")
    fits = tmp_path / "fits"
    fits.mkdir()
    (fits / "stop at 2").write_text("Ctrl-C")
    with pytest.raises(KeyboardInterrupt) as stopped:
        run_six_jobs(tmp_path / "run", fits)
    # The first group has three jobs. Five of their fits do not wait for another fit.
    assert jobs_done(tmp_path / "run") == ["1 none", "1 speaker", "2 none"]
    assert stopped.value.__notes__ == [
        f"6 of 12 fits are in the checkpoint '{tmp_path / 'run'}'. Repeat the same call to "
        "continue from there."
    ]
    assert_equal(run_six_jobs(tmp_path / "run", fits), uninterrupted)
    assert len(list(fits.glob("fit-*"))) == 4  # one for each split, and the stopped one again


class Watches(ProgressiveClassifier):
    """Records which jobs are in the checkpoint when it is fitted."""

    seen = []

    def fit(self, X, y, **options):
        self.seen.append(jobs_done(self.folder))
        return super().fit(X, y, **options)


def test_job_is_saved_before_the_other_jobs_of_its_group_are_done(tmp_path):
    Watches.folder = tmp_path / "run"
    methods = {"DNN": network(DNNClassifier), "ProgNet": network(Watches)}
    run(methods=methods, sources={"speaker": SPEAKER}, n_together=4, checkpoint=Watches.folder)
    assert Watches.seen[0] == ["1 none", "2 none"]  # the other jobs of this group are not done


def test_error_of_one_fit_names_its_job_and_keeps_the_jobs_done_before(tmp_path):
    fits = tmp_path / "fits"
    fits.mkdir()
    (fits / "stop at 1").write_text("this fold is bad")
    with pytest.raises(ValueError, match=r"^this fold is bad\n") as raised:
        run_six_jobs(tmp_path / "run", fits)
    assert jobs_done(tmp_path / "run") == ["1 none", "1 speaker"]
    assert raised.value.__notes__ == [
        "This error occurred in repeat 1, fold 2, source none.",
        f"4 of 12 fits are in the checkpoint '{tmp_path / 'run'}'. Repeat the same call to "
        "continue from there.",
    ]


def test_checkpoint_refuses_other_dropout_masks_but_not_another_group_size(
    tmp_path,
):
    whole = run_six_jobs(None, tmp_path / "fits")
    run_six_jobs(tmp_path / "run", tmp_path / "fits", only="fold=1")
    sentence = "dropout masks (then of networks trained together, n_together of 2 or more, now of "
    with pytest.raises(ValueError, match=re.escape(sentence)):
        run_six_jobs(tmp_path / "run", tmp_path / "fits", n_together=1)
    assert_equal(run_six_jobs(tmp_path / "run", tmp_path / "fits", n_together=3), whole)


@pytest.mark.parametrize(
    ("n_together", "error", "sentence"),
    [
        (0, ValueError, "n_together must satisfy 1 <= n_together; got 0."),
        (2.0, TypeError, "n_together must be an integer; got 2.0."),
    ],
)
def test_n_together_must_be_a_positive_integer(n_together, error, sentence):
    with pytest.raises(error, match=f"^{re.escape(sentence)}$"):
        run(n_together=n_together)
