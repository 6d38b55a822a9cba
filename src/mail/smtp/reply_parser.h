#pragma once
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "mail/smtp/reply.h"

namespace postroad::mail::smtp {

/// Assembles one SMTP reply from arbitrary fragments (RFC 5321 §4.2). Once a reply is complete, or has
/// failed, `reset` begins the next.
class ReplyParser {
 public:
  static constexpr std::size_t kReplyBytesMax = 64 * 1024;
  static constexpr std::size_t kReplyLineBytesMax = 4096;

  /// Consumes a prefix of `bytes`, never past the end of the reply; returns how many. A complete reply is
  /// then in `reply()`. Fails, transiently, on a malformed or over-long reply: another MX may speak better.
  Result<std::size_t> consume(std::span<const char> bytes);
  const std::optional<Reply>& reply() const { return reply_; }
  /// Takes the reply out and begins the next.
  std::optional<Reply> take();
  void reset();

 private:
  Result<void> line(std::string_view line);

  std::string line_;
  std::size_t total_ = 0;
  Reply partial_;
  std::optional<Reply> reply_;
};

}  // namespace postroad::mail::smtp
