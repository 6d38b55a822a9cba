#pragma once
#include "spool/due_listener.h"

namespace postroad::app {

/// The sandbox's terminal: a line for each recipient as its mail is captured, then on to the queue.
class SandboxConsole final : public spool::DueListener {
 public:
  explicit SandboxConsole(spool::DueListener& next) : next_(next) {}
  void became_due(std::vector<spool::DueRecipient> recipients) override;
  void withdrew(std::vector<spool::WithdrawnRecipient> recipients) override { next_.withdrew(std::move(recipients)); }

 private:
  spool::DueListener& next_;
};

}  // namespace postroad::app
