// What GMime reads in messages: `gmime_oracle FILE…` writes a line of JSON for each; `gmime_oracle --bench
// ROUNDS FILE…` parses and decodes all of them ROUNDS times and writes the CPU seconds. Built by the tests
// against Debian's GMime.
#include <gmime/gmime.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

std::string quoted(const char* text) {
  if (text == nullptr) return "null";
  gchar* valid = g_utf8_make_valid(text, -1);
  std::string out = "\"";
  for (const char* c = valid; *c != '\0'; ++c) {
    char escape[8];
    if (*c == '"' || *c == '\\') {
      out += '\\';
      out += *c;
    } else if (static_cast<unsigned char>(*c) < 0x20) {
      std::snprintf(escape, sizeof escape, "\\u%04x", *c);
      out += escape;
    } else {
      out += *c;
    }
  }
  g_free(valid);
  return out + '"';
}

struct Leaf {
  std::string type, filename, bytes;
  bool has_filename = false, attachment = false;
};

Leaf leaf_of(GMimeObject* object, bool as_text) {
  Leaf leaf;
  GMimeContentType* type = g_mime_object_get_content_type(object);
  gchar* name = g_mime_content_type_get_mime_type(type);
  leaf.type = name;
  g_free(name);
  GMimeContentDisposition* disposition = g_mime_object_get_content_disposition(object);
  leaf.attachment =
      disposition != nullptr &&
      g_ascii_strcasecmp(g_mime_content_disposition_get_disposition(disposition), "attachment") == 0;
  if (!GMIME_IS_PART(object)) return leaf;
  if (const char* filename = g_mime_part_get_filename(GMIME_PART(object))) {
    leaf.filename = filename;
    leaf.has_filename = true;
  }
  if (as_text && GMIME_IS_TEXT_PART(object) && !leaf.attachment) {
    char* text = g_mime_text_part_get_text(GMIME_TEXT_PART(object));
    if (text != nullptr) leaf.bytes = text;
    g_free(text);
    return leaf;
  }
  GMimeDataWrapper* content = g_mime_part_get_content(GMIME_PART(object));
  if (content == nullptr) return leaf;
  GMimeStream* out = g_mime_stream_mem_new();
  g_mime_data_wrapper_write_to_stream(content, out);
  GByteArray* array = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(out));
  leaf.bytes.assign(reinterpret_cast<const char*>(array->data), array->len);
  g_object_unref(out);
  return leaf;
}

GMimeMessage* parse(const std::string& bytes) {
  GMimeStream* stream = g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size());
  GMimeParser* parser = g_mime_parser_new_with_stream(stream);
  GMimeMessage* message = g_mime_parser_construct_message(parser, nullptr);
  g_object_unref(parser);
  g_object_unref(stream);
  return message;
}

std::string checksum(const std::string& bytes) {
  gchar* hex = g_compute_checksum_for_data(G_CHECKSUM_SHA256, reinterpret_cast<const guchar*>(bytes.data()),
                                           bytes.size());
  const std::string out = hex;
  g_free(hex);
  return out;
}

std::string addresses(InternetAddressList* list) {
  std::string out;
  for (int i = 0; list != nullptr && i < internet_address_list_length(list); ++i) {
    InternetAddress* address = internet_address_list_get_address(list, i);
    if (!INTERNET_ADDRESS_IS_MAILBOX(address)) continue;
    out += out.empty() ? "" : ",";
    out += "{\"name\":" + quoted(internet_address_get_name(address)) +
           ",\"address\":" + quoted(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address))) +
           "}";
  }
  return "[" + out + "]";
}

void describe(const std::string& bytes) {
  GMimeMessage* message = parse(bytes);
  if (message == nullptr) return void(std::puts("null"));
  std::string leaves;
  GMimePartIter* parts = g_mime_part_iter_new(GMIME_OBJECT(message));
  do {
    GMimeObject* object = g_mime_part_iter_get_current(parts);
    if (object == nullptr || GMIME_IS_MULTIPART(object)) continue;
    const Leaf leaf = leaf_of(object, true);
    leaves += leaves.empty() ? "" : ",";
    leaves += "{\"content_type\":" + quoted(leaf.type.c_str()) +
              ",\"filename\":" + (leaf.has_filename ? quoted(leaf.filename.c_str()) : "null") +
              ",\"attachment\":" + (leaf.attachment ? "true" : "false") +
              ",\"size\":" + std::to_string(leaf.bytes.size()) + ",\"sha256\":\"" + checksum(leaf.bytes) +
              "\",\"text\":" + (leaf.type.starts_with("text/") ? quoted(leaf.bytes.c_str()) : "null") + "}";
  } while (g_mime_part_iter_next(parts));
  g_mime_part_iter_free(parts);
  GDateTime* date = g_mime_message_get_date(message);
  std::printf("{\"subject\":%s,\"message_id\":%s,\"date\":%s,\"from\":%s,\"to\":%s,\"leaves\":[%s]}\n",
              quoted(g_mime_message_get_subject(message)).c_str(),
              quoted(g_mime_message_get_message_id(message)).c_str(),
              date == nullptr ? "null" : std::to_string(g_date_time_to_unix(date)).c_str(),
              addresses(g_mime_message_get_from(message)).c_str(),
              addresses(g_mime_message_get_to(message)).c_str(), leaves.c_str());
  g_object_unref(message);
}

/// Everything decoded, texts as UTF-8, as a server that stores a message would want it.
std::size_t parse_and_decode(const std::string& bytes) {
  GMimeMessage* message = parse(bytes);
  if (message == nullptr) return 0;
  std::size_t decoded = 0;
  const char* subject = g_mime_message_get_subject(message);
  decoded += subject == nullptr ? 0 : 1;
  decoded += internet_address_list_length(g_mime_message_get_from(message)) +
             internet_address_list_length(g_mime_message_get_to(message));
  decoded += g_mime_message_get_date(message) != nullptr ? 1 : 0;
  GMimePartIter* parts = g_mime_part_iter_new(GMIME_OBJECT(message));
  do {
    GMimeObject* object = g_mime_part_iter_get_current(parts);
    if (object != nullptr && GMIME_IS_PART(object)) decoded += leaf_of(object, true).bytes.size();
  } while (g_mime_part_iter_next(parts));
  g_mime_part_iter_free(parts);
  g_object_unref(message);
  return decoded;
}

}  // namespace

int main(int count, char** arguments) {
  g_mime_init();
  const bool bench = count > 3 && std::string(arguments[1]) == "--bench";
  std::vector<std::string> messages;
  std::size_t octets = 0;
  for (int i = bench ? 3 : 1; i < count; ++i) {
    std::ifstream file(arguments[i], std::ios::binary);
    messages.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    octets += messages.back().size();
  }
  if (!bench) {
    for (const std::string& message : messages) describe(message);
    return 0;
  }
  const int rounds = std::atoi(arguments[2]);
  std::size_t decoded = 0;
  const std::clock_t start = std::clock();
  for (int round = 0; round < rounds; ++round) {
    for (const std::string& message : messages) decoded += parse_and_decode(message);
  }
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  std::printf("{\"seconds\":%.6f,\"octets\":%zu,\"decoded\":%zu}\n", seconds,
              octets * static_cast<std::size_t>(rounds), decoded);
  return 0;
}
