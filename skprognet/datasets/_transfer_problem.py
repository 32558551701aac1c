"""Make a table with two tasks, one of which helps the other by a known amount."""

import numpy as np
from scipy.special import softmax
from sklearn.utils import Bunch, check_random_state

from skprognet._checks import check_choice, check_number

N_CLASSES = 4
LOUDNESS = 2.0  # of the nuisance, relative to the factors
MIXING = 0.18  # standard deviation of the weights that mix both into a feature
NOISE = 0.5  # standard deviation in each feature
SPEAKERS = 0.2  # standard deviation between speakers in each feature
TARGETS = ("classes", "number")
ROWS, DRAWS = 400, 8000  # in the simulation that finds the best score


def quadrant(z):
    """Return the quadrant of each point of the plane, 0 to 3."""
    return 2 * (z[:, 0] > 0) + (z[:, 1] > 0)


def quadrant_between(z):
    """Return the quadrant of each point after a rotation of the plane by 45 degrees."""
    return quadrant(np.column_stack([z[:, 0] + z[:, 1], z[:, 0] - z[:, 1]]))


def mix(factors, nuisance, A, B):
    """Return features of shape (n_samples, n_features), without noise and speakers."""
    return np.tanh(factors @ A.T + LOUDNESS * nuisance @ B.T)


def best_concordance(A, B, rng):
    r"""Return the best CCC of a prediction of the first factor from features mixed by A and B.

    For newly drawn rows x, the mean :math:`m` and the variance :math:`v` of the factor :math:`y`
    given x are averages over draws of the factors and the nuisance, weighted by the likelihood of
    x. No function of x has a higher correlation with y than m, which has
    :math:`r = \sqrt{1 - \mathrm{E}\,v}` since y has variance 1. The CCC is at most r, and reaches
    r if m is scaled to the variance of y. The rows have no offsets of speakers.
    """
    factors, nuisance = rng.standard_normal((2, ROWS + DRAWS, 2))
    clean = mix(factors, nuisance, A, B)
    drawn, y = clean[ROWS:], factors[ROWS:, 0]
    x = clean[:ROWS] + NOISE * rng.standard_normal((ROWS, len(A)))
    log_likelihood = (x @ drawn.T - (drawn**2).sum(axis=1) / 2) / NOISE**2
    weight = softmax(log_likelihood, axis=1)
    variance = weight @ y**2 - (weight @ y) ** 2
    return float(np.sqrt(max(1 - variance.mean(), 0)))


