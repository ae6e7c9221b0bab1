"""A node's API as the command of users sees it, with the faults that nodes and networks have. Shapes: http-api.md."""
import base64
import contextlib
import email.parser
import email.policy
import hashlib
import http.server
import json
import socket
import struct
import threading
import time


class FakeNode:
    """What the requests came to, and how to answer the next ones."""

    def __init__(self):
        self.messages = []        # handed in: (message, sync)
        self.files = {}           # name -> bytes
        self.uploads = []         # (route, metadata or None, bytes)
        self.requests = []        # "METHOD path"
        self.answers = {}         # path -> list of (status, content type, body) used up one by one, or a function
        self.records = {}         # hash -> answer of /messages/HASH
        self.frames = []          # texts that the socket sends; None ends the connection
        self.socket_queries = []
        self.lock = threading.Lock()

    @contextlib.contextmanager
    def running(self, tls=None):
        node = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self, status, content_type, body, headers=()):
                body = body if isinstance(body, bytes) else body.encode()
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                for name, value in headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def json(self, value, status=200):
                self.answer(status, "application/json", json.dumps(value))

            def planned(self, path):
                with node.lock:
                    plans = node.answers.get(path)
                    if not plans:
                        return False
                    plan = plans.pop(0)
                if callable(plan):
                    plan(self)
                else:
                    self.answer(*plan)
                return True

            def do_GET(self):
                path, _, query = self.path.partition("?")
                node.requests.append(f"GET {self.path}")
                if path == "/api/ws0/messages":
                    node.serve_socket(self, query)
                elif self.planned(path):
                    pass
                elif path.startswith("/api/v0/storage/raw/") and path.rsplit("/", 1)[1] in node.files:
                    self.answer(200, "application/octet-stream", node.files[path.rsplit("/", 1)[1]])
                elif path.startswith("/api/v0/messages/") and path.rsplit("/", 1)[1] in node.records:
                    self.json(node.records[path.rsplit("/", 1)[1]])
                else:
                    self.answer(404, "text/plain; charset=utf-8", "404: Not Found")

            def do_POST(self):
                node.requests.append(f"POST {self.path}")
                if self.headers.get("Transfer-Encoding") == "chunked":
                    body = b""
                    while size := int(self.rfile.readline(), 16):
                        body += self.rfile.read(size)
                        self.rfile.readline()
                    self.rfile.readline()
                else:
                    body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/api/v0/messages":
                    sent = json.loads(body)
                    node.messages.append((sent["message"], sent["sync"]))
                parts = node.parts_of(self.headers["Content-Type"], body) if "multipart" in self.headers["Content-Type"] else None
                if parts is not None:
                    node.uploads.append((self.path, parts.get("metadata"), parts["file"]))
                self.parts, self.body = parts, body
                if self.planned(self.path):
                    return
                if self.path == "/api/v0/messages":
                    self.json({"publication_status": {"status": "success", "failed": []}, "message_status": "processed"})
                elif self.path == "/api/v0/storage/add_file":
                    name = hashlib.sha256(parts["file"]).hexdigest()
                    node.files[name] = parts["file"]
                    self.json({"status": "success", "hash": name})
                elif self.path in ("/api/v0/ipfs/add_file", "/api/v0/ipfs/add_car"):
                    name = json.loads(json.loads(parts["metadata"])["message"]["item_content"])["item_hash"]
                    node.files[name] = parts["file"]
                    self.json({"status": "success", "hash": name, "name": "file", "size": len(parts["file"])})
                else:
                    self.answer(404, "text/plain; charset=utf-8", "404: Not Found")

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        if tls:  # clients that do not trust it end in the middle of the handshake
            server.handle_error = lambda *_: None
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()

    @staticmethod
    def parts_of(content_type, body):
        parser = email.parser.BytesParser(policy=email.policy.HTTP)
        whole = parser.parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
        return {part.get_param("name", header="content-disposition"): part.get_payload(decode=True) for part in whole.iter_parts()}

    def serve_socket(self, handler, query):
        self.socket_queries.append(query)
        key = handler.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        handler.send_response(101)
        handler.send_header("Upgrade", "websocket")
        handler.send_header("Connection", "Upgrade")
        handler.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        handler.end_headers()
        handler.close_connection = True
        while True:
            with self.lock:
                frame = self.frames.pop(0) if self.frames else ""
            if frame is None:
                return
            if frame:
                data = frame.encode()
                head = b"\x81" + (bytes([len(data)]) if len(data) < 126 else b"\x7e" + struct.pack(">H", len(data)))
                handler.wfile.write(head + data)
                handler.wfile.flush()
            else:
                time.sleep(0.05)
                try:
                    handler.wfile.write(b"\x89\x00")  # a ping
                    handler.wfile.flush()
                except OSError:
                    return


def cut(handler):
    """Ends the connection without an answer."""
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def cut_in_the_middle(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", "application/octet-stream")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"x" * 500)
    handler.wfile.flush()
    cut(handler)
