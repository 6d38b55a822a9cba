#pragma once
#include "net/http/form.h"

namespace postroad::net::http {

/// A JSON object as a form, in any split: texts, numbers and booleans as their text, null as absent, an array as
/// repeated fields, anything deeper as its JSON text. No tree is built, so nesting costs no memory.
class JsonFormParser final : public FormParser {
 public:
  explicit JsonFormParser(FormBuilder& builder);
  ~JsonFormParser() override;
  Outcome<void> feed(std::string_view bytes) override;
  Outcome<void> finish() override;

 private:
  struct Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace postroad::net::http
