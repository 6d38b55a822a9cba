#include "app/store_question.h"

#include <fmt/format.h>

#include "app/control_socket.h"
#include "app/machine.h"
#include "storage/real_disk.h"

namespace postroad::app {
namespace {

bool has_store(const std::string& data_dir) {
  storage::RealDisk disk;
  return disk.exists(data_dir + "/postroad.db").value_or(false);
}

/// Everything that has not been removed yet, whatever the configuration says now.
constexpr std::chrono::days kSearchedOffline{36'500};

search::Search search_of(const World& world, net::AsioExecutor& executor, Core& core, const std::string& data_dir) {
  return search::Search({.clock = world.clock, .executor = executor, .timers = world.timers, .disk = world.disk, .journal = *core.journal},
                        {.directory = data_dir + "/events", .retention = kSearchedOffline});
}

/// In this process: no server has the store.
Result<std::string> ask_offline(const World& world, net::AsioExecutor& executor, Core& core, const std::string& data_dir, const std::string& call,
                                const Control::Parameters& parameters) {
  search::Search search = search_of(world, executor, core, data_dir);
  if (call == "log" || parameters.contains("message")) RETURN_IF_ERROR(search.open());
  executor.start();
  Control control({.core = core, .search = search, .queue = nullptr, .hostname = {}, .reload = {}});
  Result<std::string> answer = executor.run_on(0, control.call(call, parameters));
  executor.run_on(0, core.store->stop());
  executor.stop();
  return answer;
}

}  // namespace

Result<std::string> find_store(const StoreArguments& arguments) {
  ASSIGN_OR_RETURN(const Settings settings, load_settings(arguments.config));
  const std::string named = arguments.data_dir.empty() ? settings.text("server.data_dir") : arguments.data_dir;
  if (has_store(named)) return named;
  const bool anywhere = arguments.data_dir.empty() && arguments.config.empty() && settings.origin("server.data_dir") == "default";
  if (anywhere && has_store(dev_data_dir())) return dev_data_dir();
  return fail_permanent(ErrorCode::kNotFound, fmt::format("there is no store in {}; name it with --config or --data-dir", named));
}

Result<std::string> ask_store(const std::string& data_dir, const std::string& call, const Control::Parameters& parameters,
                              std::chrono::milliseconds wait) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Machine> machine, Machine::make({}));
  Result<std::unique_ptr<Core>> core = open_core(machine->world(), {.data_dir = data_dir});
  if (core) return ask_offline(machine->world(), machine->executor(), **core, data_dir, call, parameters);
  if (core.error().code != ErrorCode::kConflict) return std::unexpected(std::move(core).error());
  return ask_running_server(data_dir, call, parameters, wait);
}

Result<std::string> glance_at_store(const std::string& data_dir, const std::string& call, const Control::Parameters& parameters,
                                    std::chrono::milliseconds wait) {
  storage::RealDisk disk;
  if (disk.exists(ControlSocket::path_in(data_dir)).value_or(false)) {
    Result<std::string> answer = ask_running_server(data_dir, call, parameters, wait);
    if (answer || answer.error().code != ErrorCode::kConnectionLost) return answer;
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<Machine> machine, Machine::make({}));
  const World world = machine->world();
  ASSIGN_OR_RETURN(const std::unique_ptr<Core> core, open_core_to_read(world, data_dir));
  search::Search search = search_of(world, machine->executor(), *core, data_dir);
  machine->executor().start();
  Control control({.core = *core, .search = search, .queue = nullptr, .hostname = {}, .reload = {}});
  Result<std::string> answer = machine->executor().run_on(0, control.call(call, parameters));
  machine->executor().stop();
  return answer;
}

}  // namespace postroad::app
