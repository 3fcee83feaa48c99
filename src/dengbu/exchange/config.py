"""The `EXCHANGE` settings of the demo, of training and of the tests: every port answered by a simulator.

Imported by the settings: no Django, no cryptography, no file is read or written here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

KEYS = "pay_keys"
POPULATION = "population.json"
STATE = "simulators.json"


def demo_config(data_dir: str | Path, sim_port: int, *, host: str = "127.0.0.1") -> dict[str, dict[str, Any]]:
    """`settings.EXCHANGE` for simulators listening on `host:sim_port` with their data in `data_dir`.

    Keys and shared secrets are made in `data_dir/pay_keys/` at first use (`exchange.keys.make_keys`), and every
    process reads the same. Each port says `simulated`, so production refuses it.
    """
    keys_dir = str(Path(data_dir) / KEYS)
    base = f"http://{host}:{sim_port}"
    return {
        "sms": {
            "adapter": "dengbu.exchange.sms.client.TencentSms",
            "simulated": True,
            "keys_dir": keys_dir,
            "base_url": f"{base}/sms/",
            "sdk_app_id": "1400000001",
            "sign_name": "上街不动产登记",
            "region": "ap-guangzhou",
            "templates": None,  # the simulator knows our own template names
        },
        "identity": {
            "adapter": "dengbu.exchange.identity.client.PoliceIdentity",
            "simulated": True,
            "keys_dir": keys_dir,
            "base_url": f"{base}/identity",
        },
        "payment": {
            "adapter": "dengbu.exchange.payment.client.WechatPay",
            "simulated": True,
            "keys_dir": keys_dir,
            "base_url": f"{base}/pay",
            "checkout_base": f"{base}/pay/checkout/",
        },
    }
