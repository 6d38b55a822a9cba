#include "ingress/http/routes.h"

#include "ingress/http/router.h"

namespace postroad::ingress::http {
namespace {

constexpr Route kRoutes[] = {
    {"GET", "/", Need::kNothing, get_root},
    {"GET", "/health", Need::kNothing, get_health},

    {"GET", "/inbox/{}", Need::kNothing, get_page},
    {"GET", "/_/assets/{}", Need::kNothing, get_page_asset},
    {"GET", "/_/api/sandbox", Need::kNothing, get_sandbox},
    {"GET", "/_/api/stream", Need::kNothing, stream_inbox},
    {"GET", "/_/api/inbox", Need::kNothing, list_inbox},
    {"DELETE", "/_/api/inbox", Need::kNothing, empty_inbox},
    {"GET", "/_/api/inbox/wait", Need::kNothing, wait_for_message},
    {"GET", "/_/api/inbox/{}", Need::kNothing, get_inbox_message},
    {"DELETE", "/_/api/inbox/{}", Need::kNothing, delete_inbox_message},
    {"GET", "/_/api/inbox/{}/html", Need::kNothing, get_inbox_html},
    {"GET", "/_/api/inbox/{}/source", Need::kNothing, get_inbox_source},
    {"GET", "/_/api/inbox/{}/attachments/{}", Need::kNothing, get_inbox_attachment},

    {"POST", "/v3/{}/messages", Need::kSend, post_message},
    {"POST", "/v2/{}/messages", Need::kSend, post_message},
    {"POST", "/v3/{}/messages.mime", Need::kSend, post_mime_message},
    {"POST", "/v2/{}/messages.mime", Need::kSend, post_mime_message},

    {"GET", "/v3/domains/{}/messages/{}", Need::kRead, get_stored_message},
    {"GET", "/v3/{}/messages/{}", Need::kRead, get_stored_message},
    {"GET", "/v3/domains/{}/messages/{}/attachments/{}", Need::kRead, get_stored_attachment},
    {"GET", "/v3/{}/messages/{}/attachments/{}", Need::kRead, get_stored_attachment},
    {"POST", "/v3/domains/{}/messages/{}", Need::kManage, resend_stored_message},
    {"POST", "/v3/{}/messages/{}", Need::kManage, resend_stored_message},
    {"DELETE", "/v3/domains/{}/messages/{}", Need::kManage, delete_stored_message},
    {"DELETE", "/v3/{}/messages/{}", Need::kManage, delete_stored_message},
    {"GET", "/v3/domains/{}/sending_queues", Need::kRead, get_sending_queues},
    {"DELETE", "/v3/{}/envelopes", Need::kManage, delete_envelopes},

    {"GET", "/v3/{}/events", Need::kRead, list_events},
    {"GET", "/v2/{}/events", Need::kRead, list_events},
    {"GET", "/v3/{}/events/{}", Need::kRead, get_event_page},
    {"GET", "/v2/{}/events/{}", Need::kRead, get_event_page},

    {"GET", "/v3/{}/log", Need::kRead, list_log},
    {"GET", "/v2/{}/log", Need::kRead, list_log},
    {"POST", "/v1/analytics/logs", Need::kRead, post_analytics_logs},

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
