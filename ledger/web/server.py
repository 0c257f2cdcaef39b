"""Listening: on this machine only, until there is access control."""

from __future__ import annotations

import errno
import ipaddress
import signal
import sys
import threading
from pathlib import Path

import click
from cheroot.wsgi import Server

from ledger.books import open_workspace
from ledger.messages import N_, say
from ledger.web.gate import MAX_BODY
from ledger.web.problems import HostNotLoopback, PortInUse

#: What ends a server: Ctrl-C, and what a service manager sends.
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def loopback(host: str) -> str:
    """The address to bind for `host`.

    Raises:
        HostNotLoopback: other machines could reach it.
    """
    if host == "localhost":
        return "127.0.0.1"
    try:
        if ipaddress.ip_address(host).is_loopback:
            return host
    except ValueError:
        pass
    raise HostNotLoopback(file="fava.conf", host=host)


def serve(root: Path, *, host: str | None = None, port: int | None = None, debug: bool = False) -> None:
    """Serve the federation of a workspace in the browser until Ctrl-C.

    Args:
        root: the workspace's folder.
        host: where to listen (default: `fava.conf`, else 127.0.0.1); loopback only.
        port: likewise (default 5000); 0 takes any free port.
        debug: write tracebacks of programming errors to standard error.

    Raises:
        HostNotLoopback: other machines could reach `host`.
        PortInUse: another program listens there.
    """
    settings = open_workspace(root).config.server
    address = loopback(host if host is not None else settings.host)
    number = port if port is not None else settings.port
    server = Server((address, number), None, numthreads=8)
    server.max_request_body_size = MAX_BODY
    server.server_name = "sambok"
    try:
        server.prepare()
    except OSError as error:
        server.stop()
        raise _in_use(address, number, error) from error
    try:
        from ledger.web.app import create_app  # noqa: PLC0415  only when the port is ours: Fava takes its time

        server.wsgi_app = create_app(root, debug=debug)
        shown = f"[{address}]" if ":" in address else address
        text = say(
            N_("The federation is at {address} (Ctrl-C ends)."), address=f"http://{shown}:{server.bind_addr[1]}/"
        )
        click.echo(text, err=True)
        sys.stderr.flush()
        _serve_until_told(server)
        click.echo(say(N_("Stopped.")), err=True)
    finally:
        server.stop()


def _serve_until_told(server: Server) -> None:
    """Serve in a thread of its own until Ctrl-C or a request to end.

    The signal only sets a flag: an exception out of nowhere could leave one of the server's locks held. A second
    Ctrl-C interrupts as everywhere.
    """
    told = threading.Event()
    mine = threading.current_thread() is threading.main_thread()
    before = {number: signal.signal(number, lambda *_: told.set()) for number in SIGNALS} if mine else {}
    thread = threading.Thread(target=server.serve, name="serve", daemon=True)
    thread.start()
    try:
        while thread.is_alive() and not told.wait(0.5):
            pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _in_use(host: str, port: int, error: OSError) -> PortInUse:
    reason = error.strerror or str(error)
    if error.errno in {errno.EADDRINUSE, None}:
        reason = say(N_("another program uses it"))
    return PortInUse(host=host, port=port, other=port + 1 if 0 < port < 65535 else 5001, reason=reason)
