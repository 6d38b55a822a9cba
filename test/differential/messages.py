"""Messages drawn from a seed: nested multiparts, every transfer encoding, charsets, encoded words and parameters."""
import base64
import quopri

TEXTS = ["Hello there.\r\nSecond line.", "Zwölf Boxkämpfer jagen Viktor\r\nquer über den Sylter Deich.", "Привет, мир!\r\n\r\nПока.",
         "日本語のテキスト。", "A line that is much longer than seventy-six characters, so that quoted-printable must break it somewhere.",
         "trailing space \r\n.\r\n..dots", ""]
CHARSETS = {"us-ascii": 0, "utf-8": None, "iso-8859-1": 1, "iso-8859-15": 1, "windows-1252": 1, "koi8-r": 2, "windows-1251": 2,
            "iso-2022-jp": 3, "shift_jis": 3, "euc-jp": 3, "utf-8 ": None}
NAMES = ["Ana Lind", "Müller, Jörg", "Анна", "plain", "O'Neil (home)", "日本 太郎"]
SUBJECTS = ["Plain subject", "Grüße aus Köln, mit einer Zeile, die lang genug ist, um gefaltet zu werden", "Тема письма", "re: 日本語", "=?not?an?encoded-word", ""]
FILES = ["report.pdf", "naïve résumé.txt", "отчёт.doc", "a b;c.txt", "quote\"d.bin", "very-" + "long-" * 20 + "name.dat"]


class Drawn:
    def __init__(self, random):
        self.random, self.count = random, 0

    def word(self, text):
        charset = self.random.choice(["utf-8", "UTF-8"])
        pieces, piece = [], ""
        for character in text:
            if len((piece + character).encode()) > 30:
                pieces.append(piece)
                piece = ""
            piece += character
        pieces.append(piece)
        if self.random.random() < 0.5:
            return "\r\n ".join(f"=?{charset}?B?{base64.b64encode(p.encode()).decode()}?=" for p in pieces)
        return "\r\n ".join(f"=?{charset}?q?{quopri.encodestring(p.encode(), header=True).decode().replace('=' + chr(10), '')}?=".replace("?_?", "?=20?")
                            for p in pieces)

    def phrase(self, name):
        if not name.isascii():
            return self.word(name)
        return name if name.replace(" ", "").isalnum() else '"' + name + '"'

    def parameter(self, name, value):
        if value.isascii() and '"' not in value and self.random.random() < 0.5:
            return f'; {name}="{value}"'
        raw = "".join(chr(b) if chr(b).isalnum() and b < 128 or b in b".-_" else f"%{b:02X}" for b in value.encode())
        if len(raw) < 40 and self.random.random() < 0.7:
            return f"; {name}*=utf-8''{raw}"
        parts, at = [], 0
        while at < len(raw):
            end = min(at + 30, len(raw))
            while end < len(raw) and "%" in raw[end - 2:end]:
                end -= 1
            parts.append(raw[at:end])
            at = end
        return "".join(f";\r\n\t{name}*{i}*=" + ("utf-8''" if i == 0 else "") + p for i, p in enumerate(parts))

    def encoded(self, body):
        kind = self.random.choice(["base64", "quoted-printable", "8bit", "BASE64", "Quoted-Printable"])
        if kind.lower() == "base64":
            width = self.random.choice([76, 60, 40])
            flat = base64.b64encode(body).decode()
            return kind, "\r\n".join(flat[i:i + width] for i in range(0, len(flat), width)).encode()
        if kind.lower() == "quoted-printable":
            lines = quopri.encodestring(body.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
            return kind, lines
        return kind, body

    def text(self):
        charset = self.random.choice(list(CHARSETS))
        wanted = CHARSETS[charset]
        body = TEXTS[wanted] if wanted is not None else self.random.choice(TEXTS)
        kind, data = self.encoded(body.encode(charset.strip()))
        subtype = self.random.choice(["plain", "plain", "html"])
        head = f"Content-Type: text/{subtype}; charset={charset.strip()}\r\nContent-Transfer-Encoding: {kind}\r\n"
        if self.random.random() < 0.2:
            head += "Content-Disposition: inline\r\n"
        return head, data

    def attachment(self):
        body = self.random.randbytes(self.random.randint(0, 500))
        kind, data = self.encoded(body)
        if kind in ("8bit",) or kind.lower() == "quoted-printable":
            data = base64.b64encode(body)
            kind = "base64"
        type_ = self.random.choice(["application/octet-stream", "image/png", "application/pdf"])
        name = self.random.choice(FILES)
        head = f"Content-Type: {type_}{self.parameter('name', name)}\r\nContent-Transfer-Encoding: {kind}\r\n"
        return head + f"Content-Disposition: attachment{self.parameter('filename', name)}\r\n", data

    def part(self, depth):
        kind = self.random.random()
        if depth < 4 and kind < 0.35:
            return self.multipart(depth)
        return self.text() if kind < 0.7 else self.attachment()

    def member(self, subtype, index, depth):
        """As mail programs nest: something shown first in a related, only versions of it in an alternative."""
        if subtype == "related":
            return self.text() if index == 0 else self.attachment()
        return self.text() if subtype == "alternative" else self.part(depth)

    def multipart(self, depth):
        self.count += 1
        boundary = self.random.choice(["b", "--b", "=_x y", "b'()+_,-./:=?"]) + str(self.count)
        subtype = self.random.choice(["mixed", "mixed", "alternative", "related"])
        parts = b""
        if self.random.random() < 0.3:
            parts += b"A preamble.\r\n"
        for i in range(self.random.randint(1, 4)):
            head, data = self.member(subtype, i, depth + 1)
            parts += f"--{boundary}\r\n{head}\r\n".encode() + data + b"\r\n"
        parts += f"--{boundary}--\r\n".encode()
        if self.random.random() < 0.3:
            parts += b"An epilogue.\r\n"
        return f"Content-Type: multipart/{subtype};\r\n boundary=\"{boundary}\"\r\n", parts

    def message(self):
        self.count += 1
        subject, name = self.random.choice(SUBJECTS), self.random.choice(NAMES)
        head = f"From: {self.phrase(name)} <from{self.count}@example.com>\r\n"
        head += "To: " + ",\r\n ".join(f"{self.phrase(self.random.choice(NAMES))} <to{i}@example.com>" for i in range(self.random.randint(1, 3))) + "\r\n"
        head += "Subject: " + (subject if subject.isascii() else self.word(subject)) + "\r\n"
        head += f"Date: {self.random.choice(['Thu, 1 Jan 2026 10:00:00 +0100', '3 Feb 2025 23:59:59 -0800', 'Mon, 29 Feb 2024 00:00 GMT'])}\r\n"
        head += f"Message-ID: <m{self.count}@example.com>\r\nMIME-Version: 1.0\r\n"
        body_head, body = self.part(0)
        return (head + body_head + "\r\n").encode() + body
