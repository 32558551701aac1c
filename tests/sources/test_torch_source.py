"""Tests of TorchSource: what it reads, that the module stays unchanged, and errors."""

import copy
import pickle
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skorch import NeuralNetClassifier
from torch import nn

from skprognet import DNNClassifier, FineTunedClassifier, ProgressiveClassifier
from skprognet.estimators import check_laterals_alive, source_importances, source_overlap
from skprognet.evaluation import cross_validate_transfer
from skprognet.model_selection import RepeatedSpeakerStratifiedKFold
from skprognet.networks import evaluate_logits, limit_threads
from skprognet.sources import LayerSource, TorchSource, as_source, is_fitted

SMALL = {"hidden_layer_sizes": (5, 4), "max_epochs": 3, "lr": 0.01, "random_state": 0}
NAMES = [f"f{i}" for i in range(8)]


@pytest.fixture(scope="module")
def rows():
    rng = np.random.RandomState(0)
    X = rng.normal(size=(60, 8))
    return X, np.where(X[:, :2].sum(axis=1) > 0, "a", "b")


@pytest.fixture(autouse=True)
def _seeded_on_one_thread():
    with torch.random.fork_rng(), limit_threads(1):
        torch.manual_seed(0)
        yield


class OverTime(nn.Module):
    """Reads eight features as four steps of two."""

    def __init__(self, recurrent=None):
        super().__init__()
        self.recurrent = recurrent or nn.LSTM(2, 3, batch_first=True)
        self.out = nn.Linear(3, 2)

    def forward(self, X):
        h_NTH, _ = self.recurrent(X.reshape(len(X), -1, 2))
        return self.out(h_NTH[:, -1])


def stack(*more):
    return nn.Sequential(
        nn.Linear(8, 6), nn.BatchNorm1d(6), nn.ReLU(inplace=True), nn.Dropout(0.5), *more
    )


def tensor(X):
    return torch.tensor(X, dtype=torch.float32)


def sequential_of(network):
    """Return a torch module with the weights of a DNNClassifier with sigmoids."""
    parts = []
    for layer in network.net_.module_.layers:
        parts += [nn.Linear(layer.in_features, layer.out_features), nn.Sigmoid()]
        parts[-2].load_state_dict(layer.state_dict())
    return nn.Sequential(*parts[:-1])


def assert_equal_layers(ours, theirs):
    for our_layer, their_layer in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(our_layer.detach(), their_layer.detach())


# === what is read ===


