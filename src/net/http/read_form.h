#pragma once
#include "net/http/body.h"
#include "net/http/form.h"

namespace postroad::net::http {

/// Reads the whole body as a form: multipart/form-data, application/x-www-form-urlencoded (or no Content-Type),
/// application/json, each also under Content-Encoding: gzip. JSON under a form's content type is recognised by its
/// first character. Another content type is refused with 400, unless the body is empty; 503 when `budget` is used up.
asio::awaitable<Outcome<Form>> read_form(const Request& request, Body& body, const FormLimits& limits,
                                         MemoryBudget& budget, Deadline deadline);

/// The same for a body that is already here: tests and fuzzers, which choose how it is split.
class FormReader {
 public:
  static Outcome<std::unique_ptr<FormReader>> make(const Request& request, const FormLimits& limits,
                                                   MemoryBudget& budget);
  ~FormReader();
  Outcome<void> feed(std::string_view bytes);
  Outcome<Form> finish();

 private:
  FormReader(const FormLimits& limits, MemoryBudget& budget);
  Outcome<void> choose_parser(const Request& request);
  /// After Content-Encoding.
  Outcome<void> feed_plain(std::string_view bytes);

  Form form_;
  FormBuilder builder_;
  std::uint64_t plain_bytes_ = 0;
  std::unique_ptr<class Inflater> inflater_;
  std::unique_ptr<FormParser> parser_;
  bool may_be_json_ = false;   ///< Until the first character that is not white space.
  bool unknown_type_ = false;  ///< Fine as long as the body is empty.
};

}  // namespace postroad::net::http
