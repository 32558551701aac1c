"""A study as text and as files."""

import io
from pathlib import Path

from skprognet._files import write_whole
from skprognet.classifiers import DNNClassifier
from skprognet.displays import TrainingCurveDisplay
from skprognet.evaluation import format_table
from skprognet.evaluation._comparison import CALIBRATED


def explain_test(study):
    """Return one paragraph: which test was used, and why."""
    test, df = study.comparisons.loc[0, ["test", "df"]]
    repeats, folds = study.design["n_repeats"], study.design["n_splits"]
    if test == CALIBRATED:
        return f"Test: {test}, two-sided, {df:g} degrees of freedom (the paper's)."
    return (
        f"Test: the paper's {CALIBRATED} is defined for 10 repeats of 10 folds only, not for "
        f"{repeats} x {folds}; used instead: {test} (Nadeau and Bengio; Bouckaert and Frank), "
        f"two-sided, {df:g} degrees of freedom, ratio of test rows to the others (validation rows "
        f"count as training) {study.comparisons.loc[0, 'ratio']:.3f}."
    )


def format_study(study):
    """Return the whole study as Markdown: design, table, legend, verdicts.

    Parameters
    ----------
    study : Study
        What :func:`~skprognet.experiments.transfer_between_tasks` returns.

    Returns
    -------
    str
        Ready to print or to write.
    """
    design = study.design
    sizes = study.scores[["n_train", "n_validation", "n_test"]].mean().round().astype(int)
    network = DNNClassifier(**design["network"])
    epochs = f"up to {network.max_epochs} epochs"
    if network.patience is not None:
        epochs += f", stopping after {network.patience} without a better one"
    return "\n\n".join(
        [
            f"# {design['target'].capitalize()} recognition with transfer from "
            + " and ".join(design["sources"]),
            f"{design['n_repeats']} x {design['n_splits']} folds stratified by speaker (about "
            f"{sizes['n_train']} rows train, {sizes['n_validation']} choose the epoch, "
            f"{sizes['n_test']} test), {epochs}, normalised over: {design['normalisation']}, "
            f"seed {design['random_state']}.",
            format_table(study.table),
            explain_test(study),
            "\n".join(f"- {verdict}" for verdict in study.comparisons["verdict"]),
        ]
    )


def write_study(study, folder):
    """Write results.csv, table.md and learning_curves.png: all of them whole, or none.

    There is no picture where no network was scored after its epochs.

    Parameters
    ----------
    study : Study
        What :func:`~skprognet.experiments.transfer_between_tasks` returns.
    folder : path
        Where to; it is made if need be.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    OSError
        If a file cannot be written, as on a full disk.
    """
    contents = {
        "results.csv": study.scores.to_csv(index=False).encode(),
        "table.md": (format_study(study) + "\n").encode(),
    }
    if len(study.curves):
        picture = io.BytesIO()
        display = TrainingCurveDisplay.from_curves(study.curves).plot()
        display.figure_.savefig(picture, format="png", dpi=150)
        display.close()
        contents["learning_curves.png"] = picture.getvalue()
    contents = {Path(folder) / name: content for name, content in contents.items()}
    write_whole(contents)
    return list(contents)
