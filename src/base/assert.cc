#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace postroad {

void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "postroad: bug: %s does not hold (%s:%d); stopping before anything wrong is written\n",
               condition, file, line);
  std::fflush(stderr);
  std::abort();
}

}  // namespace postroad
