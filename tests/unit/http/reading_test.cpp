// What clients write, read piece by piece: nothing here needs a node.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "real/http/byte_range.hpp"
#include "real/http/client_limits.hpp"
#include "real/http/cors.hpp"
#include "real/http/cursor.hpp"
#include "real/http/json_writer.hpp"
#include "real/http/multipart.hpp"
#include "real/http/page_json.hpp"
#include "real/http/parameters.hpp"
#include "real/http/router.hpp"
#include "real/http/time_text.hpp"

namespace lastmile::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

Request asking(std::string_view query) {
  Request request;
  request.query = Query::parse(query);
  return request;
}

TEST(Uri, path_and_query_are_decoded) {
  const auto target = parse_target("/a%20b/c?x=1%2C2&y&z=a+b&x=3#part");
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->path, "/a b/c");
  EXPECT_EQ(target->query.find("x"), "1,2");
  EXPECT_EQ(target->query.find("y"), "");
  EXPECT_EQ(target->query.find("z"), "a b");
  EXPECT_THAT(target->query.all("x"), ElementsAre("1,2", "3"));
  EXPECT_FALSE(target->query.find("w").has_value());
}

TEST(Uri, a_percent_sign_that_says_nothing_stays) { EXPECT_EQ(percent_decode("100%25 %zz %1", false), "100% %zz %1"); }

TEST(Uri, only_paths_are_targets) {
  EXPECT_FALSE(parse_target("example.com:443").has_value());
  EXPECT_EQ(parse_target("http://example.com/a?b=1")->path, "/a");
  EXPECT_EQ(parse_target("http://example.com")->path, "/");
}

TEST(Form, parts_come_in_any_order_and_may_be_empty) {
  const std::string type = "multipart/form-data; boundary=\"B:1\"";
  const auto form = parse_form(type,
                               "--B:1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a;b.txt\"\r\n"
                               "Content-Type: text/plain\r\n\r\nx\r\n--B\r\ny\r\n"
                               "--B:1\r\nContent-Disposition: form-data; name=empty\r\n\r\n\r\n--B:1--\r\n");
  ASSERT_TRUE(form.ok()) << form.error().text;
  ASSERT_EQ(form->size(), 2U);
  EXPECT_EQ((*form)[0].name, "file");
  EXPECT_EQ((*form)[0].file_name, "a;b.txt");
  EXPECT_EQ((*form)[0].content_type, "text/plain");
  EXPECT_EQ((*form)[0].bytes, "x\r\n--B\r\ny");
  EXPECT_EQ((*form)[1].name, "empty");
  EXPECT_EQ((*form)[1].bytes, "");
  EXPECT_EQ(find_part(*form, "metadata"), nullptr);
}

TEST(Form, what_is_no_form_is_refused) {
  for (const char* body : {"", "--B", "--B\r\n", "--B\r\nname\r\n", "--B\r\n\r\nno name\r\n--B--",
                           "--B\r\nContent-Disposition: form-data; name=a\r\n\r\nno end"}) {
    EXPECT_FALSE(parse_form("multipart/form-data; boundary=B", body).ok()) << body;
  }
  EXPECT_FALSE(parse_form("multipart/form-data", "--\r\n").ok());
}

TEST(Time, both_forms_of_an_instant) {
  const Wall time{1'651'744'800'123'456'000};
  EXPECT_EQ(iso_plus(time), "2022-05-05T10:00:00.123456+00:00");
  EXPECT_EQ(iso_z({1'651'744'800'000'000'000}), "2022-05-05T10:00:00Z");
  EXPECT_EQ(parse_iso(iso_plus(time)), time);
  EXPECT_EQ(parse_iso("2022-05-05T10:00:00.5Z"), (Wall{1'651'744'800'500'000'000}));
  for (const char* wrong : {"", "2022-13-05T10:00:00Z", "2022-02-30T10:00:00Z", "2022-05-05T24:00:00Z",
                            "2022-05-05T10:00:00", "2022-05-05 10:00:00Z", "9999-05-05T10:00:00Z"}) {
    EXPECT_FALSE(parse_iso(wrong).has_value()) << wrong;
  }
}

