"""What a study asks, as one object: checked when it is made, written to TOML and read back."""

from dataclasses import dataclass, fields, replace
from typing import ClassVar

from skprognet._target_kind import KINDS, NUMBERS
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
    SCORINGS,
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
    """What the designs of both studies share: see :class:`TasksDesign`, :class:`CorporaDesign`."""

    study: ClassVar[str]  # the name of the kind of study, on the command line and in design.toml

    methods: tuple[str, ...] = argument(
        PAPER,
        "What is compared. Whether a source helps is measured against dnn.",
        choices=tuple(METHODS),
    )
    placebo: bool | tuple[str, ...] = argument(
        False,
        "Also run each source, or those named, as one that knows nothing: does knowledge help, or "
        "more weights?",
        metavar="[SOURCE...]",
    )
    speaker: str = argument("speaker", "Column that the folds are made by.")
    folds: str = argument(
        "speaker-stratified",
        "Every speaker in every fold (the paper), or no speaker in two.",
        flag="--folds-by",
        choices=FOLDS[:2],
    )
    normalisation: str = argument(
        "corpus",
        "Over all rows of a corpus (the paper), training rows only, each speaker, or not at all.",
        choices=NORMALISATIONS,
    )
    duplicates: str = argument(
        "error",
        "Rows with equal features, copies of one recording: keep all and say so, keep the first "
        "of each, or refuse.",
        choices=DUPLICATES,
    )
    kind: str | None = argument(
        None,
        "Whether the target is classes or numbers.",
        choices=KINDS,
        default_in_words="numbers, if they are not all whole",
    )
    scoring: str | None = argument(
        None,
        "What the test rows are scored by.",
        choices=tuple(get_score_names()),
        default_in_words="uar of classes, ccc of numbers",
    )
    n_repeats: int = argument(
        10, "How many times the rows are divided into folds.", flag="--repeats", low=1
    )
    n_splits: int = argument(10, "Folds of each repeat.", flag="--folds", low=3)
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
                continue  # one of the user's own: no option can give it
            self._settle(name, check_argument(each, value))
        if self.kind is not None and self.scoring is None:
            self._settle("scoring", SCORINGS[self.kind])
        check_methods(self.methods, self.kind)
        self._settle("estimator", check_network(self.estimator, self.scoring, self.kind))

    def _settle(self, name, value):
        object.__setattr__(self, name, value)  # as a frozen dataclass allows it

    def __eq__(self, other):
        """Return whether another design asks the same."""
        return type(self) is type(other) and self.to_dict() == other.to_dict()

    __hash__ = None

    def of_kind(self, kind):
        """Return this design for a target of a kind, which decides the networks and the score.

        Parameters
        ----------
        kind : {"classes", "numbers"}
            What the target is.

        Returns
        -------
        TasksDesign or CorporaDesign
            With this kind, and with what the user left open: the score and the network.

        Raises
        ------
        ValueError
            If it has a method or a value that makes no sense for this kind.
        """
        return replace(self, kind=kind)

    def to_arguments(self):
        """Return all values by name: the keyword arguments of the function that runs it.

        Returns
        -------
        dict
            Such as those of :func:`transfer_between_tasks`.
        """
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def to_dict(self):
        """Return the design as plain values, as design.toml holds them.

        Returns
        -------
        dict
            ``study``, each value by its name, and ``network`` with every parameter of the
            networks, defaults included: a later version of the package may have other defaults.
            A value that is None is left out. What no file can hold is described in ``missing``, if
            there is any.
        """
        values = {name: getattr(self, name) for name in options_of(self)}
        values = {name: value for name, value in values.items() if value is not None}
        plain = {n: as_plain(v) for n, v in values.items() if not isinstance(v, Score)}
        plain = {"study": self.study, **plain, "network": plain_parameters(self.estimator)}
        missing = self._missing()
        return plain | ({"missing": missing} if missing else {})

    def _missing(self):
        """Return in words what no file can hold, by its name, such as "network.optimizer"."""
        scoring = {"scoring": repr(self.scoring)} if isinstance(self.scoring, Score) else {}
        return scoring | describe_others(self.estimator)

    @classmethod
    def from_dict(cls, values):
        """Return the design of plain values; what is not among them has its default.

        Parameters
        ----------
        values : dict
            As :meth:`to_dict` returns them, all of them or some.

        Returns
        -------
        TasksDesign or CorporaDesign
            The design.

        Raises
        ------
        ValueError
            If a value is out of range, a name is unknown, or it is another study's design or not
            a whole one.
        TypeError
            If a value is of the wrong kind.
        """
        check_whole(values, cls)
        own = {name: values[name] for name in options_of(cls) if name in values}
        # Its epochs are chosen by the score of its kind, which the target decides.
        return cls(**own, estimator=make_network(values.get("network", {})))


def title_of(task, way, kind=None):
    """Return what a study asks, as a heading."""
    what = "prediction" if kind == NUMBERS else "recognition"
    return f"{task[:1].upper()}{task[1:]} {what} with transfer {way}"
