// Strict JSON: what the network accepts, what it must not, and what hostile texts cost.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "core/message/json_tools.hpp"
#include "core/message/json_view.hpp"
#include "core/message/limits.hpp"

namespace lastmile::message {
namespace {

bool is_json(std::string_view text) { return JsonView::parse(text).ok(); }

std::string nested(std::size_t levels, char open, char close) {
  return std::string(levels, open) + std::string(levels, close);
}

std::string replace_at(std::string text, std::size_t at, char c) {
  text[at] = c;
  return text;
}

TEST(StrictJson, AcceptsEveryKindOfValue) {
  for (const auto* text : {"null", " true ", "false", "0", "-0", "1.5", "1e5", "-1.5E-7", "\"\"", "[]", "{}",
                           "[ 1 , 2 ]", "{ \"a\" : { \"b\" : [ { } ] } }", "\t\n\r [1]\n",
                           R"("\"\\\/\b\f\n\r\t\u00e9")", R"("\ud83d\ude00")", "\"\xf0\x9f\x98\x80\"", "\"\x7f\""}) {
    EXPECT_TRUE(is_json(text)) << text;
  }
}

TEST(StrictJson, RefusesEverythingElse) {
  const std::vector<std::string> texts{"",
                                       " ",
                                       "nul",
                                       "True",
                                       "NaN",
                                       "Infinity",
                                       "-Infinity",
                                       "-",
                                       "+1",
                                       "01",
                                       "1.",
                                       ".5",
                                       "1e",
                                       "1e+",
                                       "0x1",
                                       "[1,]",
                                       "[,1]",
                                       "[1 2]",
                                       "{\"a\"}",
                                       "{\"a\":}",
                                       "{\"a\":1,}",
                                       "{a:1}",
                                       "{'a':1}",
                                       "{\"a\" 1}",
                                       "[1",
                                       "{\"a\":1",
                                       "]",
                                       "[}",
                                       "{]",
                                       "1 2",
                                       "\"",
                                       "\"a",
                                       "\"\\\"",
                                       "\"\\x\"",
                                       "\"\\u12\"",
                                       "\"\\u12g4\"",
                                       "\"a\nb\"",
                                       "\"\x01\"",
                                       "// comment\n1",
                                       "[1]/**/",
                                       "\xef\xbb\xbf{}",
                                       std::string("\"a\0b\"", 5),
                                       std::string("1\0", 2)};
  for (const std::string& text : texts) EXPECT_FALSE(is_json(text)) << text;
}

TEST(StrictJson, RefusesLoneSurrogatesAndBrokenUtf8) {
  for (const auto* text :
       {R"("\ud800")", R"("\udc00")", R"("\udc00\ud800")", R"("\ud800x")", R"("\ud800\u0041")", R"("\ud800\ud800")",
        R"({"\ud800":1})", "\"\x80\"", "\"\xc0\xaf\"", "\"\xc3\"", "\"\xed\xa0\x80\"", "\"\xe0\x80\x80\"",
        "\"\xf0\x80\x80\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xf5\x80\x80\x80\"", "\"\xff\"", "\"\xe2\x82\""}) {
    EXPECT_FALSE(is_json(text)) << text;
  }
}

TEST(StrictJson, NumbersKeepEveryIntegerAndRefuseInfinity) {
  EXPECT_TRUE(is_json("1000000000000000000000000000000"));  // wei: beyond 64 bits
  EXPECT_TRUE(is_json(std::string(400, '9')));
  EXPECT_TRUE(is_json("1e308"));
  EXPECT_TRUE(is_json("1e-400"));
  EXPECT_TRUE(is_json("0e999999999999999999999"));
  EXPECT_TRUE(is_json("0." + std::string(400, '0') + "1e410"));
  EXPECT_TRUE(is_json(std::string(300, '0').insert(0, "0.") + "e400"));
  EXPECT_FALSE(is_json("1e400"));
  EXPECT_FALSE(is_json("-1e400"));
  EXPECT_FALSE(is_json("1e99999999999999999999999"));
  EXPECT_TRUE(is_json("1e-99999999999999999999999"));
  EXPECT_FALSE(is_json("0." + std::string(80, '0') + "1e400"));
  EXPECT_FALSE(is_json(std::string(400, '9') + ".5"));
  EXPECT_FALSE(is_json(std::string(kJsonNumberDigitsMax + 1, '9')));

  EXPECT_EQ(JsonView::parse("-0")->integer(), 0);
  EXPECT_EQ(JsonView::parse("9223372036854775807")->integer(), 9223372036854775807);
  EXPECT_FALSE(JsonView::parse("9223372036854775808")->integer());
  EXPECT_FALSE(JsonView::parse("1.0")->integer());
  EXPECT_EQ(JsonView::parse("1e-400")->number(), 0);
  EXPECT_TRUE(std::isinf(JsonView::parse(std::string(400, '9'))->number()));
  EXPECT_EQ(JsonView::parse("1665758931.005458")->number(), 1665758931.005458);
}

TEST(StrictJson, DepthHasALimitAndNoStack) {
  EXPECT_TRUE(is_json(nested(kJsonDepthMax, '[', ']')));
  EXPECT_FALSE(is_json(nested(kJsonDepthMax + 1, '[', ']')));
  EXPECT_FALSE(is_json(nested(1000000, '[', ']')));
  EXPECT_FALSE(is_json(std::string(1000000, '[')));
  std::string objects;
  for (std::size_t i = 0; i <= kJsonDepthMax; ++i) objects += "{\"a\":";
  EXPECT_FALSE(is_json(objects + "1" + std::string(kJsonDepthMax + 1, '}')));
}

TEST(StrictJson, StringsOfEveryLengthEndWhereTheyEnd) {
  // The scanner looks at eight bytes at once: every alignment of the special byte must work.
  for (std::size_t length = 0; length < 40; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      std::string inside(length, 'x');
      inside[at] = '\x1f';
      EXPECT_FALSE(is_json("\"" + inside + "\""));
      inside[at] = ' ';
      const std::string text = "[\"" + inside + "\",7]";
      const auto view = JsonView::parse(text);
      ASSERT_TRUE(view);
      std::vector<std::string> raws;
      view->each([&](JsonView element) {
        raws.emplace_back(element.raw());
        return true;
      });
      EXPECT_EQ(raws, (std::vector<std::string>{"\"" + inside + "\"", "7"}));
      std::string escaped = inside;
      escaped.replace(at, 1, "\\\"");
      EXPECT_EQ(JsonView::parse("\"" + escaped + "\"")->string(), replace_at(inside, at, '"'));
    }
  }
}

