"""Calls a GeoReport v2 server through four clients from PyPI and checks what they make of its answers.

Usage: clients.py BASE KEY [SCHEMAS]: BASE ends in /open311, SCHEMAS is a folder with the standard's JSON
schemas. Prints a line for each check; exits with 1 when any fails.
"""

import datetime
import itertools
import json
import sys
import traceback
import urllib.request

itertools.ifilter = filter  # `three` was written for Python 2.

import chicagorequests  # noqa: E402
import civicbot.open311  # noqa: E402
import civicbot.registry  # noqa: E402
import georeport  # noqa: E402
import three  # noqa: E402

base, key = sys.argv[1], sys.argv[2]
schemas = sys.argv[3] if len(sys.argv) > 3 else None
v2 = base + "/v2"
failed = 0


def check(name):
    def run(body):
        global failed
        try:
            body()
            print("ok    ", name)
        except Exception:
            failed += 1
            print("FAILED", name)
            traceback.print_exc()

    return run


def ids(rows):
    return [row["service_request_id"] for row in rows]


def now():
    return datetime.datetime.now(datetime.timezone.utc)


for form in ("json", "xml"):
    client = georeport.GeoReport(v2, jurisdiction="huitian.example", output_format=form)

    @check(f"georeport {form}: services")
    def _():
        codes = [service["service_code"] for service in client.get_service_list()]
        assert codes == ["PARKING", "GARBAGE", "NOISE", "CONDUCT"], codes

    @check(f"georeport {form}: definition")
    def _():
        attributes = client.get_service_definition("GARBAGE")["attributes"]
        attributes = attributes["attribute"] if form == "xml" else attributes
        assert [it["code"] for it in attributes] == ["KIND", "DAYS", "SPOTS", "TIP"], attributes

    @check(f"georeport {form}: all requests of the last days")
    def _():
        found = client.get_service_requests()
        assert len(found) == 250 and "1" not in ids(found), len(found)
        assert found[0]["service_request_id"] == "1001"
        assert "消防通道停满车 & 堵了 <1001>" == found[0]["description"]

    @check(f"georeport {form}: by numbers, old ones too")
    def _():
        assert set(ids(client.get_service_requests(service_request_id="1,1001"))) == {"1", "1001"}

    @check(f"georeport {form}: by state and day")
    def _():
        closed = client.get_service_requests(status="closed")
        assert len(closed) == 83 and all(row["status"] == "closed" for row in closed)
        start = (now() - datetime.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert len(client.get_service_requests(start_date=start, service_code="PARKING")) == 16

    @check(f"georeport {form}: one request")
    def _():
        one = client.get_service_request("1002")
        assert one["status"] == "closed" and float(one["lat"]) == 40.07


endpoint = civicbot.registry.Endpoint("huitian", "Huitian", v2, write=True)
bot = civicbot.open311.Open311Client(endpoint, jurisdiction_id="huitian.example")


@check("civicbot: reads")
def _():
    assert len(bot.list_requests(page_size=50)) == 50
    assert bot.get_request("1001")["service_code"] == "PARKING"


@check("civicbot: its own check finds what is missing")
def _():
    try:
        bot.create_request("GARBAGE", lat=40.07, lng=116.36, description="x", validate_remote=True)
    except civicbot.open311.ValidationError as error:
        assert "KIND" in str(error)
    else:
        raise AssertionError("a missing attribute was not noticed")


@check("civicbot: brings a request with its attributes")
def _():
    sent = bot.create_request(
        "GARBAGE",
        lat=40.07,
        lng=116.36,
        description="桶满了 🗑",
        attributes={"KIND": "miss", "SPOTS": ["a", "b"]},
        validate_remote=True,
        dry_run=False,
        confirm="SEND",
        api_key=key,
    )
    assert sent.response[0]["service_request_id"], sent.response


@check("chicagorequests: pages of two hundred with extensions")
def _():
    chicagorequests.Downloader.BASE_URL = v2 + "/requests.json"
    found = chicagorequests.Downloader()((now() - datetime.timedelta(days=80), now()))
    assert len(found) == 250 and len(set(ids(found))) == 250, len(found)
    assert all("extended_attributes" in row and "notes" in row for row in found)


old = three.Three(v2, api_key=key, jurisdiction="huitian.example", discovery=base + "/discovery.json")


@check("three: discovery")
def _():
    kinds = [it["type"] for it in old.discovery()["endpoints"]]
    assert kinds == ["production", "test"], kinds


@check("three: services and definition")
def _():
    assert old.services()[0]["service_code"] == "PARKING"
    assert old.services("GARBAGE")["attributes"][0]["values"][0]["key"] == "miss"


@check("three: requests between days")
def _():
    day = lambda days: (now() + datetime.timedelta(days=days)).strftime("%m-%d-%Y")
    assert len(old.requests(between=[day(-3), day(1)])) >= 16
    assert len(old.requests("PARKING", count=10)) == 10
    assert old.request("1001")[0]["service_request_id"] == "1001"


@check("three: brings a request")
def _():
    sent = old.post("PARKING", address="东门", name="Ann Li", phone="13812345678", description="cars")
    assert sent[0]["service_request_id"], sent


@check("three: a token where a number comes later")
def _():
    token = old.post("NOISE", address="东门", description="loud")[0]["token"]
    assert old.token(token)[0]["token"] == token


@check("three: is told what is missing, and that its key is wrong")
def _():
    wrong = old.post("GARBAGE", address="东门")
    assert any(error["description"] == "KIND required" for error in wrong), wrong
    assert old.post("PARKING", address="x", api_key="wrong")[0]["code"] == 403


if schemas:
    import jsonschema
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT4

    def schema(name):
        with open(f"{schemas}/{name}.json", encoding="utf-8") as file:
            return json.load(file)

    registry = Registry().with_resources(
        [(f"{name}.json", Resource.from_contents(schema(name), default_specification=DRAFT4))
         for name in ("service", "request")]
    )

    for path, name in (
        ("/services.json", "services"),
        ("/services/GARBAGE.json", "service-definition"),
        ("/services/PARKING.json", "service-definition"),
        ("/requests.json", "requests"),
        ("/requests/1001.json", "requests"),
        ("/requests.json?extensions=true&page_size=5", "requests"),
    ):

        @check(f"schema {name}: {path}")
        def _():
            with urllib.request.urlopen(v2 + path) as answer:
                value = json.load(answer)
            jsonschema.Draft4Validator(schema(name), registry=registry).validate(value)


sys.exit(1 if failed else 0)
