"""The section of the page about predicted numbers: how well they agree with the truth."""

import pandas as pd

from skprognet._digits import shared_digits
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
        "On the dotted line, predictions equal the truth. Each repeat tests every row once, so a "
        "row has a point for each repeat; with more than 2000 points, a panel shows their "
        "density. If a cloud is flatter than the line, or beside it, its CCC is below its r.",
        "Predicted against true numbers for each method; the numbers are in the table below.",
    )
    table = Table(
        f"Agreement with the truth{tested.where}",
        "These values are computed over all rows of a repeat and averaged over the repeats. The "
        "table of results computes the CCC within each fold, so it may differ. r is Pearson's "
        "correlation, and RMSE the root of the mean squared error. Bias is the mean prediction "
        "minus the mean truth. Spread is the standard deviation of the predictions divided by "
        "that of the truth.",
        ["method", "CCC", "r", "RMSE", "bias", "spread"],
        [[(cell, False) for cell in row] for row in _cells(agreement)],
    )
    return [describe_agreement(agreement, tested.networks)], [figure], [table]


def _cells(agreement):
    """Return the agreement of each method as rows of text."""
    rmse_format, bias_format = (shared_digits(agreement[name]) for name in ("rmse", "bias"))
    return [
        [
            label_of_row(row[list(METHOD)]),
            f"{row['ccc']:.3f}",
            "" if pd.isna(row["pearson_r"]) else f"{row['pearson_r']:.3f}",
            f"{row['rmse']:{rmse_format}}",
            f"{row['bias']:+{bias_format}}",
            f"{row['spread']:.2f}",
        ]
        for _, row in agreement.iterrows()
    ]
