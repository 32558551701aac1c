"""The design of a study of transfer between corpora."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from skprognet._target_kind import CLASSES, NUMBERS
from skprognet._wording import did_you_mean, first_few, listed
from skprognet.experiments._arguments import argument
from skprognet.experiments._scales import Z_SCORES, check_scale
from skprognet.experiments._study_design import StudyDesign, title_of

ALL_OTHERS = "all others"  # the source that is trained on all other corpora together
_NAMED = 4  # the most corpora that a title names


@dataclass(frozen=True, kw_only=True, eq=False)
class CorporaDesign(StudyDesign):
    """The design of a study of transfer between corpora: all of its settings.

    Creating a design checks its values, before any training. It can be written to design.toml. Its
    values are the arguments of :func:`transfer_between_corpora`, with the same defaults. It also
    has the `names` of the corpora, which that function takes from its dict. A design without names
    gets them from the data.

    Raises
    ------
    ValueError
        If a value is out of range or does not apply to `kind`, there is only one name or a name
        twice, `sources` or `targets` names an unknown corpus, a target has no source, or a corpus
        has the name of a task.
    TypeError
        If a value is of the wrong type, such as an `estimator` that is neither a DNNClassifier nor
        a DNNRegressor, or design.toml cannot hold it.

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
        "Names of the corpora.",
        metavar="NAME...",
        default_in_words="the names of the files",
    )
    sources: tuple[str, ...] | None = argument(
        None,
        "Names of the corpora that are sources.",
        metavar="NAME...",
        default_in_words="all",
    )
    targets: tuple[str, ...] | None = argument(
        None,
        "Names of the corpora that are targets; each needs another corpus as its source.",
        metavar="NAME...",
        default_in_words="all",
    )
    leave_one_corpus_out: bool = argument(
        False, "Also train one source on all other corpora together."
    )
    emotion: str = argument("emotion", "Column to recognise, or to predict as a number.")
    emotions: tuple[str, ...] | None = argument(
        None,
        "The labels to keep in all corpora, such as: angry happy neutral sad.",
        metavar="LABEL...",
        default_in_words="all that each corpus has",
    )
    scale: str | Mapping | None = argument(
        None,
        "How to bring the numbers of the corpora to one scale: mean 0 and variance 1 in each "
        "corpus (z-scores), no scaling (none), or LOW becomes 0 and HIGH becomes 1.",
        metavar="z-scores|none|NAME=LOW:HIGH...",
        default_in_words="z-scores for numbers",
    )
    tasks: tuple[str, ...] = argument(
        (),
        "Columns of further tasks, such as gender. A progressive network also reads these "
        "together with another corpus.",
        metavar="COLUMN...",
    )
    train_folds: tuple[int, ...] = argument(
        (1, 2, 4, 8), "Numbers of training folds of the target.", low=1, metavar="N..."
    )

    def __post_init__(self):
        super().__post_init__()
        if self.emotions is not None and len(self.emotions) < 2:
            raise ValueError(
                f"emotions must be at least two labels; got {self.emotions}. Add a label."
            )
        self._check_kind()
        if self.names:
            self._check_names()
            self._check_targets()

    def _check_kind(self):
        """Raise if a value does not apply to the kind of target; set the scale of numbers."""
        if self.kind == NUMBERS and self.emotions is not None:
            raise ValueError(
                f"emotions must be None, since {self.emotion!r} is taken as numbers; got "
                f"{first_few(self.emotions)}. Leave them out, or pass kind='classes'."
            )
        if self.kind == CLASSES and self.scale is not None:
            raise ValueError(
                f"scale must be None, since {self.emotion!r} is taken as classes; got "
                f"{self.scale!r}. Leave it out, or pass kind='numbers'."
            )
        if self.scale is not None:
            self._settle("scale", check_scale(self.scale, self.names))
        elif self.kind == NUMBERS:
            self._settle("scale", Z_SCORES)

    def _check_names(self):
        if len(self.names) < 2:
            raise ValueError(
                f"names must hold at least two corpora; got {self.names}. Add a corpus."
            )
        taken = [*self.tasks, *[ALL_OTHERS] * self.leave_one_corpus_out]
        both = [name for name in self.names if name in taken]
        if both:
            raise ValueError(
                f"The name of a corpus must not be that of a task, nor {ALL_OTHERS!r} with "
                f"leave_one_corpus_out; got {first_few(both)}. Choose other names."
            )
        for argument_name in ("sources", "targets"):
            for name in getattr(self, argument_name) or ():
                if name not in self.names:
                    hint = did_you_mean(name, self.names, "Use one of these names.")
                    raise ValueError(
                        f"{argument_name} must hold names of corpora, among "
                        f"{first_few(self.names)}; got {name!r}. {hint}"
                    )

    def _check_targets(self):
        """Raise if a target has no source, or too few sources to pool."""
        for target in self.target_corpora:
            sources = self.sources_of(target)
            if not sources:
                raise ValueError(
                    f"Each target must have another corpus as its source; got none for "
                    f"{target!r}. Name another corpus in sources, or leave it out of targets."
                )
            if self.leave_one_corpus_out and len(sources) < 2:
                raise ValueError(
                    "leave_one_corpus_out needs at least two sources for each target; got only "
                    f"{sources[0]!r} for {target!r}. Switch it off, or add corpora."
                )

    @property
    def columns(self):
        """The columns of labels that the study needs."""
        return list(dict.fromkeys([self.emotion, *self.tasks, self.speaker]))

    @property
    def group_columns(self):
        """The column of speakers, which are classes even if their names look like numbers."""
        return [self.speaker]

    @property
    def target_corpora(self):
        """The corpora that are targets; if all are, the first corpus comes last."""
        return list(self.names[1:] + self.names[:1] if self.targets is None else self.targets)

    @property
    def source_corpora(self):
        """The corpora that are sources."""
        return list(self.names if self.sources is None else self.sources)

    def sources_of(self, target):
        """Return the names of the sources of a target.

        Parameters
        ----------
        target : str
            The name of a corpus.

        Returns
        -------
        list of str
            All source corpora except the target itself.
        """
        return [name for name in self.source_corpora if name != target]

    @property
    def directions(self):
        """The pairs of names (source, target) of the study."""
        return [(s, target) for target in self.target_corpora for s in self.sources_of(target)]

    @property
    def title(self):
        """The title of the study."""
        sources, targets = self.source_corpora, self.target_corpora
        if set(sources) == set(targets):
            return title_of(self.emotion, f"between {_named(sources)}", self.kind)
        sources = [name for name in sources if [name] != targets]
        way = f"from {_named(sources)} to {_named(targets)}"
        return title_of(self.emotion, way, self.kind)

    def named(self, names):
        """Return this design with the names of the corpora.

        Parameters
        ----------
        names : sequence of str
            Names of the corpora in the data.

        Returns
        -------
        CorporaDesign
            A design with these names, or this design itself if it already has them.

        Raises
        ------
        ValueError
            If this design has other names.
        """
        if not self.names:
            return replace(self, names=tuple(names))
        if set(self.names) != set(names):
            raise ValueError(
                f"The corpora must be those of the design, {first_few(self.names)}; got "
                f"{first_few(names)}. Pass the data under the names of the design."
            )
        return self

    def to_arguments(self):
        """Return the keyword arguments of :func:`transfer_between_corpora`.

        Returns
        -------
        dict
            All values by name, except `names`, which are the keys of its dict of corpora.
        """
        arguments = super().to_arguments()
        del arguments["names"]
        return arguments


def _named(names):
    """Return the names of a few corpora as text, or the number of many."""
    if not names:
        return "corpora"
    return listed(names) if len(names) <= _NAMED else f"{len(names)} corpora"
