#pragma once
#include "net/http/form.h"

namespace postroad::net::http {

/// application/x-www-form-urlencoded, in any split.
class UrlencodedParser final : public FormParser {
 public:
  explicit UrlencodedParser(FormBuilder& builder) : builder_(builder) {}
  Outcome<void> feed(std::string_view bytes) override;
  Outcome<void> finish() override;

 private:
  enum class Part : std::uint8_t { kName, kValue };

  std::size_t take_value(std::string_view bytes);
  Outcome<void> put(std::string_view decoded);
  Outcome<void> begin_value();
  Outcome<void> step(char c);

  FormBuilder& builder_;
  Part part_ = Part::kName;
  std::string name_;
  int escape_digits_ = 0;  ///< Still to come.
  int escape_ = 0;
};

}  // namespace postroad::net::http
