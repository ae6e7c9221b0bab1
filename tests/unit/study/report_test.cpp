// A page from a folder: what it says is what the folder says, whatever is missing or hostile in it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tools/study/report.hpp"

namespace lastmile::study {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

void put(std::string& out, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

class Report : public testing::Test {
 protected:
  Report() {
    std::string name = (fs::temp_directory_path() / "lastmile-report-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    summary = Json::parse(R"({"format":1,"scenario":"islands","seed":7,"world":"sim","version":"0.1.0",
      "crypto":"cached","network":"access","verdict":"pass","digest":"abcd","scenario_digest":"ef01",
      "state_digests":{"distinct":1,"value":"c07d"},"virtual_seconds":40,"wall_seconds":1.5,"cpu_seconds":1.25,
      "peak_rss_bytes":1048576,"events":12345,
      "phases":[{"name":"warm_up","start_s":0,"end_s":10},{"name":"trouble","start_s":10,"end_s":20},
                {"name":"heal","start_s":20,"end_s":40}],
      "faults":[{"name":"cut","kind":"partition","start_s":10,"end_s":20,"nodes":5,"frames_stopped":4321}],
      "checks":[{"name":"healed","kind":"liveness","verdict":"pass","detail":"all there","examined":1482,"held_at_s":21.5}],
      "measures":{"propagation_s.during":{"unit":"s","count":2,"min":0.5,"mean":4,"p50":0.5123,"p90":8,"p99":8,"max":8},
                  "bytes_per_message":{"unit":"B","value":8212}},
      "never_reached":["state graft_refused"],"rare_states":[
        {"name":"promise_broken","meaning":"a peer broke its word","count":1234,"first_s":12.5,"node":"east-1"},
        {"name":"graft_refused","meaning":"a GRAFT was answered with a PRUNE","count":0}],"reproduce":"lastmile-sim run islands/scenario.json --seed 7"})");
    scenario = Json::parse(R"({"question":"Does it heal?","expectation":"yes, soon",
      "world":{"groups":[{"name":"west","role":"core","count":3,"region":"europe","hardware":"server"},
                         {"name":"east","role":"core","count":2,"region":"japan","hardware":"server"}],
               "topology":{"kind":"full"},"roads":{"gossip":true,"chain":false}},
      "faults":[{"name":"cut","kind":"partition","between":["group:west","!group:west"]}]})");
    metrics =
        "time_s,scope,name,value\n0,all,published,0\n40,all,published,9\n0,group:west,backlog,0\n"
        "20,group:west,backlog,77\n0,group:east,backlog,0\n20,group:east,backlog,5\n";
    events = R"({"kinds":[{"id":3,"name":"message_published"},{"id":4,"name":"message_processed"}]})"
             "\n";
    record(12'000'000'000, 3, 1);
    record(12'500'000'000, 4, 1);
    record(20'000'000'000, 4, 1);
  }
  ~Report() override { fs::remove_all(folder); }

  void record(std::uint64_t time_ns, std::uint16_t kind, std::uint32_t message) {
    put(events, time_ns, 8);
    put(events, 0, 4);
    put(events, kind, 2);
    put(events, 4, 2);
    put(events, message, 4);
  }
  static constexpr std::uint32_t kRun = 0xffffffff;
  void payload(std::uint64_t time_ns, std::uint32_t node, std::uint16_t kind, const std::string& bytes) {
    put(events, time_ns, 8);
    put(events, node, 4);
    put(events, kind, 2);
    put(events, bytes.size(), 2);
    events += bytes;
  }
  static std::string number(std::uint32_t message) {
    std::string out;
    put(out, message, 4);
    return out;
  }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder / name, std::ios::binary) << text;
  }
  // The page of the whole folder.
  std::string page() {
    write("summary.json", summary.dump());
    write("scenario.json", scenario.dump());
    write("metrics.csv", metrics);
    write("events.lmt", events);
    return rendered();
  }
  std::string rendered() {
    auto page = render_report(folder.string());
    EXPECT_TRUE(page.ok());
    return page.ok() ? *page : std::string();
  }

  fs::path folder;
  Json summary;
  Json scenario;
  std::string metrics;
  std::string events;
};

TEST_F(Report, SaysInOneSentenceWhatWasAskedExpectedAndSeen) {
  EXPECT_THAT(page(), HasSubstr("<i>Does it heal?</i> Expected: yes, soon. Outcome: <span class=\"mark pass\">✓ "
                                "pass</span>, the one check passed."));
}

TEST_F(Report, TellsWhatTheOverlayIsLike) {
  for (const auto& [name, value] : std::vector<std::pair<std::string, double>>{{"diameter", 3},
                                                                               {"clustering", 0.25},
                                                                               {"articulation_points", 2},
                                                                               {"degree_min", 2},
                                                                               {"degree_mean", 2.5},
                                                                               {"degree_max", 4},
                                                                               {"cut", 6}}) {
    summary["measures"]["topology." + name] = {{"unit", ""}, {"value", value}};
  }
  EXPECT_THAT(page(),
              HasSubstr("<dt>its figures</dt><dd>diameter 3, clustering 0.250, 2 to 4 neighbours, 2.50 on average, "
                        "2 nodes whose loss splits it, 6 links cross the cut</dd>"));
}

TEST_F(Report, FiguresAreThoseOfTheSummary) {
  const std::string html = page();
  for (const char* figure : {"512 ms", "8.02 KiB", "12,345 events", "1,482 examined", "held from 0:22",
                             "4,321 frames stopped", "from 0:10 to 0:20", "backlog grew to 77 messages"}) {
    EXPECT_THAT(html, HasSubstr(figure));
  }
  EXPECT_THAT(html, HasSubstr("published during trouble (2 deliveries)"));
  EXPECT_THAT(html, HasSubstr("during trouble: half within 512 ms, all within 8 s"));
}

TEST_F(Report, DrawsTheGroupsAndWhatPartsThem) {
  EXPECT_THAT(page(), HasSubstr("<desc>west with 3 nodes, east with 2 nodes; cut between west and east.</desc>"));
}

TEST_F(Report, ShowsASlowLinkAsNoCut) {
  scenario["faults"][0]["kind"] = summary["faults"][0]["kind"] = "link";
  summary["faults"][0]["frames_stopped"] = 0;
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("<desc>west with 3 nodes, east with 2 nodes.</desc>"));
  EXPECT_THAT(html, Not(HasSubstr("frames stopped")));
}

TEST_F(Report, ShortensTheNameOfAFaultThatHasNoRoom) {
  const std::string name = "a-fault-whose-name-is-as-long-as-names-of-faults-may-be-at-most";
  scenario["faults"][0]["name"] = summary["faults"][0]["name"] = name;
  EXPECT_THAT(page(), ContainsRegex("text-anchor=\"(start|end)\">a-fault[-a-z]*…</text>"));
}

TEST_F(Report, TellsOfAdversariesAndTheHarmTheyDid) {
  summary["adversaries"] = {
      {{"name", "forger"}, {"kind", "flooder"}, {"start_s", 10}, {"end_s", 20}, {"nodes", 2}, {"acts", 12000}}};
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("<b>forger</b>: flooder, 2 nodes, from 0:10 to 0:20, 12,000 hostile acts"));
  EXPECT_THAT(html, HasSubstr("no check or curve counts them"));
}

TEST_F(Report, SaysNoUnitTwice) {
  summary["measures"]["peers"] = {{"unit", "peers"}, {"value", 6}};
  EXPECT_THAT(page(), HasSubstr("<td>peers</td>"));
}

TEST_F(Report, NamesTheFirstViolationOfAFailedCheck) {
  summary["verdict"] = "fail";
  summary["checks"][0]["verdict"] = "fail";
  summary["checks"][0]["first_violation"] = {
      {"time_s", 20.25}, {"node", "east-1"}, {"message", std::string(64, 'a')}, {"event", "not healed"}};
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("✗ fail</span>, the one check failed: healed"));
  EXPECT_THAT(html, HasSubstr("First at 20.2 s on <b>east-1</b>, message <code title=\"" + std::string(64, 'a') +
                              "\">" + std::string(16, 'a') + "…</code>: not healed"));
}

