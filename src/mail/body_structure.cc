#include "mail/body_structure.h"

#include "mail/mime_parser.h"

namespace postroad::mail {
namespace {

bool is_media(const MimePart& part) {
  const std::string_view type = part.type.type();
  return type == "image" || type == "audio" || type == "video";
}

/// One multipart on the way down, with what its parts may still contribute to.
struct Frame {
  std::size_t part;
  std::size_t next = 0;  ///< child to visit
  bool alternative = false, related = false;
  bool in_alternative = false;
  bool text_open = true, html_open = true;
  std::size_t text_before = 0, html_before = 0;
};

class Structurer {
 public:
  explicit Structurer(MimeMessage& message) : m_(message) {}

  void run() {
    if (!m_.parts[0].is_multipart()) {
      Frame root{.part = 0};
      leaf(root, 0, 0);
      return;
    }
    enter(Frame{.part = kPartNone}, 0);
    while (!stack_.empty()) {
      Frame& frame = stack_.back();
      const auto& children = m_.parts[frame.part].children;
      if (frame.next == children.size()) {
        leave();
        continue;
      }
      const std::size_t position = frame.next++;
      const std::size_t child = children[position];
      if (m_.parts[child].is_multipart()) {
        enter(frame, child);
      } else {
        leaf(frame, child, position);
      }
    }
  }

 private:
  void enter(Frame parent, std::size_t part) {
    Frame frame{.part = part};
    const std::string_view subtype = m_.parts[part].type.subtype();
    frame.alternative = subtype == "alternative";
    frame.related = subtype == "related";
    frame.in_alternative = parent.in_alternative || frame.alternative;
    frame.text_open = parent.text_open;
    frame.html_open = parent.html_open;
    frame.text_before = m_.text_body.size();
    frame.html_before = m_.html_body.size();
    stack_.push_back(frame);
  }

  void leaf(Frame& frame, std::size_t index, std::size_t position) {
    const MimePart& part = m_.parts[index];
    if (part.type.type() == "multipart") return;  // an empty one
    const bool plain = part.type.value == "text/plain";
    const bool html = part.type.value == "text/html";
    const bool media = is_media(part);
    const bool shown = part.disposition != "attachment" && (!part.mislabelled || position == 0) &&
                       (plain || html || media) &&
                       (position == 0 || (!frame.related && (media || part.filename.empty())));
    if (!shown || media) m_.attachments.push_back(index);
    if (!shown) return;
    if (frame.alternative) {
      if (plain) m_.text_body.push_back(index);
      if (html) m_.html_body.push_back(index);
      return;
    }
    if (frame.in_alternative) {
      if (plain) frame.html_open = false;
      if (html) frame.text_open = false;
    }
    if (frame.text_open) m_.text_body.push_back(index);
    if (frame.html_open) m_.html_body.push_back(index);
  }

  /// An alternative that holds only one of the two kinds serves for both.
  void leave() {
    const Frame frame = stack_.back();
    stack_.pop_back();
    if (!frame.alternative || !frame.text_open || !frame.html_open) return;
    const std::size_t texts = m_.text_body.size();
    const std::size_t htmls = m_.html_body.size();
    if (texts == frame.text_before) {
      for (std::size_t i = frame.html_before; i < htmls; ++i) m_.text_body.push_back(m_.html_body[i]);
    } else if (htmls == frame.html_before) {
      for (std::size_t i = frame.text_before; i < texts; ++i) m_.html_body.push_back(m_.text_body[i]);
    }
  }

  MimeMessage& m_;
  std::vector<Frame> stack_;
};

}  // namespace

void structure_bodies(MimeMessage& message) {
  Structurer(message).run();
}

}  // namespace postroad::mail