@pytest.mark.parametrize("n_rows", [1, 60, 300])
def test_layers_equal_those_that_torch_computes(rows, n_rows):
    X = np.resize(rows[0], (n_rows, 8))
    module = stack(nn.Linear(6, 4), nn.Tanh(), nn.Linear(4, 2))
    module(tensor(rows[0]))  # so that batch norm has statistics
    source = TorchSource(module, ["0", "2", "5"])
    assert source.layer_sizes() == [(6, 6, 4)]
    module.eval()
    with torch.no_grad():
        linear = module[0](tensor(X))  # ReLU in place must not overwrite it
        expected = [linear, module[:3](tensor(X)), module[:6](tensor(X))]
    for ours, theirs in zip(source.hidden(X)[0], expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_layers_over_time_are_pooled(rows):
    X, _ = rows
    module = OverTime()
    source = TorchSource(module, ["recurrent", "out"], pooling=["mean", "std", "max"])
    recurrent, out = source.hidden(X)[0]
    steps = module.recurrent(tensor(X).reshape(60, 4, 2))[0].detach().numpy()
    expected = np.hstack([steps.mean(axis=1), steps.std(axis=1), steps.max(axis=1)])
    np.testing.assert_allclose(recurrent, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(out, module(tensor(X)).detach(), rtol=1e-5, atol=1e-6)
    assert source.layer_sizes() is None  # a row may have any even number of features
    assert source.match(NAMES).layer_sizes() == source.with_n_features(8).layer_sizes() == [(9, 2)]
    (mean,) = TorchSource(module, "recurrent").hidden(X)[0]
    np.testing.assert_allclose(mean, steps.mean(axis=1), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_the_module_computes_in_its_own_type(rows, dtype):
    module = nn.Sequential(nn.Linear(8, 3)).to(dtype)
    source = TorchSource(module, "0")
    assert source.hidden(rows[0])[0][0].dtype == dtype
    assert len(source.digest()) == 64
    fitted = ProgressiveClassifier(source, **SMALL).fit(*rows)
    assert np.isfinite(fitted.predict_proba(rows[0])).all()


def test_columns_of_a_module_are_found_by_name_and_not_read_as_features(rows):
    X, y = rows
    table = pd.DataFrame(X, columns=NAMES).assign(other=1.0)[["other", *NAMES[::-1]]]
    module = nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 2))
    source = TorchSource(module, ["1"], columns=["f2", "f0", "f7"])
    clf = ProgressiveClassifier([("net", source)], **SMALL).fit(table, y)
    (_, fitted_source), *_ = clf.sources_
    assert fitted_source.own_features == ("f2", "f0", "f7")
    assert clf.features_read_.tolist() == [0, 2, 3, 4, 5, 7]
    rows_read = fitted_source.select(table.to_numpy(), table.columns)
    (ours,) = fitted_source.hidden(rows_read)[0]
    expected = module[:2](tensor(X[:, [2, 0, 7]])).detach()
    np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-6)
    shared = r"^The network reads 3 features that the source 'net' reads too: 'f7', 'f2', 'f0'\."
    with pytest.warns(UserWarning, match=shared):
        ProgressiveClassifier([("net", source)], features="f", **SMALL).fit(table, y)
    tuned = FineTunedClassifier(source, **SMALL).fit(table, y)
    assert tuned.net_.module_.n_features == 3
    prefix = TorchSource(nn.Sequential(nn.Linear(8, 2)), "0", columns="f")
    assert prefix.match(table.columns).own_features == tuple(NAMES[::-1])


def test_a_module_with_columns_reads_tables_by_name(rows):
    table = pd.DataFrame(rows[0], columns=NAMES)
    source = TorchSource(nn.Sequential(nn.Linear(3, 4)), "0", columns=["f2", "f0", "f7"])
    message = "^A TorchSource with columns must know the names of X before it reads rows; "
    with pytest.raises(ValueError, match=message):
        source.hidden(table[["f0", "f2", "f7"]])
    matched = source.match(NAMES)
    expected = matched.hidden(rows[0][:, [2, 0, 7]])[0]
    for other_order in (table, table[["f0", "f2", "f7"]]):
        assert_equal_layers(matched.hidden(other_order)[0], expected)


class TwoBranches(nn.Module):
    """Reads the first three features with one layer, and the others with another."""

    def __init__(self):
        super().__init__()
        self.low, self.high = nn.Linear(3, 2), nn.Linear(5, 4)

    def forward(self, X):
        return torch.cat([self.low(X[:, :3]), self.high(X[:, 3:])], dim=1)


def test_layers_may_read_parts_of_the_rows(rows):
    X, y = rows
    module = TwoBranches()
    source = TorchSource(module, ["low", "high"])
    assert source.n_features_in_ is None
    low, high = source.hidden(X)[0]
    expected = module(tensor(X)).detach()
    np.testing.assert_allclose(np.hstack([low, high]), expected, rtol=1e-5, atol=1e-6)
    fitted = ProgressiveClassifier(source, **SMALL).fit(X, y)
    assert fitted.net_.module_.source_sizes == ((2, 4),)


