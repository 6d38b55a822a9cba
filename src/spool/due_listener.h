#pragma once
#include <vector>

#include "spool/message.h"

namespace postroad::spool {

struct DueRecipient {
  MessagePtr message;
  Recipient recipient;
};

/// Told after a commit that gave recipients something to wait for; `queue` implements it.
class DueListener {
 public:
  virtual ~DueListener() = default;
  /// On the writer's thread; must only hand over.
  virtual void became_due(std::vector<DueRecipient> recipients) = 0;
};

}  // namespace postroad::spool
