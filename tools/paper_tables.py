"""Put the paper's Table 2 and ours side by side: paper_tables.py docs/results.

It writes table2.csv, the scores, and table2_pvalues.csv, both with a column for each corpus.
"""

import sys
from pathlib import Path

import pandas as pd

CORPORA = {
    "IEMOCAP": "paper/iemocap.csv",
    "MSP-IMPROV": "paper/msp_improv.csv",
    "RAVDESS": "ravdess_speaker_stratified.csv",
    "EmoDB": "emodb_speaker_stratified.csv",
}
METHOD = ["method", "source"]


def main(folder):
    tables = {corpus: _read(Path(folder, name)) for corpus, name in CORPORA.items()}
    scores = pd.DataFrame({corpus: table["UAR"] for corpus, table in tables.items()})
    # The paper has no placebos, so the mark of a comparison with them is left out.
    scores = scores.apply(lambda column: column.str.replace("‡", ""))
    scores = scores.apply(lambda column: column.str.replace(" ± ", "±"))  # fits a narrow page
    scores.index = [", ".join(method) for method in scores.index]
    _write(scores.reset_index(names="method, source"), Path(folder, "table2.csv"))
    pvalues = pd.DataFrame({corpus: _pvalues(table) for corpus, table in tables.items()})
    _write(pvalues.reset_index(names="compared"), Path(folder, "table2_pvalues.csv"))


def _read(path):
    table = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
    return table[~table["source"].str.startswith("placebo of ")].set_index(METHOD)


def _pvalues(table):
    """Return the p-value of each comparison that the paper's marks are about."""
    against_dnn = {
        f"{name} from {source} and DNN": pvalue
        for (name, source), pvalue in table["p (DNN)"].items()
        if name != "DNN"
    }
    against_fine_tuned = {
        f"ProgNet and PT/FT from {source}": pvalue
        for (name, source), pvalue in table["p (PT/FT)"].items()
        if name == "ProgNet"
    }
    return against_dnn | against_fine_tuned


def _write(table, path):
    path.write_text(table.to_csv(index=False), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
