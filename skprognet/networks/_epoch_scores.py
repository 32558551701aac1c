"""The scores that a net computes on tensors after every epoch.

The checks in scikit-learn's metrics would make training a tenth slower.
"""

import torch


class MeanRecall:
    """The unweighted average recall of classes."""

    name = "uar"

    @staticmethod
    def predict(outputs_NC):
        """Return the class position of the greatest output of each row."""
        return outputs_NC.argmax(dim=1)

    @staticmethod
    def compute(predicted, true, row_weight=None, class_weight=None):
        """Return the mean recall over the present classes; unweighted, this is ``uar_score``.

        Parameters
        ----------
        predicted : Tensor of shape (n,), int64
            Class positions.
        true : Tensor of shape (n,), int64, or of shape (n, n_classes)
            Class positions, or the probability of each class. Then the most likely class counts;
            among equally likely classes, the first.
        row_weight : Tensor of shape (n,), default=None
            Weights of the rows within their class; None means 1.
        class_weight : sequence of shape (n_classes,), default=None
            Weights of the classes in the mean; None means 1.

        Returns
        -------
        float
            Between 0 and 1.
        """
        if true.dim() == 2:
            true = true.argmax(dim=1)
        if row_weight is None:
            row_weight = torch.ones(len(true), dtype=torch.float64, device=true.device)
        row_weight = row_weight.double()
        total = torch.bincount(true, weights=row_weight)
        present = total > 0
        right = torch.bincount(true, weights=row_weight * (predicted == true))
        recall = (right[present] / total[present]).cpu()
        if class_weight is None:
            return recall.mean().item()
        class_weight = torch.as_tensor(class_weight)[: len(total)][present.cpu()]
        return (recall @ (class_weight / class_weight.sum())).item()


class MeanConcordance:
    """The concordance correlation of numbers, averaged over the outputs."""

    name = "ccc"

    @staticmethod
    def predict(outputs_NK):
        """Return the outputs, which are the numbers themselves."""
        return outputs_NK

    @staticmethod
    def compute(predicted, true, row_weight=None, class_weight=None):
        """Return the mean concordance; if the truth varies, this is ``ccc_score``.

        Parameters
        ----------
        predicted, true : Tensor of shape (n, n_outputs)
            Numbers, both standardised by the same mean and spread, which does not change the
            score.
        row_weight : Tensor of shape (n,), default=None
            Weights of the rows; None means 1.
        class_weight : None
            Unused, since numbers have no classes.

        Returns
        -------
        float
            Between -1 and 1. An output whose truth is constant counts as 0.
        """
        predicted, true = predicted.double(), true.double()
        if row_weight is None:
            row_weight = torch.ones(len(true), dtype=torch.float64, device=true.device)
        weight_N1 = (row_weight.double() / row_weight.double().sum()).unsqueeze(1)
        means = [(weight_N1 * values).sum(0) for values in (predicted, true)]
        from_mean, truth = predicted - means[0], true - means[1]
        spread = (weight_N1 * (from_mean**2 + truth**2)).sum(0) + (means[0] - means[1]) ** 2
        covariance = (weight_N1 * from_mean * truth).sum(0)
        varies = (true != true[0]).any(0)
        return torch.where(varies, 2 * covariance / spread, 0).mean().item()


EPOCH_SCORES = {kind.name: kind for kind in (MeanRecall, MeanConcordance)}
