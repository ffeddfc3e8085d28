"""A Jupyter client on real libzmq that puts a kernel's sockets to the test.

    libzmq_client.py CONNECTION_FILE TEST

It talks to the server in libzmq_test.go: a shell or control request "echo"
comes back, "ask" is followed by a question on stdin, "stream" makes the server
publish content.count numbered messages of content.size bytes. Exit status 0
means that everything was as it should be; otherwise an exception says what was
not. Nothing here waits for time to pass: timeouts only end what would hang.
"""

import hashlib
import hmac
import json
import sys
import uuid

import zmq

TIMEOUT = 60_000
DELIMITER = b"<IDS|MSG>"


class Client:
    def __init__(self, path, heartbeats=False):
        with open(path) as f:
            self.info = json.load(f)
        self.key = self.info["key"].encode()
        self.context = zmq.Context()
        self.identity = uuid.uuid4().hex.encode()
        self.heartbeats = heartbeats

    def connect(self, kind, name, identity=None, **options):
        socket = self.context.socket(kind)
        socket.linger = 0
        socket.rcvtimeo = socket.sndtimeo = TIMEOUT
        if identity is not None:
            socket.identity = identity
        if self.heartbeats:
            socket.setsockopt(zmq.HEARTBEAT_IVL, 20)
            socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, TIMEOUT)
            socket.setsockopt(zmq.HEARTBEAT_TTL, TIMEOUT)
        for option, value in options.items():
            socket.setsockopt(getattr(zmq, option), value)
        if kind == zmq.SUB:
            socket.subscribe(b"")
        port = self.info[name + "_port"]
        if self.info["transport"] == "ipc":
            socket.connect(f"ipc://{self.info['ip']}-{port}")
        else:
            socket.connect(f"tcp://{self.info['ip']}:{port}")
        return socket

    def sign(self, parts):
        mac = hmac.new(self.key, digestmod=hashlib.sha256)
        for part in parts:
            mac.update(part)
        return mac.hexdigest().encode()

    def send(self, socket, msg_type, content, buffers=(), key=None):
        header = {
            "msg_id": uuid.uuid4().hex,
            "session": self.identity.decode(),
            "username": "python",
            "date": "2026-01-02T03:04:05.000006Z",
            "msg_type": msg_type,
            "version": "5.4",
        }
        parts = [json.dumps(p).encode() for p in (header, {}, {}, content)]
        signature = b"wrong" if key is False else self.sign(parts)
        socket.send_multipart([DELIMITER, signature, *parts, *buffers])
        return header

    def recv(self, socket):
        frames = socket.recv_multipart()
        at = frames.index(DELIMITER)
        parts = frames[at + 2 : at + 6]
        assert frames[at + 1] == self.sign(parts), "signature"
        header, parent, metadata, content = map(json.loads, parts)
        return {
            "route": frames[:at],
            "header": header,
            "parent": parent,
            "metadata": metadata,
            "content": content,
            "buffers": frames[at + 6 :],
        }

    def close(self):
        self.context.destroy(linger=0)


def equal(got, want):
    assert got == want, f"got {got!r}, want {want!r}"


