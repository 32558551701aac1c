"""Which files are audio, by their names: what the extractor reads, the readers find."""

# Where an utterance is there in several formats, the first of these is read: lossless ones first.
AUDIO_SUFFIXES = (
    ".wav",
    ".wave",
    ".flac",
    ".aiff",
    ".aif",
    ".aifc",
    ".au",
    ".snd",
    ".caf",
    ".w64",
    ".rf64",
    ".sph",
    ".ogg",
    ".oga",
    ".opus",
    ".mp3",
)
