#pragma once
#include <string>
#include <string_view>

namespace postroad::mail::smtp {

/// The one way a message gets onto the wire after DATA (RFC 5321 §4.5.2). It dot-stuffs, and it asserts, in
/// release builds too, that the message has CRLF line ends and nothing else: a bare CR or LF stops the
/// program before it can reach a peer who might read it as the end of data. What is spooled has been
/// normalised, so that is a bug of ours.
class DataWriter {
 public:
  /// Appends the stuffed form of the next piece of the message.
  void append(std::string_view piece, std::string& out);
  /// Ends the last line if need be and appends the dot that ends the data.
  void finish(std::string& out);

 private:
  bool line_start_ = true;
  bool carriage_ = false;  ///< the piece ended in CR: LF must follow
};

/// A whole message at once.
void append_data(std::string_view message, std::string& out);
/// Whether every CR is followed by LF and every LF follows a CR.
bool has_only_crlf(std::string_view message);

}  // namespace postroad::mail::smtp
