#include "ingress/http/routes.h"

#include "ingress/http/router.h"

namespace postroad::ingress::http {
namespace {

constexpr Route kRoutes[] = {
    {"GET", "/", Need::kNothing, get_root},
    {"GET", "/health", Need::kNothing, get_health},
    {"GET", "/inbox/{}", Need::kNothing, get_inbox_message},

    {"POST", "/v3/{}/messages", Need::kSend, post_message},
    {"POST", "/v2/{}/messages", Need::kSend, post_message},

    {"GET", "/v3/{}/events", Need::kRead, list_events},
    {"GET", "/v2/{}/events", Need::kRead, list_events},
    {"GET", "/v3/{}/events/{}", Need::kRead, get_event_page},
    {"GET", "/v2/{}/events/{}", Need::kRead, get_event_page},

    {"GET", "/v3/domains", Need::kRead, list_domains},
    {"GET", "/v4/domains", Need::kRead, list_domains},
    {"POST", "/v3/domains", Need::kManage, create_domain},
    {"POST", "/v4/domains", Need::kManage, create_domain},
    {"GET", "/v3/domains/{}", Need::kRead, get_domain},
    {"GET", "/v4/domains/{}", Need::kRead, get_domain},
    {"DELETE", "/v3/domains/{}", Need::kManage, delete_domain},
    {"DELETE", "/v4/domains/{}", Need::kManage, delete_domain},

    {"GET", "/v3/domains/{}/credentials", Need::kAdmin, list_credentials},
    {"POST", "/v3/domains/{}/credentials", Need::kAdmin, create_credentials},
    {"DELETE", "/v3/domains/{}/credentials", Need::kAdmin, delete_all_credentials},
    {"PUT", "/v3/domains/{}/credentials/{}", Need::kAdmin, change_credential},
    {"DELETE", "/v3/domains/{}/credentials/{}", Need::kAdmin, delete_credential},
    {"GET", "/v4/domains/{}/credentials", Need::kAdmin, list_credentials},
    {"POST", "/v4/domains/{}/credentials", Need::kAdmin, create_credentials},
    {"DELETE", "/v4/domains/{}/credentials", Need::kAdmin, delete_all_credentials},
    {"PUT", "/v4/domains/{}/credentials/{}", Need::kAdmin, change_credential},
    {"DELETE", "/v4/domains/{}/credentials/{}", Need::kAdmin, delete_credential},
};

}  // namespace

std::span<const Route> routes() { return kRoutes; }

}  // namespace postroad::ingress::http
