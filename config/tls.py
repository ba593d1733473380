"""How a device and the server speak TLS to the broker: our own authority, a certificate each, TLS 1.2 or newer."""

from __future__ import annotations

import ssl


class _Socket(ssl.SSLSocket):
    """Closes itself when the handshake fails: paho forgets such a socket, and a device tries for weeks."""

    def do_handshake(self, block: bool = False) -> None:
        """Shake hands, or close and raise what went wrong."""
        try:
            super().do_handshake(block)
        except OSError:  # ssl.SSLError and time-outs are ones
            self.close()
            raise


def client_context(ca: str, cert: str, key: str) -> ssl.SSLContext:
    """A client's side of mutual TLS. `ca` is the only authority believed; names are checked.

    Raises `OSError` (`ssl.SSLError` included) when a file is missing or not what it should be.
    """
    context = ssl.create_default_context(cafile=ca)
    context.sslsocket_class = _Socket
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(cert, key)
    return context
