#pragma once
#include <boost/json.hpp>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "template/program.h"

/// Handlebars as stored templates need it: `if unless each with lookup equal log`, partials (also inline,
/// dynamic and with blocks), block parameters, `@root @key @index @first @last`, white space control and
/// escapes, as handlebars.js 4.7 has them. Pure, without recursion; every loop ends at one of `Limits`.
namespace postroad::templates {

/// Templates that others may name. Each is compiled when it is first used.
class Partials {
 public:
  void add(std::string name, std::string text);
  /// Null when there is none; fails when it does not compile.
  Result<const Program*> find(std::string_view name, const Limits& limits);

 private:
  struct Entry {
    std::string text;
    std::unique_ptr<const Program> program;
  };
  std::map<std::string, Entry, std::less<>> entries_;
};

/// The text of a template for `data`, which is its context and @root; null stands for none. Fails where
/// handlebars.js throws (an unknown helper with arguments, a partial that is not there), and with kTooLarge
/// at a limit.
Result<std::string> render(const Program& program, const boost::json::value* data, Partials& partials,
                           const Limits& limits = {});

/// Compile and render once.
Result<std::string> render(std::string_view text, const boost::json::value& data, const Limits& limits = {});

}  // namespace postroad::templates
