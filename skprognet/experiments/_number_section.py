"""What the predictions of numbers show: how close they are to the truth, and what they miss."""

import pandas as pd

from skprognet._scores import METHOD, label_of_row
from skprognet.displays import PredictionScatterDisplay
from skprognet.experiments._number_findings import describe_agreement
from skprognet.experiments._page_section import Table
from skprognet.experiments._tested import figure_of
from skprognet.results import agreement_by_method


def show_numbers(tested):
    """Return finding, figures and tables about predicted and true numbers."""
    agreement = agreement_by_method(tested.predictions)
    figure = figure_of(
        tested,
        PredictionScatterDisplay.from_predictions(tested.predictions),
        "prediction_scatter",
        "Truth and prediction",
        "On the dotted line predictions equal the truth. Each repeat tests every row once, so a "
        "row has a point for each repeat; of more than 2000 points a panel shows how dense they "
        "are. A cloud that is flatter than the line, or beside it, has a CCC below its r.",
        "Predicted against true numbers for each method; the numbers are in the table below.",
    )
    table = Table(
        f"Agreement with the truth{tested.where}",
        "All rows of a repeat are taken together, then the mean over the repeats; the table of "
        "results takes the rows of each fold by themselves, so that its CCC may differ. r is "
        "Pearson's correlation, RMSE the root of the mean squared error. Bias is the mean "
        "prediction minus the mean truth, spread the standard deviation of the predictions "
        "divided by that of the truth.",
        ["method", "CCC", "r", "RMSE", "bias", "spread"],
        [[(cell, False) for cell in row] for row in _cells(agreement)],
    )
    return [describe_agreement(agreement, tested.networks)], [figure], [table]


def _cells(agreement):
    """Return how well each method agrees, as rows of text."""
    return [
        [
            label_of_row(row[list(METHOD)]),
            f"{row['ccc']:.3f}",
            "" if pd.isna(row["pearson_r"]) else f"{row['pearson_r']:.3f}",
            f"{row['rmse']:.3g}",
            f"{row['bias']:+.3g}",
            f"{row['spread']:.2f}",
        ]
        for _, row in agreement.iterrows()
    ]
