#!/usr/bin/env python3
"""Formats beside their peers: MIME beside GMime and npm mailparser, templates beside handlebars.js, and the worst inputs.

Programs run in turns, RUNS times (default 5); a row is the median with its range, and a ratio is taken pairwise, run by
run, so that what else the machine does weighs on both. Exits 1 when a hostile input goes over its bound.
"""
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "test", "differential"))
import messages  # noqa: E402
import oracles  # noqa: E402

OURS = os.path.join(ROOT, "build", "release", "bench", "formats")
RUNS = int(os.environ.get("RUNS", "5"))
HOSTILE_MS_MAX, HOSTILE_MIB_MAX, LINKS_US_MAX = 100, 16, 20
WORDS = "the order has been shipped and will arrive soon, thank you for your patience über größe naïve €12.50 — receipt".split()


def prose(chance, octets):
    lines, size = [], 0
    while size < octets:
        lines.append(" ".join(chance.choice(WORDS) for _ in range(12)))
        size += len(lines[-1].encode()) + 2
    return "\r\n".join(lines)


def page(chance, octets):
    """A newsletter: tables, inline styles, links."""
    out = ["<!DOCTYPE html><html><head><style>td{padding:4px}</style></head><body><table width=\"600\">"]
    size = 0
    while size < octets:
        out.append(f'<tr><td style="font:14px/20px Arial,sans-serif;color:#333333;border-bottom:1px solid #eeeeee" align="left">{prose(chance, 60)} '
                   f'<a style="color:#0055aa" href="https://shop.example/p/{chance.randrange(10**6)}?utm_source=mail&amp;x={chance.randrange(99)}">more</a></td></tr>')
        size += len(out[-1])
    return "\r\n".join(out) + "</table></body></html>"


def message(chance, text_octets, html_octets, attachment_octets):
    """multipart/mixed of an alternative and, where it has octets, an attachment, as mail programs send."""
    import base64
    import quopri
    def folded(octets):
        flat = base64.b64encode(octets).decode()
        return "\r\n".join(flat[i:i + 76] for i in range(0, len(flat), 76))
    def quoted(text):
        return quopri.encodestring(text.encode().replace(b"\r\n", b"\n")).decode().replace("\n", "\r\n")
    received = "".join(f"Received: from a{i}.example (a{i}.example [192.0.2.{i}])\r\n\tby b{i}.example with ESMTPS id {chance.randrange(10**9)};\r\n"
                       f"\tThu, 1 Jan 2026 10:00:0{i} +0100\r\n" for i in range(4))
    head = (f"{received}From: =?utf-8?q?J=C3=B6rg_M=C3=BCller?= <j@shop.example>\r\nTo: Ana Lind <ana@north.example>, b@south.example\r\n"
            "Subject: =?utf-8?B?SWhyZSBCZXN0ZWxsdW5nIGlzdCB1bnRlcndlZ3Mg4oCTIGRhbmtl?=\r\nDate: Thu, 1 Jan 2026 10:00:00 +0100\r\n"
            f"Message-ID: <{chance.randrange(10**12)}@shop.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_mixed\"\r\n\r\n")
    body = ("--=_mixed\r\nContent-Type: multipart/alternative; boundary=\"=_alt\"\r\n\r\n--=_alt\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{quoted(prose(chance, text_octets))}\r\n")
    if html_octets:
        body += f"--=_alt\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{quoted(page(chance, html_octets))}\r\n"
    body += "--=_alt--\r\n"
    if attachment_octets:
        body += ("--=_mixed\r\nContent-Type: application/pdf; name=\"order.pdf\"\r\nContent-Disposition: attachment; filename*=utf-8''bestell%C3%BCbersicht.pdf\r\n"
                 f"Content-Transfer-Encoding: base64\r\n\r\n{folded(chance.randbytes(attachment_octets))}\r\n")
    return (head + body + "--=_mixed--\r\n").encode()


def corpora(folder):
    chance = random.Random(1)
    drawn = messages.Drawn(chance)
    made = {
        "small, 1 to 3 KB, nested at random": [drawn.message() for _ in range(200)],
        "text and HTML, 10 KB": [message(chance, 2000, 6000, 0) for _ in range(50)],
        "newsletter, 60 KB": [message(chance, 5000, 45000, 0) for _ in range(20)],
        "PDF attached, 1 MB": [message(chance, 2000, 6000, 720_000) for _ in range(5)],
    }
    out = {}
    for number, (name, contents) in enumerate(made.items()):
        out[name] = []
        for i, content in enumerate(contents):
            out[name].append(os.path.join(folder, f"{number}-{i}.eml"))
            with open(out[name][-1], "wb") as file:
                file.write(content)
    return out


