"""A checkpoint refuses a run that differs in anything, and says what differs."""

import copy
import functools
import re
import types

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import BaggingClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeClassifier

from skprognet import DNNClassifier, ProgressiveClassifier
from skprognet.evaluation import SourceCorpus, cross_validate_transfer
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold

N_ROWS = 60
SPEAKER = np.array([f"s{i % 4}" for i in range(N_ROWS)])
LABELS = np.where(np.arange(N_ROWS) % 5 < 2, "angry", "sad")
SMALL = {"hidden_layer_sizes": (2,), "max_epochs": 1}


def with_one_label_changed(labels):
    """Return a copy of the labels with one of them changed to the other class."""
    labels = labels.copy()
    labels[3] = "angry" if labels[3] == "sad" else "sad"
    return labels


def other_corpus(y=LABELS, groups=SPEAKER):
    return SourceCorpus(np.random.default_rng(1).normal(size=(N_ROWS, 3)), y, groups)


def study(folder, **changes):
    options = {
        "X": np.random.default_rng(0).normal(size=(N_ROWS, 3)),
        "y": LABELS,
        "methods": {"ProgNet": ProgressiveClassifier(**SMALL)},
        "sources": {"other": other_corpus()},
        "source_estimator": DNNClassifier(**SMALL),
        "groups": SPEAKER,
        "cv": RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=0),
        "normalisation": "speaker",
        **changes,
    }
    X, y = options.pop("X"), options.pop("y")
    return cross_validate_transfer(X, y, checkpoint=folder, n_jobs=1, **options)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished")
    study(folder)
    return folder


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"y": with_one_label_changed(LABELS)}, "y (then (60,) of <U5, sha256 "),
        ({"speakers": np.roll(SPEAKER, 1)}, "speakers (then (60,) of <U2, sha256 "),
        (
            {"sources": {"other": other_corpus(with_one_label_changed(LABELS))}},
            "sources.other.y (then ",
        ),
        (
            {"sources": {"other": other_corpus(groups=np.roll(SPEAKER, 2))}},
            "sources.other.groups (then ",
        ),
        ({"target": "mood"}, "target (then 'target', now 'mood')"),
        ({"corpus": "another"}, "corpus (then 'corpus', now 'another')"),
        ({"return_curves": True}, "return_curves (then False, now True)"),
        ({"normalisation": "corpus"}, "normalisation (then 'speaker', now 'corpus')"),
        ({"train_folds": (1,)}, "train_folds (then None, now (1,))"),
        (
            {"cv": RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=1)},
            "splits (then 3, sha256 ",
        ),
    ],
)
def test_checkpoint_refuses_a_run_with_other_data_or_options(finished, changes, difference):
    with pytest.raises(ValueError, match=re.escape(f"got one that differs in {difference}")):
        study(finished, **changes)


class Holder(ClassifierMixin, BaseEstimator):
    """Predicts the first class. Its parameter `value` can be anything."""

    def __init__(self, value=None):
        self.value = value

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.repeat(self.classes_[0], len(X))


def run_method(folder, method):
    options = {"sources": None, "source_estimator": None, "normalisation": "none"}
    return study(folder, methods={"held": method}, **options)


def define(code, module="somebodys"):
    """Execute code as if it were that of a module, and return its `thing`."""
    names = vars(types.ModuleType(module))
    exec(code, names)
    return names["thing"]


LONG = np.arange(5000.0)
# numpy prints both LONG and CHANGED as [0, 1, 2, ..., 4998, 4999].
CHANGED = np.where(LONG == 2500, -1, LONG)
ADD_ONE = "def thing(x):\n    return x + 1\n"
ADD_TWO = "def thing(x):\n    return x + 2\n"
ACT_CLASS = "class thing:\n    rate = 1\n    def act(self):\n        return 1\n"


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ((LONG,), (CHANGED,)),
        ([LONG], [CHANGED]),
        ({"a": LONG}, {"a": CHANGED}),
        ([{"a": (1, [LONG])}], [{"a": (1, [CHANGED])}]),
        (LONG.astype(object), CHANGED.astype(object)),
        (
            np.array([[1, LONG], [2, 0]], object),
            np.array([[1, CHANGED], [2, 0]], object),
        ),
        (LONG.tolist(), CHANGED.tolist()),
        ("a" * 500 + "b", "a" * 500 + "c"),
        (1, True),
        (1, 1.0),
        ({1: 2}, {"1": 2}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({1, 2}, {1, 3}),
        (np.zeros((2, 3)), np.zeros((3, 2))),
        (np.zeros(3), np.zeros(3, dtype=np.float32)),
        (define(ADD_ONE), define(ADD_TWO)),
        (define(ADD_ONE), define(ADD_ONE, module="another")),
        (
            functools.partial(define(ADD_ONE), LONG),
            functools.partial(define(ADD_ONE), CHANGED),
        ),
        (define(ACT_CLASS), define(ACT_CLASS, module="another")),
        (define(ACT_CLASS)(), define(ACT_CLASS, module="another")()),
        (define(ACT_CLASS), define(ACT_CLASS.replace("return 1", "return 2"))),
        (define(ACT_CLASS)().act, define(ACT_CLASS.replace("rate = 1", "rate = 2"))().act),
        (types.SimpleNamespace(a=LONG), types.SimpleNamespace(a=CHANGED)),
        (np.log1p, np.expm1),
        (GaussianNB(), GaussianNB(priors=[0.5, 0.5])),
        (GaussianNB(), GaussianNB().fit([[0], [1]], [0, 1])),
        (GaussianNB().fit([[0], [1]], [0, 1]), GaussianNB().fit([[0], [2]], [0, 1])),
    ],
)
def test_checkpoint_refuses_a_parameter_that_differs_anywhere(then, now, tmp_path):
    run_method(tmp_path, Holder(then))
    run_method(tmp_path, Holder(copy.deepcopy(then)))
    with pytest.raises(ValueError, match=r"got one that differs in methods\.held\.value"):
        run_method(tmp_path, Holder(now))