TEST_F(Report, TellsTheStoryOfTheMessageThatAFailedCheckNames) {
  const std::string hash(64, 'a');
  summary["checks"][0]["verdict"] = "fail";
  summary["checks"][0]["first_violation"] = {
      {"time_s", 40}, {"node", "east-0"}, {"message", hash}, {"event", "pending at the end"}};
  events =
      R"({"nodes":["west-0","west-1","east-0"],"statuses":["none","pending","processed"],"error_codes":{"2":"not allowed"},"kinds":[{"id":0,"name":"message"},
      {"id":3,"name":"message_published"},{"id":4,"name":"message_processed"},{"id":5,"name":"message_acknowledged"},
      {"id":6,"name":"status_changed"},{"id":7,"name":"node_crashed"}]})";
  std::erase(events, '\n');
  events += "\n";
  payload(0, kRun, 0, number(9) + hash);
  payload(0, kRun, 0, number(9) + hash);  // again: nothing comes twice by it
  payload(0, kRun, 0, number(8) + std::string(64, 'b'));
  payload(12'000'000'000, 1, 3, number(9));
  payload(12'000'500'000, 1, 5, number(9));
  payload(12'001'000'000, 1, 4, number(9));
  payload(13'250'000'000, 0, 4, number(9));
  payload(14'000'000'000, 2, 4, number(8));  // another message's
  payload(14'000'000'000, 2, 6, number(9) + std::string("\0\1\2\0", 4));
  payload(15'000'000'000, 2, 7, number(1));
  const std::string html = page();
  const std::string spread =
      "processed at some time by 2 of 3 core nodes: first at 12.001 s on <b>west-1</b>, last at 13.250 s on ";
  const std::vector<std::string> lines{"published at 12.000 s on <b>west-1</b>",
                                       "acknowledged to its client at 12.001 s on <b>west-1</b>",
                                       spread + "<b>west-0</b>",
                                       "never processed by east-0",
                                       "<b>east-0</b> at 14.000 s: status none → pending: not allowed (2)",
                                       "<b>east-0</b> at 15.000 s: the node went down",
                                       "in force meanwhile: <b>cut</b> (partition, 0:10 to 0:20)"};
  for (const std::string& line : lines) {
    EXPECT_THAT(html, HasSubstr(line));
  }
}

TEST_F(Report, TellsNoStoryOfWhatTheEventsDoNotKnow) {
  summary["checks"][0]["verdict"] = "fail";
  summary["checks"][0]["first_violation"] = {
      {"time_s", 40}, {"node", "east-0"}, {"message", std::string(64, 'a')}, {"event", "forged"}};
  EXPECT_THAT(page(), Not(HasSubstr("The story of this message")));
}

TEST_F(Report, TellsNoStoryWhereNothingWasRecorded) {
  summary["checks"][0]["verdict"] = "fail";
  summary["checks"][0]["first_violation"] = {
      {"time_s", 40}, {"node", "east-0"}, {"message", std::string(64, 'a')}, {"event", "pending"}};
  events = R"({"nodes":["west-0","east-0"],"kinds":[{"id":0,"name":"message"},{"id":3,"name":"message_published"},
      {"id":4,"name":"message_processed"}]})";
  std::erase(events, '\n');
  events += "\n";
  EXPECT_THAT(page(), Not(HasSubstr("The story of this message")));
}

TEST_F(Report, CountsInAStoryOnlyNodesThatOweTheMessage) {
  const std::string hash(64, 'a');
  scenario["world"]["groups"][1]["role"] = "client";
  summary["checks"][0]["verdict"] = "fail";
  summary["checks"][0]["first_violation"] = {{"time_s", 40}, {"node", ""}, {"message", hash}, {"event", "lost"}};
  events =
      R"({"nodes":["west-0","west-1","east-0"],"kinds":[{"id":0,"name":"message"},{"id":3,"name":"message_published"},
      {"id":4,"name":"message_processed"}]})";
  std::erase(events, '\n');
  events += "\n";
  payload(0, kRun, 0, number(9) + hash);
  payload(12'000'000'000, 1, 4, number(9));
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("processed at some time by 1 of 2 core nodes"));
  EXPECT_THAT(html, HasSubstr("never processed by west-0</li>"));
}

