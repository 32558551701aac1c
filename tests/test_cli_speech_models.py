"""Speech models on the command line: extract their layers, train on them, and predict."""

import io
import re
from importlib.metadata import PackageNotFoundError, version

import numpy as np
import pandas as pd
import pytest
import torch
from click.testing import CliRunner

from skprognet import DNNClassifier, ProgressiveClassifier
from skprognet.cli import main
from skprognet.datasets import make_speech_corpus
from skprognet.experiments import train_model, transfer_between_tasks
from skprognet.features import OpenSmileFeatures, SpeechModelFeatures
from skprognet.persistence import load_model, read_model_info, save_model
from skprognet.sources import LayerSource, TorchSource

transformers = pytest.importorskip("transformers", reason="needs: pip install skprognet[speech]")

TINY = ["--hidden-layers", "4", "--max-epochs", "3", "--lr", "0.01"]


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def run_ok(*arguments):
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result


def save_network(folder, seed):
    torch.manual_seed(seed)
    config = transformers.HubertConfig(
        hidden_size=4,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=8,
        conv_dim=(8, 8),
        conv_stride=(16, 20),
        conv_kernel=(20, 20),
        num_feat_extract_layers=2,
        num_conv_pos_embeddings=4,
        num_conv_pos_embedding_groups=2,
    )
    transformers.utils.logging.disable_progress_bar()
    transformers.HubertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with invented speech, a speech model, and a table of features and layers."""
    folder = tmp_path_factory.mktemp("study")
    corpus = make_speech_corpus(folder / "audio", n_speakers=4, n_utterances=1, random_state=0)
    corpus = corpus[["file", "speaker", "gender", "emotion"]]
    corpus.to_csv(folder / "corpus.csv", index=False)
    save_network(folder / "tiny", seed=1)
    run_ok(
        *("extract", folder / "corpus.csv", "--speech-model", folder / "tiny"),
        *("--speech-layers", "layer1,layer2", "--n-jobs", 1, "-o", folder / "table.csv"),
    )
    return folder


@pytest.fixture(scope="module")
def model(folder):
    """Return the file of a model that reads the layers, and the result of the command."""
    options = ["--method", "progressive", "--layers", "tiny", *TINY]
    return folder / "model", run_ok(
        "train", folder / "table.csv", *options, "-o", folder / "model"
    )


def test_extract_writes_layers_after_the_features_of_opensmile(folder):
    table, files = (pd.read_csv(folder / f"{name}.csv") for name in ("table", "corpus"))
    smile = OpenSmileFeatures(verbose=False).fit_transform(files)
    options = {"layers": ["layer1", "layer2"], "verbose": False}
    layers = SpeechModelFeatures(folder / "tiny", **options).fit_transform(files)
    expected = pd.concat([smile, layers], axis=1)
    start = table.columns.get_loc("extractor") + 1
    assert list(table)[start:] == list(expected)
    np.testing.assert_allclose(table[expected.columns], expected, rtol=1e-6)
    assert table["feature_set"].unique().tolist() == [
        f"eGeMAPSv02 + {folder}/tiny[layer1,layer2;mean,std]"
    ]


def test_extract_can_write_layers_of_a_model_and_of_its_random_control(folder, tmp_path):
    audio = next((folder / "audio").glob("*.wav"))
    run_ok(
        *("extract", "--feature-set", "none", "--speech-model", folder / "tiny", audio),
        *("--speech-model", f"{folder}/tiny:random", "--speech-layers", "layer2"),
        *("--speech-pooling", "mean", "--n-jobs", 1, "-o", tmp_path / "both.csv"),
    )
    names = list(pd.read_csv(tmp_path / "both.csv"))
    assert names[-8:] == [
        f"{name}.layer2.mean.00{unit}" for name in ("tiny", "tiny-random") for unit in range(4)
    ]
    assert names[:-8] == ["file", "feature_set", "sampling_rate", "extractor"]


def test_extract_writes_a_layer_of_ge2e(folder, tmp_path):
    try:
        version("resemblyzer")
    except PackageNotFoundError:
        pytest.skip("needs: pip install --no-deps resemblyzer==0.1.4")
    audio = next((folder / "audio").glob("*.wav"))
    run_ok(
        *("extract", audio, "--feature-set", "none", "--speech-model", "ge2e", "--n-jobs", 1),
        *("--speech-layers", "layer2", "--speech-pooling", "mean", "-o", tmp_path / "out.csv"),
    )
    [row] = pd.read_csv(tmp_path / "out.csv").to_dict("records")
    assert [name for name in row if name.startswith("ge2e.layer2.mean.")] == list(row)[4:]
    assert len(row) == 4 + 256
    assert row["extractor"].startswith("ge2e sha256:39373b86")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--feature-set", "none"], "--feature-set none leaves nothing to extract. Name a --sp"),
        (["--speech-model", "nobody/none"], "allow its download with download=True (--download)."),
        (
            ["--speech-model", "{tiny}", "--speech-layers", "layer9"],
            "layers (--speech-layers) must be among 'layer0',",
        ),
        (
            ["--speech-model", "{tiny}", "--speech-pooling", "max"],
            "pooling (--speech-pooling) must be among 'mean', 'std'",
        ),
    ],
)
def test_wrong_options_of_extract_give_an_error_and_no_file(folder, tmp_path, options, message):
    options = [option.format(tiny=folder / "tiny") for option in options]
    result = run("extract", folder / "corpus.csv", *options, "-o", tmp_path / "out.csv")
    assert result.exit_code != 0
    assert message in result.output
    assert not list(tmp_path.iterdir())


def test_train_reads_layers_as_a_source(folder, model):
    path, result = model
    network = load_model(path)[-1]
    assert isinstance(network, ProgressiveClassifier)
    [(name, source)] = network.sources_
    assert name == "tiny"
    assert isinstance(source, LayerSource)
    assert source.layer_sizes() == [(8, 8)]
    assert len(network.features_read_) == 88
    assert (
        "ProgressiveClassifier of emotion (angry, happy, neutral, sad) from tiny" in result.stdout
    )
    assert f"--layers tiny {' '.join(TINY)} --folds-by" in result.stdout
    assert "Warning" not in result.stderr
    assert ": 16 rows of 88 features: " in result.stderr
    assert "; 16 columns of tiny; not features: 'file', " in result.stderr
    assert read_model_info(path)["metadata"]["sources"] == {"tiny": {"layers": "tiny"}}


def test_train_fits_the_same_model_with_layers_as_python(folder, model):
    table = pd.read_csv(folder / "table.csv", dtype={"speaker": str})
    features = table.columns[table.columns.get_loc("extractor") + 1 :]
    options = {"hidden_layer_sizes": (4,), "max_epochs": 3, "lr": 0.01}
    trained = train_model(
        table[features],
        table[["emotion", "speaker"]],
        method="progressive",
        layers=["tiny"],
        estimator=DNNClassifier(**options),
    )
    np.testing.assert_array_equal(
        trained.model.predict_proba(table[features]),
        load_model(model[0]).predict_proba(table[features]),
    )


def test_predict_computes_the_layers_of_audio_files(folder, model):
    audio = sorted((folder / "audio").glob("*.wav"))[:2]
    from_audio = pd.read_csv(io.StringIO(run_ok("predict", model[0], *audio).stdout))
    predictions_of_table = pd.read_csv(
        io.StringIO(run_ok("predict", model[0], folder / "table.csv").stdout)
    )
    from_table = predictions_of_table.set_index("file").loc[from_audio["file"]]
    assert from_table["label"].tolist() == from_audio["label"].tolist()
    columns = ["p_angry", "p_happy", "p_neutral", "p_sad"]
    np.testing.assert_allclose(from_audio[columns], from_table[columns], rtol=1e-4)


def test_predict_refuses_a_speech_model_with_other_weights(folder, model, tmp_path):
    audio = next((folder / "audio").glob("*.wav"))
    expected = run_ok("predict", model[0], audio).stdout
    (folder / "tiny").rename(tmp_path / "moved")
    other = save_network(tmp_path / "other", seed=2)
    try:
        result = run("predict", model[0], audio)
        assert result.exit_code == 1
        assert "speech model 'tiny', which cannot be loaded here" in result.output
        assert "(--speech-model tiny=FOLDER)" in result.output
        option_for_moved = ["--speech-model", f"tiny={tmp_path / 'moved'}"]
        assert run_ok("predict", model[0], audio, *option_for_moved).stdout == expected
        result = run("predict", model[0], audio, "--speech-model", f"tiny={other}")
        assert result.exit_code == 1
        assert re.search(r"weights of the speech model 'tiny' must be those that", result.output)
    finally:
        (tmp_path / "moved").rename(folder / "tiny")
    result = run("predict", model[0], audio, "--speech-model", "tiny")
    assert "Each value must be NAME=FOLDER, such as ge2e=models/ge2e; got 'tiny'." in result.output


def test_inspect_shows_layers_and_weights(folder, model):
    digest = SpeechModelFeatures(folder / "tiny").load().sha256
    lines = run_ok("inspect", model[0]).stdout.splitlines()
    assert "Source         tiny (layers tiny): LayerSource, 8 - 8 (layer1, layer2)" in lines
    assert f"  SHA-256      {digest} (weights of tiny)" in lines


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--method dnn --layers tiny", "--method dnn takes no --source or --layers; got 1."),
        (
            "--method fine-tuned --layers tiny",
            "got 'fine-tuned', which needs weights, and layers=['tiny'].",
        ),
        (
            "--method posterior --layers tiny",
            "got 'posterior', which needs posteriors, and layers=['tiny'].",
        ),
        (
            "--method progressive --layers tony",
            "it has none of 'tony'. It has those of 'tiny'. The nearest is 'tiny'.",
        ),
        (
            "--method side-by-side --layers tiny tiny.layer4",
            "it has none of 'tiny.layer4'. It has those of 'tiny'. The nearest is 'tiny'.",
        ),
    ],
)
def test_wrong_use_of_layers_gives_an_error_and_no_file(folder, tmp_path, options, message):
    result = run("train", folder / "table.csv", *options.split(), *TINY, "-o", tmp_path / "out")
    assert result.exit_code != 0
    assert message in result.output
    assert "Warning" not in result.output
    assert not list(tmp_path.iterdir())


def test_the_option_features_does_not_remove_layers(folder, tmp_path):
    options = ["--method", "progressive", "--layers", "tiny", "--features", "F0", "loudness"]
    run_ok("train", folder / "table.csv", *options, *TINY, "-o", tmp_path / "out")
    names = load_model(tmp_path / "out").feature_names_in_
    assert all(name.startswith(("F0", "loudness", "tiny.")) for name in names)
    assert sum(name.startswith("tiny.") for name in names) == 16


def test_the_side_by_side_method_reads_layers(folder, tmp_path):
    options = ["--method", "side-by-side", "--layers", "tiny"]
    result = run_ok("train", folder / "table.csv", *options, *TINY, "-o", tmp_path / "out")
    assert result.stdout.startswith("SideBySideClassifier of emotion")
    audio = next((folder / "audio").glob("*.wav"))
    assert run_ok("predict", tmp_path / "out", audio).stdout.count("\n") == 2
    assert "tiny (layers tiny): LayerSource" in run_ok("inspect", tmp_path / "out").stdout


def test_columns_of_layers_that_count_as_features_give_a_warning(folder, tmp_path):
    message = (
        "16 columns, such as 'tiny.layer1.mean.000', have the names of layers of a speech model "
        "('tiny'), but count as features here."
    )
    study = "--target emotion --sources gender --folds 3 --repeats 1 --methods dnn fine-tuned"
    options = [folder / "table.csv", *TINY, "-o", tmp_path / "model"]
    assert run_ok("train", *options).stderr.count(message) == 1
    assert message not in run_ok("train", *options, "--features", "F0").stderr
    options = [folder / "table.csv", *study.split(), *TINY, "--n-jobs", 1, "-o", tmp_path / "out"]
    assert run_ok("tasks", *options).stderr.count(message) == 1


def test_python_warns_of_columns_of_layers_that_count_as_features(folder):
    table = pd.read_csv(folder / "table.csv", dtype={"speaker": str})
    features = table.columns[table.columns.get_loc("extractor") + 1 :]
    network = DNNClassifier(hidden_layer_sizes=(4,), max_epochs=1)
    with pytest.warns(UserWarning, match=r"pass layers=\['tiny'\]") as caught:
        train_model(table[features], table, estimator=network)
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match=r"pass layers=\['tiny'\]") as caught:
        transfer_between_tasks(
            table[features],
            table,
            sources=["gender"],
            methods=["dnn", "fine-tuned"],
            n_splits=3,
            n_repeats=1,
            estimator=network,
            n_jobs=1,
        )
    assert caught[0].filename == __file__
    with pytest.raises(TypeError, match=r"layers must be a list of names, .* got 'tiny'"):
        train_model(table[features], table, method="progressive", layers="tiny")


def test_a_model_with_a_torch_module_gives_a_one_line_error(folder, tmp_path):
    table = pd.read_csv(folder / "table.csv")
    X = table[["loudness_sma3_amean", "loudness_sma3_stddevNorm"]]
    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh()).eval()
    network = ProgressiveClassifier(
        TorchSource(module, ["1"]), hidden_layer_sizes=(4,), max_epochs=1
    )
    save_model(network.fit(X, table["emotion"]), tmp_path / "model")
    result = run("predict", tmp_path / "model", folder / "table.csv")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "module" in result.stderr


def test_train_reads_the_shipped_layers_of_ge2e(tmp_path):
    options = ["--layers", "ge2e", "--method", "progressive", *TINY]
    result = run_ok("train", "emodb", *options, "-o", tmp_path / "model")
    assert "eGeMAPSv02 + ge2e[layer1,layer2,layer3;mean] at 16000 Hz" in result.stdout
    assert load_model(tmp_path / "model")[-1].sources_[0][1].layer_sizes() == [(256, 256, 256)]
