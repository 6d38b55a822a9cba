#pragma once
#include <string_view>

#include "template/tree.h"

/// White space control: `~`, and block tags, comments and partials that stand alone on a line take the line
/// with them. Called from the inside out, each body when it is complete; the order matters, as each step sees
/// what the last left.
namespace postroad::templates {

/// Once a block's bodies are settled: strips inside it, and notes what its own tags ask of their
/// surroundings.
void settle_block(Tree& tree, std::string_view text, Node& block);
/// Once every node of the body is settled.
void settle_body(Tree& tree, std::string_view text, const Body& body, bool is_root);

}  // namespace postroad::templates
