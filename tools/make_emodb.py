"""Make the files of ``skprognet.datasets.load_emodb`` from the recordings.

    python tools/make_emodb.py CORPUS_FOLDER OUTPUT_FOLDER

CORPUS_FOLDER holds ``labels.csv`` (columns file, emotion, speaker, gender) and ``wav/``.
``emodb_egemapsv02.csv.gz`` and ``emodb_ge2e.npy`` are written to OUTPUT_FOLDER, which is
``skprognet/datasets/data``. The same input gives the same bytes.
"""

import argparse
import gzip
from pathlib import Path

import numpy as np
import pandas as pd

from skprognet.features import OpenSmileFeatures, SpeechModelFeatures

EMOTIONS = {"anger": "angry", "happiness": "happy", "neutral": "neutral", "sadness": "sad"}


def read_labels(corpus):
    """Return path, file, speaker, gender and emotion of each recording, sorted by file."""
    labels = pd.read_csv(corpus / "labels.csv", dtype=str)
    labels["path"] = [corpus / file for file in labels["file"]]
    labels["file"] = [path.name for path in labels["path"]]
    labels["emotion"] = labels["emotion"].map(EMOTIONS)
    return labels.sort_values("file", ignore_index=True)


def make_table(labels):
    """Return file, speaker, gender, emotion and 88 features of each recording."""
    features = OpenSmileFeatures(n_jobs=-1).transform(labels["path"])
    return labels[["file", "speaker", "gender", "emotion"]].join(features)


def make_layers(labels):
    """Return the averages over time of the three hidden layers of GE2E, in half precision."""
    layers = SpeechModelFeatures("ge2e", pooling=("mean",), n_jobs=-1).transform(labels["path"])
    return layers.to_numpy().astype(np.float16)


def write_table(table, output):
    """Write a gzipped CSV file without a time stamp; 9 digits restore a float32 exactly."""
    text = table.to_csv(index=False, float_format="%.9g", lineterminator="\n")
    with open(output, "wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed:
        packed.write(text.encode())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path, metavar="CORPUS_FOLDER")
    parser.add_argument("output", type=Path, metavar="OUTPUT_FOLDER")
    arguments = parser.parse_args()
    labels = read_labels(arguments.corpus)
    write_table(make_table(labels), arguments.output / "emodb_egemapsv02.csv.gz")
    np.save(arguments.output / "emodb_ge2e.npy", make_layers(labels))
