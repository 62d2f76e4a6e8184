"""A line to a server that breaks when told to: it goes deaf, is cut, or is cut after some bytes."""

import contextlib
import socket
import threading
from dataclasses import dataclass, field


@dataclass
class BrokenLine:
    """Listens on a port of its own and passes bytes on to ``target``. ``deaf``: connections stay open and nothing
    passes; ``cut_after``: bytes from the server after which a connection is cut, once."""

    target: int
    deaf: bool = False
    refuse: bool = False
    cut_after: int | None = None
    connections: int = 0
    _door: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    _open: list[socket.socket] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self._door.getsockname()[1])

    def start(self) -> "BrokenLine":
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def cut(self) -> None:
        """Cut all connections."""
        for line in self._open:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._door.close()
        self.cut()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._door.accept()
                if self.refuse:
                    client.close()
                    continue
                self.connections += 1
                server = socket.create_connection(("127.0.0.1", self.target))
                self._open += [client, server]
                threading.Thread(target=self._pass, args=(client, server, False), daemon=True).start()
                threading.Thread(target=self._pass, args=(server, client, True), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, from_server: bool) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                if self.deaf:
                    continue
                if from_server and self.cut_after is not None and passed + len(data) > self.cut_after:
                    self.cut_after = None
                    sink.sendall(data[: len(data) // 2])
                    break
                passed += len(data)
                sink.sendall(data)
        for line in (source, sink):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
