#pragma once
#include <string>
#include <vector>

#include "app/server_options.h"

namespace postroad::app {

/// What `serve` would do with this configuration, a line each, with where it comes from: for `serve --check`.
std::string serve_plan(const Settings& settings, const ServerOptions& options);
/// What the certificate is, and for which names; for people.
std::string certificate_words(const ServerOptions& options);
/// Every name that a certificate of our own has to have.
std::vector<std::string> certificate_names(const ServerOptions& options);

}  // namespace postroad::app