def templates():
    chance = random.Random(2)
    items = [{"name": prose(chance, 30), "price": f"{i}.50", "count": i, "sale": i % 3 == 0, "url": f"https://shop.example/{i}?a=1&b=2"} for i in range(40)]
    order = {"customer": {"name": "Jörg & Söhne", "city": "Köln"}, "items": items, "total": "820.00", "paid": True, "notes": ["wrapped", "no <box>"]}
    receipt = ("<h1>Thank you, {{customer.name}}!</h1>\n{{#if paid}}<p>Paid in full.</p>{{else}}<p>Please pay {{total}}.</p>{{/if}}\n<table>\n"
               "{{#each items}}\n<tr class=\"{{#if sale}}sale{{/if}}\"><td>{{@index}}</td><td><a href=\"{{url}}\">{{name}}</a></td><td>{{count}} × {{price}}</td></tr>\n"
               "{{/each}}\n</table>\n{{#with customer}}{{name}}, {{city}}{{/with}}\n{{#unless paid}}unpaid{{/unless}}{{#each notes}}<li>{{this}}</li>{{/each}}\n")
    return {
        "greeting, 5 values": {"template": "Hi {{name}}, {{a.b}}, {{{c}}}, {{d}} and {{e}}. " + "Plain text between. " * 5,
                               "data": {"name": "Ana", "a": {"b": "B"}, "c": "<c>", "d": "O'Neil & sons", "e": 12}, "partials": {}},
        "receipt, 40 lines": {"template": receipt, "data": order, "partials": {}},
        "receipt with partials": {"template": "{{> head}}{{#each items}}{{> line}}{{/each}}{{> foot total=total}}", "data": order,
                                  "partials": {"head": "<h1>{{customer.name}}</h1>", "line": "<p>{{name}}: {{price}}{{#if sale}} SALE{{/if}}</p>\n", "foot": "<b>{{total}}</b>"}},
    }


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def spread(values, digits=0):
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f}..{max(values):,.{digits}f})"


def ratios(ours, theirs):
    return spread([a / b for a, b in zip(ours, theirs)], 1) + "x"


def mime(folder, node):
    gmime = oracles.gmime_program(folder)
    print("\n| messages, MB/s | postroad | GMime 3.2 | mailparser 3.7.4 | to GMime | to mailparser |\n|---|---|---|---|---|---|")
    for name, files in corpora(folder).items():
        octets = sum(map(os.path.getsize, files))
        rounds = max(2, 60_000_000 // octets)
        speed = {"ours": [], "gmime": [], "node": []}
        for _ in range(RUNS):
            for who, command in (("ours", (OURS, "mime", str(rounds), *files)), ("gmime", (gmime, "--bench", str(rounds), *files)),
                                 ("node", ("node", node, "mailparser", str(max(1, rounds // 12)), *files))):
                seen = run(*command)
                speed[who].append(seen["octets"] / seen["seconds"] / 1e6)
        print(f"| {name} | {spread(speed['ours'])} | {spread(speed['gmime'])} | {spread(speed['node'], 1)} | {ratios(speed['ours'], speed['gmime'])} "
              f"| {ratios(speed['ours'], speed['node'])} |", flush=True)


def handlebars(folder, node):
    wanted, path = templates(), os.path.join(folder, "templates")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(t) + "\n" for t in wanted.values())
    ours, theirs = [], []
    for _ in range(RUNS):
        ours.append(run(OURS, "templates", "5000", path))
        theirs.append(run("node", node, "handlebars", "5000", path))
    print("\n| template, µs a rendering | postroad | handlebars.js 4.7.10 | ratio |\n|---|---|---|---|")
    for i, name in enumerate(wanted):
        a, b = ([one[i]["seconds"] * 1e6 for one in runs] for runs in (ours, theirs))
        print(f"| {name} | {spread(a, 1)} | {spread(b, 1)} | {ratios(b, a)} |", flush=True)


def links(folder):
    path = os.path.join(folder, "page.html")
    with open(path, "w", encoding="utf-8") as file:
        file.write(page(random.Random(3), 27_000))
    seen = [run(OURS, "links", "2000", path) for _ in range(RUNS)]
    micros = [one["seconds"] * 1e6 for one in seen]
    print(f"\nLink positions of a page of {seen[0]['octets']:,} bytes with {seen[0]['links']} links: {spread(micros, 1)} µs "
          f"(bound {LINKS_US_MAX}).", flush=True)


def hostile():
    print(f"\n| hostile input | MB | CPU ms | MiB beyond it |\n|---|---|---|---|")
    over = []
    for one in run(OURS, "hostile"):
        mib = one["kib"] / 1024
        print(f"| {one['name']} | {one['octets'] / 1e6:.1f} | {one['ms']:.1f} | {mib:.1f} |")
        if one["ms"] > HOSTILE_MS_MAX or mib > HOSTILE_MIB_MAX:
            over.append(one["name"])
    print(f"\nBounds: {HOSTILE_MS_MAX} ms and {HOSTILE_MIB_MAX} MiB. Over: {', '.join(over) or 'none'}.")
    return not over


def main():
    node = os.path.join(oracles.node_folder(), "speed.mjs")
    with tempfile.TemporaryDirectory(prefix="postroad-bench-") as folder:
        mime(folder, node)
        handlebars(folder, node)
        links(folder)
    return 0 if hostile() else 1


if __name__ == "__main__":
    sys.exit(main())