TEST(StrictJson, UnescapesCharacters) {
  EXPECT_EQ(JsonView::parse(R"("a\u0041\n\/\\\"\u00e9\u20ac\ud83d\ude00")")->string(),
            "aA\n/\\\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  std::string room;
  const auto plain = JsonView::parse("\"plain\"");
  EXPECT_EQ(plain->string(room), "plain");
  EXPECT_TRUE(room.empty());
}

TEST(StrictJson, TheLastOfRepeatedKeysWinsHoweverItIsSpelt) {
  const auto view = JsonView::parse(R"({"a":1,"b":2,"\u0061":3})");
  ASSERT_TRUE(view);
  EXPECT_EQ(view->find("a")->raw(), "3");
  EXPECT_FALSE(view->find("c"));
}

TEST(CanonicalJson, GivesEqualValuesOneSpelling) {
  EXPECT_EQ(canonical_json(R"( { "b" : [ 1.50 , 1E2, -0, 10e-1 ] , "a" : "\u0041\/\u0007" , "b" : [ 2.0 ] } )"),
            R"({"a":"A/\u0007","b":[2.0]})");
  EXPECT_EQ(canonical_json("[1.50,1E2,-0,1e22,123456789012345678901234567890]"),
            "[1.5,100.0,0,1e+22,123456789012345678901234567890]");
  EXPECT_EQ(canonical_json("\"\xc3\xa9\\u00e9\""), "\"\xc3\xa9\xc3\xa9\"");
  EXPECT_FALSE(canonical_json("{"));
}

TEST(CanonicalJson, WrittenStringsHaveThePredictedSizeAndReadBack) {
  std::string all;
  for (int c = 1; c < 0x80; ++c) all.push_back(static_cast<char>(c));
  all.push_back('\0');
  std::string text;
  append_json_string(text, all);
  EXPECT_EQ(text.size(), json_string_size(all));
  EXPECT_EQ(JsonView::parse(text)->string(), all);
}

TEST(MergedObject, LaterElementsReplaceWholeValues) {
  MergedObject merged;
  EXPECT_TRUE(merged.empty());
  EXPECT_TRUE(merged.apply(R"({"a":{"x":1,"y":2},"b":1})"));
  EXPECT_TRUE(merged.apply(R"({"a":{"x":3},"c":null,"b":4,"b":5})"));
  EXPECT_FALSE(merged.apply("[1]"));
  EXPECT_EQ(merged.text(), R"({"a":{"x":3},"b":5,"c":null})");
  ASSERT_NE(merged.find("c"), nullptr);
  EXPECT_EQ(*merged.find("c"), "null");
  EXPECT_EQ(merged.find("d"), nullptr);
}

}  // namespace
}  // namespace lastmile::message
