"""Select the runs of a part of a study, and find the parts that are missing."""

from pathlib import Path

from skprognet.evaluation import check_corpus_of_part, find_places, parts_of, read_part


def runs_of(runs, only, checkpoint):
    """Return the runs of a study that have fits in a part, or all runs if `only` is None."""
    if only is None:
        return runs
    part = read_part(only)
    check_corpus_of_part(part, [run.corpus for run in runs])
    if checkpoint is None:
        raise ValueError(
            f"A part of a study must have a checkpoint, which it shares with other parts; got "
            f"only={only!r} and checkpoint=None. Pass a folder as checkpoint."
        )
    return [run for run in runs if part.has(corpus=str(run.corpus))]


def find_missing(runs, checkpoint, n_together=None):
    """Return the parts of a study, as text, that are not complete in its checkpoint."""
    everything, missing = [], []
    for run in runs:
        arguments = run.arguments | {"n_together": n_together}
        of_run, missing_of_run = find_places(arguments, Path(checkpoint) / run.folder)
        everything += of_run
        missing += missing_of_run
    return [str(part) for part in parts_of(missing, everything)]
