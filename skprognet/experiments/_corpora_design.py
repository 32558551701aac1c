"""The design of a study of transfer between corpora."""

from dataclasses import dataclass

from skprognet._wording import first_few
from skprognet.experiments._arguments import argument
from skprognet.experiments._study_design import StudyDesign, title_of


@dataclass(frozen=True, kw_only=True, eq=False)
class CorporaDesign(StudyDesign):
    """What a study of transfer between corpora asks.

    It is checked when it is made, before any training, and it can be written to design.toml. Its values are the arguments of :func:`transfer_between_corpora`, with the same defaults.

    Raises
    ------
    ValueError
        If a value is out of range, the names are equal, or one of them is that of a task.
    TypeError
        If `estimator` is not a DNNClassifier, or design.toml could not hold a value.

    See Also
    --------
    transfer_between_corpora : Runs the study.
    read_design : Reads a design from design.toml.

    Examples
    --------
    >>> from skprognet.experiments import CorporaDesign
    >>> design = CorporaDesign(names=("women", "men"), both_directions=False)
    >>> design.directions
    [('women', 'men')]
    >>> design.title
    'Emotion recognition with transfer from women to men'
    """

    study = "corpora"

    names: tuple[str, ...] = argument(
        ("source", "target"),
        "What to call the corpora.",
        metavar="NAME NAME",
        default_in_words="the names of the files",
    )
    emotion: str = argument("emotion", "Column that is to be recognised.")
    tasks: tuple[str, ...] = argument(
        (),
        "Columns of further tasks that are read beside the other corpus, as gender.",
        metavar="COLUMN...",
    )
    train_folds: tuple[int, ...] = argument(
        (1, 2, 4, 8), "Numbers of training folds of the target.", low=1, metavar="N..."
    )
    both_directions: bool = argument(
        True,
        "Whether SOURCE is also tried as the target.",
        flag="--both-directions/--one-direction",
    )

    def __post_init__(self):
        super().__post_init__()
        if len(self.names) != 2 or self.names[0] == self.names[1]:
            raise ValueError(f"names must be two different names; got {self.names}.")
        both = [name for name in self.names if name in self.tasks]
        if both:
            raise ValueError(
                f"A corpus and a task must have different names; {first_few(both)} is both. Pass "
                "other names."
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
    def directions(self):
        """The pairs of names (source, target) that are run."""
        return [self.names, self.names[::-1]][: 1 + self.both_directions]

    @property
    def target_corpora(self):
        """The corpora that are recognised."""
        return [target for _, target in self.directions]

    @property
    def title(self):
        """What the study asks, as a heading."""
        one, other = self.names
        between = f"between {one} and {other}"
        return title_of(
            self.emotion, between if self.both_directions else f"from {one} to {other}"
        )
