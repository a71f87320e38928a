"""A small GeoReport v2 server of its own make, for trying a client: it checks what it is sent as the standard has it,
and answers with what servers really do: numbers for ids, lists that are wrapped, being busy, saying no."""

import json
import sys
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

KEY = "key-of-the-city"
SERVICES = {"ROADS", "LIGHTS", "LATER", "BUSY", "CLOSED"}
lock = threading.Lock()
requests, updates, tokens, busy = [], [], {}, {}


def now():
    return datetime.now(timezone.utc)


def stamp(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def answer(self, status, body, headers=()):
        data = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def fail(self, status, *errors):
        self.answer(status, [{"code": status, "description": error} for error in errors])

    def form(self):
        length = int(self.headers.get("Content-Length", 0))
        fields = parse_qs(self.rfile.read(length).decode(), strict_parsing=True) if length else {}
        return {name: values[0] for name, values in fields.items()}

    def do_POST(self):
        path, form = urlsplit(self.path).path, self.form()
        if path.startswith("/control/"):
            return self.control(path, form)
        if path not in ("/v2/requests.json", "/v2/servicerequestupdates.json"):
            return self.fail(404, "nothing here")
        if form.get("api_key") != KEY:
            return self.fail(403, "api_key %s is not valid" % form.get("api_key"))
        if form.get("jurisdiction_id") != "city.example":
            return self.fail(400, "jurisdiction_id was not provided")
        if path == "/v2/servicerequestupdates.json":
            return self.update(form)
        errors, service = [], form.get("service_code", "")
        if service not in SERVICES:
            return self.fail(404, "service_code %s not found" % service)
        if service == "CLOSED":
            errors.append("service_code CLOSED takes nothing at present")
        if not form.get("description") or len(form["description"]) > 4000:
            errors.append("description is required, at most 4000 characters")
        placed = "lat" in form and "long" in form
        if placed and not (-90 <= float(form["lat"]) <= 90 and -180 <= float(form["long"]) <= 180):
            errors.append("lat and long must be degrees")
        if not placed and not form.get("address_string"):
            errors.append("lat and long or address_string required")
        if {"email", "phone", "first_name", "last_name"} & set(form):
            errors.append("nobody's name belongs here")
        if errors:
            return self.fail(400, *errors)
        with lock:
            if service == "BUSY":
                busy[form["device_id"]] = busy.get(form["device_id"], 0) + 1
                if busy[form["device_id"]] <= 2:
                    return self.answer(503, "<html>busy</html>", [("Retry-After", "0")])
            number = 5000 + len(requests)
            requests.append({
                "service_request_id": number, "service_code": service, "status": "open", "status_notes": None,
                "description": form["description"], "address": form.get("address_string"),
                "lat": form.get("lat"), "long": form.get("long"),
                "requested_datetime": stamp(now()), "updated_datetime": stamp(now()),
            })
            if service == "LATER":
                token = "t/%d" % number
                tokens[token] = [number, False]
                return self.answer(200, [{"token": token, "service_notice": None}])
        if form["description"].startswith("LOST"):
            # It came here, and the answer never gets there.
            self.connection.close()
            return None
        return self.answer(200, {"service_requests": [{"service_request_id": number}]})

    def update(self, form):
        known = {str(held["service_request_id"]) for held in requests}
        needed = ("service_request_id", "update_id", "status", "updated_datetime", "description")
        errors = [name + " required" for name in needed if not form.get(name)]
        if not errors and form["service_request_id"] not in known:
            errors.append("service_request_id is not known here")
        if form.get("status") not in ("OPEN", "CANCELLED", "REOPEN"):
            errors.append("status is none of the extension's")
        if form.get("description", "").startswith("NEVER"):
            errors.append("description is not taken")
        try:
            datetime.fromisoformat(form.get("updated_datetime", ""))
        except ValueError:
            errors.append("updated_datetime is no moment")
        if errors:
            return self.fail(400, *errors)
        with lock:
            number = len(updates) + 1
            updates.append({
                "update_id": number, "service_request_id": int(form["service_request_id"]),
                "status": form["status"], "description": form["description"],
                # When it was said, as the extension has it.
                "updated_datetime": stamp(datetime.fromisoformat(form["updated_datetime"]).astimezone(timezone.utc)),
            })
        if form["description"].startswith("LOST"):
            self.connection.close()
            return None
        return self.answer(200, [{"update_id": number}])

    def control(self, path, form):
        with lock:
            if path == "/control/number":
                for token in tokens.values():
                    token[1] = True
            if path == "/control/close":
                for request in requests:
                    if str(request["service_request_id"]) == form["id"]:
                        request.update(status="closed", status_notes=form["notes"], updated_datetime=stamp(now()))
                        for status, said in (("INVESTIGATING", "已派员"), ("CLOSED", form["notes"])):
                            updates.append({
                                "update_id": len(updates) + 1, "service_request_id": request["service_request_id"],
                                "status": status, "updated_datetime": stamp(now()), "description": said,
                            })
        return self.answer(200, {"requests": requests, "updates": updates})

    def do_GET(self):
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if query.get("jurisdiction_id") != "city.example":
            return self.fail(400, "jurisdiction_id was not provided")
        def within(at):
            start, end = query.get("start_date"), query.get("end_date")
            return (not start or at >= start) and (not end or at <= end)

        with lock:
            if parts.path.startswith("/v2/tokens/"):
                from urllib.parse import unquote
                token = unquote(parts.path[len("/v2/tokens/"):-len(".json")])
                if token not in tokens:
                    return self.fail(404, "token not found")
                number, ready = tokens[token]
                return self.answer(200, [{"token": token, "service_request_id": number if ready else None}])
            if parts.path == "/v2/requests.json":
                wanted = query.get("service_request_id")
                found = [
                    held for held in requests
                    if (str(held["service_request_id"]) in wanted.split(",") if wanted else
                        held["service_code"] == query.get("service_code", held["service_code"])
                        and within(held["requested_datetime"]))
                ]
                return self.answer(200, found)
            if parts.path == "/v2/servicerequestupdates.json":
                return self.answer(200, {"service_request_updates": [
                    held for held in updates if within(held["updated_datetime"])]})
        return self.fail(404, "nothing here")


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
