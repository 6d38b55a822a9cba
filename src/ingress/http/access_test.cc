#include "ingress/http/access.h"

#include "base/text.h"
#include "ingress/http/api_fixture.h"

namespace postroad::ingress::http {
namespace {

TEST(KeyOf, ReadsBasicAndBearer) {
  struct Case {
    std::string about, authorization;
    std::optional<std::string> key;
  };
  for (const auto& [about, authorization, key] : std::vector<Case>{
           {"basic", "Basic " + base64_encode("api:key-1"), "key-1"},
           {"any case", "bAsIc  " + base64_encode("API:key-1"), "key-1"},
           {"no user", "Basic " + base64_encode(":key-1"), "key-1"},
           {"a colon in the key", "Basic " + base64_encode("api:a:b"), "a:b"},
           {"bearer", "Bearer key-1", "key-1"},
           {"another user", "Basic " + base64_encode("root:key-1"), std::nullopt},
           {"no colon", "Basic " + base64_encode("key-1"), std::nullopt},
           {"not base64", "Basic !!!", std::nullopt},
           {"another scheme", "Digest key-1", std::nullopt},
           {"nothing", "", std::nullopt},
           {"scheme alone", "Bearer ", std::nullopt},
           {"too long", "Bearer " + std::string(5000, 'a'), std::nullopt},
       }) {
    SCOPED_TRACE(about);
    EXPECT_EQ(key_of(authorization), key);
  }
}

TEST(Roles, MayWhatTheContractSays) {
  using account::KeyRole;
  struct Case {
    KeyRole role;
    bool read, send, manage, admin;
  };
  for (const auto& [role, read, send, manage, admin] : {
           Case{KeyRole::kAdmin, true, true, true, true},
           Case{KeyRole::kDeveloper, true, true, true, false},
           Case{KeyRole::kBasic, true, false, false, false},
           Case{KeyRole::kSending, false, true, false, false},
       }) {
    const Caller caller{role, std::nullopt, ""};
    EXPECT_EQ(may(caller, Need::kRead), read);
    EXPECT_EQ(may(caller, Need::kSend), send);
    EXPECT_EQ(may(caller, Need::kManage), manage);
    EXPECT_EQ(may(caller, Need::kAdmin), admin);
  }
}

class RequireTls : public ApiTest {
 protected:
  RequireTls() {
    ApiOptions options;
    options.require_tls = true;
    api_ = std::make_unique<Api>(Api::Parts{clock_, executor_, *store_, random_, *accounts_, *credentials_, *admission_, *idempotent_calls_,
                                            *cancellation_, *journal_, *search_, *spool_, *access_, timers_}, options);
  }
};

TEST_F(RequireTls, AnswersPlainHttpWithTheReasonAndNothingElse) {
  for (const char* key : {kKey, "wrong-key-0123456789", ""}) {
    const Response plain = call("GET", "/v3/domains", "", key);
    EXPECT_EQ(plain.status, 426);
    EXPECT_THAT(plain.body, testing::HasSubstr("use https://"));
    EXPECT_TRUE(plain.close);
  }
  EXPECT_EQ(send("").status, 426);
  request_.tls = true;
  EXPECT_TRUE(events().empty()) << "nothing was taken";
}

TEST_F(RequireTls, ServesTlsAndLoopback) {
  request_.tls = true;
  EXPECT_EQ(call("GET", "/v3/domains").status, 200);
  request_.tls = false;
  for (const char* loopback : {"127.0.0.1", "127.8.9.1", "::1"}) {
    peer_ = {loopback, 4000};
    EXPECT_EQ(call("GET", "/v3/domains").status, 200) << loopback;
  }
}

}  // namespace
}  // namespace postroad::ingress::http
