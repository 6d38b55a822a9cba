#pragma once
#include <string>
#include <vector>

#include "events/journal.h"
#include "model.h"

namespace postroad::simulation {

/// Holds what the world saw, and the journal as it is at the end, to the promises of ARCHITECTURE.md. The answer is what is
/// not so, in sentences:
///   - whatever was accepted has, for every recipient, one ending and none waiting; what was refused has no event
///   - a message is there for all of its recipients or for none, once, however often its call was repeated
///   - delivered: a whole copy arrived. A copy beyond the first is explained by a crash or a lost reply
///   - events of a recipient: accepted, then attempts, then the ending; times never fall
std::vector<std::string> broken_promises(const Model& model, const events::Audit& audit, const std::vector<events::StoredEvent>& journal);

}  // namespace postroad::simulation
