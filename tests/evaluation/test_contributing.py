"""The test of significance in the contributing guide, executed as it is printed there."""

import re
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

GUIDE = Path(__file__).parents[2] / "CONTRIBUTING.md"


@pytest.fixture(scope="module")
def sign_test():
    section = GUIDE.read_text("utf-8").partition("## Add a test of significance in twenty lines")[
        2
    ]
    (code,) = re.findall("```python\n(.*?)```", section.partition("\n## ")[0], flags=re.DOTALL)
    assert len([line for line in code.splitlines() if line]) <= 20
    namespace = {}
    exec(code, namespace)
    return namespace["sign_test"]


def test_sign_test_of_the_guide_gives_the_binomial_p_value(sign_test):
    b = np.zeros((10, 10))
    a = np.repeat([0.1] * 8 + [-0.1] * 2, 10).reshape(10, 10)
    share, pvalue = sign_test(a, b)
    assert share == 0.8
    assert pvalue == pytest.approx(2 * binom.sf(7, 10, 0.5), rel=1e-12)


def test_sign_test_of_the_guide_gives_one_for_equal_scores(sign_test):
    scores = np.full((10, 10), 0.6)
    assert sign_test(scores, scores) == (0.5, 1.0)
