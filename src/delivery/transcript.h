#pragma once
#include <string>
#include <string_view>

#include "base/clock.h"

namespace postroad::delivery {

/// The conversation of an attempt as a support person reads it: `+21 ms < 220 mx.example ESMTP`. Bounded; message
/// content is never in it.
class Transcript {
 public:
  static constexpr std::size_t kBytesMax = 16 * 1024;

  explicit Transcript(const Clock& clock) : clock_(clock), start_(clock.mono()) {}
  void sent(std::string_view line) { add('>', line); }
  void received(std::string_view line) { add('<', line); }
  void note(std::string_view text) { add('*', text); }
  const std::string& text() const { return text_; }
  double seconds() const { return std::chrono::duration<double>(clock_.mono() - start_).count(); }

 private:
  void add(char direction, std::string_view line);
  const Clock& clock_;
  MonoTime start_;
  std::string text_;
};

}  // namespace postroad::delivery
