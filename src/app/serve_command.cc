// postroad serve: the server, with its configuration.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/cli.h"
#include "app/commands.h"
#include "app/run_server.h"
#include "app/serve_check.h"
#include "app/serve_hosts.h"
#include "base/log.h"
#include "net/endpoint.h"

namespace postroad::app {
namespace {

std::vector<HandedName> names_of(const std::vector<net::HandedSocket>& sockets) {
  std::vector<HandedName> names;
  for (const net::HandedSocket& socket : sockets) names.push_back({socket.name, socket.local});
  return names;
}

std::string_view setting_of(std::string_view kind) {
  return kind == "http" ? "http.listen" : kind == "submission" ? "submission.listen" : "submission.listen_tls";
}

void tell_replaced(const Settings& settings, const ServerOptions& options) {
  for (const Replaced& one : options.replaced) {
    for (const net::Endpoint& at : one.handed) log::info("socket_handed_over", {{"kind", one.kind}, {"at", at.text()}, {"origin", "service manager"}});
    const std::string_view setting = setting_of(one.kind);
    for (const net::Endpoint& at : one.not_bound) {
      log::info("address_not_bound", {{"setting", setting}, {"at", at.text()}, {"origin", settings.origin(setting)}, {"why", "sockets of this kind were handed over"}});
    }
  }
}

/// Nobody but those who were given dev-ca.pem trusts a certificate of our own.
void tell_certificate(const ServerOptions& options) {
  std::vector<net::Endpoint> all = options.http_listen;
  std::ranges::copy(options.submission_listen, std::back_inserter(all));
  std::ranges::copy(options.submission_listen_tls, std::back_inserter(all));
  const bool beyond = !std::ranges::all_of(all, net::is_loopback);
  if (options.tls_mode != "self_signed" || (options.tls_names.empty() && !beyond)) return;
  log::warn("certificate_self_signed", {{"names", fmt::format("{}", fmt::join(certificate_names(options), ","))},
                                        {"authority", options.data_dir + "/dev-ca.pem"},
                                        {"next", "clients refuse it until they trust that file; get a certificate for these names and set tls.cert and tls.key"}});
}

int refuse_host(const Error& error) {
  print_error(error.detail);
  print_hint("postroad serve mail.example.com");
  print_docs("docs/operating/cli.md");
  return kExitUsage;
}

int refuse_service(const Error& error) {
  print_error(error.detail);
  print_hint("compare the units with those of docs/operating/systemd.md");
  print_docs("docs/operating/systemd.md");
  return kExitUsage;
}

int check(const ServeArguments& arguments, const Settings& settings, const ServerOptions& options) {
  fmt::print("{}: good\n{}", arguments.config.empty() ? "defaults" : arguments.config, serve_plan(settings, options));
  if (options.tls_mode == "self_signed") print_hint("clients refuse a self-signed certificate: set tls.cert and tls.key, or give them dev-ca.pem of the data directory");
  return kExitDone;
}

}  // namespace

int serve_command(const ServeArguments& arguments) {
  const Result<std::vector<std::string>> hosts = host_names(arguments.hosts);
  if (!hosts) return refuse_host(hosts.error());
  const UnknownName unknown = arguments.lenient ? UnknownName::kWarns : UnknownName::kFails;
  const auto read = [file = arguments.config, unknown, hosts = *hosts] {
    return load_settings(file, unknown, [&hosts](SettingsBuilder& builder) { return serve_hosts(builder, hosts); });
  };
  Result<Service> service = arguments.check ? Service{} : take_service_environment();
  if (!service) return refuse_service(service.error());
  const auto refuse = [&service](const Error& error) {
    service->manager.failed(error);
    return refuse_settings(error);
  };
  Result<Settings> settings = read();
  if (!settings) return refuse(settings.error());
  configure_log(*settings);
  Result<ServerOptions> options = server_options(*settings, names_of(service->sockets));
  if (!options) return refuse(options.error());
  options->tls_names = *hosts;
  if (arguments.check) return check(arguments, *settings, *options);
  if (!service->ignored.empty()) log::warn("handed_over_sockets_ignored", {{"why", service->ignored}});
  tell_replaced(*settings, *options);
  Configuration configuration{.running = *std::move(settings), .read = read, .handed = names_of(service->sockets), .reload_begins = {}, .reload_ended = {}};
  return run_server(*std::move(options), std::move(configuration), *std::move(service), [](const Server& server) {
    for (const net::Endpoint& at : server.http_endpoints()) log::info("listening", {{"http", at.text()}});
    for (const net::Endpoint& at : server.submission_endpoints()) log::info("listening", {{"submission", at.text()}});
    tell_certificate(server.options());
    log::info("started", {{"version", POSTROAD_VERSION}, {"mode", server.options().capture ? "capture" : "live"}});
  });
}

}  // namespace postroad::app
