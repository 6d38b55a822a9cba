#include "net/http/read_form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

namespace postroad::net::http {
namespace {

using testing::HasSubstr;

struct Input {
  std::string type;
  std::string body;
  std::string encoding = "";
  FormLimits limits = {};
};

MemoryBudget& endless() {
  static MemoryBudget budget(std::uint64_t{1} << 40);
  return budget;
}

Outcome<Form> read(const Input& input, std::size_t piece, MemoryBudget& budget = endless()) {
  Request request;
  if (!input.type.empty()) request.headers.push_back({"content-type", input.type});
  if (!input.encoding.empty()) request.headers.push_back({"Content-Encoding", input.encoding});
  ASSIGN_OR_RETURN(const auto reader, FormReader::make(request, input.limits, budget));
  for (std::string_view rest = input.body; !rest.empty(); rest.remove_prefix(std::min(piece, rest.size()))) {
    RETURN_IF_ERROR(reader->feed(rest.substr(0, piece)));
  }
  return reader->finish();
}

/// "name=value" lines, files as "name=<filename|type>value"; or the status and text of the refusal.
std::string shown(const Outcome<Form>& form) {
  if (!form) return std::to_string(form.error().status) + " " + form.error().message;
  std::string text;
  for (const Field& field : form->fields) {
    text += field.name + "=";
    if (field.file) text += "<" + field.file->filename + "|" + field.file->content_type + ">";
    text += field.value + "\n";
  }
  return text;
}

/// The same in every split, or the differences.
std::string read_in_every_split(const Input& input) {
  const std::string whole = shown(read(input, input.body.size() + 1));
  for (const std::size_t piece : {1, 2, 3, 5, 7, 16, 61}) {
    const std::string pieces = shown(read(input, piece));
    if (pieces != whole) return "in pieces of " + std::to_string(piece) + ": " + pieces + "but whole: " + whole;
  }
  return whole;
}

std::string gzip(std::string_view plain) {
  z_stream z{};
  deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, plain.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  z.avail_in = static_cast<uInt>(plain.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

constexpr char kUrlencoded[] = "application/x-www-form-urlencoded";
constexpr char kMultipart[] = "multipart/form-data; boundary=b0und";

TEST(ReadForm, ReadsUrlencodedBodies) {
  struct Case {
    std::string_view body, fields;
  };
  for (const auto& [body, fields] : {
           Case{"from=a%40b.c&to[]=x&to[1]=y&text=a+b%0Ac", "from=a@b.c\nto=x\nto=y\ntext=a b\nc\n"},
           Case{"a=b=c&&d&e=", "a=b=c\nd=\ne=\n"},
           Case{"%C3%A9=%E2%82%AC", "\xc3\xa9=\xe2\x82\xac\n"},
           Case{" \r\n a=1", "a=1\n"},
           Case{"a=%zz", "400 unable to parse request: invalid URL escape"},
           Case{"a=%2", "400 unable to parse request: invalid URL escape"},
           Case{"a%0Db=1", "400 control character in a parameter name"},
           Case{"", ""},
       }) {
    SCOPED_TRACE(body);
    EXPECT_EQ(read_in_every_split({kUrlencoded, std::string(body)}), fields);
    EXPECT_EQ(read_in_every_split({"", std::string(body)}), fields);
  }
}

TEST(ReadForm, ReadsJsonObjects) {
  struct Case {
    std::string_view body, fields;
  };
  for (const auto& [body, fields] : {
           Case{R"({"from":"a@b.c","to":["x","y"],"o:dkim":false,"n":1.50,"none":null})",
                "from=a@b.c\nto=x\nto=y\no:dkim=false\nn=1.50\n"},
           Case{R"({"recipient-variables":{"a@b.c":{"id":1,"tags":["q\"","\\",null,true]},"d":{}}})",
                "recipient-variables={\"a@b.c\":{\"id\":1,\"tags\":[\"q\\\"\",\"\\\\\",null,true]},\"d\":{}}\n"},
           Case{R"({"a":[{"b":[]},[1,[2]],"c",null]})", "a={\"b\":[]}\na=[1,[2]]\na=c\n"},
           Case{R"({"a":"\u00e9\n\ud83d\ude00"})", "a=\xc3\xa9\n\xf0\x9f\x98\x80\n"},
           Case{" {} \n", ""},
           Case{"{\"a\":{\"b\":\"x\\ny\"}}", "a={\"b\":\"x\\u000ay\"}\n"},
           Case{"[1]", "400 unable to parse request: invalid JSON"},
           Case{"\"a\"", "400 unable to parse request: invalid JSON"},
           Case{"null", "400 unable to parse request: invalid JSON"},
           Case{"{\"a\":1", "400 unable to parse request: invalid JSON"},
           Case{"{\"a\":1}x", "400 unable to parse request: invalid JSON"},
           Case{"{\"a\":1} {}", "400 unable to parse request: invalid JSON"},
           Case{"{\"a\":\"\xff\"}", "400 unable to parse request: invalid JSON"},
       }) {
    SCOPED_TRACE(body);
    EXPECT_EQ(read_in_every_split({"application/json; charset=utf-8", std::string(body)}), fields);
  }
}

