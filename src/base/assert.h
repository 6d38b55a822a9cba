#pragma once

namespace postroad {

/// Prints where and what, then aborts: a bug in this program must stop before it writes anything wrong.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace postroad

/// On in release builds too. For bugs of ours only; what a peer or a disk does is a Result.
#define PR_ASSERT(condition) \
  (static_cast<bool>(condition) ? void(0) : ::postroad::assertion_failed(#condition, __FILE__, __LINE__))
