"""Numbers as pictures: each display has plot() and frame()."""

from skprognet.displays._training import TrainingCurveDisplay

__all__ = ["TrainingCurveDisplay"]
