"""The design of a study: one object that checks its values and converts to and from TOML."""

from dataclasses import dataclass, fields, replace
from typing import ClassVar

from skprognet._target_kind import DEFAULT_SCORING, KINDS, NUMBERS
from skprognet.experiments._arguments import (
    argument,
    as_plain,
    check_argument,
    options_of,
    python_argument,
)
from skprognet.experiments._duplicates import DUPLICATES
from skprognet.experiments._methods import METHODS, PAPER, check_methods
from skprognet.experiments._network_values import (
    check_kind_found,
    check_network,
    describe_others,
    make_network,
    plain_parameters,
)
from skprognet.experiments._whole_design import check_whole
from skprognet.metrics import Score, get_score_names
from skprognet.preprocessing import NORMALISATIONS

FOLDS = ("speaker-stratified", "speaker-independent", "leave-one-session-out")


@dataclass(frozen=True, kw_only=True, eq=False)
class StudyDesign:
    """The shared part of both designs; see :class:`TasksDesign` and :class:`CorporaDesign`."""

    study: ClassVar[str]  # the kind of study, as the command line and design.toml name it

    methods: tuple[str, ...] = argument(
        PAPER,
        "Methods to compare. dnn is needed to tell whether a source helps.",
        choices=tuple(METHODS),
    )
    placebo: bool | tuple[str, ...] = argument(
        False,
        "Also run ProgNet with a placebo of each source, or of the named sources: the same "
        "network, but the labels or the layers of the source are shuffled. If the placebo does as "
        "well, the gain may come from more weights alone.",
        metavar="[SOURCE...]",
    )
    speaker: str = argument("speaker", "Column of the speakers, by which the folds are made.")
    folds: str = argument(
        "speaker-stratified",
        "Every speaker in every fold (the paper), or no speaker in two.",
        flag="--folds-by",
        choices=FOLDS[:2],
    )
    normalisation: str = argument(
        "corpus",
        "Rows over which features are normalised: all of a corpus (the paper), the training rows, "
        "those of each speaker, or none.",
        choices=NORMALISATIONS,
    )
    duplicates: str = argument(
        "error",
        "Rows with equal features, which are copies of one recording: keep all and warn, drop all "
        "but the first, or stop with an error.",
        choices=DUPLICATES,
    )
    kind: str | None = argument(
        None,
        "Whether the target is classes or numbers.",
        choices=KINDS,
        default_in_words="numbers if they are not all whole",
    )
    scoring: str | None = argument(
        None,
        "Score of the test rows.",
        choices=tuple(get_score_names()),
        default_in_words="uar for classes, ccc for numbers",
    )
    n_repeats: int = argument(
        10, "How many times the rows are divided into folds.", flag="--repeats", low=1
    )
    n_splits: int = argument(10, "Number of folds in each repeat.", flag="--folds", low=3)
    random_state: int = argument(
        0,
        "Seed of folds and fits; the result does not depend on --n-jobs.",
        flag="--seed",
        low=0,
        high=2**32 - 1,
    )
    estimator: object = python_argument(None, "each of its parameters has an option")

    def __post_init__(self):
        for name, each in options_of(self).items():
            value = getattr(self, name)
            if name == "scoring" and isinstance(value, Score):
                continue  # the user's own score, which has no option
            self._settle(name, check_argument(each, value))
        if self.kind is not None and self.scoring is None:
            self._settle("scoring", DEFAULT_SCORING[self.kind])
        check_methods(self.methods, self.kind)
        self._settle("estimator", check_network(self.estimator, self.scoring, self.kind))

    def _settle(self, name, value):
        object.__setattr__(self, name, value)  # the way to set a value in a frozen dataclass

    def __eq__(self, other):
        """Return whether another design has the same values."""
        if type(self) is not type(other):
            return False
        # Two scores of the user's own may look the same in a dict.
        return self.to_dict() == other.to_dict() and self._own_scores() == other._own_scores()

    def _own_scores(self):
        return [s for s in (self.scoring, self.estimator.monitor) if isinstance(s, Score)]

    __hash__ = None

    def of_kind(self, kind):
        """Return this design for a kind of target, which determines the networks and the score.

        Parameters
        ----------
        kind : {"classes", "numbers"}
            The kind of the target.

        Returns
        -------
        TasksDesign or CorporaDesign
            The design with this kind, and with a score and a network if the user gave none.

        Raises
        ------
        ValueError
            If a method or a value does not apply to this kind.
        """
        if self.kind is None:
            check_kind_found(self.estimator, kind)
        return replace(self, kind=kind)

    def to_arguments(self):
        """Return all values by name: the keyword arguments of the function that runs the study.

        Returns
        -------
        dict
            For example, the arguments of :func:`transfer_between_tasks`.
        """
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def to_dict(self):
        """Return the design as plain values, as design.toml holds them.

        Returns
        -------
        dict
            ``study``, each value by its name, and ``network`` with every parameter of the
            networks. Defaults are included, since a later version of the package may have other
            defaults. Values that are None are left out. Values that no file can hold are described
            in ``missing``.
        """
        values = {name: getattr(self, name) for name in options_of(self)}
        values = {name: value for name, value in values.items() if value is not None}
        plain = {n: as_plain(v) for n, v in values.items() if not isinstance(v, Score)}
        plain = {"study": self.study, **plain, "network": plain_parameters(self.estimator)}
        missing = self._missing()
        return plain | ({"missing": missing} if missing else {})

    def _missing(self):
        """Return descriptions of the values that no file can hold, such as "network.optimizer"."""
        scoring = {"scoring": repr(self.scoring)} if isinstance(self.scoring, Score) else {}
        return scoring | describe_others(self.estimator)

    @classmethod
    def from_dict(cls, values):
        """Return the design that plain values describe; missing values have their defaults.

        Parameters
        ----------
        values : dict
            All or some of the values that :meth:`to_dict` returns.

        Returns
        -------
        TasksDesign or CorporaDesign
            The design.

        Raises
        ------
        ValueError
            If a value is out of range, a name is unknown, or the design is incomplete or of
            another study.
        TypeError
            If a value is of the wrong type.
        """
        check_whole(values, cls)
        options = {name: values[name] for name in options_of(cls) if name in values}
        # The target determines the kind of the network, and with it the score for its epochs.
        return cls(**options, estimator=make_network(values.get("network", {})))


def title_of(task, way, kind):
    """Return the title of a study."""
    what = "prediction" if kind == NUMBERS else "recognition"
    return f"{task[:1].upper()}{task[1:]} {what} with transfer {way}"
