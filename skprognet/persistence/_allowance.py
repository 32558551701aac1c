"""Limit the memory that a file can use, in proportion to its own size."""

FREE = 12 * 10**6
TIMES = 11
# The most bytes that Python needs for each of these characters: for a list or dict and its decoded
# form, for half a text (which has two quotes), and for an item. A file with only a history of 600
# epochs, 200 kB, takes 11 times its size.
OF_TEXT = {"[": 190, "{": 190, '"': 45, ",": 20}
ARRAY_IN_FILE, ARRAY, ESTIMATOR, RANDOM_STATE = 500, 4_000, 50_000, 4_000


class Allowance:
    """The bytes that the contents of a file may still use.

    Parameters
    ----------
    n_bytes : int
        Size of the file.

    Attributes
    ----------
    left : int
        Bytes left.
    """

    def __init__(self, n_bytes):
        self.left = FREE + TIMES * n_bytes

    def check(self, n_bytes):
        """Raise unless that many bytes are left, without counting them as used."""
        if n_bytes > self.left:
            raise ValueError("the model would take far more memory than its file explains")

    def spend(self, n_bytes):
        """Count bytes as used; raise if too few are left."""
        self.check(n_bytes)
        self.left -= n_bytes

    def spend_on_text(self, text):
        """Count the bytes that a decoded JSON document needs; raise if too few are left."""
        self.spend(sum(n_bytes * text.count(char) for char, n_bytes in OF_TEXT.items()))
