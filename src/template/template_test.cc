#include "template/template.h"

#include <gtest/gtest.h>

namespace postroad::templates {
namespace {

namespace json = boost::json;

std::string rendered(std::string_view text, std::string_view data,
                     std::initializer_list<std::pair<const char*, const char*>> named = {}) {
  const Result<Program> program = compile(text);
  if (!program) return "compile: " + program.error().detail;
  Partials partials;
  for (const auto& [name, partial] : named) partials.add(name, partial);
  const json::value value = json::parse(std::string(data));
  const Result<std::string> output = render(*program, &value, partials);
  return output ? *output : "render: " + output.error().detail;
}

struct Case {
  std::string_view about, text, data, output;
};

TEST(Template, PrintsWhatJavaScriptWould) {
  for (const auto& [about, text, data, output] : {
           Case{"escaped", "{{a}}", R"({"a":"<&>\"'`="})", "&lt;&amp;&gt;&quot;&#x27;&#x60;&#x3D;"},
           Case{"as it is", "{{{a}}}{{&a}}", R"({"a":"<"})", "<<"},
           Case{"nothing for what is not there", "[{{a.b.c}}{{null}}{{../x}}]", "{}", "[]"},
           Case{"false and zero are printed", "{{a}}{{b}}", R"({"a":false,"b":0})", "false0"},
           Case{"arrays are joined", "{{a}}", R"({"a":[1,null,[2,"x"],{}]})", "1,,2,x,[object Object]"},
           Case{"large numbers", "{{a}} {{b}} {{c}}", R"({"a":1e21,"b":100000000000000000000,"c":1.5e-7})",
                "1e+21 100000000000000000000 1.5e-7"},
           Case{"fractions", "{{a}} {{b}} {{c}}", R"({"a":0.1,"b":-12.75,"c":0.000001})",
                "0.1 -12.75 0.000001"},
           Case{"length counts UTF-16", "{{a.length}} {{b.length}} {{a.[1]}}",
                "{\"a\":\"h\xc3\xa9\",\"b\":\"\xf0\x9f\x98\x80\"}", "2 2 \xc3\xa9"},
           Case{"no inherited properties", "[{{a.constructor}}{{a.toString}}{{l.push}}]",
                R"({"a":{},"l":[]})", "[]"},
           Case{"names in brackets", "{{[a b].[c]}}", R"({"a b":{"c":1}})", "1"},
           Case{"literals are names", "{{12}}{{\"x y\"}}{{true}}", R"({"12":1,"x y":2,"true":3})", "123"},
       }) {
    SCOPED_TRACE(about);
    EXPECT_EQ(rendered(text, data), output);
  }
}

TEST(Template, ChoosesAndRepeats) {
  for (const auto& [about, text, data, output] : {
           Case{"if, else if, else", "{{#if a}}A{{else if b}}B{{else}}C{{/if}}", R"({"b":[1]})", "B"},
           Case{"empty is false", "{{#if a}}A{{/if}}{{#if b}}B{{/if}}{{#unless c}}C{{/unless}}",
                R"({"a":[],"b":"","c":0})", "C"},
           Case{"includeZero", "{{#if a includeZero=true}}A{{/if}}", R"({"a":0})", "A"},
           Case{"each with its names", "{{#each l}}{{@index}}{{@first}}{{@last}}{{this}} {{/each}}",
                R"({"l":["a","b"]})", "0truefalsea 1falsetrueb "},
           Case{"keys: whole numbers first", "{{#each o}}{{@key}}={{this}} {{/each}}",
                R"({"o":{"b":1,"10":2,"a":3,"9":4}})", "9=4 10=2 b=1 a=3 "},
           Case{"nothing to repeat", "{{#each l}}x{{else}}none{{/each}}", R"({"l":[]})", "none"},
           Case{"out and out again",
                "{{#each a}}{{#each this}}{{../../t}}{{@../index}}{{this}} {{/each}}{{/each}}",
                R"({"t":"T","a":[[1],[2]]})", "T01 T12 "},
           Case{"block parameters",
                "{{#each a as |x i|}}{{#with x as |y|}}{{i}}{{y.n}}{{x.n}} {{/with}}{{/each}}",
                R"({"a":[{"n":5}]})", "055 "},
           Case{"sections", "{{#a}}{{b}}{{/a}}{{^c}}no c{{/c}}{{#l}}{{.}}{{/l}}",
                R"({"a":{"b":1},"l":[2,3]})", "1no c23"},
           Case{"equal", "{{#equal a \"1\"}}same{{else}}other{{/equal}}{{#if (equal a b)}}!{{/if}}",
                R"({"a":1,"b":2})", "same"},
           Case{"equal is data without arguments", "{{equal}}", R"({"equal":7})", "7"},
           Case{"lookup", "{{#each k}}{{lookup ../m this}}{{/each}}{{lookup l 1}}",
                R"({"k":["x","y"],"m":{"x":1,"y":2},"l":[3,4]})", "124"},
           Case{"log prints nothing", "[{{log \"x\" a}}]", "{}", "[]"},
           Case{"the root from within", "{{#with a}}{{@root.t}}{{/with}}", R"({"a":{},"t":9})", "9"},
       }) {
    SCOPED_TRACE(about);
    EXPECT_EQ(rendered(text, data), output);
  }
}

TEST(Template, ControlsWhiteSpace) {
  for (const auto& [about, text, data, output] : {
           Case{"tilde", "a {{~b~}} c", R"({"b":1})", "a1c"},
           Case{"a tag alone takes its line", "x\n  {{#if a}}\n  y\n  {{/if}}\nz", R"({"a":1})", "x\n  y\nz"},
           Case{"so does a comment", "x\r\n {{! c }} \r\ny", "{}", "x\r\ny"},
           Case{"but not a value", "x\n{{a}}\ny", "{}", "x\n\ny"},
           Case{"an escaped tag is text", "\\{{a}} \\\\{{a}} \\\\\\{{a}}", R"({"a":1})", "{{a}} \\1 \\\\1"},
           Case{"raw blocks", "{{{{a}}}}{{b}}{{{{/a}}}}", R"({"a":true})", "{{b}}"},
           Case{"comments may hold tags", "{{!-- {{a}} --}}x", "{}", "x"},
           Case{"the shortest comment", "{{!--}}x", "{}", "x"},
       }) {
    SCOPED_TRACE(about);
    EXPECT_EQ(rendered(text, data), output);
  }
}

TEST(Template, CallsPartials) {
  EXPECT_EQ(rendered("{{> p}}{{> p a=2}}{{> p o}}", R"({"a":1,"o":{"a":3}})", {{"p", "[{{a}}]"}}),
            "[1][2][3]");
  EXPECT_EQ(rendered("{{> (lookup . \"n\")}}", R"({"n":"p"})", {{"p", "P"}}), "P");
  EXPECT_EQ(rendered("{{#> p}}own{{/p}}{{#> q}}body{{/q}}", "{}", {{"q", "<{{> @partial-block}}>"}}),
            "own<body>");
  EXPECT_EQ(
      rendered("{{#*inline \"p\"}}{{n}}{{/inline}}{{#each l}}{{> p}}{{/each}}", R"({"l":[{"n":1},{"n":2}]})"),
      "12");
  EXPECT_EQ(
      rendered("{{#> layout}}{{#*inline \"t\"}}title{{/inline}}{{/layout}}", "{}", {{"layout", "<{{> t}}>"}}),
      "<title>");
  EXPECT_EQ(rendered("a\n  {{> p}}\nb", "{}", {{"p", "1\n2\n"}}), "a\n  1\n  2\nb");
  EXPECT_EQ(rendered("{{> tree}}", R"({"n":1,"kids":[{"n":2,"kids":[{"n":3}]},{"n":4}]})",
                     {{"tree", "{{n}}{{#each kids}}({{> tree}}){{/each}}"}}),
            "1(2(3))(4)");
  EXPECT_EQ(rendered("{{> tree}}", "[7,8]", {{"tree", "{{#each this}}{{@key}}{{/each}}"}}), "01");
}

TEST(Template, SaysWhatIsWrongAndWhere) {
  for (const auto& [about, text, data, output] : {
           Case{"a block that does not end", "a\n{{#if a}}", "{}",
                "compile: template line 2: a block does not end"},
           Case{"another block closes", "{{#a}}\n{{/b}}", "{}", "compile: template line 2: a is open, not b"},
           Case{"a stray closing tag", "{{/a}}", "{}",
                "compile: template line 1: a closing tag has no block"},
           Case{"a stray else", "{{else}}", "{}", "compile: template line 1: an else belongs to no block"},
           Case{"a path that turns back", "{{a/../b}}", "{}", "compile: template line 1: invalid path: a/.."},
           Case{"an unknown helper", "{{shout a}}", "{}",
                "render: template line 1: there is no helper \"shout\""},
           Case{"a call on data", "{{shout x=1}}", R"({"shout":1})",
                "render: template line 1: there is no helper \"shout\""},
           Case{"no condition", "{{#if}}{{/if}}", "{}", "render: template line 1: if takes one value"},
           Case{"no such partial", "{{> p}}", "{}", "render: template line 1: there is no partial p"},
           Case{"a decorator", "{{* x}}", "{}",
                "compile: template line 1: there are no decorators but {{#*inline}}"},
       }) {
    SCOPED_TRACE(about);
    EXPECT_EQ(rendered(text, data), output);
  }
  EXPECT_EQ(rendered("{{#if a}}{{shout 1}}{{/if}}ok", "{}"), "ok") << "what is not reached does not fail";
}

// Every hostile shape ends at a named limit, or in few steps and little text.
TEST(TemplateLimits, HoldWhateverIsAsked) {
  const auto repeat = [](std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
  };
  Limits limits;
  limits.steps_max = 100'000;
  limits.output_bytes_max = 100'000;
  const auto detail = [&](const std::string& text, std::string_view data, std::string_view partial = "") {
    const Result<Program> program = compile(text, limits);
    if (!program) return program.error().detail;
    Partials partials;
    partials.add("p", std::string(partial));
    const json::value value = json::parse(std::string(data));
    const Result<std::string> output = render(*program, &value, partials, limits);
    return output ? "gave " + std::to_string(output->size()) : output.error().detail;
  };
  EXPECT_EQ(detail(repeat("{{#if a}}", 50'000), "{}"), "template line 1: more than 128 blocks are open");
  EXPECT_EQ(detail("{{#if a}}" + repeat("{{else if a}}", 1'000), "{}"),
            "template line 1: more than 128 blocks are open");
  EXPECT_EQ(detail("{{a " + repeat("(a ", 100'000), "{}"),
            "template line 1: subexpressions are nested too deep");
  EXPECT_EQ(detail("{{a" + repeat(" b", 100'000) + "}}", "{}"), "template line 1: too many arguments");
  EXPECT_EQ(detail(repeat("{{a}}", 100'000), "{}"), "template line 1: more words than a template may have");
  EXPECT_EQ(detail("{{a" + repeat(".b", 200'000) + "}}", "{}"),
            "template line 1: more words than a template may have");
  EXPECT_EQ(detail(std::string(limits.template_bytes_max + 1, 'x'), "{}"),
            "the template is larger than 524288 bytes");
  EXPECT_EQ(detail("{{> p}}", "{}", "{{> p}}"),
            "template line 1: more than 256 blocks and partials are under way");
  EXPECT_EQ(detail("{{> p}}", R"({"l":[1,1,1,1,1,1,1,1]})", "x{{#each @root.l}}{{> p}}{{/each}}"),
            "template line 1: more than 256 blocks and partials are under way");
  const std::string list = "{\"l\":[" + repeat("1,", 999) + "1]}";
  const std::string loops = "{{#each @root.l}}{{#each @root.l}}{{#each @root.l}}{{/each}}{{/each}}{{/each}}";
  EXPECT_EQ(detail(loops, list), "the template takes more than 100000 steps");
  EXPECT_EQ(detail("{{#each l}}{{#if (equal @root.l 1)}}{{/if}}{{/each}}", list),
            "the template takes more than 100000 steps");
  EXPECT_EQ(detail("{{#each l}}" + std::string(500, 'x') + "{{/each}}", list),
            "the template gives more than 100000 bytes");
  EXPECT_EQ(detail("{{#each l}}{{@root.l.length}}{{/each}}", "{\"l\":\"" + std::string(1000, 'x') + "\"}"),
            "gave 0");
  const std::string text = "{\"s\":\"" + std::string(100'000, 'x') + "\",\"l\":[" + repeat("1,", 999) + "1]}";
  EXPECT_EQ(detail("{{#each l}}{{@root.s.length}}{{/each}}", text),
            "the template takes more than 100000 steps")
      << "a text is walked to be measured";
  EXPECT_EQ(detail("{{#each l}}{{#with @root.s}}{{/with}}{{/each}}", text),
            "the template takes more than 100000 steps");
  EXPECT_EQ(detail("  {{> p}}\n", "{}", repeat("\n", 90'000)).substr(0, 27), "the template gives more tha")
      << "indents count";
}

}  // namespace
}  // namespace postroad::templates
