"""Options of `extract` for speech models, and the extractors that they ask for."""

import click

from skprognet.cli._options import with_options
from skprognet.features import JoinedFeatures, OpenSmileFeatures, SpeechModelFeatures

NO_FEATURE_SET = "none"
_RANDOM = ":random"  # behind the name of a model

download_option = click.option(
    "--download",
    is_flag=True,
    help="Allow the download of a speech model from the hub of Hugging Face.",
)
device_option = click.option(
    "--device",
    default="cpu",
    show_default=True,
    help='Where speech models are computed, such as "cuda".',
)
speech_options = with_options(
    [
        click.option(
            "--speech-model",
            "speech_models",
            multiple=True,
            metavar="MODEL",
            help="Also write the layers of this pretrained network, averaged over time: ge2e, or "
            "the folder or hub name of a transformers model (wav2vec2, HuBERT, WavLM). "
            "MODEL:random has random weights: a control. May be given several times.",
        ),
        click.option(
            "--speech-layers",
            default="all",
            show_default=True,
            metavar="LAYER,...",
            help="Names of layers, with commas between them.",
        ),
        click.option(
            "--speech-pooling",
            default="mean,std",
            show_default=True,
            metavar="mean,std",
            help="What is taken over time.",
        ),
        device_option,
        download_option,
    ]
)


def make_extractor(
    feature_set: str,
    speech_models: tuple[str, ...],
    layers: str,
    pooling: str,
    *,
    device: str,
    download: bool,
    **options,
) -> OpenSmileFeatures | SpeechModelFeatures | JoinedFeatures:
    """Return what makes the features of openSMILE, and of each speech model, side by side.

    Raises
    ------
    click.UsageError
        If nothing is asked for.
    """
    parts = [] if feature_set == NO_FEATURE_SET else [OpenSmileFeatures(feature_set, **options)]
    parts += [
        SpeechModelFeatures(
            name.removesuffix(_RANDOM),
            weights="random" if name.endswith(_RANDOM) else None,
            layers="all" if layers == "all" else layers.split(","),
            pooling=pooling.split(","),
            device=device,
            download=download,
            **options,
        )
        for name in speech_models
    ]
    if not parts:
        raise click.UsageError(
            f"--feature-set {NO_FEATURE_SET} leaves nothing to extract; name a --speech-model."
        )
    return parts[0] if len(parts) == 1 else JoinedFeatures(parts, **options)
