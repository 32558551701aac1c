"""The option that brings the numbers of several corpora to one scale."""

from typing import Any

import click

from skprognet.experiments import AS_GIVEN, Z_SCORES


def read_scale(
    ctx: click.Context, param: click.Parameter, words: tuple[str, ...]
) -> str | dict[str, tuple[float, float]] | None:
    """Read a scale: one for all corpora, or the lowest and highest number of each.

    Parameters
    ----------
    ctx, param : click.Context and click.Parameter
        As click passes them to a callback.
    words : tuple of str
        Such as ("z-scores",), or ("iemocap=1:5", "msp-improv=1:5").

    Returns
    -------
    str, dict of str to (float, float), or None
        The scale in the form of a design; None if there are no words.

    Raises
    ------
    click.BadParameter
        If the words are not a scale.
    """
    if not words:
        return None
    if words in ((Z_SCORES,), (AS_GIVEN,)):
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
            raise click.BadParameter(
                f"The scale must be {Z_SCORES}, {AS_GIVEN}, or NAME=LOW:HIGH once for each "
                f"corpus, such as iemocap=1:5; got {word!r}."
            )
        scale[name] = pair
    return scale


def scale_as_given(scale: Any) -> list[str]:
    """Return the scale of a design as words of the command line."""
    if isinstance(scale, dict):
        return [f"{name}={low!r}:{high!r}" for name, (low, high) in scale.items()]
    return [scale]
