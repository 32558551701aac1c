"""The suffixes of the audio files that the extractor reads and the corpus readers look for."""

# If an utterance exists in several formats, the first of these is read: lossless ones come first.
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
