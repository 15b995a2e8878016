"""A bundle: everything needed to answer, in one folder or zip, in open formats, with digests.

    bundle.json           format number, name, version of the program, date
    pipeline.yaml         the resolved file it was trained by
    signature.json        the columns it takes and gives, with their types
    encoders.json         fitted encoders of the inputs, in order
    mined.json            fitted miners, where inputs are mined of the columns it takes
    targets.json          fitted targets: classes, scale, calibration
    network.json          kind and settings of the network
    weights.safetensors   its weights
    metrics.json          how it was judged
    baseline.json         what the training data looked like, to measure drift against
    README.md             the model card
    manifest.json         size and digest of each file above

Nothing in a bundle is code, and nothing from it is executed.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError

from thalweg import __version__
from thalweg.core.component import parse
from thalweg.core.errors import BundleError
from thalweg.core.files import first_damage, read_json
from thalweg.deployment.mined import load_mined
from thalweg.deployment.targets import restore_targets
from thalweg.features.encoders import layout_of
from thalweg.features.encoders import load as load_encoders
from thalweg.features.feature import Encoder
from thalweg.mine.fitted import Fitted
from thalweg.networks.network import Network
from thalweg.tasks.task import Target

if TYPE_CHECKING:
    from thalweg.training.supervised import Supervised

FORMAT, WITHOUT_MINED = 2, 1  # a bundle without mined inputs is one that older programs can read
MINED = "mined.json"
WEIGHTS = "weights.safetensors"


@dataclass(frozen=True)
class Bundle:
    """A bundle in memory: encoders, and the model with its weights, ready to answer."""

    name: str
    encoders: tuple[Encoder, ...]
    model: Supervised
    signature: Mapping[str, Any]
    metrics: Mapping[str, Any]
    digest: str
    mined: tuple[Fitted, ...] = ()
    """What adds columns to those of the signature, before they are encoded."""

    @property
    def targets(self) -> Mapping[str, Target]:
        """The fitted outputs, by name."""
        return self.model.targets


def open_bundle(path: Path) -> Bundle:
    """Read a bundle's folder or zip. Raises BundleError where it is damaged, too new, or none."""
    if path.is_file() and zipfile.is_zipfile(path):
        with TemporaryDirectory(prefix="thalweg-bundle-") as folder:
            _unpack(path, Path(folder))
            return _open_folder(Path(folder), str(path))
    if not path.is_dir():
        raise BundleError(
            f"there is no bundle at {path}", hint="a bundle is the folder `bundle` of a finished run"
        )
    return _open_folder(path, str(path))


def _unpack(path: Path, folder: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            target = (folder / member.filename).resolve()
            if not target.is_relative_to(folder.resolve()):
                raise BundleError(
                    f"{path} holds a file that would be unpacked outside its folder: {member.filename!r}"
                )
        archive.extractall(folder)


def _open_folder(folder: Path, name: str) -> Bundle:
    if not (folder / "bundle.json").is_file():
        raise BundleError(f"{name} is not a bundle: it has no bundle.json")
    about = read_json(folder / "bundle.json")
    if about.get("format", 0) > FORMAT:
        raise BundleError(
            f"{name} is of bundle format {about['format']}, written by thalweg {about.get('thalweg')}; "
            f"this is thalweg {__version__}, which reads formats up to {FORMAT}",
            hint="upgrade with: pip install --upgrade thalweg",
        )
    if damage := first_damage(folder):
        raise BundleError(
            f"{name} is damaged: {damage}", hint="copy it again, or run the pipeline again to make it anew"
        )
    encoders = load_encoders(folder / "encoders.json")
    targets = restore_targets(read_json(folder / "targets.json"))
    return Bundle(
        about["name"],
        encoders,
        _model(folder, encoders, targets).eval(),
        read_json(folder / "signature.json"),
        read_json(folder / "metrics.json"),
        about["digest"],
        load_mined(folder / MINED) if (folder / MINED).is_file() else (),
    )


def _model(folder: Path, encoders: tuple[Encoder, ...], targets: Mapping[str, Target]) -> Supervised:
    from safetensors.torch import load_file

    from thalweg.training.supervised import Supervised, built

    network = parse(Network, read_json(folder / "network.json"))
    model = Supervised(built(network, layout_of(encoders), targets), targets)
    try:
        model.load_weights(load_file(folder / WEIGHTS))
    except (RuntimeError, SafetensorError) as error:
        raise BundleError(
            f"the weights of {folder} do not fit its network: {str(error).splitlines()[0]}"
        ) from error
    return model


def zip_bundle(folder: Path, path: Path) -> None:
    """Write a bundle's folder as one zip, for carrying it about."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder).as_posix())
