#pragma once
#include <string_view>

#include "app/server_options.h"
#include "storage/disk.h"

namespace postroad::simulation {

inline constexpr std::string_view kDataDirectory = "/data";

/// A store as `[bootstrap]` leaves it (key and domain), made once in this process and copied: making RSA keys takes longer
/// than a whole run.
void put_prepared_store(storage::Disk& disk, const app::ServerOptions& options);

}  // namespace postroad::simulation
