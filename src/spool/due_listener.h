#pragma once
#include <vector>

#include "spool/message.h"

namespace postroad::spool {

struct DueRecipient {
  MessagePtr message;
  Recipient recipient;
};

struct WithdrawnRecipient {
  RecipientId id;
  std::string lane;
};

/// Told after a commit that gave recipients something to wait for; `queue` implements it.
class DueListener {
 public:
  virtual ~DueListener() = default;
  /// On the writer's thread; must only hand over.
  virtual void became_due(std::vector<DueRecipient> recipients) = 0;
  /// These have ended without a delivery: no attempt of theirs may begin any more. As above.
  virtual void withdrew(std::vector<WithdrawnRecipient> recipients) = 0;
};

}  // namespace postroad::spool
