#include "form_oracle.h"
#include "net/http/read_form.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  postroad::fuzz::check_form(data, size, "application/json");
  return 0;
}
