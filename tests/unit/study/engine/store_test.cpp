// Results survive what happens to the process that writes them.
#include "tools/study/engine/store.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "tests/unit/study/engine/scratch.hpp"

namespace lastmile::study {
namespace {

using testing::HasSubstr;

constexpr std::string_view kMark = "0123456789abcdef";

Outcome finished(double value) { return {RunEnd::finished, "", {7, {{"a", value}, {"b.p50", 0.1}}}}; }

RunKey key_of(std::uint8_t point, std::uint64_t seed) {
  RunKey key;
  key.point.bytes[31] = point;
  key.seed = seed;
  return key;
}

void write_three(const std::string& path) {
  auto writer = ResultWriter::open(path, kMark);
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer).append(key_of(1, 1), finished(1.5)).ok());
  ASSERT_TRUE((*writer).append(key_of(1, 2), Outcome::failure(RunEnd::crashed, "signal 11")).ok());
  ASSERT_TRUE((*writer).append(key_of(2, ~std::uint64_t{0}), finished(std::nan(""))).ok());
}

TEST(Results, AreReadAsTheyWereWritten) {
  const Scratch scratch;
  write_three(scratch / "r");
  ResultIndex index;
  ASSERT_TRUE(index.add(scratch / "r", kMark).ok());
  EXPECT_EQ(index.size(), 3U);
  EXPECT_EQ((*index.find(key_of(1, 1))).row.metrics[0].value, 1.5);
  EXPECT_EQ((*index.find(key_of(1, 1))).row.timestep, 7);
  EXPECT_EQ((*index.find(key_of(1, 2))).reason, "signal 11");
  EXPECT_TRUE(std::isnan((*index.find(key_of(2, ~std::uint64_t{0}))).row.metrics[0].value));
  EXPECT_FALSE(index.has(key_of(2, 1)));
}

TEST(Results, LoseNothingButATornTail) {
  const Scratch scratch;
  write_three(scratch / "whole");
  const std::string text = scratch.read("whole");
  const std::size_t last = text.rfind('\n', text.size() - 2) + 1;  // where the third record begins
  for (std::size_t length = last; length < text.size(); ++length) {
    scratch.write("torn", text.substr(0, length));
    ResultIndex before;
    ASSERT_TRUE(before.add(scratch / "torn", kMark).ok());
    EXPECT_EQ(before.size(), 2U);
    {
      auto writer = ResultWriter::open(scratch / "torn", kMark);
      ASSERT_TRUE(writer.ok()) << writer.error().text;
      EXPECT_EQ((*writer).cut_off(), length - last);
      ASSERT_TRUE((*writer).append(key_of(2, ~std::uint64_t{0}), finished(std::nan(""))).ok());
    }
    EXPECT_EQ(scratch.read("torn"), text);
  }
}

TEST(Results, MayBeTornAnywhereEvenInTheHeader) {
  const Scratch scratch;
  write_three(scratch / "whole");
  const std::string text = scratch.read("whole");
  for (std::size_t length = 0; length < text.size(); length += 3) {
    scratch.write("torn", text.substr(0, length));
    ASSERT_TRUE(ResultWriter::open(scratch / "torn", kMark).ok());
    ResultIndex index;
    EXPECT_TRUE(index.add(scratch / "torn", kMark).ok());
  }
}

TEST(Results, ThatAreDamagedInTheMiddleAreRefused) {
  const Scratch scratch;
  write_three(scratch / "r");
  std::string text = scratch.read("r");
  text[text.find("signal")] = 'S';
  scratch.write("r", text);
  EXPECT_THAT(ResultWriter::open(scratch / "r", kMark).error().text, HasSubstr("damaged at byte"));
  ResultIndex index;
  EXPECT_FALSE(index.add(scratch / "r", kMark).ok());
}

TEST(Results, HaveOneWriter) {
  const Scratch scratch;
  const auto first = ResultWriter::open(scratch / "r", kMark);
  ASSERT_TRUE(first.ok());
  EXPECT_THAT(ResultWriter::open(scratch / "r", kMark).error().text, HasSubstr("one writer"));
}

TEST(Results, OfAnotherStudyAreRefused) {
  const Scratch scratch;
  write_three(scratch / "r");
  EXPECT_THAT(ResultWriter::open(scratch / "r", "fedcba9876543210").error().text, HasSubstr("those of another"));
}

TEST(Results, OfALaterAttemptCount) {
  const Scratch scratch;
  write_three(scratch / "r");
  ASSERT_TRUE((*ResultWriter::open(scratch / "r", kMark)).append(key_of(1, 2), finished(3)).ok());
  ResultIndex index;
  ASSERT_TRUE(index.add(scratch / "r", kMark).ok());
  EXPECT_EQ((*index.find(key_of(1, 2))).end, RunEnd::finished);
}

TEST(Results, AreReadByTwentyLinesOfPython) {
  const Scratch scratch;
  write_three(scratch / "r");
  scratch.write("r", scratch.read("r") + "01234567 {\"torn");
  const std::string script =
      "import sys; sys.path.insert(0, sys.argv[1]); sys.dont_write_bytecode = True\n"
      "from read_results import read\n"
      "header, records = read(sys.argv[2])\n"
      "assert header['format'] == 1 and header['study'] == '0123456789abcdef', header\n"
      "assert [r['seed'] for r in records] == [1, 2, 2**64 - 1], records\n"
      "assert records[0]['metrics'] == {'a': 1.5, 'b.p50': 0.1} and records[0]['timestep'] == 7\n"
      "assert records[1]['end'] == 'crashed' and records[1]['reason'] == 'signal 11'\n"
      "assert records[2]['metrics']['a'] is None and records[2]['point'] == 62 * '0' + '02'\n";
  scratch.write("check.py", script);
  const std::string command =
      "python3 -B '" + scratch / "check.py" + "' '" LASTMILE_SOURCE_DIR "/docs' '" + scratch / "r" + "'";
  EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace
}  // namespace lastmile::study
