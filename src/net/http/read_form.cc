#include "net/http/read_form.h"

#include "base/text.h"
#include "net/http/header_parameters.h"
#include "net/http/inflater.h"
#include "net/http/json_form_parser.h"
#include "net/http/multipart_parser.h"
#include "net/http/urlencoded_parser.h"

namespace postroad::net::http {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::string_view kWhite = " \t\r\n";

}  // namespace

FormReader::FormReader(const FormLimits& limits, MemoryBudget& budget) : builder_(form_, limits) {
  form_.memory = MemoryLease(budget);
}
FormReader::~FormReader() = default;

Outcome<std::unique_ptr<FormReader>> FormReader::make(const Request& request, const FormLimits& limits,
                                                      MemoryBudget& budget) {
  std::unique_ptr<FormReader> reader(new FormReader(limits, budget));
  const std::string_view encoding = request.header("Content-Encoding");
  if (ascii_iequals(encoding, "gzip") || ascii_iequals(encoding, "x-gzip")) {
    reader->inflater_ = std::make_unique<Inflater>(limits.body_bytes_max);
  } else if (!encoding.empty() && !ascii_iequals(encoding, "identity")) {
    return refuse(400, "unable to parse request: unsupported content encoding");
  }
  RETURN_IF_ERROR(reader->choose_parser(request));
  return reader;
}

Outcome<void> FormReader::choose_parser(const Request& request) {
  const std::string_view header = request.header("Content-Type");
  const std::optional<ParameterizedValue> type = parse_parameterized(header);
  if (!type && !header.empty() && ascii_istarts_with(header, "multipart/form-data")) return refuse(400, kMalformedMultipart);
  if (type && type->value == "multipart/form-data") {
    const std::string* boundary = type->find("boundary");
    ASSIGN_OR_RETURN(parser_, MultipartParser::make(boundary != nullptr ? *boundary : "", builder_));
    form_.encoding = Form::Encoding::kMultipart;
  } else if (type && type->value == "application/json") {
    parser_ = std::make_unique<JsonFormParser>(builder_);
    form_.encoding = Form::Encoding::kJson;
  } else if (header.empty() || (type && type->value == "application/x-www-form-urlencoded")) {
    parser_ = std::make_unique<UrlencodedParser>(builder_);
    form_.encoding = Form::Encoding::kUrlencoded;
    may_be_json_ = true;
  } else {
    unknown_type_ = true;
  }
  return {};
}

Outcome<void> FormReader::feed(std::string_view bytes) {
  if (!inflater_) return feed_plain(bytes);
  const auto take = [this](std::string_view plain) { return feed_plain(plain); };
  return inflater_->feed(bytes, take);
}

Outcome<void> FormReader::feed_plain(std::string_view bytes) {
  if (bytes.empty()) return {};
  plain_bytes_ += bytes.size();
  if (plain_bytes_ > builder_.limits().body_bytes_max) return refuse(413, kBodyTooLarge);
  if (unknown_type_) return refuse(400, "unable to parse request: unsupported content type");
  if (!form_.memory.use(bytes.size())) return refuse(503, "too many requests are being read; try again");
  if (may_be_json_) {
    const std::size_t first = bytes.find_first_not_of(kWhite);
    if (first == std::string_view::npos) return {};
    may_be_json_ = false;
    bytes.remove_prefix(first);  // dropped before a form too, so that every split reads the same
    if (bytes.front() == '{') {
      parser_ = std::make_unique<JsonFormParser>(builder_);
      form_.encoding = Form::Encoding::kJson;
    }
  }
  return parser_->feed(bytes);
}

Outcome<Form> FormReader::finish() {
  if (inflater_) RETURN_IF_ERROR(inflater_->finish());
  if (plain_bytes_ == 0) {  // nothing at all is an empty form, whatever its type
    form_.encoding = Form::Encoding::kNone;
    return std::move(form_);
  }
  if (parser_) RETURN_IF_ERROR(parser_->finish());
  return std::move(form_);
}

asio::awaitable<Outcome<Form>> read_form(const Request& request, Body& body, const FormLimits& limits,
                                         MemoryBudget& budget, Deadline deadline) {
  CO_ASSIGN_OR_RETURN(const std::unique_ptr<FormReader> reader, FormReader::make(request, limits, budget));
  const auto buffer = std::make_unique_for_overwrite<char[]>(kReadBytes);
  const std::span<char> into(buffer.get(), kReadBytes);
  for (;;) {
    CO_ASSIGN_OR_RETURN(const std::size_t got, co_await body.read(into, deadline));
    if (got == 0) break;
    CO_RETURN_IF_ERROR(reader->feed({buffer.get(), got}));
  }
  co_return reader->finish();
}

}  // namespace postroad::net::http
