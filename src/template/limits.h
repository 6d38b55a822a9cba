#pragma once
#include <cstddef>
#include <cstdint>

namespace postroad::templates {

/// A step of work on text is this many octets.
inline constexpr std::size_t kStepOctets = 64;

/// What one template may cost. A stranger writes the template and the data, so every loop ends at one of
/// these.
struct Limits {
  std::size_t template_bytes_max = 512u << 10;
  std::size_t words_max = 128u << 10;  ///< Texts, tags, and names and values in tags.
  std::size_t nesting_max = 128;       ///< Blocks, `else if` links and subexpressions open at one place.
  std::size_t arguments_max = 256;     ///< Of one helper or partial, hash included.
  std::size_t calls_max = 256;         ///< Blocks with a context of their own and partials under way at once.
  std::uint64_t steps_max =
      2'000'000;  ///< Instructions, names looked up, and one for each kStepOctets moved.
  std::size_t output_bytes_max = 4u << 20;
};

}  // namespace postroad::templates
