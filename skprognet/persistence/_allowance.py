"""How much memory a file may ask for: in proportion to its own size, lest a small one fill it."""

FREE = 12 * 10**6
TIMES = 11
# What Python needs at most: for a list or dict and what it is decoded to, half a text, an item. A
# file that is all history of training, 600 epochs in 200 kB, asks for 11 times its size.
OF_TEXT = {"[": 190, "{": 190, '"': 45, ",": 20}
ARRAY_IN_FILE, ARRAY, ESTIMATOR, RANDOM_STATE = 500, 4_000, 50_000, 4_000


class Allowance:
    """Bytes that may still be used for what is built of a file.

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
        """Raise unless that many bytes are left, for something that is soon given back."""
        if n_bytes > self.left:
            raise ValueError("the model would take far more memory than its file explains")

    def spend(self, n_bytes):
        """Count bytes as used; raise if there are not as many."""
        self.check(n_bytes)
        self.left -= n_bytes

    def spend_on_text(self, text):
        """Count what a JSON document will take up; raise if that is too much."""
        self.spend(sum(n_bytes * text.count(char) for char, n_bytes in OF_TEXT.items()))
