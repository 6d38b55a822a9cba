// How fast the formats are, and what the worst inputs cost. bench/formats.py feeds it and runs the peers in
// turns.
//
//   formats mime ROUNDS FILE…     parse and decode everything a server wants of a message
//   formats templates ROUNDS FILE JSON lines {template, data, partials}: compiled once, rendered ROUNDS times
//   each formats links ROUNDS FILE     where the links of a page are formats hostile               each
//   hostile input once: milliseconds, and memory beyond the input
#include <malloc.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include "hostile.h"
#include "mail/address_header.h"
#include "mail/date.h"
#include "mail/encoded_word.h"
#include "mail/html/splice.h"
#include "mail/mime_parser.h"
#include "template/template.h"

namespace postroad::bench {
namespace {

std::string contents(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Of this process on a CPU, so that a busy machine does not count; the peers measure themselves the same
/// way.
double seconds_of(auto&& work) {
  const std::clock_t start = std::clock();
  work();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

std::size_t parse_and_decode(std::string_view octets) {
  const mail::MimeMessage message = mail::parse_mime(octets);
  std::size_t decoded = 0;
  for (const char* name : {"From", "To"}) {
    if (const auto* field = message.header().find(name)) decoded += mail::read_addresses(field->value).size();
  }
  if (const auto* subject = message.header().find("Subject"))
    decoded += mail::decode_words(subject->value).empty() ? 0 : 1;
  if (const auto* date = message.header().find("Date"))
    decoded += mail::parse_date(date->value).has_value() ? 1 : 0;
  for (const mail::MimePart& part : message.parts) {
    if (part.is_multipart()) continue;
    const bool shown = part.disposition != "attachment" && part.type.value.starts_with("text/");
    decoded += (shown ? part.text() : part.content()).size();
  }
  return decoded;
}

int mime(int rounds, int count, char** files) {
  std::vector<std::string> messages;
  std::size_t octets = 0, decoded = 0;
  for (int i = 0; i < count; ++i) octets += messages.emplace_back(contents(files[i])).size();
  const double seconds = seconds_of([&] {
    for (int round = 0; round < rounds; ++round) {
      for (const std::string& message : messages) decoded += parse_and_decode(message);
    }
  });
  std::cout << boost::json::object{{"seconds", seconds}, {"octets", octets * rounds}, {"decoded", decoded}}
            << '\n';
  return 0;
}

int render_templates(int rounds, const char* path) {
  std::istringstream lines(contents(path));
  boost::json::array out;
  for (std::string line; std::getline(lines, line);) {
    const boost::json::value request = boost::json::parse(line);
    templates::Partials partials;
    for (const auto& [name, text] : request.at("partials").as_object())
      partials.add(name, std::string(text.as_string()));
    const auto program = templates::compile(request.at("template").as_string());
    std::size_t octets = 0;
    const double seconds = seconds_of([&] {
      for (int round = 0; round < rounds; ++round)
        octets += templates::render(*program, &request.at("data"), partials)->size();
    });
    out.push_back(boost::json::object{{"seconds", seconds / rounds},
                                      {"octets", octets / static_cast<std::size_t>(rounds)}});
  }
  std::cout << out << '\n';
  return 0;
}

int links(int rounds, const char* path) {
  const std::string page = contents(path);
  std::size_t found = 0;
  const double seconds = seconds_of([&] {
    for (int round = 0; round < rounds; ++round) found += mail::html::find_links(page).size();
  });
  std::cout << boost::json::object{{"seconds", seconds / rounds},
                                   {"links", found / static_cast<std::size_t>(rounds)},
                                   {"octets", page.size()}}
            << '\n';
  return 0;
}

/// KiB, as /proc/self/status has it.
long status(const char* name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name)) return std::atol(line.c_str() + std::strlen(name) + 1);
  }
  return 0;
}

int hostile() {
  boost::json::array out;
  for (const HostileInput& input : hostile_inputs()) {
    const std::string text = input.make();
    malloc_trim(0);                               // what earlier inputs freed would hide what this one takes
    std::ofstream("/proc/self/clear_refs") << 5;  // the peak begins again
    const long before = status("VmRSS");
    const double seconds = seconds_of([&] { input.run(text); });
    const long peak = status("VmHWM");
    out.push_back(boost::json::object{{"name", input.name},
                                      {"octets", text.size()},
                                      {"ms", seconds * 1000},
                                      {"kib", std::max(0L, peak - before)}});
  }
  std::cout << out << '\n';
  return 0;
}

}  // namespace
}  // namespace postroad::bench

int main(int count, char** arguments) {
  using namespace postroad::bench;
  const std::string what = count > 1 ? arguments[1] : "";
  if (what == "mime" && count > 3) return mime(std::atoi(arguments[2]), count - 3, arguments + 3);
  if (what == "templates" && count == 4) return render_templates(std::atoi(arguments[2]), arguments[3]);
  if (what == "links" && count == 4) return links(std::atoi(arguments[2]), arguments[3]);
  if (what == "hostile") return hostile();
  std::cerr << "formats mime ROUNDS FILE… | templates ROUNDS FILE | links ROUNDS FILE | hostile\n";
  return 2;
}
