"""The option that brings the numbers of several corpora to one scale."""

from typing import Any

import click

Z_SCORES, AS_THEY_ARE = "z-scores", "none"


def read_scale(words: list[str]) -> str | dict[str, tuple[float, float]]:
    """Read a scale: one for all corpora, or the lowest and highest number of each.

    Parameters
    ----------
    words : list of str
        Such as ["z-scores"], or ["iemocap=1:5", "msp-improv=1:5"].

    Returns
    -------
    str or dict of str to (float, float)
        The scale in the form of a design.

    Raises
    ------
    ValueError
        If the words are not a scale.
    """
    if len(words) == 1 and words[0] in (Z_SCORES, AS_THEY_ARE):
        return words[0]
    scale = {}
    for word in words:
        name, _, ends = word.rpartition("=")
        low, _, high = ends.partition(":")
        try:
            pair = float(low), float(high)
        except ValueError:
            pair = None
        if not name or name in scale or pair is None:
            raise ValueError(
                f"The scale must be {Z_SCORES}, {AS_THEY_ARE}, or NAME=LOW:HIGH once for each "
                f"corpus, such as iemocap=1:5; got {word!r}."
            )
        scale[name] = pair
    return scale


def scale_as_given(scale: Any) -> list[str]:
    """Return the scale of a design as words of the command line."""
    if isinstance(scale, dict):
        return [f"{name}={low!r}:{high!r}" for name, (low, high) in scale.items()]
    return [scale]


def _parse(ctx: click.Context, param: click.Parameter, words: tuple[str, ...]) -> Any:
    try:
        return read_scale(list(words)) if words else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


scale_option = click.option(
    "--scale",
    multiple=True,
    metavar="z-scores|none|NAME=LOW:HIGH...",
    callback=_parse,
    help="How to bring the numbers of the corpora to one scale: mean 0 and variance 1 in each "
    "corpus (z-scores), no scaling (none), or LOW becomes 0 and HIGH becomes 1.  [default: "
    "z-scores for numbers]",
)
