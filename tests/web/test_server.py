"""Listening: this machine only, said when it is true, ended cleanly."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger.books import open_workspace
from ledger.cli.context import Session
from ledger.cli.serve import serve as command
from ledger.web import server
from ledger.web.problems import HostNotLoopback, PortInUse

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("host", "bound"),
    [("127.0.0.1", "127.0.0.1"), ("localhost", "127.0.0.1"), ("127.0.0.7", "127.0.0.7"), ("::1", "::1")],
)
def test_loopback_is_taken(host, bound):
    assert server.loopback(host) == bound


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.org", "", "127.0.0.1.example.org"])  # noqa: S104  refused
def test_other_addresses_are_refused(ws, host):
    with pytest.raises(HostNotLoopback) as refused:
        server.serve(ws.root, host=host, port=0)
    assert refused.value.exit_code == 2
    assert "ssh" in refused.value.remedy_text()


def test_an_address_in_fava_conf_is_refused_likewise(ws):
    with (ws.root / "fava.conf").open("a", encoding="utf-8") as conf:
        conf.write('[server]\nhost = "0.0.0.0"\n')
    with pytest.raises(HostNotLoopback):
        server.serve(open_workspace(ws.root).root)


def test_a_port_in_use_is_told_with_another(ws):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse) as refused:
            server.serve(ws.root, port=port)
    assert refused.value.exit_code == 4
    assert str(port) in refused.value.text()
    assert "--port" in refused.value.remedy_text()


def test_the_commands_usage(ws):
    for wrong in (["--port", "99999"], ["--port", "x"], ["--nothing"], ["extra"]):
        assert CliRunner().invoke(command, wrong, obj=Session(str(ws.root))).exit_code == 2


def ask(port, path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=180)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        assert answer.headers["Content-Security-Policy"]
        return answer.status
    finally:
        connection.close()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_says_so_and_ends_cleanly(ws, end):
    """The address is printed when it answers; Ctrl-C ends without a traceback."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ledger.cli.main", "--workspace", str(ws.root), "serve", "--port", "0"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        line = process.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
        assert address, line
        assert ask(int(address[1]), "/federation/income_statement/") == 200
        assert ask(int(address[1]), "/federation/income_statement/", Host="evil.example") == 403
        process.send_signal(end)
        out, err = process.communicate(timeout=180)
    finally:
        process.kill()
    assert process.returncode == 0
    assert out == ""
    assert err.strip() == "Stopped."
