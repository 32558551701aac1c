"""SUBESCO, the SUST Bangla emotional speech corpus; for download only."""

from skprognet.datasets._corpus import AudbTables, Corpus

SUBESCO = Corpus(
    name="subesco",
    title="SUBESCO",
    summary="SUBESCO (Bangla).",
    licence="CC-BY-4.0",
    citation="S. Sultana et al., SUST Bangla Emotional Speech Corpus (SUBESCO), PLOS ONE "
    "16(4), e0250173, 2021. https://doi.org/10.1371/journal.pone.0250173",
    audb=AudbTables("subesco", "1.0.0", r"emotion\.categories\..+\.desired"),
)
