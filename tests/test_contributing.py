"""The examples of CONTRIBUTING.md run unchanged."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.stats import binom

TEXT = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text("utf-8")
HEADINGS = ["Add a corpus", "Add a test of significance", "Document"]


def example(heading):
    """Return the Python of the section whose heading begins with these words."""
    (section,) = re.findall(rf"^## {heading}.*?\n(.*?)(?=^## |\Z)", TEXT, re.DOTALL | re.M)
    (code,) = re.findall(r"^```python\n(.*?)^```", section, re.DOTALL | re.M)
    return code


def run(heading):
    names = {"__name__": heading}
    exec(compile(example(heading), "CONTRIBUTING.md", "exec"), names)
    return names


def test_every_example_is_tested():
    assert TEXT.count("```python\n") == len(HEADINGS)


def test_the_example_of_a_corpus_reads_its_files(tmp_path):
    for speaker in ["F_01_OISHI", "M_02_MASUD"]:
        for take in ["S_10_ANGRY_1", "S_3_SAD_2"]:
            (tmp_path / f"{speaker}_{take}.wav").write_text(speaker + take)
    frame = run("Add a corpus")["read_subesco"](tmp_path)
    assert frame["emotion"].tolist() == ["angry", "sad"] * 2
    assert frame["gender"].tolist() == ["female", "female", "male", "male"]
    assert frame["speaker"].tolist() == ["OISHI", "OISHI", "MASUD", "MASUD"]


def test_the_example_of_a_test_of_significance_gives_the_binomial_pvalue():
    heading = "Add a test of significance"
    assert len([line for line in example(heading).splitlines() if line]) <= 20
    sign_test = run(heading)["sign_test"]
    scores = np.full((10, 10), 0.6)
    better = scores + np.repeat([0.1] * 8 + [-0.1] * 2, 10).reshape(10, 10)
    assert sign_test(better, scores) == pytest.approx((0.8, 2 * binom.sf(7, 10, 0.5)))
    assert sign_test(scores + 1, scores) == pytest.approx((1, 2**-9))
    assert sign_test(scores, scores) == (0.5, 1)


def test_the_example_of_a_gallery_page_draws_its_rates():
    rates = run("Document")["rates"]
    assert plt.gca().lines[0].get_xdata().tolist() == rates
    plt.close("all")