TEST(Cursor, is_spelled_as_the_reference_spells_it) {
  const std::string hash(64, 'a');
  const store::Position position{{1'651'744'800'000'000'000}, hash, {}};
  const std::string text = hash_cursor(position);
  // base64url of {"h":"aaa...","t":"2022-05-05T10:00:00+00:00"} by another program.
  EXPECT_EQ(text,
            "eyJoIjoiYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
            "YWFhYWFhYWFhYSIsInQiOiIyMDIyLTA1LTA1VDEwOjAwOjAwKzAwOjAwIn0");
  const auto back = parse_hash_cursor(text);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->name, hash);
  EXPECT_EQ(back->time, position.time);
  EXPECT_EQ(parse_aggregate_cursor(aggregate_cursor({{1000}, "key", "owner"}))->owner, "owner");
  EXPECT_EQ(parse_address_cursor(address_cursor("0xA")), "0xA");
  for (const char* wrong : {"x", "e30", "bnVsbA", "IHsiaCI6MX0g"}) {
    EXPECT_FALSE(parse_hash_cursor(wrong).has_value()) << wrong;
  }
}

TEST(Parameters, the_first_name_that_is_given_counts) {
  const Request request = asking("message_statuses=pending&msgStatuses=processed");
  Parameters parameters(request);
  EXPECT_EQ(parameters.text({"msgStatuses", "message_statuses"}), "processed");
}

TEST(Parameters, an_empty_list_names_the_empty_text) {
  const Request request = asking("channels=&types=a,,b");
  Parameters parameters(request);
  EXPECT_THAT(*parameters.list({"channels"}), ElementsAre(""));
  EXPECT_THAT(*parameters.list({"types"}), ElementsAre("a", "", "b"));
  EXPECT_FALSE(parameters.list({"owners"}).has_value());
}

TEST(Parameters, every_mistake_is_named) {
  const Request request = asking("page=0&pagination=-1&flag=maybe&hashes=zz");
  Parameters parameters(request);
  parameters.page({});
  parameters.boolean({"flag"}, false);
  parameters.hashes({"hashes"});
  ASSERT_FALSE(parameters.good());
  const Response refusal = parameters.refusal();
  EXPECT_EQ(refusal.status, 422);
  for (const char* name : {"page", "pagination", "flag", "hashes"}) EXPECT_THAT(refusal.body, HasSubstr(name));
}

TEST(Parameters, a_cursor_even_an_empty_one_turns_pages_off) {
  const Request request = asking("cursor=&page=7&pagination=1000");
  Parameters parameters(request);
  const auto page = parameters.page({});
  EXPECT_TRUE(parameters.good());
  EXPECT_TRUE(page.cursor_mode);
  EXPECT_FALSE(page.after.has_value());
  EXPECT_EQ(page.per_page, 200U);
}

TEST(Parameters, a_cursor_that_is_none_says_so) {
  const Request request = asking("cursor=nonsense");
  Parameters parameters(request);
  parameters.page({});
  EXPECT_THAT(parameters.refusal().body, StartsWith("Invalid cursor"));
}

TEST(Parameters, all_of_them_is_bounded_by_what_an_answer_holds) {
  const Request request = asking("pagination=50001");
  Parameters parameters(request);
  parameters.page({});
  EXPECT_FALSE(parameters.good());
  const store::PageRequest all{.per_page = 0, .after = {}};
  EXPECT_EQ(bounded(all).per_page, kPageRowsMax);
  store::Page<int> found;
  found.total = kPageRowsMax;
  EXPECT_FALSE(too_many(all, found).has_value());
  found.total = kPageRowsMax + 1;
  EXPECT_EQ(too_many(all, found)->status, 422);
  EXPECT_FALSE(too_many({.per_page = 20, .after = {}}, found).has_value());
}

