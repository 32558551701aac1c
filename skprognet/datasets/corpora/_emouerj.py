"""emoUERJ, emotional speech in Portuguese; for download only."""

from skprognet.datasets._corpus import AudbTables, Corpus

EMOUERJ = Corpus(
    name="emouerj",
    title="emoUERJ",
    summary="emoUERJ (Portuguese).",
    licence="CC-BY-4.0",
    citation="R. G. Bastos Germano et al., emoUERJ: an emotional speech database in "
    "Portuguese, 2021. https://doi.org/10.5281/zenodo.5427549",
    audb=AudbTables("emouerj", "1.0.0", r"emotion\.categories\.desired"),
)
