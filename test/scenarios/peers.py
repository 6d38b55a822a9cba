"""Real peers in directories of their own: Debian's Postfix, OpenDKIM as its verifying milter, Unbound with a local zone."""
import os
import pathlib
import shutil
import subprocess

import harness


def dns_strings(text):
    """A TXT value in strings of at most 255 bytes, as a zone file has it."""
    return " ".join('"%s"' % text[i:i + 250] for i in range(0, len(text), 250))


class Unbound:
    """A resolver that answers from `records` alone ("name. TYPE value" lines of a zone file); of `refused` it answers nothing."""

    def __init__(self, folder, records, zones=("test.",), address="127.0.0.1", port=None, refused=()):
        binary = harness.need_tool("unbound", "unbound")
        self.address, self.port = address, port or harness.free_port()
        home = os.path.join(folder, "unbound")
        os.makedirs(home, exist_ok=True)
        config = os.path.join(home, "unbound.conf")
        with open(config, "w") as f:
            f.write(f'server:\n  interface: {address}@{self.port}\n  do-daemonize: no\n  use-syslog: no\n  chroot: ""\n'
                    f'  username: ""\n  directory: "{home}"\n  pidfile: "{home}/pid"\n  do-not-query-localhost: no\n'
                    '  module-config: "iterator"\n  access-control: 127.0.0.0/8 allow\n')
            for zone in zones:
                f.write(f'  local-zone: "{zone}" static\n')
            for zone in refused:
                f.write(f'  local-zone: "{zone}." always_refuse\n')
            for record in records:
                f.write(f"  local-data: '{record}'\n")
            f.write("remote-control:\n  control-enable: no\n")
        self.log = open(os.path.join(home, "log"), "wb")
        self.process = subprocess.Popen([binary, "-c", config, "-p"], stdout=self.log, stderr=self.log)
        harness.wait_for("unbound", lambda: self.process.poll() is not None or harness.port_open(self.port, address))
        if self.process.poll() is not None:
            raise AssertionError("unbound ended:\n" + open(self.log.name).read())

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


class OpenDkim:
    """OpenDKIM in verifying mode, as a milter: it writes Authentication-Results."""

    def __init__(self, folder, resolver):
        binary = harness.need_tool("opendkim", "opendkim")
        self.port = harness.free_port()
        home = os.path.join(folder, "opendkim")
        os.makedirs(home, exist_ok=True)
        config = os.path.join(home, "opendkim.conf")
        forward = os.path.join(home, "resolver.conf")
        with open(forward, "w") as f:
            f.write(f'server:\n  do-not-query-localhost: no\n  module-config: "iterator"\n'
                    f'forward-zone:\n  name: "."\n  forward-addr: {resolver.address}@{resolver.port}\n')
        with open(config, "w") as f:
            f.write(f"Mode v\nSocket inet:{self.port}@127.0.0.1\nBackground no\nResolverConfiguration {forward}\n"
                    f"AuthservID peer.test\nAlwaysAddARHeader yes\nSyslog no\nOn-Default accept\nOn-KeyNotFound accept\n")
        self.log = open(os.path.join(home, "log"), "wb")
        self.process = subprocess.Popen([binary, "-f", "-x", config], stdout=self.log, stderr=self.log)
        harness.wait_for("opendkim", lambda: self.process.poll() is not None or harness.port_open(self.port))
        if self.process.poll() is not None:
            raise AssertionError("opendkim ended:\n" + open(self.log.name).read())

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


class Postfix:
    """A private Postfix that takes mail for `domain` over STARTTLS and keeps it in a Maildir. Needs root to start."""

    def __init__(self, folder, domain, milter_port=None):
        harness.need_tool("postconf", "postfix")
        if os.geteuid() != 0:
            raise AssertionError("Postfix starts as root only: run the tests as root, as CI does")
        self.port, self.domain = harness.free_port(), domain
        self.home = os.path.join(folder, "postfix")
        self.mail = os.path.join(self.home, "mail")
        for name in ("conf", "queue", "data", "mail", "conf/postfix-files.d"):
            os.makedirs(os.path.join(self.home, name))
        os.chmod(self.home, 0o755)
        shutil.chown(os.path.join(self.home, "data"), "postfix")
        shutil.chown(self.mail, "nobody")
        key, certificate = os.path.join(self.home, "key.pem"), os.path.join(self.home, "cert.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", key, "-out", certificate, "-subj", "/CN=mx." + domain, "-days", "2"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        milters = f"smtpd_milters = inet:127.0.0.1:{milter_port}\nmilter_default_action = tempfail\n" if milter_port else ""
        conf = os.path.join(self.home, "conf")
        with open(os.path.join(conf, "main.cf"), "w") as f:
            f.write(f"""compatibility_level = 3.6
queue_directory = {self.home}/queue
data_directory = {self.home}/data
myhostname = mx.{domain}
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.2/32
smtpd_relay_restrictions = reject_unauth_destination
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
smtpd_tls_security_level = may
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_received_header = yes
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {self.mail}
virtual_mailbox_maps = static:inbox/
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_mailbox_limit = 0
message_size_limit = 52428800
maillog_file = {self.home}/maillog
maillog_file_prefixes = {self.home}
biff = no
{milters}""")
        with open(os.path.join(conf, "master.cf"), "w") as f:
            f.write(f"""127.0.0.1:{self.port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
""")
        for name in ("postfix-files", "dynamicmaps.cf"):
            if os.path.exists("/etc/postfix/" + name):
                shutil.copy("/etc/postfix/" + name, conf)
        subprocess.run(["postfix", "-c", conf, "check"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        daemons = subprocess.run(["postconf", "-c", conf, "-h", "daemon_directory"], check=True, stdout=subprocess.PIPE,
                                 text=True).stdout.strip()
        self.process = subprocess.Popen([daemons + "/master", "-c", conf, "-d"], env=dict(os.environ, MAIL_CONFIG=conf),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        harness.wait_for("postfix", lambda: harness.port_open(self.port))

    def messages(self):
        """What has been delivered, as bytes."""
        folder = os.path.join(self.mail, "inbox", "new")
        if not os.path.isdir(folder):
            return []
        return [pathlib.Path(folder, name).read_bytes() for name in sorted(os.listdir(folder))]

    def maillog(self):
        path = pathlib.Path(self.home, "maillog")
        return path.read_text(errors="replace") if path.exists() else "(no log)"

    def close(self):
        self.process.terminate()
        self.process.wait()
