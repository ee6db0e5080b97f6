"""A TCP proxy on this machine that can refuse, and cut a push half-way: the bad network of the demonstration."""
import re
import socket
import threading


class CuttingProxy:
    """Forwards to one port of this machine.

    `mode` says what becomes of a push: "open" forwards it, "cut-request" breaks the connection half-way through its body, "cut-answer"
    lets it through and breaks its answer. It stays until it is changed, because an HTTP library may try once more by itself.
    """

    def __init__(self, target):
        self.target = target
        self.mode = "open"
        self.cuts = []
        self.listener = None
        self.port = 0
        self.connect()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def connect(self):
        """The network is there."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen()
        self.port = listener.getsockname()[1]
        self.listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def disconnect(self):
        """The network is gone: nobody listens."""
        # Closing alone would leave the thread, and with it the port, in accept().
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            server = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            client.close()
            return
        state = {"answer_left": None}
        back = threading.Thread(target=self._answers, args=(server, client, state), daemon=True)
        back.start()
        try:
            self._requests(client, server, state)
        except OSError:
            pass
        _close(client, server)
        back.join(5)

    def _requests(self, client, server, state):
        """Forwards what the client sends; watches for a push."""
        window = b""
        left = None  # how many bytes may still pass before the cut
        while data := client.recv(65536):
            if left is None and self.mode != "open":
                window = (window + data)[-131072:]
                push = re.search(rb"POST /v1/push .*?\r\n\r\n", window, re.S)
                length = push and re.search(rb"(?i)\r\ncontent-length: *(\d+)", push.group())
                if length and self.mode == "cut-request":
                    body = int(length.group(1))
                    # Of this piece, what belongs to the header passes, and of the body the first half.
                    left = max(0, len(data) - (len(window) - push.end())) + body // 2
                    self.cuts.append(("request", body // 2, body))
                elif length:
                    state["answer_left"] = 40
                    self.cuts.append(("answer", 40, None))
            if left is None:
                server.sendall(data)
                continue
            server.sendall(data[:left])
            left -= len(data)
            if left <= 0:
                return

    def _answers(self, server, client, state):
        try:
            while data := server.recv(65536):
                left = state["answer_left"]
                if left is not None:
                    client.sendall(data[:left])
                    break
                client.sendall(data)
        except OSError:
            pass
        _close(client, server)


def _close(*sockets):
    for one in sockets:
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        one.close()