TEST_F(Report, DrawsTrafficByKindAndTheHealthOfNodes) {
  metrics +=
      "0,all,sent_bytes.messages,0\n10,all,sent_bytes.messages,3145728\n"
      "0,all,sent_bytes.bulk,0\n10,all,sent_bytes.bulk,1048576\n"
      "0,all,sent_bytes.heads,0\n10,all,sent_bytes.heads,0\n"
      "0,group:west,mesh_degree,6\n0,group:east,mesh_degree,5.5\n0,all,mesh_degree_least,2\n";
  const std::string html = page();
  EXPECT_THAT(html,
              HasSubstr("In all 4 MiB: messages by gossip 3 MiB (75 %), files and archives in ranges 1 MiB (25 %)."));
  EXPECT_THAT(html, HasSubstr("messages by gossip, KiB/s"));
  EXPECT_THAT(html, Not(HasSubstr("signed heads"))) << "none were sent";
  EXPECT_THAT(html, HasSubstr("mesh peers of a node (mean): 2 to 6."));
  EXPECT_THAT(html, HasSubstr("the worst node"));
}

TEST_F(Report, WithoutTrafficByKindHasNoEmptyPicture) {
  EXPECT_THAT(page(), Not(HasSubstr("What went over the wire")));
}

TEST_F(Report, UnknownSaysWhy) {
  summary["verdict"] = "unknown";
  summary["never_reached"] = {"event block_final of fault cut"};
  EXPECT_THAT(page(), HasSubstr("what the scenario waits for never came: event block_final of fault cut"));
  summary["limit_hit"] = "interrupted";
  EXPECT_THAT(page(), HasSubstr("the run ended early: interrupted"));
}

