"""The design of a study of transfer between corpora."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from skprognet._target_kind import CLASSES, NUMBERS
from skprognet._wording import first_few, listed, nearest_name
from skprognet.experiments._arguments import argument
from skprognet.experiments._scales import Z_SCORES, check_scale
from skprognet.experiments._study_design import StudyDesign, title_of

ALL_OTHERS = "all others"  # the source that is trained on all other corpora together
_NAMED = 4  # corpora that a title names


@dataclass(frozen=True, kw_only=True, eq=False)
class CorporaDesign(StudyDesign):
    """What a study of transfer between corpora asks.

    It is checked when it is made, before any training, and it can be written to design.toml. Its
    values are the arguments of :func:`transfer_between_corpora`, with the same defaults. Beside
    them it has the `names` of the corpora, which that function takes from its dict; a design
    without names gets them where it meets the data.

    Raises
    ------
    ValueError
        If a value is out of range, there is one name or a name twice, `sources` or `targets` has
        a name of no corpus, a target has no source, or a corpus has the name of a task.
    TypeError
        If `estimator` is neither a DNNClassifier nor a DNNRegressor, or design.toml could not hold
        a value.

    See Also
    --------
    transfer_between_corpora : Runs the study.
    read_design : Reads a design from design.toml.

    Examples
    --------
    >>> from skprognet.experiments import CorporaDesign
    >>> design = CorporaDesign(names=("emodb", "iemocap", "ravdess"), targets="emodb")
    >>> design.directions
    [('iemocap', 'emodb'), ('ravdess', 'emodb')]
    >>> design.title
    'Emotion recognition with transfer from iemocap and ravdess to emodb'
    """

    study = "corpora"

    names: tuple[str, ...] = argument(
        (),
        "What to call the corpora.",
        metavar="NAME...",
        default_in_words="the names of the files",
    )
    sources: tuple[str, ...] | None = argument(
        None,
        "The corpora that teach, by their names.",
        metavar="NAME...",
        default_in_words="all",
    )
    targets: tuple[str, ...] | None = argument(
        None,
        "The corpora that are recognised, by their names; each needs a source that is another.",
        metavar="NAME...",
        default_in_words="all",
    )
    leave_one_corpus_out: bool = argument(
        False, "Also train one source on all other corpora together."
    )
    emotion: str = argument("emotion", "Column that is to be recognised.")
    emotions: tuple[str, ...] | None = argument(
        None,
        "The labels that are kept in all corpora, as angry happy neutral sad.",
        metavar="LABEL...",
        default_in_words="all that each corpus has",
    )
    scale: str | Mapping | None = argument(
        None,
        "How the numbers of the corpora become alike: each corpus to mean 0 and variance 1 "
        "(z-scores), not at all, or from its LOW and HIGH to 0 and 1.",
        default_in_words="z-scores of numbers",
    )
    tasks: tuple[str, ...] = argument(
        (),
        "Columns of further tasks that are read beside another corpus, as gender.",
        metavar="COLUMN...",
    )
    train_folds: tuple[int, ...] = argument(
        (1, 2, 4, 8), "Numbers of training folds of the target.", low=1, metavar="N..."
    )

    def __post_init__(self):
        super().__post_init__()
        if self.emotions is not None and len(self.emotions) < 2:
            raise ValueError(f"emotions must be at least two labels; got {self.emotions}.")
        self._check_kind()
        if self.names:
            self._check_names()
            self._check_targets()

    def _check_kind(self):
        """Raise if a value has no meaning for the kind of target; settle the scale of numbers."""
        if self.kind == NUMBERS and self.emotions is not None:
            raise ValueError(
                f"emotions are the classes that are kept, and {self.emotion!r} is taken as "
                f"numbers; got {first_few(self.emotions)}. Leave them out, or say "
                "kind='classes'."
            )
        if self.kind == CLASSES and self.scale is not None:
            raise ValueError(
                f"A scale is one of numbers, and {self.emotion!r} is taken as classes; got "
                f"scale={self.scale!r}. Leave it out, or say kind='numbers'."
            )
        if self.scale is not None:
            self._settle("scale", check_scale(self.scale, self.names))
        elif self.kind == NUMBERS:
            self._settle("scale", Z_SCORES)

    def _check_names(self):
        if len(self.names) < 2:
            raise ValueError(f"names must be those of two or more corpora; got {self.names}.")
        taken = [*self.tasks, *[ALL_OTHERS] * self.leave_one_corpus_out]
        both = [name for name in self.names if name in taken]
        if both:
            raise ValueError(
                f"A corpus and a task must have different names, and none is {ALL_OTHERS!r} "
                f"beside the source of this name; got {first_few(both)}. Pass other names."
            )
        for argument_name in ("sources", "targets"):
            for name in getattr(self, argument_name) or ():
                if name not in self.names:
                    near = nearest_name(name, self.names)
                    hint = f" The nearest is {near!r}." if near else ""
                    raise ValueError(
                        f"{argument_name} must hold names of corpora, among "
                        f"{first_few(self.names)}; got {name!r}.{hint}"
                    )

    def _check_targets(self):
        """Raise if a target has no source, or too few of them to be pooled."""
        for target in self.target_corpora:
            sources = self.sources_of(target)
            if not sources:
                raise ValueError(
                    f"Each target must have a source that is another corpus; {target!r} has none. "
                    "Name another corpus in sources, or leave it out of targets."
                )
            if self.leave_one_corpus_out and len(sources) < 2:
                raise ValueError(
                    "leave_one_corpus_out must have at least two other corpora to train on "
                    f"together; for {target!r} there is {sources[0]!r} alone. Leave it out, or "
                    "add corpora."
                )

    @property
    def columns(self):
        """The columns of labels that the study needs."""
        return list(dict.fromkeys([self.emotion, *self.tasks, self.speaker]))

    @property
    def group_columns(self):
        """The column of the speakers, whose names may look like numbers."""
        return [self.speaker]

    @property
    def target_corpora(self):
        """The corpora that are recognised: if all are, the first of them is the last."""
        return list(self.names[1:] + self.names[:1] if self.targets is None else self.targets)

    @property
    def source_corpora(self):
        """The corpora that teach others."""
        return list(self.names if self.sources is None else self.sources)

    def sources_of(self, target):
        """Return the names of the corpora that teach this one.

        Parameters
        ----------
        target : str
            The name of a corpus.

        Returns
        -------
        list of str
            All sources but itself.
        """
        return [name for name in self.source_corpora if name != target]

    @property
    def directions(self):
        """The pairs of names (source, target) that are run."""
        return [(s, target) for target in self.target_corpora for s in self.sources_of(target)]

    @property
    def title(self):
        """What the study asks, as a heading."""
        sources, targets = self.source_corpora, self.target_corpora
        if set(sources) == set(targets):
            return title_of(self.emotion, f"between {_named(sources)}", self.kind)
        sources = [name for name in sources if [name] != targets]
        way = f"from {_named(sources)} to {_named(targets)}"
        return title_of(self.emotion, way, self.kind)

    def named(self, names):
        """Return this design for corpora of these names.

        Parameters
        ----------
        names : sequence of str
            Those of the data.

        Returns
        -------
        CorporaDesign
            With these names, if it had none; else itself.

        Raises
        ------
        ValueError
            If it has other names.
        """
        if not self.names:
            return replace(self, names=tuple(names))
        if set(self.names) != set(names):
            raise ValueError(
                f"The corpora must be those of the design, {first_few(self.names)}; got "
                f"{first_few(names)}."
            )
        return self

    def to_arguments(self):
        """Return the keyword arguments of :func:`transfer_between_corpora`.

        Returns
        -------
        dict
            All values by name, but for `names`, which are the keys of its dict of corpora.
        """
        arguments = super().to_arguments()
        del arguments["names"]
        return arguments


def _named(names):
    """Return the names of corpora, or how many there are."""
    if not names:
        return "corpora"
    return listed(names) if len(names) <= _NAMED else f"{len(names)} corpora"
