"""The examples of CONTRIBUTING.md run unchanged."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

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


def test_the_example_of_a_test_of_significance_gives_its_pvalue(rng):
    a = rng.normal(0.6, 0.01, (10, 10))
    sign_test = run("Add a test of significance")["sign_test"]
    assert sign_test(a + 1, a) == pytest.approx((1, 2**-9))
    assert sign_test(a, a) == (0.5, 1)


def test_the_example_of_a_gallery_page_draws_its_rates():
    rates = run("Document")["rates"]
    assert plt.gca().lines[0].get_xdata().tolist() == rates
    plt.close("all")
