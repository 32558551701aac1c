"""What is known about each corpus, apart from the code that reads it: one row per corpus."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class CorpusFacts:
    """A corpus as its publication describes it.

    `counts` holds the utterances by emotion in the selection of Gideon et al. (2017). `audb`
    holds the name, the version and, as a regular expression, the tables with the labels of the
    corpus in audb's public repository.
    """

    title: str
    licence: str
    citation: str
    sessions: int = 0
    counts: dict = field(default_factory=dict)
    audb: tuple = ()


CORPORA = {
    "iemocap": CorpusFacts(
        title="IEMOCAP",
        licence="for research, by agreement with the University of Southern California",
        citation="C. Busso et al., IEMOCAP: Interactive emotional dyadic motion capture database, "
        "Language Resources and Evaluation 42, 335-359, 2008. "
        "https://doi.org/10.1007/s10579-008-9076-6",
        sessions=5,
        counts={"angry": 1103, "happy": 1636, "neutral": 1708, "sad": 1084},
    ),
    "msp_improv": CorpusFacts(
        title="MSP-IMPROV",
        licence="for research, by agreement with the University of Texas at Dallas",
        citation="C. Busso et al., MSP-IMPROV: An acted corpus of dyadic interactions to study "
        "emotion perception, IEEE Transactions on Affective Computing 8(1), 67-80, 2017. "
        "https://doi.org/10.1109/TAFFC.2016.2515617",
        sessions=6,
        counts={"angry": 792, "happy": 2644, "neutral": 3477, "sad": 885},
    ),
    "emodb": CorpusFacts(
        title="EmoDB",
        licence="CC0-1.0",
        citation="F. Burkhardt et al., A database of German emotional speech, Interspeech 2005, "
        "1517-1520. https://doi.org/10.21437/Interspeech.2005-446",
        audb=("emodb", "1.4.1", "emotion"),
    ),
    "ravdess": CorpusFacts(
        title="RAVDESS",
        licence="CC-BY-NC-SA-4.0",
        citation="S. R. Livingstone, F. A. Russo, The Ryerson Audio-Visual Database of Emotional "
        "Speech and Song (RAVDESS), PLOS ONE 13(5), e0196391, 2018. "
        "https://doi.org/10.1371/journal.pone.0196391",
        audb=("ravdess", "1.1.3", r"emotion\.speech\..+"),
    ),
    "crema_d": CorpusFacts(
        title="CREMA-D",
        licence="ODbL-1.0",
        citation="H. Cao et al., CREMA-D: Crowd-sourced emotional multimodal actors dataset, IEEE "
        "Transactions on Affective Computing 5(4), 377-390, 2014. "
        "https://doi.org/10.1109/TAFFC.2014.2336244",
        audb=("crema-d", "1.3.0", r"emotion\.categories\.desired\..+"),
    ),
    "nemo": CorpusFacts(
        title="nEMO",
        licence="CC-BY-NC-SA-4.0",
        citation="I. Christop, nEMO: Dataset of emotional speech in Polish, LREC-COLING 2024. "
        "https://arxiv.org/abs/2404.06292",
        audb=("nemo", "1.0.1", r"emotion\.categories\..+"),
    ),
    "emouerj": CorpusFacts(
        title="emoUERJ",
        licence="CC-BY-4.0",
        citation="R. G. Bastos Germano et al., emoUERJ: an emotional speech database in "
        "Portuguese, 2021. https://doi.org/10.5281/zenodo.5427549",
        audb=("emouerj", "1.0.0", r"emotion\.categories\.desired"),
    ),
    "subesco": CorpusFacts(
        title="SUBESCO",
        licence="CC-BY-4.0",
        citation="S. Sultana et al., SUST Bangla Emotional Speech Corpus (SUBESCO), PLOS ONE "
        "16(4), e0250173, 2021. https://doi.org/10.1371/journal.pone.0250173",
        audb=("subesco", "1.0.0", r"emotion\.categories\..+\.desired"),
    ),
}

OPEN_CORPORA = sorted(name for name, facts in CORPORA.items() if facts.audb)