@pytest.mark.parametrize(
    ("then", "now"),
    [
        (0.1, np.float64(0.1)),
        (3, np.int64(3)),
        (LONG, np.ascontiguousarray(np.stack([LONG, LONG], axis=1))[:, 0]),
        (define(ADD_ONE), define("# moved, with a word about it\n\n" + ADD_ONE)),
        (define(ACT_CLASS), define("\n" + ACT_CLASS)),
        ({1, 2, "a"}, {"a", 2, 1}),
    ],
)
def test_checkpoint_accepts_an_equal_parameter(then, now, tmp_path):
    first = run_method(tmp_path, Holder(then))
    # The seconds are equal too: nothing was fitted.
    assert run_method(tmp_path, Holder(now)).equals(first)


def test_checkpoint_refuses_another_class_of_the_same_name(tmp_path):
    code = (
        "from sklearn.dummy import DummyClassifier\n"
        "class thing(DummyClassifier):\n"
        "    def predict(self, X):\n"
        "        return super().predict(X)[::1]\n"
    )
    run_method(tmp_path, define(code)())
    for other in (define(code, module="another"), define(code.replace("::1", "::-1"))):
        with pytest.raises(ValueError, match=r"methods\.held \(then somebodys\.thing, code"):
            run_method(tmp_path, other())


def test_checkpoint_refuses_a_fitted_ensemble_that_learned_other_labels(tmp_path):
    """The parameters of both ensembles are equal, and include an unfitted estimator."""
    X = np.random.default_rng(0).normal(size=(N_ROWS, 3))
    tree = DecisionTreeClassifier(random_state=0)
    ensemble, other_ensemble = (
        BaggingClassifier(tree, 2, random_state=0).fit(X, y) for y in (LABELS, SPEAKER)
    )
    run_method(tmp_path, Holder(ensemble))
    with pytest.raises(ValueError, match=r"differs in methods\.held\.value \(then sklearn\."):
        run_method(tmp_path, Holder(other_ensemble))


class Unpicklable:
    """Can be copied, but not pickled."""

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        raise TypeError("no")


def lambdas():
    step = 3
    return lambda x: x + step, lambda x: x + 1


def closure():
    step = 3

    def add(x):
        return x + step

    return add


@pytest.mark.parametrize(
    ("value", "description"),
    [
        (lambdas()[0], "a lambda, which has no name"),
        ([{"a": lambdas()[1]}], "a lambda, which has no name"),
        (functools.partial(lambdas()[1]), "a lambda, which has no name"),
        (closure(), "the function 'closure.<locals>.add', which depends on"),
        (Unpicklable(), "an object of Unpicklable that cannot be pickled"),
        (FunctionTransformer(lambda x: x), "a lambda, which has no name"),
    ],
)
def test_checkpoint_refuses_a_parameter_that_it_cannot_recognise(value, description, tmp_path):
    sentence = "A checkpoint must recognise all that its run depends on; got "
    for method in (Holder(value), make_pipeline(FunctionTransformer(), Holder(value))):
        with pytest.raises(ValueError, match=re.escape(sentence)) as raised:
            run_method(tmp_path, method)
        assert f" is {description}" in str(raised.value)
        assert list(tmp_path.iterdir()) == []
    run_method(None, Holder(value))  # a run without a checkpoint takes any value


def test_checkpoint_refuses_a_list_that_contains_itself(tmp_path):
    endless = [object]
    endless.append(endless)
    with pytest.raises(ValueError, match="got methods, which is an object that contains itself"):
        run_method(tmp_path, Holder(endless))
