"""The options for speech models, and the extractor that they describe."""

import click

from skprognet.cli._options import with_options
from skprognet.features import JoinedFeatures, OpenSmileFeatures, SpeechModelFeatures

NO_FEATURE_SET = "none"
_RANDOM = ":random"  # at the end of a model's name

download_option = click.option(
    "--download",
    is_flag=True,
    help="Allow the download of a speech model from the Hugging Face Hub.",
)
device_option = click.option(
    "--device",
    default="cpu",
    show_default=True,
    help='Device that runs speech models, such as "cuda".',
)
speech_options = with_options(
    [
        click.option(
            "--speech-model",
            "speech_models",
            multiple=True,
            metavar="MODEL",
            help="Also write statistics over time of the layers of this pretrained network: ge2e, "
            "or the folder or hub name of a transformers model (wav2vec2, HuBERT, WavLM). "
            "MODEL:random has random weights, as a control. Repeat the option for more models.",
        ),
        click.option(
            "--speech-layers",
            default="all",
            show_default=True,
            metavar="LAYER,...",
            help="Names of layers, separated by commas; all means the hidden layers.",
        ),
        click.option(
            "--speech-pooling",
            default="mean,std",
            show_default=True,
            metavar="mean,std",
            help="Statistics over time of each unit: mean, std, or both.",
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
    """Return an extractor of openSMILE features and the layers of each speech model.

    Raises
    ------
    click.UsageError
        If there is nothing to extract.
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
            f"--feature-set {NO_FEATURE_SET} leaves nothing to extract. Name a --speech-model."
        )
    return parts[0] if len(parts) == 1 else JoinedFeatures(parts, **options)