def test_a_module_behind_a_fitted_scaler_reads_scaled_rows(rows):
    X, y = rows
    source, scaler = TorchSource(stack(), "2"), StandardScaler().fit(X)
    model = make_pipeline(scaler, source)
    fitted = ProgressiveClassifier(model, **SMALL).fit(X, y)
    assert fitted.source_digest_ == {"source": source.digest()}
    assert_equal_layers(as_source(model).hidden(X)[0], source.hidden(scaler.transform(X))[0])
    assert not is_fitted(make_pipeline(StandardScaler(), source))


def test_a_module_reads_arrays_without_names_like_tables(rows):
    X, y = rows
    for module, layer in [(OverTime(), "recurrent"), (stack(), "2")]:
        source = TorchSource(module, layer)
        fitted = ProgressiveClassifier(source, **SMALL).fit(X, y)
        named = ProgressiveClassifier(source, **SMALL).fit(pd.DataFrame(X, columns=NAMES), y)
        np.testing.assert_array_equal(
            fitted.predict_proba(X), named.predict_proba(pd.DataFrame(X, columns=NAMES))
        )


# === the module stays unchanged ===


def test_fit_leaves_the_users_module_unchanged(rows):
    X, y = rows
    module = stack(nn.Linear(6, 2)).train()
    module(tensor(X)).sum().backward()
    calls = []
    module[0].register_forward_hook(lambda *_: calls.append(1))
    before = copy.deepcopy(module.state_dict())
    grads = [p.grad.clone() for p in module.parameters()]
    ProgressiveClassifier(TorchSource(module, "2"), **SMALL).fit(X, y).predict(X)
    assert all(part.training for part in module.modules())
    assert len(module[0]._forward_hooks) == 1
    assert not module[2]._forward_hooks
    assert all(p.requires_grad for p in module.parameters())
    assert_equal_layers(module.state_dict().values(), before.values())
    assert_equal_layers([p.grad for p in module.parameters()], grads)


@pytest.mark.parametrize("n_rows", [60, 128])
def test_in_place_layers_do_not_change_the_rows(rows, n_rows):
    X = np.resize(rows[0], (n_rows, 8)).astype(np.float32)
    before = X.copy()
    module = nn.Sequential(nn.ReLU(inplace=True), nn.Linear(8, 2))
    TorchSource(module, "1").hidden(X)
    np.testing.assert_array_equal(X, before)


def test_later_changes_of_the_module_do_not_reach_the_source(rows):
    module = stack()
    source = TorchSource(module, "2")
    before, layers = source.digest(), source.hidden(rows[0])[0]
    module[0].weight.data.zero_()
    module.train()
    assert source.digest() == before
    assert_equal_layers(source.hidden(rows[0])[0], layers)


def test_every_copy_shares_the_frozen_module_and_its_bits(rows):
    X, y = rows
    source = TorchSource(stack(), "2")
    digest, layers = source.digest(), source.hidden(X)[0]
    clf = ProgressiveClassifier([("net", source)], **SMALL).fit(X, y)
    kept = as_source(clf.sources_[0][1])
    for copied in (
        clone(source, safe=False),
        copy.deepcopy(source),
        kept,
        clone(clf).source[0][1],
    ):
        assert copied.module is source.module
    pickled = pickle.loads(pickle.dumps(source))
    for equal_source in (source, kept, pickled):
        assert equal_source.digest() == digest
        assert_equal_layers(equal_source.hidden(X)[0], layers)
    assert clf.source_digest_ == {"net": digest}
    restored = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(restored.predict_proba(X), clf.predict_proba(X))
    check_laterals_alive(ProgressiveClassifier(source, **SMALL), X, y)


def test_batch_norm_does_not_drift_and_dropout_does_not_draw(rows):
    X, y = rows
    module = stack(nn.Linear(6, 4), nn.ReLU()).train()
    source = TorchSource(module, ["1", "5"])
    before = copy.deepcopy(source.module.state_dict())
    state = torch.random.get_rng_state()
    ProgressiveClassifier(source, **SMALL).fit(X * 5, y)
    assert_equal_layers(source.module.state_dict().values(), before.values())
    assert_equal_layers(source.hidden(X)[0], source.hidden(X)[0])
    assert torch.equal(torch.random.get_rng_state(), state)
    assert not any(part.training for part in source.module.modules())


