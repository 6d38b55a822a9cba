#include "app/schema.h"

#include <algorithm>

#include "account/account_repository.h"
#include "admission/admission_repository.h"
#include "events/journal_repository.h"
#include "queue/queue_repository.h"
#include "spool/spool_repository.h"

namespace postroad::app {

std::vector<storage::Migration> all_migrations() {
  std::vector<storage::Migration> all;
  std::ranges::copy(spool::migrations(), std::back_inserter(all));
  std::ranges::copy(events::migrations(), std::back_inserter(all));
  std::ranges::copy(account::migrations(), std::back_inserter(all));
  std::ranges::copy(admission::migrations(), std::back_inserter(all));
  std::ranges::copy(queue::migrations(), std::back_inserter(all));
  std::ranges::sort(all, {}, &storage::Migration::number);
  return all;
}

std::vector<const storage::Statement*> all_statements() {
  std::vector<const storage::Statement*> all;
  std::ranges::copy(spool::statements(), std::back_inserter(all));
  std::ranges::copy(events::statements(), std::back_inserter(all));
  std::ranges::copy(account::statements(), std::back_inserter(all));
  std::ranges::copy(admission::statements(), std::back_inserter(all));
  std::ranges::copy(queue::statements(), std::back_inserter(all));
  return all;
}

}  // namespace postroad::app