TEST_F(Report, NamesRareStatesReachedAndNeverReached) {
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("Everything the scenario provides for happened."));
  EXPECT_THAT(html, HasSubstr("Of 2 rare states of a node, in which mistakes hide, this run reached 1."));
  EXPECT_THAT(html, HasSubstr("<li>state graft_refused: a GRAFT was answered with a PRUNE</li>"));
  EXPECT_THAT(html, HasSubstr("a peer broke its word</td><td class=\"num\" data-label=\"times\">1,234</td>"));
  summary.erase("rare_states");
  summary["never_reached"] = {"fault cut"};
  EXPECT_THAT(page(), testing::AllOf(HasSubstr("<li>fault cut</li></ul>"), Not(HasSubstr("rare states"))))
      << "a folder of an older program";
}

TEST_F(Report, RareStatesDecideNothing) {
  summary["verdict"] = "unknown";
  summary["checks"][0]["verdict"] = "pass";
  EXPECT_THAT(page(), HasSubstr("there was nothing to decide by"));
}

TEST_F(Report, PromisesADigestOnlyWhereOneCanBeHadAgain) {
  EXPECT_THAT(page(), HasSubstr("The same file and seed give the same digest"));
  summary["limit_hit"] = "events";
  EXPECT_THAT(page(), HasSubstr("The same file and seed give the same digest")) << "an end by events comes again";
  summary["limit_hit"] = "interrupted";
  EXPECT_THAT(page(), Not(HasSubstr("The same file and seed give the same digest")));
  EXPECT_THAT(page(), HasSubstr("ended early (interrupted), at a moment that no other will share"));
  summary["digest"] = nullptr;
  summary["world"] = "real";
  EXPECT_THAT(page(), HasSubstr("Real processes do not run in a repeatable order"));
  EXPECT_THAT(page(), HasSubstr("40 s on real processes in 1.50 s"));
}

TEST_F(Report, SaysWhoPaysAndWhoWritesForWhom) {
  scenario["economy"] = {{"preset", "prices"}, {"balances", {Json::object(), Json::object()}}};
  scenario["traffic"] = {
      {{"name", "wallets"}, {"rate", "5/s"}, {"arrival", "poisson"}, {"delegation", Json::object()}}};
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("prices, balances told 2 times"));
  EXPECT_THAT(html, HasSubstr("some written by delegates"));
}