def test_four_threads_read_the_same_bits(rows):
    X, _ = rows
    source = TorchSource(stack(nn.Linear(6, 50), nn.Tanh()), ["0", "5"])
    parts = [X[k:] for k in range(4)]
    expected = [source.hidden(part)[0] for part in parts]
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(source.hidden, parts[k % 4]) for k in range(80)]
        for k, job in enumerate(jobs):
            assert_equal_layers(job.result()[0], expected[k % 4])


def test_the_digest_covers_weights_buffers_classes_and_names():
    module = stack()
    digest = TorchSource(module, "2").digest()
    others = [
        TorchSource(module, ["0", "2"]),
        TorchSource(module, "2", pooling="max"),
        TorchSource(module, "2", columns="f"),
        TorchSource(nn.Sequential(*module[:2], nn.Tanh(), module[3]), "2"),
        TorchSource(copy.deepcopy(module).double(), "2"),
    ]
    for parameter in ("0.weight", "1.running_mean"):
        changed = copy.deepcopy(module)
        changed.state_dict()[parameter].view(-1)[0] += 1
        others.append(TorchSource(changed, "2"))
    assert len({digest, *(other.digest() for other in others)}) == len(others) + 1
    assert TorchSource(copy.deepcopy(module), "2").digest() == digest


# === it works like other sources ===


def test_a_stack_with_the_weights_of_a_network_is_read_like_the_network(rows):
    X, y = rows
    network = DNNClassifier(**SMALL).fit(X, y)
    module = sequential_of(network)
    theirs = ProgressiveClassifier(network, **SMALL).fit(X, y).predict_proba(X)
    ours = ProgressiveClassifier(TorchSource(module, ["1", "3"]), **SMALL).fit(X, y)
    np.testing.assert_allclose(ours.predict_proba(X), theirs, rtol=1e-5)
    theirs = FineTunedClassifier(network, **SMALL).fit(X, y).predict_proba(X)
    ours = FineTunedClassifier(TorchSource(module, ["1", "3"]), **SMALL).fit(X, y)
    np.testing.assert_array_equal(ours.predict_proba(X), theirs)


@pytest.mark.filterwarnings("ignore:lbfgs failed")
@pytest.mark.parametrize(
    ("name", "activation"),
    [("logistic", nn.Sigmoid), ("tanh", nn.Tanh), ("relu", nn.ReLU), ("identity", nn.Identity)],
)
def test_a_stack_with_the_weights_of_an_mlp_is_fine_tuned_like_the_mlp(rows, name, activation):
    X, y = rows
    mlp = MLPClassifier((6, 4), activation=name, solver="lbfgs", max_iter=5, random_state=0)
    mlp.fit(X, y)
    parts = []
    for weight, bias in zip(mlp.coefs_, mlp.intercepts_, strict=True):
        linear = nn.Linear(*weight.shape, dtype=torch.float64)
        linear.weight.data, linear.bias.data = torch.tensor(weight.T), torch.tensor(bias)
        parts += [nn.Sequential(linear, activation()), nn.Dropout(0.3)]
    parts[-2] = parts[-2][0]
    module = nn.Sequential(*parts[:-1], nn.LogSoftmax(dim=1))
    theirs = FineTunedClassifier(mlp, **SMALL).fit(X, y)
    ours = FineTunedClassifier(TorchSource(module, "0.1"), **SMALL).fit(X, y)
    np.testing.assert_array_equal(ours.predict_proba(X), theirs.predict_proba(X))


