"""The report of predicted numbers: its sentences agree with the numbers."""

import re

import numpy as np
import pandas as pd
import pytest

from skprognet.displays import GroupScoresDisplay, PredictionScatterDisplay
from skprognet.experiments import Study, write_study
from skprognet.metrics import ccc_score

HEADINGS = ["How close to the truth", "Which speakers", "Where methods disagree"]
SHARES = {"DNN": 0.5, "PT/FT": 0.6, "ProgNet": 0.8}  # of the spread of the truth


@pytest.fixture(scope="module")
def predictions(study):
    """Give the predictions of a small study, with numbers in place of the labels."""
    rng = np.random.default_rng(0)
    truth = pd.Series(rng.uniform(1, 5, 80))
    rows = study.predictions.drop(columns=["p_angry", "p_sad"])
    rows = rows.assign(truth=rows["row"].map(truth), target="arousal")
    share, noise = rows["method"].map(SHARES), rng.normal(0, 0.3, len(rows))
    return rows.assign(prediction=3.2 + share * (rows["truth"] - truth.mean()) + noise)


@pytest.fixture(scope="module")
def write(study, tmp_path_factory):
    """Give a function that writes the study with other predictions.

    It returns the page and the displays.
    """

    def write_page(predictions):
        displays = []

        def draw(display, suffixes):  # drawing would take longer than the rest of the test
            displays.append(display)
            return dict.fromkeys(suffixes, b"<svg/>")

        labels = {"corpus": study.labels["corpus"].assign(first=np.arange(80) == 0)}
        scores_curves_design = study.scores, study.curves, study.design
        folder = tmp_path_factory.mktemp("study") / "results"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("skprognet.experiments._tested.pictures", draw)
            patch.setattr("skprognet.experiments._write_study.draw_figures", lambda study: [])
            write_study(
                Study(*scores_curves_design, predictions=predictions, labels=labels), folder
            )
        return " ".join((folder / "report.html").read_text("utf-8").split()), displays

    return write_page


@pytest.fixture(scope="module")
def written(predictions, write):
    return write(predictions)


@pytest.fixture(scope="module")
def page(written):
    return written[0]


def test_page_has_a_section_for_each_question_about_numbers_in_order(page):
    places = [page.find(f"<h2>{heading}</h2>") for heading in ["Results", *HEADINGS, "Design"]]
    assert -1 not in places
    assert places == sorted(places)
    words = re.sub(r"<[^>]*>", "", page[places[1] : places[-1]])
    for word in ("UAR", "recall", "class", "How sure", "confusion", "label"):
        assert word not in words


def test_page_has_a_scatter_plot_and_scores_of_groups(written):
    _, displays = written
    scatter, groups, _ = displays
    assert isinstance(scatter, PredictionScatterDisplay)
    assert isinstance(groups, GroupScoresDisplay)
    assert set(groups.frame()["column"]) == {"speaker", "gender", "emotion"}


def test_page_has_the_mean_agreement_over_repeats(predictions, page):
    rows = predictions[predictions["method"] == "DNN"]
    ccc = np.mean([ccc_score(r["truth"], r["prediction"]) for _, r in rows.groupby("repeat")])
    bias = (rows["prediction"] - rows["truth"]).mean()
    assert f"Over all rows of a repeat, DNN has CCC {ccc:.3f}, Pearson&#39;s r 0." in page
    assert f"times as much as the truth, and are on average {bias:.3f} too high" in page
    assert re.search(r"changes most for ProgNet from \w+: by \+0\.\d+, and its Pearson", page)
    assert re.search(r"DNN does best for s\d \(CCC 0\.", page)


def test_numbers_of_a_column_have_the_same_decimals(page):
    _, table = page.split("Agreement with the truth", 1)
    cells = re.findall(r"<td>([^<]*)</td>", table.partition("</table>")[0])
    assert len(cells) == 5 * 6  # the method and five numbers
    for column in range(1, 6):
        assert len({len(cell.partition(".")[2]) for cell in cells[column::6]}) == 1
    *_, table = page.split("Most disputed rows")
    numbers = re.findall(r">-?\d+\.(\d+)</td>", table.partition("</table>")[0])
    assert {len(decimals) for decimals in numbers} == {2}


def test_page_counts_rows_that_a_source_brings_closer_to_the_truth(page):
    pattern = (
        r"Among 4 methods with a source, ProgNet from \w+ is most often closer to the truth than "
        r"the same network without a source, on (\d+) % of the rows\. PT/FT from \w+ is least "
        r"often closer, on (\d+) %\."
    )
    most, fewest = re.search(pattern, page).groups()
    assert 50 < int(fewest) < int(most) < 100
    assert page.count('class="marked"') == 15  # one in each row of the table


def test_page_compares_no_source_with_a_regressor_that_is_not_the_same_network(predictions, write):
    rows = predictions.replace({"method": {"DNN": "SVR"}, "baseline": {"DNN": "none"}})
    page, _ = write(rows)
    sentence = "No method without a source is the same network as one with a source, so"
    for ending in ("CCCs are not compared", "gaps are not compared", "the effect of transfer"):
        assert f"{sentence} {ending}" in page
