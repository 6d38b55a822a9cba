#pragma once
#include <span>
#include <string_view>

namespace postroad::ingress::http::inbox {

/// A file of the page, as it is compiled in.
struct PageAsset {
  std::string_view name;
  std::string_view content_type;
  std::string_view digest;   ///< Of the plain bytes; for ETag.
  std::string_view plain;
  std::string_view gzipped;
};
std::span<const PageAsset> page_assets();

}  // namespace postroad::ingress::http::inbox
