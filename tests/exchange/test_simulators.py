import http.client
import os
import signal
import stat
import subprocess
import sys
import threading
from types import SimpleNamespace

import httpx
import pytest
from django.core.management import CommandError, call_command

from dengbu.core import ports
from dengbu.core.ports import PortMisconfigured, SimulatorRefused
from dengbu.exchange import keys
from dengbu.exchange.config import demo_config
from dengbu.exchange.payment.client import WechatPay
from dengbu.exchange.simulators import Simulators
from dengbu.exchange.sms.client import TencentSms
from dengbu.notices.ports import SmsMessage, sms_gateway


@pytest.mark.parametrize("port", ["sms", "identity", "payment"])
def test_no_simulator_stands_in_for_a_partner_in_production(tmp_path, port):
    config = demo_config(tmp_path, 1)[port]
    with pytest.raises(SimulatorRefused):
        ports.build(port, config, environment="production")
    ports.build(port, config, environment="training").close_connections()


def test_an_adapter_registered_as_simulated_is_refused_in_production_whatever_the_settings_say():
    ports.register("test-port", "pretender", lambda config: object(), simulated=True)
    ports.build("test-port", {"adapter": "pretender"}, environment="demo")
    with pytest.raises(SimulatorRefused):
        ports.build("test-port", {"adapter": "pretender", "simulated": False}, environment="production")


def test_the_simulator_server_does_not_start_in_production(tmp_path, monkeypatch):
    monkeypatch.setenv("DENGBU_ENV", "production")
    with pytest.raises(SimulatorRefused):
        Simulators(tmp_path)


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"adapter": "nobody"},
        {"adapter": "dengbu.exchange.sms.client.Nobody"},
        {"adapter": "no.such.module"},
    ],
)
def test_an_adapter_that_does_not_exist_is_named_to_the_operator(config):
    with pytest.raises(PortMisconfigured, match="sms"):
        ports.build("sms", config, environment="demo")


def test_a_production_config_that_leaves_something_out_names_it():
    with pytest.raises(PortMisconfigured, match="secret_id, secret_key"):
        TencentSms.from_config({"base_url": "https://x", "sdk_app_id": "1", "sign_name": "x"})


def test_a_production_config_is_complete_without_any_demo_file(tmp_path):
    known = keys.read_keys(tmp_path / "pay_keys")["payment"]
    names = (
        "appid",
        "mchid",
        "merchant_serial",
        "merchant_private_key",
        "api_v3_key",
        "platform_public_keys",
    )
    config = {name: known[name] for name in names} | {
        "adapter": "dengbu.exchange.payment.client.WechatPay",
        "base_url": "https://api.mch.weixin.qq.com",
    }
    adapter = ports.build("payment", config, environment="production")
    assert isinstance(adapter, WechatPay)
    adapter.close_connections()


def test_the_settings_choose_the_adapter_and_it_is_built_once(tmp_path, monkeypatch):
    chosen = SimpleNamespace(ENV="test", EXCHANGE=demo_config(tmp_path, 1))
    monkeypatch.setattr(ports, "settings", chosen)
    monkeypatch.setattr(ports, "_built", {})
    first = sms_gateway()
    assert sms_gateway() is first
    chosen.EXCHANGE = demo_config(tmp_path, 2)
    second = sms_gateway()
    assert second is not first
    second.close_connections()
    chosen.EXCHANGE = {}
    with pytest.raises(PortMisconfigured):
        sms_gateway()


def test_keys_are_for_their_owner_only_and_made_once_even_by_two_at_a_time(tmp_path):
    made = []
    both = [threading.Thread(target=lambda: made.append(keys.read_keys(tmp_path / "pay_keys"))) for _ in "ab"]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    assert made[0] == made[1] == keys.read_keys(tmp_path / "pay_keys")
    assert [path.name for path in tmp_path.iterdir()] == ["pay_keys"]
    folder = tmp_path / "pay_keys"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_what_simulators_know_survives_a_restart(tmp_path):
    def round_trip(act):
        server = Simulators(tmp_path)
        server.start()
        try:
            return act(server)
        finally:
            server.stop()

    def send(server):
        gateway = ports.build("sms", demo_config(tmp_path, server.port)["sms"], environment="demo")
        gateway.send(SmsMessage("13900000009", "login_code", ("1", "5")))
        gateway.close_connections()

    def read(server):
        with httpx.Client(trust_env=False) as client:
            return client.get(f"http://127.0.0.1:{server.port}/sms/outbox?phone=13900000009").json()[
                "messages"
            ]

    round_trip(send)
    assert [sms["params"] for sms in round_trip(read)] == [["1", "5"]]
    assert stat.S_IMODE((tmp_path / "simulators.json").stat().st_mode) == 0o600


def test_the_server_answers_strange_requests_in_words(partners):
    assert partners.http.get("/healthz").json() == {"status": "ok"}
    assert partners.http.get("/nobody/").status_code == 404
    assert partners.http.post("/sms/", content=b"x").json()["Response"]["Error"]["Code"] == "InvalidAction"
    assert partners.http.post("/sms/_control/mode", data={"mode": "wild"}).status_code == 400
    assert partners.http.post("/pay/v3/pay/transactions/native", content=b"x").status_code == 401


def test_a_body_that_is_too_large_is_refused_before_it_is_read(partners):
    connection = http.client.HTTPConnection("127.0.0.1", partners.server.port, timeout=10)
    connection.putrequest("POST", "/sms/")
    connection.putheader("Content-Length", str(1024 * 1024 + 1))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_the_command_serves_until_it_is_told_to_end(tmp_path):
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "dengbu.project.settings", "DENGBU_ENV": "demo"}
    command = [sys.executable, "-m", "django", "run_simulators", "--port", "0", "--data", str(tmp_path)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.readline()
        with httpx.Client(trust_env=False) as client:
            assert client.get(said.split()[1] + "healthz").json() == {"status": "ok"}
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def test_the_command_says_why_it_does_not_start(partners, tmp_path, monkeypatch):
    with pytest.raises(CommandError, match=f"port {partners.server.port} cannot be opened"):
        call_command("run_simulators", "--port", str(partners.server.port), "--data", str(tmp_path))
    monkeypatch.delenv("DENGBU_SIM_PORT", raising=False)
    with pytest.raises(CommandError, match="DENGBU_SIM_PORT"):
        call_command("run_simulators", "--data", str(tmp_path))
    monkeypatch.setenv("DENGBU_ENV", "production")
    with pytest.raises(CommandError, match="production"):
        call_command("run_simulators", "--port", "0", "--data", str(tmp_path))