TEST_F(Report, HostileNamesStayText) {
  const std::string hostile = "<script>alert(1)</script>\"'&";
  for (const char* key : {"scenario", "version", "digest", "network", "verdict", "reproduce"}) summary[key] = hostile;
  summary["checks"][0]["name"] = summary["checks"][0]["detail"] = summary["checks"][0]["kind"] = hostile;
  summary["faults"][0]["name"] = summary["faults"][0]["kind"] = summary["phases"][0]["name"] = hostile;
  summary["measures"][hostile] = {{"unit", hostile}, {"value", 1}};
  summary["never_reached"] = {hostile};
  for (const char* key : {"name", "meaning", "node"}) summary["rare_states"][0][key] = hostile;
  summary["rare_states"][1]["name"] = summary["rare_states"][1]["meaning"] = hostile;
  scenario["question"] = scenario["expectation"] = scenario["description"] = hostile;
  scenario["world"]["groups"][0]["name"] = scenario["world"]["groups"][0]["region"] = hostile;
  scenario["faults"][0]["name"] = hostile;
  metrics += "1,group:" + hostile + ",backlog,1\n";
  summary["checks"][0]["first_violation"] = {
      {"time_s", 40}, {"node", hostile}, {"message", hostile}, {"event", hostile}};
  const Json name = hostile;
  events =
      R"({"nodes":[)" + name.dump() + "],\"statuses\":[" + name.dump() + "],\"error_codes\":{\"0\":" + name.dump() +
      R"(},"kinds":[{"id":0,"name":"message"},{"id":3,"name":"message_published"},{"id":4,"name":"message_processed"},
           {"id":6,"name":"status_changed"},{"id":65539,"name":"message_acknowledged"}]})";
  std::erase(events, '\n');
  events += "\n";
  payload(0, kRun, 0, number(1) + hostile);
  payload(1, 0, 3, number(1));
  payload(~0ULL, 0, 4, number(1));
  payload(2, 0, 6, number(1) + std::string("\0\0\0\0", 4));
  metrics += "0,all,sent_bytes.messages,0\n1,all,sent_bytes.messages,4.9e-324\n1,all,mesh_degree_least,4.9e-324\n";
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("The story of this message"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("\"'&")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;"));
}

TEST_F(Report, NeedsNoNetwork) {
  const std::string html = page();
  for (const char* fetches : {"src=", "href=", "@import", "url(http", "<link", "<script"}) {
    EXPECT_THAT(html, Not(HasSubstr(fetches)));
  }
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
}

TEST_F(Report, EveryPictureHasTitleAndDescription) {
  const std::string html = page();
  std::size_t pictures = 0;
  for (auto at = html.find("<svg class=\"chart"); at != std::string::npos;
       at = html.find("<svg class=\"chart", at + 1)) {
    const std::string head = html.substr(at, html.find("</desc>", at) - at);
    EXPECT_THAT(head, HasSubstr("role=\"img\""));
    EXPECT_THAT(head, ContainsRegex("<title>[^<]+</title><desc>[^<]+"));
    ++pictures;
  }
  EXPECT_EQ(pictures, 6U);  // map, timeline and propagation, each for two widths
}

TEST_F(Report, FromASummaryAloneSaysWhatIsMissing) {
  write("summary.json", summary.dump());
  const std::string html = rendered();
  for (const char* file : {"scenario.json is missing", "metrics.csv is missing", "events.lmt is missing"}) {
    EXPECT_THAT(html, HasSubstr(file));
  }
  EXPECT_THAT(html, HasSubstr("the one check passed"));
}

TEST_F(Report, SaysWhatOfAFileCouldNotBeRead) {
  metrics += "not,a,row\n5,all,published,many\n";
  events.resize(events.size() - 3);
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("2 rows of metrics.csv could not be read"));
  EXPECT_THAT(html, HasSubstr("events.lmt ends in the middle of a record"));
}

TEST_F(Report, WithoutASummaryThereIsNone) {
  const auto missing = render_report(folder.string());
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().text, HasSubstr("summary.json"));
  for (const char* text : {"", "[1]", "{\"scenario\":", "\x01\x02"}) {
    write("summary.json", text);
    EXPECT_FALSE(render_report(folder.string()).ok()) << text;
  }
}

TEST_F(Report, MembersOfAnotherTypeLeaveGaps) {
  for (auto& [key, value] : summary.items()) value = key == "seed" ? Json("x") : Json(-1.5);
  for (auto& [key, value] : scenario.items()) value = Json::array({1, "x", nullptr});
  EXPECT_THAT(page(), HasSubstr("<h2>Checks</h2>"));
}

}  // namespace
}  // namespace lastmile::study
