"""A management server as far as a load balancer sees it: 401 for a call without signature, or 503 where it is broken.

Answers with its own name on 8080, and on 8250 while it serves.
"""

import http.server
import pathlib
import socket
import socketserver
import threading

NAME = socket.gethostname()
BROKEN = pathlib.Path("/run/broken")


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        status = 503 if BROKEN.exists() else 401 if self.path.startswith("/client/api?") else 200
        body = f"{NAME} {self.headers.get('X-Forwarded-Proto', '')}".encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Agent(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(NAME.encode() + b"\n")
        self.request.recv(1)


class Agents(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


threading.Thread(target=Agents(("", 8250), Agent).serve_forever, daemon=True).start()
http.server.ThreadingHTTPServer(("", 8080), Answer).serve_forever()
