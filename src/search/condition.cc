#include "search/condition.h"

namespace postroad::search {

std::vector<AnyKey> FilterCondition::needs() const {
  std::vector<AnyKey> needs;
  for (const events::FilterExpression& expression : filter_.expressions()) {
    for (const events::AnyOf& any : expression.needs()) {
      AnyKey& keys = needs.emplace_back();
      for (const events::IndexText& text : any) keys.push_back(key_of(text.field, text.text));
      keys.push_back(kOverflow);
    }
  }
  return needs;
}

}  // namespace postroad::search