def echo(client):
    """Requests come back on the channel that they were sent on."""
    for name in ("shell", "control"):
        socket = client.connect(zmq.DEALER, name, client.identity)
        client.send(socket, "echo", {"evil": True}, key=False)
        for size in (0, 1, 255, 256, 70_000, 3_000_000):
            content = {"text": "ä" * (size // 2), "n": size}
            buffers = [b"b" * size, b"", b"c"]
            header = client.send(socket, "echo", content, buffers)
            reply = client.recv(socket)
            equal(reply["parent"], header)
            equal(reply["content"], content)
            equal(reply["buffers"], buffers)
            equal(reply["header"]["msg_type"], "echo_reply")
            equal(reply["header"]["version"], "5.5")


def pipelined(client):
    """A thousand requests sent at once are answered in order."""
    socket = client.connect(zmq.DEALER, "shell", client.identity)
    headers = [client.send(socket, "echo", {"n": n}) for n in range(1000)]
    for header in headers:
        equal(client.recv(socket)["parent"], header)


def anonymous(client):
    """Clients without an identity get their own replies."""
    sockets = [client.connect(zmq.DEALER, "shell") for _ in range(10)]
    headers = [client.send(socket, "echo", {}) for socket in sockets]
    for socket, header in reversed(list(zip(sockets, headers))):
        equal(client.recv(socket)["parent"], header)


def request_socket(client):
    """A REQ socket gets its empty frame back, or libzmq would drop the reply."""
    socket = client.connect(zmq.REQ, "shell")
    for _ in range(10):
        header = client.send(socket, "echo", {})
        equal(client.recv(socket)["parent"], header)


def router_socket(client):
    """A ROUTER may connect, as a proxy does."""
    socket = client.connect(zmq.ROUTER, "shell", b"proxy", CONNECT_ROUTING_ID=b"kernel")
    header = {"msg_id": "1", "session": "s", "msg_type": "echo"}
    parts = [json.dumps(p).encode() for p in (header, {}, {}, {})]
    socket.send_multipart([b"kernel", b"behind the proxy", DELIMITER, client.sign(parts), *parts])
    reply = client.recv(socket)
    equal(reply["route"][-1], b"behind the proxy")
    equal(reply["parent"], header)


def identity_handover(client):
    """A second socket with an identity in use gets the replies from then on."""
    old = client.connect(zmq.DEALER, "shell", client.identity)
    client.send(old, "echo", {})
    client.recv(old)
    # Keep libzmq from connecting the old one again, over and over.
    old.setsockopt(zmq.RECONNECT_IVL, -1)
    young = client.connect(zmq.DEALER, "shell", client.identity)
    header = client.send(young, "echo", {})
    equal(client.recv(young)["parent"], header)


def stdin(client):
    """A question reaches the stdin socket with the asker's identity, also if
    it connects after the request."""
    shell = client.connect(zmq.DEALER, "shell", client.identity)
    other = client.connect(zmq.DEALER, "stdin", b"someone else")
    header = client.send(shell, "ask", {})
    mine = client.connect(zmq.DEALER, "stdin", client.identity)
    question = client.recv(mine)
    equal(question["header"]["msg_type"], "input_request")
    equal(question["parent"], header)
    client.send(mine, "input_reply", {"value": "forty-two"})
    equal(client.recv(shell)["content"], {"value": "forty-two"})
    equal(other.poll(0), 0)


def heartbeat(client):
    for kind in (zmq.REQ, zmq.DEALER):
        socket = client.connect(kind, "hb")
        for body in (b"ping", b"", b"x" * 1000):
            socket.send(body)
            equal(socket.recv(), body)


def welcome(client):
    """Each new topic is welcomed before anything else arrives."""
    socket = client.context.socket(zmq.SUB)
    socket.linger, socket.rcvtimeo = 0, TIMEOUT
    socket.subscribe(b"kernel.")
    if client.info["transport"] == "ipc":
        socket.connect(f"ipc://{client.info['ip']}-{client.info['iopub_port']}")
    else:
        socket.connect(f"tcp://{client.info['ip']}:{client.info['iopub_port']}")
    for topic in (b"kernel.", b"", b"other"):
        if topic != b"kernel.":
            socket.subscribe(topic)
        message = client.recv(socket)
        equal(message["header"]["msg_type"], "iopub_welcome")
        equal(message["content"], {"subscription": topic.decode()})
        equal(message["route"], [topic])
        equal(message["parent"], {})


def subscribed(client):
    socket = client.connect(zmq.SUB, "iopub", RCVHWM=0)
    equal(client.recv(socket)["header"]["msg_type"], "iopub_welcome")
    return socket


def stream(client, count=100_000, size=80):
    """No message is lost, and all are in order, for two subscribers."""
    subscribers = [subscribed(client), subscribed(client)]
    shell = client.connect(zmq.DEALER, "shell", client.identity)
    header = client.send(shell, "stream", {"count": count, "size": size})
    for subscriber in subscribers:
        for n in range(count):
            if n % 100 == 0:
                message = client.recv(subscriber)
                equal(message["parent"], header)
                equal(message["content"]["n"], n)
            else:  # the same for less time
                equal(json.loads(subscriber.recv_multipart()[-1])["n"], n)
    equal(client.recv(shell)["content"], {"error": None})


def never_reads(client):
    """A subscriber that never reads does not keep another one from reading.
    The server's test sees that it was disconnected; libzmq itself does not
    look while it has no room for a message."""
    # A small high-water mark and buffer, so that it is the server that waits.
    stalled = client.connect(zmq.SUB, "iopub", RCVHWM=1, RCVBUF=4096)
    equal(client.recv(stalled)["header"]["msg_type"], "iopub_welcome")
    stream(client, count=20_000, size=4000)


def cancel(client):
    """After unsubscribing nothing arrives any more, and subscribing again is
    welcomed again."""
    socket = subscribed(client)
    everything = subscribed(client)
    shell = client.connect(zmq.DEALER, "shell", client.identity)
    socket.unsubscribe(b"")
    client.send(shell, "stream", {"count": 1, "size": 1})
    client.recv(everything)
    socket.subscribe(b"")
    while client.recv(socket)["header"]["msg_type"] != "iopub_welcome":
        pass


TESTS = {
    f.__name__: f
    for f in (
        echo, pipelined, anonymous, request_socket, router_socket, identity_handover,
        stdin, heartbeat, welcome, stream, never_reads, cancel,
    )
}  # fmt: skip


def main(path, test):
    client = Client(path, heartbeats=test == "echo")
    try:
        TESTS[test](client)
    finally:
        client.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
