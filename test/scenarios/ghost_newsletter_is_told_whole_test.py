#!/usr/bin/env python3
"""A Ghost newsletter: 1,000 members in one call with recipient variables, then the events polled as Ghost's client does it, page by
page with the first query's parameters sent again, from a fractional timestamp to the empty page; over a kill in between."""
import json
import shutil
import time
import urllib.parse

import harness

DOMAIN = "mail.shop.test"
EVENTS = "delivered OR opened OR failed OR unsubscribed OR complained"
PAGE_LIMIT = 300
MEMBERS = 1000


def multipart(fields):
    boundary = "----ghost-newsletter"
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields]
    return ("".join(parts) + f"--{boundary}--\r\n").encode(), f"multipart/form-data; boundary={boundary}"


class Ghost:
    """Ghost's side: what it sends, and how it walks the events."""

    def __init__(self, postroad, test):
        self.postroad, self.test, self.pages = postroad, test, 0

    def send(self, members, email_id):
        body, content_type = multipart(
            [("to", address) for address in members] +
            [("from", "Shop News <news@mail.shop.test>"), ("h:Reply-To", "reply@mail.shop.test"), ("subject", "Issue 12"),
             ("html", "<p>Hello %recipient.name%</p><a href=\"%recipient.unsubscribe_url%\">leave</a>"), ("text", "Hello %recipient.name%"),
             ("recipient-variables", json.dumps(members)), ("o:tag", "bulk-email"), ("o:tag", "ghost-email"), ("v:email-id", email_id),
             ("h:List-Unsubscribe", "<%recipient.list_unsubscribe%>, <%tag_unsubscribe_email%>"),
             ("h:List-Unsubscribe-Post", "List-Unsubscribe=One-Click"), ("o:tracking-opens", "no")])
        status, _, text = self.postroad.request("POST", f"/v3/{DOMAIN}/messages", body=body, headers={"Content-Type": content_type})
        self.test.assertEqual(status, 200, text)
        return json.loads(text)["id"]

    def get(self, query, page=None):
        path = f"/v3/{DOMAIN}/events" + (f"/{page}" if page else "") + "?" + urllib.parse.urlencode(query)
        status, _, text = self.postroad.request("GET", path)
        self.test.assertEqual(status, 200, text)
        answer = json.loads(text)
        # mailgun.js: new URL(value), and the page is the last part of the path.
        ids = {name: urllib.parse.urlparse(url).path.split("/")[-1] for name, url in answer["paging"].items()}
        self.test.assertEqual(set(ids), {"next", "previous", "first", "last"})
        self.test.assertTrue(all(ids.values()))
        return answer["items"], ids

    def fetch(self, begin, end):
        """Everything between, oldest first, until a page is empty; and the page after it."""
        query = {"limit": PAGE_LIMIT, "event": EVENTS, "tags": "bulk-email", "begin": begin, "end": end, "ascending": "yes"}
        seen = []
        items, ids = self.get(query)
        while items:
            self.pages += 1
            seen += items
            items, ids = self.get(query, ids["next"])
        return seen, query, ids["next"]


class Newsletter(harness.Scenario):
    def test_every_member_is_told_of_once(self):
        def answers(stage, text):
            return "550 5.1.1 no such user" if stage == "rcpt" and "gone" in text else None
        sink = self.sink(answers=answers)
        postroad = self.postroad(next_hop=f"127.0.0.1:{sink.port}")
        ghost = Ghost(postroad, self)
        members = {f"{'gone' if i % 50 == 7 else 'member'}{i}@d{i % 20}.test":
                   {"name": f"Member {i}", "unsubscribe_url": f"https://shop.test/leave/{i}", "list_unsubscribe": f"https://shop.test/one/{i}"}
                   for i in range(MEMBERS)}
        gone = {address for address in members if address.startswith("gone")}
        begin = time.time()
        message_id = ghost.send(members, "email-0001")
        self.assertTrue(postroad.wait_settled(120)["balanced"])

        seen, query, after = ghost.fetch(f"{begin:.3f}", f"{time.time() + 60:.3f}")
        self.assertEqual(ghost.pages, -(-MEMBERS // PAGE_LIMIT))
        self.assertEqual({event["recipient"] for event in seen}, set(members))
        self.assertEqual(len({event["id"] for event in seen}), MEMBERS, "each event once")
        times = [event["timestamp"] for event in seen]
        self.assertEqual(times, sorted(times))
        for event in seen:
            self.assertEqual(event["user-variables"]["email-id"], "email-0001")
            self.assertEqual("<" + event["message"]["headers"]["message-id"] + ">", message_id)
            self.assertEqual(event["event"], "failed" if event["recipient"] in gone else "delivered")
            if event["recipient"] in gone:
                self.assertEqual((event["severity"], event["delivery-status"]["code"]), ("permanent", 550))
        self.assertEqual(len(gone), 20)
        self.assertEqual(sink.count(), MEMBERS - len(gone))

        # The next poll begins at the last timestamp it saw: that event again, and nothing else.
        again, _, _ = ghost.fetch(f"{seen[-1]['timestamp']:.6f}", f"{time.time() + 60:.3f}")
        self.assertEqual([event["id"] for event in again], [e["id"] for e in seen if e["timestamp"] >= seen[-1]["timestamp"]])

        # The page after the empty one survives a kill, and has what is new.
        postroad.kill()
        postroad.start()
        items, ids = ghost.get(query, after)
        self.assertEqual(items, [])
        ghost.send({"late@d1.test": {"name": "Late", "unsubscribe_url": "x", "list_unsubscribe": "y"}}, "email-0002")
        postroad.wait_settled()
        items, _ = ghost.get(query, ids["next"])
        self.assertEqual([(event["recipient"], event["event"]) for event in items], [("late@d1.test", "delivered")])

        # A lost index is made again from the journal.
        postroad.stop()
        shutil.rmtree(f"{postroad.data}/events")
        postroad.start()
        rebuilt, _, _ = ghost.fetch(f"{begin:.3f}", f"{time.time() + 60:.3f}")
        self.assertEqual([event["id"] for event in rebuilt][:MEMBERS], [event["id"] for event in seen])
        self.assertEqual(len(rebuilt), MEMBERS + 1)


if __name__ == "__main__":
    harness.main()
