"""The example corpus of the contributing guide works unchanged."""

import re
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "CONTRIBUTING.md"


def test_reader_in_the_guide_is_short_and_works(make_files):
    section = GUIDE.read_text(encoding="utf-8").partition("## Add a corpus in twenty lines")[2]
    (code,) = re.findall("```python\n(.*?)```", section.partition("\n## ")[0], flags=re.DOTALL)
    assert len([line for line in code.splitlines() if line]) <= 20
    guide = {}
    exec(code, guide)
    root = make_files("audios/F_01_OISHI_S_10_ANGRY_1.wav", "audios/F_01_OISHI_S_3_SAD_2.wav")
    corpus = guide["read_subesco"](root)
    columns = ["emotion", "speaker", "gender", "text", "take", "corpus"]
    assert corpus[columns].to_numpy().tolist() == [
        ["angry", "OISHI", "female", "10", "1", "subesco"],
        ["sad", "OISHI", "female", "3", "2", "subesco"],
    ]
    assert corpus.attrs["licence"] == "CC-BY-4.0"
