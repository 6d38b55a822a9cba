"""Unmodified mailgun-python: mailgun_python.py BASE_URL KEY DOMAIN FILE EML

Prints one JSON object of what the client handed back (story.py).
"""
import datetime
import email.utils
import json
import sys
import time

from mailgun.client import Client

base, key, domain, path, eml = sys.argv[1:]
seen = {}


def answer(response):
    try:
        return {"status": response.status_code, **response.json()}
    except ValueError:
        return {"status": response.status_code, "text": response.text}


def attempt(call):
    """The client raises for some statuses and returns others: both are an answer."""
    try:
        return answer(call())
    except Exception as error:  # noqa: BLE001 -- whatever the client throws is what its user sees
        response = getattr(error, "response", None)
        if response is None and error.__cause__ is not None:
            response = getattr(error.__cause__, "response", None)
        return answer(response) if response is not None else {"status": None, "error": repr(error)}


def settled(client, recipient):
    """Until the recipient's delivery is in the log: the client's own polling."""
    for _ in range(200):
        items = client.events.get(domain=domain, filters={"event": "delivered", "recipient": recipient}).json()["items"]
        if items:
            return items
        time.sleep(0.05)
    raise SystemExit(f"no delivery to {recipient} was told")


with Client(auth=("api", key), api_url=base) as client:
    content = open(path, "rb").read()
    message = {
        "from": f"Jörg Shop <app@{domain}>",
        "to": ["Ana <ana@north.test>", "bob@south.test"],
        "subject": "Grüße aus dem Laden",
        "text": "Hello Ana,\n.dot\nJörg €\n",
        "html": '<p>Hello <b>Ana</b></p><img src="cid:logo.png">',
        "o:tag": ["orders", "python"],
        "o:tracking": False,
        "v:order": "7781",
        "h:Reply-To": f"help@{domain}",
    }
    files = [("attachment", ("order.bin", content)), ("inline", ("logo.png", bytes.fromhex("89504e470d0a1a0a")))]
    seen["sent"] = answer(client.messages.create(data=message, files=files, domain=domain))
    seen["test_mode"] = answer(client.messages.create(
        data={"from": f"app@{domain}", "to": "tess@north.test", "subject": "Test", "text": "x", "o:testmode": True}, domain=domain))
    seen["batch"] = answer(client.messages.create(data={
        "from": f"app@{domain}", "to": ["carl@west.test", "dora@east.test"], "subject": "Hello %recipient.name%",
        "text": "Dear %recipient.name%", "recipient-variables": json.dumps(
            {"carl@west.test": {"name": "Carl"}, "dora@east.test": {"name": "Dora"}})}, domain=domain))
    seen["mime"] = answer(client.mimemessage.create(data={"to": "dora@east.test"}, files={"message": open(eml, "rb").read()},
                                                    domain=domain))
    plain = {"from": f"app@{domain}", "to": "ana@north.test", "subject": "x", "text": "x"}
    seen["bad_address"] = attempt(lambda: client.messages.create(data={**plain, "to": "not an address"}, domain=domain))
    seen["unknown_domain"] = attempt(lambda: client.messages.create(data=plain, domain="nobody.example"))
    seen["not_built"] = attempt(lambda: client.messages.create(data={**plain, "o:tracking": "yes"}, domain=domain))
    with Client(auth=("api", "key-wrong"), api_url=base) as stranger:
        seen["wrong_key"] = attempt(lambda: stranger.messages.create(data=plain, domain=domain))

    seen["delivered"] = [e["recipient"] for e in settled(client, "bob@south.test")]
    for recipient in ("ana@north.test", "carl@west.test", "dora@east.test"):
        settled(client, recipient)
    page = client.events.get(domain=domain, filters={"limit": 2}).json()
    seen["walked"] = []
    while page["items"]:
        seen["walked"] += [e["id"] for e in page["items"]]
        token = page["paging"]["next"].rsplit("/", 1)[1]
        page = client.events.get(domain=domain, filters={"page": token}).json()
    now = datetime.datetime.now(datetime.timezone.utc)
    fields = {"domain": domain, "message_id": seen["sent"]["id"].strip("<>")}
    query = {"start": email.utils.format_datetime(now - datetime.timedelta(hours=1)), "end": email.utils.format_datetime(now + datetime.timedelta(minutes=1)),
             "events": ["delivered"], "filter": {"AND": [{"attribute": k, "comparator": "=", "values": [{"label": v, "value": v}]}
                                                         for k, v in fields.items()]}}
    logs = client.analytics_logs.create(data=json.dumps(query), headers={"Content-Type": "application/json"}).json()
    seen["logs"] = [item["recipient"] for item in logs["items"]]
print(json.dumps(seen))
