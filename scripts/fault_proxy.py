"""An HTTP proxy on this machine that does to its connections what bad networks do."""
import re
import socket
import struct
import threading
import time


class Request:
    """One request as it came, or one answer."""

    def __init__(self, head, body):
        self.head, self.body = head, body

    @property
    def raw(self):
        return self.head + self.body

    @property
    def path(self):
        return self.head.split(b" ", 2)[1].decode("latin-1")

    def without(self, name):
        """The same with a header left out."""
        return Request(re.sub(rb"(?im)^" + name.encode() + rb":.*\r\n", b"", self.head), self.body)

    def having(self, *lines):
        """The same with more header lines."""
        return Request(self.head[:-2] + b"".join(line.encode() + b"\r\n" for line in lines) + b"\r\n", self.body)


class Line:
    """A client's connection, and what a network may do with it."""

    def __init__(self, proxy, client):
        self.proxy, self.client = proxy, client
        self.buffer = b""
        self.answers = []  # all that this connection has been answered

    def request(self):
        """The client's next request; None at the end."""
        return self._message(self.client)

    def ask(self, request):
        """What the real server answers."""
        server = socket.create_connection(("127.0.0.1", self.proxy.target))
        try:
            server.sendall(request.without("connection").having("Connection: close").raw)
            kept, self.buffer = self.buffer, b""
            answer = self._message(server)
            self.buffer = kept
        finally:
            server.close()
        self.answers.append(answer.without("connection"))
        return self.answers[-1]

    def send(self, data):
        self.client.sendall(data)

    def reset(self):
        """Ends the connection at once and rudely."""
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.client.close()

    def stall(self):
        """Says nothing more, until the client gives up or the proxy ends."""
        self.client.settimeout(1)
        while not self.proxy.is_over:
            try:
                if not self.client.recv(65536):
                    return
            except socket.timeout:
                pass

    def _message(self, source):
        while b"\r\n\r\n" not in self.buffer:
            piece = source.recv(65536)
            if not piece:
                return None
            self.buffer += piece
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        head += b"\r\n\r\n"
        if source is self.client and re.search(rb"(?im)^expect: *100-continue", head):
            self.client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        found = re.search(rb"(?im)^content-length: *(\d+)", head)
        length = int(found.group(1)) if found else 0
        while len(self.buffer) < length:
            piece = source.recv(65536)
            if not piece:
                return None
            self.buffer += piece
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return Request(head, body)


def forward(line, request):
    """A good network."""
    line.send(line.ask(request).raw)
    return True


class FaultProxy:
    """Forwards to one port of this machine, over a network that may be changed at any time.

    `network(line, request)` is called with each request, answers it or not, and says whether the connection may go on.
    """

    def __init__(self, target, network=forward, wrap=None):
        self.target, self.network, self.wrap = target, network, wrap
        self.is_over = False
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

    def end(self):
        self.is_over = True
        self.disconnect()

    def _accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            if self.wrap:
                client = self.wrap(client)
            line = Line(self, client)
            while (request := line.request()) and self.network(line, request):
                pass
        except (OSError, ValueError):
            pass
        _close(client)


# MARK: What networks do


def cut_request(cuts):
    """Breaks the connection half-way through a push."""
    def network(line, request):
        if request.path != "/v1/push":
            return forward(line, request)
        half = len(request.body) // 2
        cuts.append(("request", half, len(request.body)))
        server = socket.create_connection(("127.0.0.1", line.proxy.target))
        server.sendall(request.head + request.body[:half])
        _close(server)
        return False
    return network


def cut_answer(cuts):
    """Lets a push through, and breaks its answer."""
    def network(line, request):
        if request.path != "/v1/push":
            return forward(line, request)
        cuts.append(("answer", 40, None))
        line.send(line.ask(request).raw[:40])
        return False
    return network


def canned(status, *lines, body=b"<html>Anmelden / \xe7\x99\xbb\xe5\xbd\x95</html>", kind="text/html"):
    """Somebody else answers."""
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *lines))

    def network(line, request):
        line.send(head.encode() + b"\r\n" + body)
        return True
    return network


def changed(change):
    """The real answer, changed on its way; then the connection ends."""
    def network(line, request):
        line.send(change(line.ask(request)))
        return False
    return network


def asked_otherwise(change):
    """The request is changed on its way."""
    def network(line, request):
        line.send(line.ask(change(request)).raw)
        return True
    return network


def drip(line, request):
    """A byte a second."""
    for byte in line.ask(request).raw:
        line.send(bytes([byte]))
        time.sleep(1)
    return False


def late(seconds):
    """Answers when nobody waits any more."""
    def network(line, request):
        answer = line.ask(request)
        time.sleep(seconds)
        line.send(answer.raw)
        return False
    return network


def then(action):
    """Does something else than to answer."""
    def network(line, request):
        action(line, request)
        return False
    return network


def reset_in_answer(line, request):
    line.send(line.ask(request).raw[:20])
    time.sleep(0.1)
    line.reset()


def half_close(line, request):
    """Says that nothing will come, and goes on listening."""
    line.client.shutdown(socket.SHUT_WR)
    line.stall()


def stall_in_answer(line, request):
    answer = line.ask(request)
    line.send(answer.head + answer.body[:1])
    line.stall()


def answer_of_another(line, request):
    """Each request but the first is given the answer of the one before."""
    before = line.answers[-1] if line.answers else None
    answer = line.ask(request)
    line.send((before or answer).raw)
    return True


def answered_twice(line, request):
    line.send(line.ask(request).raw * 2)
    return True


def asked_twice(line, request):
    """A proxy that repeats a request, as one does that has had no answer."""
    line.ask(request)
    line.send(line.ask(request).raw)
    return True


def closed_between(line, request):
    """The connection may be kept by what its answer says, and is closed."""
    line.send(line.ask(request).raw)
    return False


def _close(*sockets):
    for one in sockets:
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        one.close()
