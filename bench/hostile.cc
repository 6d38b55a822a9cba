#include "hostile.h"

#include <boost/json.hpp>

#include "mail/address.h"
#include "mail/address_header.h"
#include "mail/arc.h"
#include "mail/bounce.h"
#include "mail/content_type.h"
#include "mail/date.h"
#include "mail/dkim_verifier.h"
#include "mail/dmarc.h"
#include "mail/encoded_word.h"
#include "mail/feedback_report.h"
#include "mail/html/splice.h"
#include "mail/html/text.h"
#include "mail/mime_parser.h"
#include "mail/quote/strip.h"
#include "mail/spf_record.h"
#include "template/template.h"

namespace postroad::bench {
namespace {

constexpr std::size_t kMiB = 1u << 20;

/// `piece` again and again, `octets` long.
std::string filled(std::string_view piece, std::size_t octets) {
  std::string out;
  out.reserve(octets + piece.size());
  while (out.size() < octets) out += piece;
  return out;
}

std::string nested_multiparts(int depth) {
  std::string out;
  for (int i = 0; i < depth; ++i) {
    const std::string boundary = "b" + std::to_string(i);
    out += "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary + "\r\n";
  }
  return out + "\r\nend\r\n";
}

void read_message(std::string_view text) {
  const mail::MimeMessage message = mail::parse_mime(text);
  for (const mail::MimePart& part : message.parts) {
    if (!part.is_multipart()) (void)part.text();
  }
}

void read_report(std::string_view text) {
  const mail::MimeMessage message = mail::parse_mime(text);
  (void)mail::classify_bounce(message);
  (void)mail::read_feedback_report(message);
}

void verify(std::string_view text) {
  const mail::HeaderBlock header = mail::HeaderBlock::scan(text);
  const mail::DkimVerifier dkim(header);
  const mail::ArcVerifier arc(header);
  mail::DnsAnswers none;
  (void)dkim.finish(none);
  (void)arc.finish(none);
}

void render(std::string_view text) {
  static const boost::json::value data = [] {
    boost::json::array list(1000, 1);
    return boost::json::value(boost::json::object{{"l", std::move(list)}, {"s", std::string(100'000, '<')}});
  }();
  const auto program = templates::compile(text);
  if (!program) return;
  templates::Partials partials;
  partials.add("p", "x{{> p}}");
  partials.add("q", "{{#each l}}\n  {{> q}}\n{{/each}}");
  (void)templates::render(*program, &data, partials);
}

void strip_text(std::string_view text) {
  (void)mail::quote::strip_text(text, "Ana");
}
void strip_html(std::string_view text) {
  (void)mail::quote::strip_html(text);
}
void read_html(std::string_view text) {
  (void)mail::html::find_links(text);
  (void)mail::html::to_text(text);
}

std::string rising_quotes() {
  std::string out, prefix;
  while (out.size() < kMiB) {
    prefix += '>';
    if (prefix.size() > 900) prefix.clear();
    out += prefix + " text\nOn Monday Ana wrote:\n";
  }
  return out;
}

}  // namespace

std::vector<HostileInput> hostile_inputs() {
  return {
      {"nested groups, 1 MiB", [] { return filled("g:", kMiB); },
       [](auto text) {
         (void)mail::read_address_header(text);
         (void)mail::parse_mailbox_list(text);
       }},
      {"nested comments, 1 MiB", [] { return filled("(", kMiB); },
       [](auto text) {
         (void)mail::read_address_header(text);
         (void)mail::parse_mailbox(text);
       }},
      {"addresses, 1 MiB", [] { return filled("a@b.c,", kMiB); },
       [](auto text) { (void)mail::read_address_header(text); }},
      {"half encoded words, 1 MiB", [] { return filled("=?utf-8?q?", kMiB); },
       [](auto text) {
         (void)mail::decode_words(text);
         (void)mail::read_address_header(text);
       }},
      {"encoded words, 1 MiB", [] { return filled("=?iso-2022-jp?b?GyRCRnw=?= ", kMiB); },
       [](auto text) { (void)mail::decode_words(text); }},
      {"parameters, 1 MiB", [] { return "a/b" + filled(";x*1*=%41;y=z", kMiB); },
       [](auto text) { (void)mail::parse_content_type(text); }},
      {"one header of 1 MiB", [] { return "Subject: " + filled("x ", kMiB) + "\r\n\r\n"; }, read_message},
      {"folded header of 1 MiB", [] { return "Subject: x" + filled("\r\n y", kMiB) + "\r\n\r\n"; },
       read_message},
      {"header fields, 1 MiB", [] { return filled("A: b\r\n", kMiB) + "\r\n"; }, read_message},
      {"a million parts",
       [] {
         return "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + filled("--b\r\n\r\n", 7 * 1'000'000);
       },
       read_message},
      {"10,000 nested multiparts", [] { return nested_multiparts(10'000); }, read_message},
      {"near boundaries, 4 MiB",
       [] {
         return "Content-Type: multipart/mixed; boundary=" + std::string(70, '-') + "\r\n\r\n" +
                filled("-", 4 * kMiB);
       },
       read_message},
      {"base64 that is none, 4 MiB",
       [] { return "Content-Transfer-Encoding: base64\r\n\r\n" + filled("=!", 4 * kMiB); }, read_message},
      {"quoted-printable, 4 MiB",
       [] { return "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + filled("=\r\n =4", 4 * kMiB); },
       read_message},
      {"rising quotes, 1 MiB", rising_quotes, strip_text},
      {"attributions, 1 MiB", [] { return filled("On Mon, 1 Jan 2024 at 10:00 Ana <a@b.c> wrote\n", kMiB); },
       strip_text},
      {"one long line, 1 MiB", [] { return filled("From: Date: wrote ", kMiB); }, strip_text},
      {"signatures, 1 MiB", [] { return filled("--\nAna\n", kMiB); }, strip_text},
      {"nested blockquotes, 1 MiB", [] { return filled("<blockquote>", kMiB); }, strip_html},
      {"nested tables, 1 MiB", [] { return filled("<table><tr><td>", kMiB); }, strip_html},
      {"unclosed formatting, 1 MiB", [] { return filled("<b><i><p>", kMiB); }, strip_html},
      {"open tags, 4 MiB", [] { return filled("<", 4 * kMiB); }, read_html},
      {"open quotes, 4 MiB", [] { return filled("<a href=\"", 4 * kMiB); }, read_html},
      {"open comments, 4 MiB", [] { return filled("<!--", 4 * kMiB); }, read_html},
      {"references, 1 MiB", [] { return filled("&amp", kMiB); }, read_html},
      {"bounce prose, 1 MiB",
       [] {
         return "From: MAILER-DAEMON@x\r\nSubject: failure\r\n\r\n" +
                filled("<a@b.example>: 550 5.1.1 no\r\n", kMiB);
       },
       read_report},
      {"recipient fields, 1 MiB",
       [] {
         return "From: MAILER-DAEMON@x\r\nContent-Type: multipart/report; "
                "boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n" +
                filled("Final-Recipient: rfc822;a@b.c\r\nAction: failed\r\n\r\n", kMiB);
       },
       read_report},
      {"1,000 signatures",
       [] {
         return filled(
                    "DKIM-Signature: v=1; a=rsa-sha256; d=x.example; s=s; h=from; bh=AAAA; "
                    "b=AAAA\r\nARC-Seal: i=1; a=rsa-sha256\r\n",
                    100'000) +
                "From: a@x.example\r\n\r\n" + std::string(kMiB, ' ');
       },
       verify},
      {"a signature's tags, 1 MiB",
       [] { return "DKIM-Signature: " + filled("h=from:to;", kMiB) + "\r\n\r\n"; }, verify},
      {"policy terms, 64 KiB", [] { return "v=spf1 " + filled("a:%{ir}.x ", 64 * 1024); },
       [](auto text) {
         (void)mail::parse_spf_record(text);
         (void)mail::parse_dmarc_record(text);
       }},
      {"open blocks, 512 KiB", [] { return filled("{{#if a}}", kMiB / 2 - 16); }, render},
      {"subexpressions, 512 KiB", [] { return "{{a " + filled("(b ", kMiB / 2 - 16); }, render},
      {"tags, 320 KiB", [] { return filled("{{a}}", 320 * 1024); }, render},
      {"arguments, 256 KiB", [] { return filled("{{a" + filled(" b", 500) + "}}", 256 * 1024 - 600); },
       render},
      {"a partial that calls itself", [] { return std::string("{{> p}}"); }, render},
      {"a partial that calls itself in a loop", [] { return std::string("{{> q}}"); }, render},
      {"loops in loops",
       [] {
         return std::string(
             "{{#each @root.l}}{{#each @root.l}}{{#each @root.l}}{{a}}{{/each}}{{/each}}{{/each}}");
       },
       render},
      {"a text repeated", [] { return std::string("{{#each l}}{{@root.s}}{{/each}}"); }, render},
  };
}

}  // namespace postroad::bench
