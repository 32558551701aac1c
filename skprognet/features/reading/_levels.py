"""Mix channels down, and notice silence, cancelling channels and samples beyond full scale."""

import numpy as np

# Remarks on recordings whose features are probably not what the user wants.
SILENT, OPPOSITE, CLIPPED, SMALL = "silent", "opposite", "clipped", "small"

_SILENCE = 10 ** (-60 / 20)  # of full scale; with 16 bits, this is 33 steps
# The energy after mixing down, as a share of that of independent channels. It is 6 dB lower if two
# channels have a correlation below -0.75.
_CANCELLED = 0.25
_FAR = 1.5  # times full scale; compression and resampling of loud recordings stay below


class Mixer:
    """Average the channels of a recording block by block, and measure its level.

    Examples
    --------
    >>> mixer = Mixer()
    >>> left = np.sin(np.arange(1000))
    >>> float(np.abs(mixer.mix(np.column_stack([left, -left]))).max())
    0.0
    >>> mixer.remark()
    ('opposite', '')
    """

    def __init__(self):
        self._n_frames, self._n_beyond = 0, 0
        self._lowest, self._highest = np.inf, -np.inf
        self._sums = self._squares = self._mono_square = 0.0

    def mix(self, block):
        """Return the mean of the channels.

        Parameters
        ----------
        block : ndarray of shape (n_frames, n_channels)
            Samples; full scale is 1.

        Returns
        -------
        ndarray of shape (n_frames,)
            One channel.
        """
        mono = block.mean(axis=1)
        if len(mono):
            self._n_frames += len(mono)
            self._lowest = min(self._lowest, mono.min())
            self._highest = max(self._highest, mono.max())
            if max(self._highest, -self._lowest) > 1:
                self._n_beyond += np.count_nonzero(np.abs(mono) > 1)
            if block.shape[1] > 1:
                self._add_energies(block, mono)
        return mono

    def _add_energies(self, block, mono):
        self._sums = self._sums + block.sum(axis=0)
        self._squares = self._squares + np.einsum("ij,ij->j", block, block)
        self._mono_square += mono @ mono

    def remark(self):
        """Return what is odd about the recording.

        Returns
        -------
        tuple of (str, str) or None
            A kind and a detail; None for most recordings.
        """
        peak = max(self._highest, -self._lowest)
        if peak > _FAR:
            detail = f"{self._n_beyond} of {self._n_frames} samples, up to {peak:.5g}"
            return CLIPPED, detail
        if self._cancels():
            return OPPOSITE, ""
        if self._highest - self._lowest < 2 * _SILENCE:
            return SILENT, ""
        return None

    def _cancels(self):
        """Return whether the channels cancel far more energy than independent channels would."""
        if np.ndim(self._sums) == 0:
            return False
        n_channels, means = len(self._sums), self._sums / self._n_frames
        channels = (
            self._squares / self._n_frames - means**2
        )  # without the constant offset of a recorder, which is not sound
        mono = self._mono_square / self._n_frames - means.mean() ** 2
        is_loud = channels.max() > _SILENCE**2 / 2
        return is_loud and mono < _CANCELLED * channels.mean() / n_channels
