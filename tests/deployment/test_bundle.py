"""A bundle opens if it is whole, and says why if it does not."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
import torch

from thalweg.core.errors import BundleError
from thalweg.core.files import seal
from thalweg.deployment.bundle import FORMAT, open_bundle, zip_bundle


def test_folder_and_zip_hold_the_same_model(bundle: Path, tmp_path: Path) -> None:
    zip_bundle(bundle, tmp_path / "bundle.zip")
    one, other = open_bundle(bundle), open_bundle(tmp_path / "bundle.zip")
    assert one.encoders == other.encoders
    assert one.targets == other.targets
    for name, weights in one.model.network.state_dict().items():
        assert torch.equal(weights, other.model.network.state_dict()[name])


def test_its_files_are_open_formats(bundle: Path) -> None:
    assert {path.suffix for path in bundle.iterdir()} == {".json", ".yaml", ".safetensors", ".md"}
    assert json.loads((bundle / "signature.json").read_text())["inputs"]["km"] == "DOUBLE"
    assert "thalweg predict" in (bundle / "README.md").read_text()


@pytest.mark.parametrize("name", ["weights.safetensors", "encoders.json", "targets.json", "bundle.json"])
def test_a_changed_byte_is_found(bundle: Path, name: str) -> None:
    content = bytearray((bundle / name).read_bytes())
    content[-3] ^= 1
    (bundle / name).write_bytes(content)
    with pytest.raises((BundleError, Exception), match=r"damaged|not valid JSON") as caught:
        open_bundle(bundle)
    assert name in str(caught.value)


def test_a_missing_file_is_found(bundle: Path) -> None:
    (bundle / "weights.safetensors").unlink()
    with pytest.raises(BundleError, match=r"is damaged: .*weights.safetensors is missing"):
        open_bundle(bundle)


def test_a_bundle_of_a_newer_format(bundle: Path) -> None:
    about = json.loads((bundle / "bundle.json").read_text())
    (bundle / "bundle.json").write_text(json.dumps({**about, "format": FORMAT + 1, "thalweg": "9.0"}))
    seal(bundle)
    with pytest.raises(
        BundleError, match=rf"of bundle format {FORMAT + 1}, written by thalweg 9.0"
    ) as caught:
        open_bundle(bundle)
    assert "pip install --upgrade thalweg" in str(caught.value)


def test_no_bundle_there(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="there is no bundle at"):
        open_bundle(tmp_path / "nothing")
    with pytest.raises(BundleError, match=r"is not a bundle: it has no bundle.json"):
        open_bundle(tmp_path)


def test_a_zip_that_would_write_outside_its_folder(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../evil.json", "{}")
    with pytest.raises(BundleError, match="unpacked outside its folder"):
        open_bundle(tmp_path / "evil.zip")
    assert not (tmp_path.parent / "evil.json").exists()