TEST(Parameters, times_are_seconds) {
  const Request request = asking("a=1.5&b=0&c=-1&d=now");
  Parameters parameters(request);
  EXPECT_EQ(parameters.epoch({"a"}), (Wall{1'500'000'000}));
  EXPECT_FALSE(parameters.epoch({"b"}).has_value());
  EXPECT_TRUE(parameters.good());
  parameters.epoch({"c"});
  parameters.epoch({"d"});
  EXPECT_FALSE(parameters.good());
}

TEST(Router, exact_paths_go_before_templates) {
  Router router;
  const auto nothing = [](const Request&, Reply) {};
  router.add({.path = "/s/{hash}", .about = "", .handle = nothing});
  router.add({.path = "/s/limits.json", .about = "", .handle = nothing});
  router.add({.method = Method::post, .path = "/s/limits.json", .about = "", .handle = nothing});
  router.add({.path = "/a/{address}.json", .about = "", .handle = nothing});
  EXPECT_EQ(router.find(Method::get, "/s/limits.json").route->path, "/s/limits.json");
  EXPECT_THAT(router.find(Method::get, "/s/x").captures, ElementsAre("x"));
  EXPECT_THAT(router.find(Method::get, "/a/0xA.b.json").captures, ElementsAre("0xA.b"));
  EXPECT_EQ(router.find(Method::get, "/a/.json").route, nullptr);
  EXPECT_EQ(router.find(Method::get, "/s/x/y").route, nullptr);
  const auto wrong_method = router.find(Method::post, "/s/x");
  EXPECT_EQ(wrong_method.route, nullptr);
  EXPECT_EQ(Router::allow_text(wrong_method.allowed), "GET,HEAD");
  EXPECT_EQ(Router::allow_text(router.find(Method::post, "/s/limits.json").allowed), "GET,HEAD,POST");
}

TEST(Cors, preflight_repeats_what_was_asked) {
  const Response good = preflight("https://a.example", "POST", "content-type, x-a", {Method::post});
  EXPECT_EQ(good.status, 200);
  EXPECT_THAT(good.headers, testing::Contains(testing::Pair("Access-Control-Allow-Headers", "CONTENT-TYPE,X-A")));
  EXPECT_EQ(preflight("", "POST", "", {Method::post}).status, 403);
  EXPECT_EQ(preflight("https://a.example", "PUT", "", {Method::post}).status, 403);
  EXPECT_EQ(preflight("https://a.example", "HEAD", "", {Method::get}).status, 200);
}

TEST(Clients, only_our_proxies_are_believed) {
  EXPECT_EQ(client_of("10.0.0.1", "1.1.1.1", {}), "10.0.0.1");
  EXPECT_EQ(client_of("10.0.0.1", "6.6.6.6, 1.1.1.1", {"10.0.0.1"}), "1.1.1.1");
  EXPECT_EQ(client_of("10.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2", {"10.0.0.1", "10.0.0.2"}), "1.1.1.1");
  EXPECT_EQ(client_of("10.0.0.1", "", {"10.0.0.1"}), "10.0.0.1");
}

TEST(Clients, a_burst_is_allowed_and_then_the_rate) {
  ClientLimits limits(10, 3);
  const Instant start{5'000'000'000};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limits.admit("a", start));
  EXPECT_FALSE(limits.admit("a", start));
  EXPECT_TRUE(limits.admit("b", start));
  EXPECT_FALSE(limits.admit("a", start + milliseconds(99)));
  EXPECT_TRUE(limits.admit("a", start + milliseconds(101)));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limits.admit("a", start + seconds(1000)));
  EXPECT_FALSE(limits.admit("a", start + seconds(1000)));
}

TEST(Ranges, one_range_of_bytes) {
  const auto part = [](std::string_view header) {
    const WantedBytes wanted = wanted_bytes(header, 1000);
    return std::tuple(wanted.kind, wanted.range.offset, wanted.range.length);
  };
  using Kind = WantedBytes::Kind;
  EXPECT_EQ(part("bytes=0-99"), std::tuple(Kind::part, 0U, 100U));
  EXPECT_EQ(part("bytes=990-"), std::tuple(Kind::part, 990U, 10U));
  EXPECT_EQ(part("bytes=-5"), std::tuple(Kind::part, 995U, 5U));
  EXPECT_EQ(part("bytes=999-5000"), std::tuple(Kind::part, 999U, 1U));
  EXPECT_EQ(std::get<0>(part("bytes=1000-")), Kind::unsatisfiable);
  for (const char* whole : {"", "bytes=0-1,5-6", "lines=1-2", "bytes=5-1", "bytes=a-b", "bytes="}) {
    EXPECT_EQ(part(whole), std::tuple(Kind::all, 0U, 1000U)) << whole;
  }
}

TEST(JsonWriter, commas_stand_where_they_are_due) {
  JsonWriter json;
  json.open_object().key("a").open_array().number(1).text("x:{[").raw("{\"b\":1} ").null().close_array();
  json.key("c").open_object().close_object().key("d").boolean(true).close_object();
  EXPECT_EQ(json.take(), R"({"a":[1,"x:{[",{"b":1} ,null],"c":{},"d":true})");
}

}  // namespace
}  // namespace lastmile::http