def make_transfer_problem(
    n_samples=1000,
    n_features=60,
    *,
    n_speakers=10,
    transfer=0.5,
    target="classes",
    random_state=None,
):
    r"""Invent a table with a target task and a source task that helps, does nothing, or misleads.

    Each row has two hidden factors :math:`f` and a nuisance :math:`u`, both standard normal in two
    dimensions. Features mix both, with the nuisance twice as loud, and add noise and an offset of
    the speaker,

    .. math:: x = \tanh\!\big(A f + 2 B u\big) + 0.2\,o_{\text{speaker}} + 0.5\,\varepsilon, \qquad
       A_{jk}, B_{jk} \sim \mathcal{N}(0, 0.18^2), \quad o, \varepsilon \sim \mathcal{N}(0, I)

    The target is the quadrant of :math:`f` in the plane, or with ``target="number"`` the number
    :math:`f_1`, the first of the two factors. Let :math:`\tau` be the parameter `transfer`. For a
    share :math:`|\tau|` of the rows, the source label is the quadrant, after a rotation of 45
    degrees, of

    - :math:`f` if :math:`\tau > 0`: these classes differ from those of the target, but a network
      that learns them finds the factors;
    - :math:`u` if :math:`\tau < 0`: a network that learns them finds what the target must ignore.

    For the other rows, it is one of the four labels, drawn at random. So the UAR in the
    source task is at most :math:`|\tau| + (1 - |\tau|) / 4`. The parameter :math:`\tau` sets how
    much the source says about the target, which is nothing at 0. The target task does not depend
    on `transfer`: with the same random state, its features and labels are the same.

    Train the source on many rows and the target on few. Then FineTunedClassifier and
    ProgressiveClassifier should both gain for :math:`\tau > 0`, and neither for :math:`\tau = 0`.
    For :math:`\tau < 0` the first should lose, since it starts from misleading weights, but the
    second should lose little, since its own column starts from new weights. See the Notes for
    measured differences.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of rows.
    n_features : int, default=60
        Number of features.
    n_speakers : int, default=10
        Number of speakers. Their numbers of rows differ by at most one. Both tasks are
        independent of the speakers.
    transfer : float, default=0.5
        The parameter :math:`\tau`, from -1 to 1.
    target : {"classes", "number"}, default="classes"
        The kind of target. Everything else in the table is the same for both.
    random_state : int, RandomState instance or None, default=None
        An int makes the same table each time.

    Returns
    -------
    Bunch
        With these attributes.

        data : ndarray of shape (n_samples, n_features)
            The features, not normalised.
        target : ndarray of int, or of float, of shape (n_samples,)
            Target labels, 0 to 3, or numbers, of mean 0 and variance 1 in the population.
        source : ndarray of int of shape (n_samples,)
            Source labels, 0 to 3.
        speaker : ndarray of str of shape (n_samples,)
            '01', '02', ...
        factors, nuisance : ndarray of shape (n_samples, 2)
            f and u.
        informed : ndarray of bool of shape (n_samples,)
            Whether the source label of each row was computed from f or u, and not drawn at random.
        best_ccc : float
            With ``target="number"`` only: the best CCC that a prediction from the features can
            reach in the population if the offsets of the speakers are known, found by simulation
            to about 0.005.

    Raises
    ------
    ValueError
        If a number is out of its range, or `target` is another word.
    TypeError
        If a number has the wrong type.

    See Also
    --------
    make_speech_corpus : Invents recordings.

    Notes
    -----
    The table shows the UAR on 600 other rows minus the UAR of DNNClassifier, which was 0.53: mean
    (standard deviation) over ten random states. The networks had two hidden layers of 32 units, no
    dropout and a learning rate of 0.01. The source was trained on 1000 rows, and the validation
    loss chose its epoch. The target was trained for 40 epochs on 32 of these rows.

    ============  ===================  =====================
    ``transfer``  FineTunedClassifier  ProgressiveClassifier
    ============  ===================  =====================
    -1            -0.10 (0.07)         -0.01 (0.03)
    -0.5          -0.03 (0.04)         -0.01 (0.03)
    0             -0.01 (0.04)         0.00 (0.02)
    0.5           +0.04 (0.04)         +0.05 (0.03)
    1             +0.09 (0.04)         +0.08 (0.03)
    ============  ===================  =====================

    Examples
    --------
    >>> from skprognet.datasets import make_transfer_problem
    >>> problem = make_transfer_problem(transfer=-1, random_state=0)
    >>> problem.data.shape
    (1000, 60)
    >>> problem.speaker[:3].tolist(), problem.target[:3].tolist(), problem.source[:3].tolist()
    (['04', '08', '09'], [3, 1, 2], [3, 2, 3])
    """
    check_number("n_samples", n_samples, "integer", low=1)
    check_number("n_features", n_features, "integer", low=1)
    check_number("n_speakers", n_speakers, "integer", low=1, high=n_samples)
    check_number("transfer", transfer, "number", low=-1, high=1)
    check_choice("target", target, TARGETS)
    # Make all draws before `transfer` has an effect, so that it cannot change the target task.
    rng = np.random.default_rng(check_random_state(random_state).randint(2**31 - 1))
    factors, nuisance = rng.standard_normal((2, n_samples, 2))
    A, B = MIXING * rng.standard_normal((2, n_features, 2))
    speaker = rng.permutation(np.arange(n_samples) % n_speakers)
    offsets = SPEAKERS * rng.standard_normal((n_speakers, n_features))
    noise = NOISE * rng.standard_normal((n_samples, n_features))
    informed = rng.random(n_samples) < abs(transfer)
    by_chance = rng.integers(N_CLASSES, size=n_samples)
    label = quadrant_between(factors if transfer > 0 else nuisance)
    is_number = target == "number"
    return Bunch(
        data=mix(factors, nuisance, A, B) + offsets[speaker] + noise,
        target=factors[:, 0].copy() if is_number else quadrant(factors),
        source=np.where(informed, label, by_chance),
        speaker=np.array([f"{i + 1:02}" for i in range(n_speakers)])[speaker],
        factors=factors,
        nuisance=nuisance,
        informed=informed,
        **({"best_ccc": best_concordance(A, B, rng)} if is_number else {}),
    )
