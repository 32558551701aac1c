"""The design of a study of transfer between tasks."""

from dataclasses import dataclass

from skprognet._wording import first_few, listed
from skprognet.experiments._arguments import argument, python_argument
from skprognet.experiments._methods import NAMES, PAPER
from skprognet.experiments._study_design import FOLDS, StudyDesign, title_of


@dataclass(frozen=True, kw_only=True, eq=False)
class TasksDesign(StudyDesign):
    """What a study of transfer between tasks asks.

    It is checked when it is made, before any training, and it can be written to design.toml. Its
    values are the arguments of :func:`transfer_between_tasks`, with the same defaults.

    Raises
    ------
    ValueError
        If a value is out of range, `other_methods` has the name of a method of the package, there
        are neither sources nor layers, or one name is both.
    TypeError
        If `estimator` is neither a DNNClassifier nor a DNNRegressor, or design.toml could not hold
        a value.

    See Also
    --------
    transfer_between_tasks : Runs the study.
    read_design : Reads a design from design.toml.

    Examples
    --------
    >>> from skprognet.experiments import TasksDesign
    >>> design = TasksDesign(sources=["gender"], n_repeats=2)
    >>> design.n_repeats, design.n_splits, design.columns
    (2, 10, ['emotion', 'gender', 'speaker'])
    >>> TasksDesign.from_dict(design.to_dict()) == design
    True
    """

    study = "tasks"

    target: str = argument(
        "emotion", "Column that is to be recognised, as emotion.", required=True
    )
    sources: tuple[str, ...] = argument(
        ("speaker", "gender"),
        "Columns that networks are trained on first, as speaker gender.",
        metavar="COLUMN...",
        default_in_words="none, if there are --layers",
        may_be_empty=True,
    )
    layers: tuple[str, ...] = argument(
        (),
        "Pretrained networks whose layers are columns of the table, as ge2e for ge2e.layer1...",
        metavar="NAME...",
    )
    all_sources: bool = argument(False, "Also read all sources together.")
    session: str = argument("session", "Column that the folds leave-one-session-out are made by.")
    corpus: str = argument("corpus", "Name of the corpus.")
    folds: str = argument(
        "speaker-stratified",
        "Every speaker in every fold (the paper), no speaker in two, or a fold per session.",
        flag="--folds-by",
        choices=FOLDS,
    )
    other_methods: object = python_argument(None, "a classifier is an object of Python")

    def __post_init__(self):
        super().__post_init__()
        self._settle("other_methods", _check_other_methods(self.other_methods))
        _check_sources(self.sources, self.layers)
        if self.methods == PAPER and not self.sources:  # layers alone: there is nothing to copy
            self._settle("methods", tuple(m for m in PAPER if m != "fine-tuned"))

    @property
    def group(self):
        """The column that the folds are made by."""
        return self.session if self.folds == "leave-one-session-out" else self.speaker

    @property
    def columns(self):
        """The columns of labels that the study needs."""
        speaker = [self.speaker] if self.normalisation == "speaker" else []
        return list(dict.fromkeys([self.target, *self.sources, self.group, *speaker]))

    @property
    def group_columns(self):
        """The columns of speakers and sessions, whose names may look like numbers."""
        return [self.speaker, self.session]

    @property
    def target_corpora(self):
        """The corpora that are recognised: there is one."""
        return [self.corpus]

    @property
    def title(self):
        """What the study asks, as a heading."""
        return title_of(self.target, "from " + listed([*self.sources, *self.layers]), self.kind)

    def _missing(self):
        others = {f"other_methods.{name}": repr(m) for name, m in self.other_methods.items()}
        return super()._missing() | others


def _check_sources(sources, layers):
    if not sources and not layers:
        raise ValueError(
            "sources or layers must name what may help; got none of either. Name columns of other "
            "tasks as sources, or pretrained networks whose layers are columns as layers."
        )
    both = [name for name in layers if name in sources]
    if both:
        raise ValueError(
            f"A source and a pretrained network must have different names; {first_few(both)} is "
            "both. Leave it out of one, or rename the column."
        )


def _check_other_methods(others):
    others = {} if others is None else others
    if not isinstance(others, dict):
        raise TypeError(
            f"other_methods must be a dict of classifiers by their names; got {others!r:.200}."
        )
    both = [name for name in others if name in NAMES]
    if both:
        raise ValueError(
            f"other_methods must have names of their own; {first_few(both)} would replace one "
            "of the package. Give them other names."
        )
    return dict(others)
