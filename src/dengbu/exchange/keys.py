"""Keys and shared secrets between the demo and its simulators. In production they come from the partners, through
the settings; nothing here is used then."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from dengbu.exchange.config import KEYS


def make_keys(data_dir: str | Path) -> Path:
    """The folder `data_dir/pay_keys` with the demo's keys, made when it is not there yet; files are 0600.

    `merchant_key.pem`, `merchant_pub.pem` (ours), `platform_key.pem`, `platform_pub.pem` (the provider's),
    `secrets.json` (merchant numbers, APIv3 key, SMS and police credentials). Two processes may call this at once:
    the folder appears complete or not at all, and both use the one that came first.
    """
    folder = Path(data_dir) / KEYS
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".pay_keys-", dir=folder.parent))
    try:
        for who in ("merchant", "platform"):
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            _write(
                draft / f"{who}_key.pem",
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                ),
            )
            _write(
                draft / f"{who}_pub.pem",
                key.public_key().public_bytes(
                    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
                ),
            )
        _write(draft / "secrets.json", json.dumps(_fresh_secrets(), indent=1).encode())
        try:
            draft.rename(folder)
        except OSError:
            if not folder.exists():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def with_demo_keys(config: Mapping[str, Any], port: str) -> dict[str, Any]:
    """`config` completed with the demo's credentials for `port` where it names a `keys_dir`; else unchanged."""
    if not config.get("keys_dir"):
        return dict(config)
    return {**read_keys(config["keys_dir"])[port], **config}


def read_keys(keys_dir: str | Path) -> dict[str, dict[str, Any]]:
    """The demo's credentials by port, made first when they are missing. `payment` also holds the provider's
    private key (`platform_private_key`), which only the simulator uses."""
    folder = make_keys(Path(keys_dir).parent)
    found: dict[str, dict[str, Any]] = json.loads((folder / "secrets.json").read_text())
    pay = found["payment"]
    pay["merchant_private_key"] = (folder / "merchant_key.pem").read_text()
    pay["merchant_public_key"] = (folder / "merchant_pub.pem").read_text()
    pay["platform_private_key"] = (folder / "platform_key.pem").read_text()
    pay["platform_public_keys"] = {pay["platform_serial"]: (folder / "platform_pub.pem").read_text()}
    return found


def _fresh_secrets() -> dict[str, dict[str, str]]:
    return {
        "sms": {"secret_id": "AKID" + secrets.token_hex(16), "secret_key": secrets.token_hex(16)},
        "identity": {
            "app_id": "dengbu-" + secrets.token_hex(4),
            "sign_key": secrets.token_hex(32),
            "cipher_key": secrets.token_hex(16),
        },
        "payment": {
            "appid": "wx" + secrets.token_hex(8),
            "mchid": "19" + "".join(secrets.choice("0123456789") for _ in range(8)),
            "merchant_serial": secrets.token_hex(20).upper(),
            "platform_serial": "PUB_KEY_ID_" + "".join(secrets.choice("0123456789") for _ in range(30)),
            "api_v3_key": secrets.token_hex(16),
        },
    }


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
