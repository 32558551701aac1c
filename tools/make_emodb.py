"""Make the table behind ``skprognet.datasets.load_emodb`` from the recordings.

    python tools/make_emodb.py CORPUS_FOLDER OUTPUT

CORPUS_FOLDER holds ``labels.csv`` (columns file, emotion, speaker, gender) and ``wav/``. OUTPUT
is ``skprognet/datasets/data/emodb_egemapsv02.csv.gz``. The same input gives the same bytes.
"""

import argparse
import gzip
from pathlib import Path

import pandas as pd

from skprognet.features import OpenSmileFeatures

EMOTIONS = {"anger": "angry", "happiness": "happy", "neutral": "neutral", "sadness": "sad"}


def make_table(corpus):
    """Return file, speaker, gender, emotion and 88 features of each recording, sorted by file."""
    labels = pd.read_csv(corpus / "labels.csv", dtype=str)
    paths = [corpus / file for file in labels["file"]]
    labels["file"] = [path.name for path in paths]
    labels["emotion"] = labels["emotion"].map(EMOTIONS)
    features = OpenSmileFeatures(n_jobs=-1).transform(pd.Series(paths, index=labels.index))
    table = labels[["file", "speaker", "gender", "emotion"]].join(features)
    return table.sort_values("file")


def write_table(table, output):
    """Write a gzipped CSV file without a time stamp; 9 digits restore a float32 exactly."""
    text = table.to_csv(index=False, float_format="%.9g", lineterminator="\n")
    with open(output, "wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed:
        packed.write(text.encode())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path, metavar="CORPUS_FOLDER")
    parser.add_argument("output", type=Path, metavar="OUTPUT")
    arguments = parser.parse_args()
    write_table(make_table(arguments.corpus), arguments.output)
