"""A server that stands for every model service: it notes what comes and gives a short answer.

It listens on 443 with TLS (the names are in the run's /etc/hosts) and on some ports without, on every address of the namespace. Of a request it keeps method, URL,
the model in the body, and which known key the headers or the query carry; never a key's text.
"""

import gzip
import http.server
import json
import re
import ssl
import threading
import time
import urllib.parse

# Without TLS: `http://` of a service, a gate, and what servers of one's own use.
GATE = 4010
PLAIN_PORTS = [80, GATE, 8080, 11434, 1234]
ANSWER = "mock says hello"
# Overlapping requests must be seen to overlap.
DELAY = 0.25
# A key may stand within a longer text; shorter texts only count as a whole.
LONG = 40
REFERENCE = re.compile(r"\$\{+[^{}]*?(\w+)\s*\}+$")
QUIET_HEADERS = {"host", "content-length", "user-agent", "accept", "accept-encoding", "content-type", "connection"}


class Seen:
    """What one run has sent."""

    def __init__(self, keys):
        self.keys = keys
        self.requests = []  # every request that carries a model
        self.others = []  # method and URL of the rest
        self.in_flight = 0
        self.most = 0
        self.last = time.monotonic()
        self.lock = threading.Lock()


class Mock:
    """The servers; `begin` starts the notes of the next run."""

    def __init__(self, certificate, private_key):
        self.seen = Seen({})
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, private_key)
        for port in [443, *PLAIN_PORTS]:
            server = Server(("", port), Handler)
            server.mock = self
            server.scheme = "http"
            if port == 443:
                server.scheme = "https"
                # The handshake is left to the thread of the connection.
                server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def begin(self, keys):
        """Forgets the last run."""
        self.seen = Seen(keys)
        return self.seen


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        """A client that leaves is nothing to talk about."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.handle_any()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = do_GET

    def body(self):
        """The whole body; some clients send it in chunks, or packed."""
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            data = b"".join(parts)
        else:
            data = self.rfile.read(int(self.headers.get("content-length") or 0))
        return gzip.decompress(data) if self.headers.get("content-encoding") == "gzip" else data

    def handle_any(self):
        seen = self.server.mock.seen
        seen.last = time.monotonic()
        try:
            body = json.loads(self.body() or b"null")
        except (ValueError, OSError):
            body = None
        path, _, query = self.path.partition("?")
        url = f"{self.server.scheme}://{self.headers.get('host', '')}{path}"
        protocol, model = read_model(path, body)
        if self.command != "POST" or protocol is None:
            with seen.lock:
                seen.others.append(f"{self.command} {url}")
            if path.endswith("/models") and self.command == "GET":
                return self.say(200, {"object": "list", "data": []})
            return self.say(404, {"error": {"code": "404", "message": "the mock has nothing here"}})
        with seen.lock:
            seen.in_flight += 1
            seen.most = max(seen.most, seen.in_flight)
            seen.requests.append({
                "url": url,
                "query": sorted(name for name, _ in urllib.parse.parse_qsl(query, keep_blank_values=True)),
                "protocol": protocol,
                "model": model,
                "keys": sent_keys(self.headers, query, seen.keys),
                "tools": len(body.get("tools") or []),
            })
        try:
            time.sleep(DELAY)
        finally:
            with seen.lock:
                seen.in_flight -= 1
                seen.last = time.monotonic()
        self.answer(protocol, model, body)

    def answer(self, protocol, model, body):
        if protocol == "unknown" or protocol == "gemini":
            return self.say(404, {"error": {"code": "404", "message": "the mock has nothing here"}})
        whole, events = ANSWERS[protocol](model)
        if not body.get("stream"):
            return self.say(200, whole)
        lines = []
        for event in events:
            if "type" in event:
                lines.append(f"event: {event['type']}\n")
            lines.append(f"data: {json.dumps(event)}\n\n")
        if protocol == "openai-chat":
            lines.append("data: [DONE]\n\n")
        self.say(200, "".join(lines).encode(), "text/event-stream")

    def say(self, status, content, kind="application/json"):
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def read_model(path, body):
    """Which protocol is spoken, and the model that is asked for; None and None if this is no such request."""
    if ":generateContent" in path or ":streamGenerateContent" in path:
        return "gemini", path.rpartition("/")[2].partition(":")[0]
    if not isinstance(body, dict) or "model" not in body or path.endswith("/count_tokens"):
        return None, None
    model = body["model"]
    for end, protocol in ("/messages", "anthropic"), ("/chat/completions", "openai-chat"), ("/responses", "openai-responses"):
        if path.rstrip("/").endswith(end):
            return protocol, model
    if "messages" in body or "input" in body or "prompt" in body:
        return "unknown", model
    return None, None


def sent_keys(headers, query, known):
    """Which keys came along, by header or parameter, and where they stand. A key's own text is never kept."""
    found = []
    for name, text in [*headers.items(), *urllib.parse.parse_qsl(query)]:
        name = name.lower()
        if name in QUIET_HEADERS:
            continue
        value = text[7:] if name == "authorization" and text[:7].lower() == "bearer " else text
        key = known.get(value) or known.get(value.strip())
        if key is not None:
            found.append({"in": name, **{k: v for k, v in vars(key).items() if v is not None}})
        elif marker := next((marker for marker in known if len(marker) >= LONG and marker in text), None):
            found.append({"in": name, "within": True, **{k: v for k, v in vars(known[marker]).items() if v is not None}})
        elif name in ("authorization", "x-api-key", "api-key", "x-goog-api-key"):
            # `Bearer` alone is an empty key. A tool may have changed a reference before it sends it as it is.
            if reference := REFERENCE.search(value):
                found.append({"in": name, "kind": "unexpanded", "name": reference[1]})
            else:
                found.append({"in": name, "kind": "none" if value.strip() in ("", "Bearer") else "unknown"})
    return found


def anthropic(model):
    usage = {"input_tokens": 10, "output_tokens": 5}
    head = {"id": "msg_mock", "type": "message", "role": "assistant", "model": model, "stop_sequence": None, "usage": usage}
    whole = {**head, "content": [{"type": "text", "text": ANSWER}], "stop_reason": "end_turn"}
    return whole, [
        {"type": "message_start", "message": {**head, "content": [], "stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": ANSWER}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
    ]


def openai(model):
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    head = {"id": "chatcmpl-mock", "created": int(time.time()), "model": model}
    message = {"role": "assistant", "content": ANSWER}
    whole = {**head, "object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": usage}
    part = {**head, "object": "chat.completion.chunk"}
    return whole, [
        {**part, "choices": [{"index": 0, "delta": message, "finish_reason": None}]},
        {**part, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        {**part, "choices": [], "usage": usage},
    ]


def responses(model):
    usage = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
    item = {"id": "msg_mock", "type": "message", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": ANSWER, "annotations": []}]}
    whole = {"id": "resp_mock", "object": "response", "created_at": int(time.time()), "status": "completed", "model": model, "output": [item], "usage": usage}
    return whole, [
        {"type": "response.created", "response": {**whole, "status": "in_progress", "output": []}},
        {"type": "response.output_item.added", "output_index": 0, "item": {**item, "content": []}},
        {"type": "response.output_text.delta", "item_id": "msg_mock", "output_index": 0, "content_index": 0, "delta": ANSWER},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": whole},
    ]


ANSWERS = {"anthropic": anthropic, "openai-chat": openai, "openai-responses": responses}