def test_layers_without_biases_are_copied_with_zero_biases(rows):
    module = nn.Sequential(nn.Linear(8, 3, bias=False), nn.Linear(3, 2))
    column = TorchSource(module, "0").column()
    ours, theirs = evaluate_logits(column, tensor(rows[0])), module(tensor(rows[0])).detach()
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def stack_with_hook():
    module = nn.Sequential(nn.Linear(8, 3), nn.Tanh(), nn.Linear(3, 2))
    module[0].register_forward_hook(lambda _, args, output: output * 2)
    return module


@pytest.mark.parametrize(
    "module",
    [
        stack(nn.Linear(6, 2)),
        nn.Sequential(nn.Linear(8, 3), nn.Tanh()),
        nn.Sequential(nn.Linear(8, 3)),
        nn.Sequential(nn.Linear(8, 3), nn.Tanh(), nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 2)),
        nn.Sequential(nn.Linear(8, 3), nn.Tanh(), nn.ReLU(), nn.Linear(3, 2)),
        nn.Sequential(nn.Linear(8, 3), nn.Tanh(), nn.Linear(3, 2)).half(),
        nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(8, 3)), nn.Linear(3, 2)),
        stack_with_hook(),
    ],
)
def test_only_a_plain_stack_can_be_fine_tuned(rows, module):
    source = TorchSource(module, "0")
    assert source.column() is None
    message = (
        "The source of FineTunedClassifier must have layers to copy; got 'net', which is not a "
        "plain stack of linear layers (an nn.Sequential of nn.Linear with the same activation "
        "between them). Read it with ProgressiveClassifier."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        FineTunedClassifier([("net", source)], **SMALL).fit(*rows)


def test_a_torch_source_works_beside_sources_of_all_kinds(rows):
    X, y = rows
    table = pd.DataFrame(X, columns=NAMES).assign(**{"layer.0": X[:, 0], "layer.1": X[:, 1]})
    sources = [
        ("module", TorchSource(stack(), "2", columns=NAMES)),
        ("columns", LayerSource(["layer"])),
        ("network", DNNClassifier(**SMALL)),
    ]
    options = {**SMALL, "adapter": "linear", "features": NAMES}
    with pytest.warns(UserWarning, match="that the source 'module' reads too"):
        clf = ProgressiveClassifier(sources, **options).fit(table, y, source_y=y)
    assert clf.net_.module_.source_sizes == ((6,), (2,), (5, 4))
    assert set(clf.lateral_norms()["source"]) == {"module", "columns", "network"}
    assert list(source_importances(clf, table, y, random_state=0).index) == [
        name for name, _ in sources
    ]
    assert np.isnan(source_overlap(clf, table)["module"])


def test_searches_and_pipelines_keep_the_source(rows):
    X, y = rows
    source = TorchSource(OverTime(), "recurrent")
    model = make_pipeline(StandardScaler(), ProgressiveClassifier(source, **SMALL))
    grid = {"progressiveclassifier__source": [None, source], "progressiveclassifier__lr": [0.1]}
    search = GridSearchCV(model, grid, cv=2).fit(X, y)
    assert search.predict(X).shape == (60,)
    fitted = model.fit(X, y)[-1]
    assert fitted.source_digest_ == {"source": source.digest()}
    deeper = ProgressiveClassifier(fitted, **SMALL).fit(X, y)
    assert deeper.net_.module_.source_sizes == ((3,), (5, 4))


@pytest.mark.parametrize("columns", [None, NAMES[:4]])
def test_a_study_reads_a_torch_source_and_its_placebo(rows, columns):
    X, y = rows
    table = X if columns is None else pd.DataFrame(X, columns=NAMES)
    scores = cross_validate_transfer(
        table,
        y,
        methods={"DNN": DNNClassifier(**SMALL), "ProgNet": ProgressiveClassifier(**SMALL)},
        sources={"net": TorchSource(OverTime(), "recurrent", columns=columns)},
        placebo=True,
        groups=np.arange(60) % 6,
        cv=RepeatedSpeakerStratifiedKFold(3, n_repeats=1, random_state=0),
        n_jobs=1,
    )
    assert scores["source"].value_counts().to_dict() == {
        "none": 3,
        "net": 3,
        "placebo of net": 3,
    }
    assert scores.loc[scores["source"] == "net", "source_overlap"].isna().all()


# === errors ===


class RunsOneTwice(nn.Module):
    def __init__(self):
        super().__init__()
        self.once, self.never = nn.Linear(8, 8), nn.Linear(8, 8)

    def forward(self, X):
        return self.once(self.once(X))


class RandomModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(8, 8)

    def forward(self, X):
        return self.linear(nn.functional.dropout(X))


class ReturnsDict(nn.Module):
    def forward(self, X):
        return {"X": X}


class SquareRoot(nn.Module):
    def forward(self, X):
        return X.sqrt()


class Uncopyable(nn.Module):
    def __deepcopy__(self, memo):
        raise RuntimeError("it has a handle\nof something")


MIXES_ROWS = (
    "The numbers of a row must not depend on other rows; got two results for one row from the "
    "layer {}"
)


@pytest.mark.parametrize(
    ("module", "layers", "error", "message"),
    [
        (stack(), "3.relu", ValueError, "layers must name submodules of the module, ['0'"),
        (
            RunsOneTwice(),
            "onec",
            ValueError,
            "['once', 'never']; got 'onec'. Did you mean 'once'?",
        ),
        (stack(), ["0", "0"], ValueError, "layers must name each layer once; got '0' twice. "),
        (stack(), [], TypeError, "layers must be text or a sequence of text; got []."),
        (stack(), [0], TypeError, "layers must hold names as text; got 0."),
        (nn.Linear, "0", TypeError, "module must be a torch.nn.Module; got the class Linear."),
        (
            NeuralNetClassifier(stack),
            "0",
            TypeError,
            "module must be a torch.nn.Module; got NeuralNetClassifier. For a skorch net, pass "
            "its module_; an estimator of this package is itself a source.",
        ),
        (nn.Sequential(nn.LazyLinear(3)), "0", ValueError, "Sequential with lazy layers"),
        (
            nn.Sequential(Uncopyable()),
            "0",
            ValueError,
            "copy.deepcopy must be able to copy module; got a Sequential that it cannot copy "
            "(RuntimeError: it has a handle).",
        ),
        (RunsOneTwice(), "once", ValueError, "once when its module runs; got 2 runs of 'once'."),
        (RunsOneTwice(), "never", ValueError, "once when its module runs; got 0 runs of 'never'."),
        (
            nn.Sequential(nn.Linear(8, 3), nn.BatchNorm1d(3, track_running_stats=False)),
            "1",
            ValueError,
            MIXES_ROWS.format("'1'"),
        ),
        (
            nn.Sequential(nn.Linear(8, 6), nn.Unflatten(1, (1, 2, 3))),
            "1",
            ValueError,
            "The layer '1' must return (rows, width) or (rows, time, width); got the shape "
            "(5, 1, 2, 3) for 5 rows.",
        ),
        (nn.Sequential(nn.Linear(8, 6), ReturnsDict()), "1", ValueError, "numbers; got a dict."),
        (
            nn.Sequential(nn.Linear(8, 6), nn.Linear(5, 2)),
            "1",
            ValueError,
            "got an error with 8 features (RuntimeError: mat1 and mat2",
        ),
    ],
)
def test_an_unreadable_module_is_refused_when_the_source_is_made(module, layers, error, message):
    with pytest.raises(error, match=re.escape(message)):
        TorchSource(module, layers)


@pytest.mark.parametrize(
    ("module", "layer"),
    [
        (RandomModule(), "linear"),
        (nn.LSTM(8, 2), ""),
        (OverTime(nn.LSTM(2, 3)), "recurrent"),
        (nn.Sequential(nn.LSTM(8, 2)), "0"),
    ],
)
def test_a_module_that_is_random_or_mixes_rows_is_refused_in_fit(rows, module, layer):
    if layer == "":
        module, layer = nn.Sequential(nn.Identity(), module), "1"
    message = "The source 'net' cannot read these rows. " + MIXES_ROWS.format(repr(layer))
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        ProgressiveClassifier([("net", TorchSource(module, layer))], **SMALL).fit(*rows)


@pytest.mark.parametrize("pooling", ["median", ["mean", "mean"], "meam"])
def test_unknown_pooling_is_refused(pooling):
    with pytest.raises(ValueError, match=r"^pooling must "):
        TorchSource(stack(), "0", pooling=pooling)


def test_rows_that_do_not_fit_the_module_are_clear_errors(rows):
    X, y = rows
    table = pd.DataFrame(X, columns=NAMES)

    def fit(X, **options):
        source = TorchSource(stack(), "2", **options)
        return ProgressiveClassifier([("net", source)], **SMALL, dtype="float64").fit(X, y)

    prefix = r"^The source 'net' cannot read these rows. "
    with pytest.raises(ValueError, match=prefix + "The module must read 8 features; got 9: "):
        fit(table.assign(more=0.0))
    with pytest.raises(ValueError, match=prefix + "The module must read 8 features; got 2: "):
        fit(table, columns=["f0", "f1"])
    with pytest.raises(ValueError, match=prefix + "columns must name columns of X or .*'g'"):
        fit(table, columns="g")
    with pytest.raises(
        ValueError, match="X must be a DataFrame with text as names of its columns"
    ):
        fit(X, columns="f")
    with pytest.raises(ValueError, match="X must have the 8 features of the source; got 5"):
        fit(X[:, :5])
    message = "The layer '1' of the module must return finite numbers; got NaN or infinity for "
    with pytest.raises(ValueError, match=f"{message}{(X < 0).any(axis=1).sum()} of 60 rows"):
        TorchSource(nn.Sequential(nn.Identity(), SquareRoot()), "1").hidden(X)
    fitted, X = fit(X), X.copy()
    X[0] = 1e39
    with pytest.raises(
        ValueError, match=prefix + "Rows must have finite numbers that fit into float"
    ):
        fitted.predict(X)


class OptimizedModule(nn.Module):
    """Imitates the result of torch.compile, which takes ten seconds to import."""

    def __init__(self, module):
        super().__init__()
        self._orig_mod = module


@pytest.mark.filterwarnings("ignore:.*torch.jit.script:DeprecationWarning")
@pytest.mark.parametrize("hide", [torch.jit.script, OptimizedModule])
def test_a_module_that_hides_its_layers_is_refused(hide):
    message = "module must not be scripted or compiled, which hides its layers; got "
    with pytest.raises(TypeError, match=f"^{message}"):
        TorchSource(hide(nn.Sequential(nn.Linear(8, 2))), "0")


@pytest.mark.parametrize("as_table", [False, True])
def test_a_module_at_the_end_of_a_pipeline_reads_what_the_steps_return(rows, as_table):
    X, y = rows
    X = pd.DataFrame(X, columns=NAMES) if as_table else X
    pca = PCA(3, random_state=0).fit(X)
    module = nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 2))
    source = make_pipeline(pca, TorchSource(module, ["1"]))
    clf = ProgressiveClassifier([("net", source)], **SMALL).fit(X, y)
    (_, fitted_source), *_ = clf.sources_
    read = as_source(fitted_source).select(X) if not as_table else X
    ((layer,),) = as_source(fitted_source).hidden(read)
    expected = module[:2](tensor(pca.transform(X))).detach()
    np.testing.assert_allclose(layer, expected, rtol=1e-5, atol=1e-6)


def test_a_bare_module_is_not_a_source():
    message = (
        "A torch module must come with the names of its hidden layers; got Sequential alone. Pass "
        "TorchSource(module, layers=[...])."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        as_source(stack())
