"""Unmodified django-anymail on Django: django_anymail.py BASE_URL KEY DOMAIN FILE EML

Prints one JSON object of what the backend handed back (story.py). Its API is Django's: no events, no stored messages.
"""
import json
import sys

import django
from django.conf import settings
from django.core.mail import EmailMultiAlternatives

base, key, domain, path, _eml = sys.argv[1:]
settings.configure(EMAIL_BACKEND="anymail.backends.mailgun.EmailBackend", ANYMAIL={
    "MAILGUN_API_KEY": key, "MAILGUN_API_URL": base + "/v3", "MAILGUN_SENDER_DOMAIN": domain}, USE_TZ=True)
django.setup()
from anymail.exceptions import AnymailAPIError  # noqa: E402 -- needs the settings
from anymail.message import AnymailMessage, attach_inline_image  # noqa: E402

seen = {}


def sent(message):
    message.send()
    status = message.anymail_status
    return {"id": status.message_id, "message": status.esp_response.json()["message"],
            "recipients": {k: v.status for k, v in status.recipients.items()}}


def refusal(change, **anymail):
    message = AnymailMessage("x", "x", f"app@{domain}", ["ana@north.test"])
    for name, value in anymail.items():
        setattr(message, name, value)
    change(message)
    try:
        return sent(message)
    except AnymailAPIError as error:
        return {"status": error.status_code, "error": str(error)}


message = AnymailMessage("Grüße aus dem Laden", "Hello Ana,\n.dot\nJörg €\n", f"Jörg Shop <app@{domain}>",
                         ["Ana <ana@north.test>", "bob@south.test"], reply_to=[f"help@{domain}"])
image = attach_inline_image(message, bytes.fromhex("89504e470d0a1a0a"), filename="logo.png", subtype="png")
message.attach_alternative(f'<p>Hello <b>Ana</b></p><img src="cid:{image}">', "text/html")
message.attach_file(path)
message.tags = ["orders", "django"]
message.metadata = {"order": "7781"}
message.track_opens = False
seen["sent"] = sent(message)

test = EmailMultiAlternatives("Test", "x", f"app@{domain}", ["tess@north.test"])
test.esp_extra = {"o:testmode": "yes"}
seen["test_mode"] = sent(test)

batch = AnymailMessage("Hello %recipient.name%", "Dear %recipient.name%", f"app@{domain}", ["carl@west.test", "dora@east.test"])
batch.merge_data = {"carl@west.test": {"name": "Carl"}, "dora@east.test": {"name": "Dora"}}
batch.merge_metadata = {"carl@west.test": {"n": "1"}, "dora@east.test": {"n": "2"}}
seen["batch"] = sent(batch)


seen["unknown_domain"] = refusal(lambda m: None, esp_extra={"sender_domain": "nobody.example"})
seen["not_built"] = refusal(lambda m: None, esp_extra={"o:tracking": "yes"})
with_key = dict(settings.ANYMAIL, MAILGUN_API_KEY="key-wrong")
settings.ANYMAIL = with_key
seen["wrong_key"] = refusal(lambda m: None)
print(json.dumps(seen))
