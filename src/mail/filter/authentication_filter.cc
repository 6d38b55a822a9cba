#include <boost/json.hpp>

#include "base/text.h"
#include "mail/arc.h"
#include "mail/dkim_signer.h"
#include "mail/dkim_verifier.h"
#include "mail/filter/dns_file.h"
#include "mail/filter/filter.h"
#include "mail/spf.h"

namespace postroad::mail::filter {
namespace {

namespace json = boost::json;

auto refuse(std::string detail) {
  return fail_permanent(ErrorCode::kInvalidArgument, std::move(detail));
}

Result<DnsFile> dns_from(std::span<const std::string> args) {
  const std::string* text = option(args, "--dns");
  if (text == nullptr) return refuse("--dns FILE is missing");
  return DnsFile::parse(*text);
}

/// A file has LF where the wire had CRLF.
std::string as_on_the_wire(std::string_view input) {
  std::string out;
  out.reserve(input.size() + input.size() / 32);
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (input[i] == '\n' && (i == 0 || input[i - 1] != '\r')) out += '\r';
    out += input[i];
  }
  return out;
}

DnsAnswers answered(const DnsFile& dns, const std::vector<DnsQuestion>& questions) {
  DnsAnswers answers;
  for (const DnsQuestion& question : questions) answers.add(question, dns.look_up(question));
  return answers;
}

}  // namespace

Result<std::string> filter_dkim_verify(std::span<const std::string> args, std::string_view input) {
  ASSIGN_OR_RETURN(const DnsFile dns, dns_from(args));
  DkimOptions options;
  if (const std::string* now = option(args, "--now")) {
    const auto seconds = parse_int(*now);
    if (!seconds) return refuse("--now: not a number");
    options.now = UnixSeconds{std::chrono::seconds{*seconds}};
  }
  const std::string message = as_on_the_wire(input);
  const HeaderBlock header = HeaderBlock::scan(message);
  const DkimVerifier verifier(header, options);
  const DkimReport report = verifier.finish(answered(dns, verifier.questions()));
  json::array signatures;
  for (const DkimVerdict& verdict : report.signatures) {
    json::object out{
        {"domain", verdict.domain}, {"selector", verdict.selector}, {"result", name_of(verdict.result)}};
    if (!verdict.reason.empty()) out["reason"] = verdict.reason;
    signatures.push_back(std::move(out));
  }
  return json::serialize(
      json::object{{"result", name_of(report.result)}, {"signatures", std::move(signatures)}});
}

Result<std::string> filter_dkim_sign(std::span<const std::string> args, std::string_view input) {
  const std::string* domain = option(args, "--domain");
  const std::string* selector = option(args, "--selector");
  const std::string* pem = option(args, "--private-key");
  if (domain == nullptr || selector == nullptr || pem == nullptr) return refuse("--domain, --selector and --private-key FILE");
  ASSIGN_OR_RETURN(const DkimKey key, DkimKey::from_pem(*pem));
  DkimSigning signing{.domain = *domain, .selector = *selector};
  const std::string* now = option(args, "--now");
  const auto seconds = now == nullptr ? std::optional<std::int64_t>(0) : parse_int(*now);
  if (!seconds) return refuse("--now: not a number");
  signing.now = UnixSeconds{std::chrono::seconds{*seconds}};
  const std::string message = as_on_the_wire(input);
  const HeaderBlock header = HeaderBlock::scan(message);
  ASSIGN_OR_RETURN(const std::string field, dkim_signature(key, signing, header, body_hash(header.body())));
  return json::serialize(json::object{{"field", field}, {"dns", key.dns_record()}});
}

Result<std::string> filter_dkim_canon(std::span<const std::string> args, std::string_view input) {
  const std::string* name = option(args, "--algorithm");
  if (name == nullptr || (*name != "simple" && *name != "relaxed"))
    return refuse("--algorithm simple|relaxed");
  const auto mode = *name == "simple" ? Canonicalization::kSimple : Canonicalization::kRelaxed;
  const std::string message = as_on_the_wire(input);
  const HeaderBlock header = HeaderBlock::scan(message);
  std::string out;
  for (const HeaderField& field : header.fields()) out += canonical_field(field.raw, mode);
  out += "\r\n";
  BodyCanonicalizer body(mode);
  body.update(header.body(), out);
  body.finish(out);
  return json::serialize(json::object{{"b64", base64_encode(out)}});
}

Result<std::string> filter_arc_verify(std::span<const std::string> args, std::string_view input) {
  ASSIGN_OR_RETURN(const DnsFile dns, dns_from(args));
  const std::string* bits = option(args, "--key-min-bits");
  const auto bits_min = bits == nullptr ? kRsaBitsMin : parse_int(*bits).value_or(kRsaBitsMin);
  const std::string message = as_on_the_wire(input);
  const HeaderBlock header = HeaderBlock::scan(message);
  const ArcVerifier verifier(header, static_cast<int>(bits_min));
  const ArcReport report = verifier.finish(answered(dns, verifier.questions()));
  json::object out{{"result", name_of(report.result)}};
  if (!report.reason.empty()) out["reason"] = report.reason;
  return json::serialize(out);
}

Result<std::string> filter_spf_check(std::span<const std::string> args, std::string_view) {
  ASSIGN_OR_RETURN(const DnsFile dns, dns_from(args));
  SpfQuery query;
  const std::string* ip = option(args, "--ip");
  const auto address = ip == nullptr ? std::nullopt : parse_ip(*ip);
  if (!address) return refuse("--ip: not an address");
  query.ip = *address;
  if (const std::string* helo = option(args, "--helo")) query.helo = *helo;
  if (const std::string* mail_from = option(args, "--mail-from")) query.mail_from = *mail_from;
  DnsAnswers answers;
  for (;;) {
    auto outcome = check_spf(query, answers);
    if (const auto* question = std::get_if<DnsQuestion>(&outcome)) {
      answers.add(*question, dns.look_up(*question));
      continue;
    }
    const SpfVerdict& verdict = std::get<SpfVerdict>(outcome);
    json::object out{{"result", name_of(verdict.result)}, {"domain", verdict.domain}};
    if (!verdict.explanation.empty()) out["explanation"] = verdict.explanation;
    return json::serialize(out);
  }
}

}  // namespace postroad::mail::filter
