"""The design of a study of transfer between tasks."""

from dataclasses import dataclass

from skprognet._wording import first_few, listed
from skprognet.experiments._arguments import argument, python_argument
from skprognet.experiments._methods import NAMES, PAPER
from skprognet.experiments._study_design import FOLDS, StudyDesign, title_of


@dataclass(frozen=True, kw_only=True, eq=False)
class TasksDesign(StudyDesign):
    """The design of a study of transfer between tasks: all of its settings.

    Creating a design checks its values, before any training. It can be written to design.toml. Its
    values are the arguments of :func:`transfer_between_tasks`, with the same defaults.

    Raises
    ------
    ValueError
        If a value is out of range or does not apply to `kind`, `other_methods` uses the name of a
        method of the package, there are neither sources nor layers, a source and a layer have the
        same name, or `all_sources` has only one source or layer.
    TypeError
        If a value is of the wrong type, such as an `estimator` that is neither a DNNClassifier nor
        a DNNRegressor, or design.toml cannot hold it.

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
        "emotion",
        "Column to recognise, such as emotion, or to predict as a number, such as arousal.",
        required=True,
    )
    sources: tuple[str, ...] = argument(
        ("speaker", "gender"),
        "Columns on which networks are trained first, such as: speaker gender.",
        metavar="COLUMN...",
        default_in_words="none, if there are --layers",
        may_be_empty=True,
    )
    layers: tuple[str, ...] = argument(
        (),
        "Pretrained networks whose layers are columns of the table, such as ge2e for ge2e.layer1.",
        metavar="NAME...",
    )
    all_sources: bool = argument(
        False, "Also train a progressive network that reads all sources together."
    )
    session: str = argument("session", "Column of the sessions, for leave-one-session-out.")
    corpus: str = argument("corpus", "Name of the corpus.")
    folds: str = argument(
        "speaker-stratified",
        "Every speaker in every fold (the paper), no speaker in two, or one fold per session.",
        flag="--folds-by",
        choices=FOLDS,
    )
    other_methods: object = python_argument(None, "a classifier is an object of Python")

    def __post_init__(self):
        super().__post_init__()
        self._settle("other_methods", _check_other_methods(self.other_methods))
        _check_sources(self.sources, self.layers)
        if self.all_sources and len(self.sources) + len(self.layers) < 2:
            raise ValueError(
                "all_sources (--all-sources) needs two or more sources or layers; got "
                f"{first_few([*self.sources, *self.layers])}. Leave it out."
            )
        if self.methods == PAPER and not self.sources:  # only layers, which cannot be copied
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
        """The columns of speakers and sessions: classes even if their names look like numbers."""
        return [self.speaker, self.session]

    @property
    def target_corpora(self):
        """The target corpora: the only corpus of the study."""
        return [self.corpus]

    @property
    def title(self):
        """The title of the study."""
        return title_of(self.target, "from " + listed([*self.sources, *self.layers]), self.kind)

    def _missing(self):
        others = {f"other_methods.{name}": repr(m) for name, m in self.other_methods.items()}
        return super()._missing() | others


def _check_sources(sources, layers):
    if not sources and not layers:
        raise ValueError(
            "sources or layers must have at least one name; got none. Give columns of other tasks "
            "as sources, or as layers the names of pretrained networks whose layers are columns."
        )
    both = [name for name in layers if name in sources]
    if both:
        raise ValueError(
            f"sources and layers must have different names; got {first_few(both)} in both. Leave "
            "it out of one, or rename the column."
        )


def _check_other_methods(others):
    others = {} if others is None else others
    if not isinstance(others, dict):
        raise TypeError(
            f"other_methods must be a dict of estimators by their names; got {others!r:.200}. "
            "Pass other_methods={name: estimator}."
        )
    both = [name for name in others if name in NAMES]
    if both:
        raise ValueError(
            "other_methods must not use the names of the package's methods; got "
            f"{first_few(both)}. Choose other names."
        )
    return dict(others)
