#pragma once
#include "ingress/http/call.h"

namespace postroad::ingress::http {

// basics.cc
asio::awaitable<Response> get_root(Call& call);
asio::awaitable<Response> get_health(Call& call);
// inbox/page.cc
asio::awaitable<Response> get_page(Call& call);
asio::awaitable<Response> get_page_asset(Call& call);
// inbox/calls.cc
asio::awaitable<Response> get_sandbox(Call& call);
asio::awaitable<Response> list_inbox(Call& call);
asio::awaitable<Response> empty_inbox(Call& call);
asio::awaitable<Response> wait_for_message(Call& call);
asio::awaitable<Response> get_inbox_message(Call& call);
asio::awaitable<Response> delete_inbox_message(Call& call);
asio::awaitable<Response> get_inbox_html(Call& call);
asio::awaitable<Response> get_inbox_source(Call& call);
asio::awaitable<Response> get_inbox_attachment(Call& call);
asio::awaitable<Response> stream_inbox(Call& call);
// messages.cc
asio::awaitable<Response> post_message(Call& call);
asio::awaitable<Response> post_mime_message(Call& call);
// stored_messages.cc
asio::awaitable<Response> get_stored_message(Call& call);
asio::awaitable<Response> get_stored_attachment(Call& call);
asio::awaitable<Response> resend_stored_message(Call& call);
asio::awaitable<Response> delete_stored_message(Call& call);
// queues.cc
asio::awaitable<Response> get_sending_queues(Call& call);
asio::awaitable<Response> delete_envelopes(Call& call);
// domains.cc
asio::awaitable<Response> list_domains(Call& call);
asio::awaitable<Response> create_domain(Call& call);
asio::awaitable<Response> get_domain(Call& call);
asio::awaitable<Response> delete_domain(Call& call);
// credentials.cc
asio::awaitable<Response> list_credentials(Call& call);
asio::awaitable<Response> create_credentials(Call& call);
asio::awaitable<Response> change_credential(Call& call);
asio::awaitable<Response> delete_credential(Call& call);
asio::awaitable<Response> delete_all_credentials(Call& call);
// events.cc
asio::awaitable<Response> list_events(Call& call);
asio::awaitable<Response> get_event_page(Call& call);
asio::awaitable<Response> list_log(Call& call);
// analytics_logs.cc
asio::awaitable<Response> post_analytics_logs(Call& call);

}  // namespace postroad::ingress::http
