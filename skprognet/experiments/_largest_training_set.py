"""The rows of the largest training set, in a study of several sizes of the training set."""


def largest_training_set(table):
    """Return the rows with the largest number of training folds, if there are several numbers."""
    if "n_train_folds" not in table:
        return table
    return table[table["n_train_folds"] == table["n_train_folds"].max()]