TEST(ReadForm, RecognisesJsonUnderAFormsContentType) {
  const Outcome<Form> form = read({kUrlencoded, " {\"tag\":\"x\"}"}, 1);
  EXPECT_EQ(shown(form), "tag=x\n");
  EXPECT_EQ(form->encoding, Form::Encoding::kJson);
}

TEST(ReadForm, BoundsTheDepthOfJson) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_TRUE(read({"application/json", nested(64)}, 4096).has_value());
  EXPECT_FALSE(read({"application/json", nested(65)}, 4096).has_value());
  EXPECT_FALSE(read({"application/json", "{\"a\":" + std::string(100'000, '[')}, 4096).has_value());
}

TEST(ReadForm, ReadsMultipartBodies) {
  struct Case {
    std::string_view about, body, fields;
  };
  for (const auto& [about, body, fields] : {
           Case{"texts and a file",
                "--b0und\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\na@b.c\r\n"
                "--b0und\r\ncontent-disposition: form-data; name=\"attachment\"; filename=\"x.bin\"\r\n"
                "Content-Type: application/pdf\r\n\r\n\r\n--b0un\r\nx--b0und\r\n--b0und--\r\n",
                "to=a@b.c\nattachment=<x.bin|application/pdf>\r\n--b0un\r\nx--b0und\n"},
           Case{"preamble and epilogue",
                "ignored\r\n--b0und\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b0und--ignored --b0und",
                "a=1\n"},
           Case{"white space after the boundary",
                "--b0und \t\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--b0und--", "a=\n"},
           Case{"what only begins like a delimiter",
                "--b0und\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b0und2\r\n2\r\n--b0und--\r\n",
                "a=1\r\n--b0und2\r\n2\n"},
           Case{"array names",
                "--b0und\r\nContent-Disposition: form-data; name=\"attachment[0]\"; filename=\"\"\r\n\r\nx\r\n--b0und--",
                "attachment=<|>x\n"},
           Case{"identity encodings",
                "--b0und\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: 8BIT\r\n\r\n1\r\n--b0und--",
                "a=1\n"},
       }) {
    SCOPED_TRACE(about);
    EXPECT_EQ(read_in_every_split({kMultipart, std::string(body)}), fields);
  }
}

TEST(ReadForm, RefusesMalformedMultipartBodies) {
  const std::string part = "--b0und\r\nContent-Disposition: form-data; name=a\r\n\r\n1";
  for (const auto& [about, body] : {
           std::pair{"no closing delimiter", part + "\r\n"},
           std::pair{"closed within a delimiter", part + "\r\n--b0und"},
           std::pair{"no delimiter at all", std::string("a=b")},
           std::pair{"bare LF", std::string("--b0und\nContent-Disposition: form-data; name=a\n\n1\n--b0und--\n")},
           std::pair{"no name", std::string("--b0und\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b0und--")},
           std::pair{"no header", std::string("--b0und\r\n\r\n1\r\n--b0und--")},
           std::pair{"no disposition", std::string("--b0und\r\nContent-Type: text/plain\r\n\r\n1\r\n--b0und--")},
           std::pair{"another disposition", std::string("--b0und\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--b0und--")},
           std::pair{"folded header", std::string("--b0und\r\nContent-Disposition: form-data;\r\n name=a\r\n\r\n1\r\n--b0und--")},
           std::pair{"encoded content", std::string("--b0und\r\nContent-Disposition: form-data; name=a\r\n"
                                                    "Content-Transfer-Encoding: base64\r\n\r\nMQ==\r\n--b0und--")},
       }) {
    SCOPED_TRACE(about);
    EXPECT_EQ(read_in_every_split({kMultipart, body}), "400 malformed multipart/form-data request");
  }
  for (const std::string boundary : {"", "; boundary=", "; boundary=\"a\x01\"", "; boundary=\"a \""}) {
    EXPECT_EQ(shown(read({"multipart/form-data" + boundary, part}, 64)), "400 malformed multipart/form-data request");
  }
  EXPECT_FALSE(read({"multipart/form-data; boundary=" + std::string(71, 'a'), part}, 64).has_value());
}

TEST(ReadForm, RefusesControlCharactersInNames) {
  for (const std::string name : {"name=\"a\tb\"", "name=a; filename*=utf-8''a%0D%0Ab", "name=a; filename*=utf-8''%C2%85",
                                 "name=a; filename*=utf-8''%E2%80%A8", "name=a; filename*=utf-8''%00"}) {
    SCOPED_TRACE(name);
    const Outcome<Form> form =
        read({kMultipart, "--b0und\r\nContent-Disposition: form-data; " + name + "\r\n\r\n1\r\n--b0und--"}, 64);
    ASSERT_FALSE(form.has_value());
    EXPECT_THAT(form.error().message, HasSubstr("control character"));
  }
}

TEST(ReadForm, HoldsEveryBodyToItsLimits) {
  FormLimits few;
  few.fields_max = 2;
  EXPECT_EQ(shown(read({kUrlencoded, "a=1&b=2", "", few}, 64)), "a=1\nb=2\n");
  EXPECT_EQ(shown(read({kUrlencoded, "a=1&b=2&c=3", "", few}, 64)), "400 too many fields, max is 2");
  EXPECT_EQ(shown(read({"application/json", "{\"a\":[1,2,3]}", "", few}, 64)), "400 too many fields, max is 2");

  FormLimits small;
  small.body_bytes_max = 10;
  EXPECT_EQ(shown(read({kUrlencoded, "a=12345678", "", small}, 64)), "a=12345678\n");
  EXPECT_EQ(shown(read({kUrlencoded, "a=123456789", "", small}, 3)), "413 request size exceeds 52.4MiB limit");

  std::string many = "--b0und\r\nContent-Disposition: form-data; name=a\r\n";
  for (int i = 0; i < 99; ++i) many += "X: y\r\n";
  EXPECT_EQ(shown(read({kMultipart, many + "\r\n1\r\n--b0und--"}, 64)), "a=1\n");
  EXPECT_FALSE(read({kMultipart, many + "X: y\r\n\r\n1\r\n--b0und--"}, 64).has_value());
  EXPECT_FALSE(read({kMultipart, "--b0und\r\nX: " + std::string(20'000, 'a')}, 64).has_value());
  EXPECT_FALSE(read({kUrlencoded, std::string(5000, 'a') + "=1"}, 64).has_value());
}

TEST(ReadForm, InflatesGzipBodies) {
  EXPECT_EQ(read_in_every_split({kUrlencoded, gzip("a=1&b=2"), "gzip"}), "a=1\nb=2\n");
  EXPECT_EQ(read_in_every_split({"application/json", gzip("{\"a\"") + gzip(":1}"), "gzip"}), "a=1\n");
  const std::string cut = gzip("a=1&b=2").substr(0, 12);
  EXPECT_EQ(read_in_every_split({kUrlencoded, cut, "gzip"}), "400 unable to parse request: unexpected EOF");
  EXPECT_EQ(read_in_every_split({kUrlencoded, "a=1", "gzip"}), "400 unable to parse request: invalid gzip body");
  EXPECT_EQ(read_in_every_split({kUrlencoded, "a=1", "br"}), "400 unable to parse request: unsupported content encoding");
}

TEST(ReadForm, StopsAGzipBomb) {
  const std::string bomb = gzip("a=" + std::string(8 << 20, 'x'));
  EXPECT_EQ(shown(read({kUrlencoded, bomb, "gzip"}, 64)), "413 request size exceeds 52.4MiB limit");
}

TEST(ReadForm, RefusesAnUnknownContentTypeUnlessThereIsNoBody) {
  EXPECT_EQ(shown(read({"text/plain", "hello"}, 64)), "400 unable to parse request: unsupported content type");
  EXPECT_EQ(shown(read({"text/plain", ""}, 64)), "");
  EXPECT_EQ(shown(read({kMultipart, ""}, 64)), "");
}

TEST(ReadForm, AnswersThatItIsBusyWhenMemoryIsUsedUp) {
  MemoryBudget budget(MemoryLease::kStepBytes);
  {
    const Outcome<Form> first = read({kUrlencoded, "a=1"}, 64, budget);
    ASSERT_TRUE(first.has_value());
    const Outcome<Form> second = read({kUrlencoded, "a=1"}, 64, budget);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().status, 503);
  }
  EXPECT_EQ(budget.taken(), 0u);
  EXPECT_TRUE(read({kUrlencoded, "a=1"}, 64, budget).has_value());
}

TEST(Form, TreatsAnEmptyValueAsAbsent) {
  const Outcome<Form> form = read({kUrlencoded, "a=&a=1&b="}, 64);
  ASSERT_TRUE(form.has_value());
  ASSERT_NE(form->value("a"), nullptr);
  EXPECT_EQ(*form->value("a"), "1");
  EXPECT_EQ(form->value("b"), nullptr);
}

}  // namespace
}  // namespace postroad::net::http
