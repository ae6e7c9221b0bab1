// PROGRAM, INSTANCE and V-PROGRAM: defaults, the undecided volume, rules across fields that the vectors do not cover.
#include "core/message/executable.hpp"

#include <gtest/gtest.h>

#include "core/message/content.hpp"
#include "core/message/python_regex.hpp"
#include "tests/unit/message/samples.hpp"

namespace lastmile::message {
namespace {

using test::content_text;
using test::kHash;
using test::replaced;

const std::string kFile = R"({"ref":")" + std::string(kHash) + R"("})";

const std::string kProgram =
    R"(,"type":"vm-function","allow_amend":false,"code":{"encoding":"zip","entrypoint":"main:app","ref":")" +
    std::string(kHash) + R"("},"on":{"http":true},"environment":{},"resources":{},"runtime":{"ref":")" +
    std::string(kHash) + R"(","comment":"c"})";
const std::string kInstance =
    R"(,"allow_amend":true,"environment":{"hypervisor":"qemu"},"resources":{},"rootfs":{"parent":)" + kFile +
    R"(,"persistence":"host","size_mib":20480})";
const std::string kRoothash(64, 'b');
const std::string kDigest(96, 'c');
const std::string kVProgram =
    R"(,"allow_amend":false,"environment":{},"resources":{},"payment":{"type":"credit"},"runtime":)" + kFile +
    R"(,"workload":{"ref":")" + std::string(kHash) + R"(","hash_tree":")" + std::string(kHash) + R"(","roothash":")" +
    kRoothash + R"("},"verification":{"backend":"sev_snp","measurements":[{"platform":"sev_snp","digest":")" + kDigest +
    R"("}]},"volumes":[])";

bool parses(Type type, std::string_view more) { return parse_content(type, content_text(more)).ok(); }

template <class Body>
Body parsed(Type type, std::string_view more) {
  const auto content = parse_content(type, content_text(more));
  EXPECT_TRUE(content.ok()) << (content ? "" : content.error().detail);
  return content ? *content->template as<Body>() : Body{};
}

TEST(Program, DefaultsAreFilledIn) {
  const auto program = parsed<Program>(Type::PROGRAM, kProgram);
  EXPECT_FALSE(program.code.file.use_latest);
  EXPECT_TRUE(program.runtime.file.use_latest);
  EXPECT_EQ(program.code.interface, Interface::asgi);
  EXPECT_EQ(program.execution.resources.vcpus, 1);
  EXPECT_EQ(program.execution.resources.memory_mib, 128);
  EXPECT_EQ(program.execution.resources.seconds, 1);
  EXPECT_EQ(program.execution.payment_type(), PaymentType::hold);
  EXPECT_FALSE(program.execution.environment.internet);
  EXPECT_FALSE(program.persistent());
  EXPECT_EQ(parsed<Program>(Type::PROGRAM, replaced(kProgram, "main:app", "run.sh")).code.interface, Interface::binary);
  EXPECT_TRUE(parsed<Program>(Type::PROGRAM, replaced(kProgram, R"("http":true)", R"("http":true,"persistent":true)"))
                  .persistent());
}

TEST(Program, IntegersMayHaveAPointButNoOtherType) {
  const auto with = [](std::string_view resources) {
    return replaced(kProgram, R"("resources":{})", "\"resources\":" + std::string(resources));
  };
  EXPECT_EQ(parsed<Program>(Type::PROGRAM, with(R"({"vcpus":2.0,"memory":1e3})")).execution.resources.memory_mib, 1000);
  for (const auto* resources :
       {R"({"vcpus":"2"})", R"({"vcpus":2.5})", R"({"vcpus":true})", R"({"vcpus":null})", R"({"vcpus":1e300})",
        R"({"vcpus":-1})", R"({"vcpus":99999999999999999999})", "null", "[]"}) {
    EXPECT_FALSE(parses(Type::PROGRAM, with(resources))) << resources;
  }
}

TEST(Program, VariablesAreJudgedByTheLastOfRepeatedNames) {
  EXPECT_EQ(parsed<Program>(Type::PROGRAM, kProgram + R"(,"variables":{"a":1,"a":"x"})").execution.variables,
            (std::map<std::string, std::string>{{"a", "x"}}));
  EXPECT_FALSE(parses(Type::PROGRAM, kProgram + R"(,"variables":{"a":"x","a":1})"));
  EXPECT_FALSE(parses(Type::PROGRAM, kProgram + R"(,"variables":{")" + std::string(129, 'k') + R"(":"x"})"));
  std::string many = R"(,"variables":{)";
  for (int i = 0; i < 257; ++i) many += (i == 0 ? "\"" : ",\"") + std::to_string(i) + R"(":"")";
  EXPECT_FALSE(parses(Type::PROGRAM, kProgram + many + "}"));
}

TEST(Volume, TheKindFollowsFromTheKeys) {
  const auto kind = [](std::string_view volume) {
    return parsed<Program>(Type::PROGRAM, kProgram + R"(,"volumes":[)" + std::string(volume) + "]")
        .execution.volumes.at(0)
        .index();
  };
  const std::string ref = R"("ref":")" + std::string(kHash) + "\"";
  EXPECT_EQ(kind("{" + ref + "}"), 0u);
  EXPECT_EQ(kind(R"({"size_mib":1000,"mount":"/m"})"), 1u) << "undecided: ephemeral up to 1000 MiB";
  EXPECT_EQ(kind(R"({"size_mib":1001,"mount":"/m"})"), 2u) << "and persistent above";
  EXPECT_EQ(kind(R"({"size_mib":10,"ephemeral":true})"), 1u);
  EXPECT_EQ(kind(R"({"size_mib":10,"name":null})"), 2u) << "a key that only persistent volumes have";
  EXPECT_EQ(kind(R"({"size_mib":10,"persistence":"host"})"), 2u);
  for (const std::string& volume :
       {std::string("{}"), std::string(R"({"ephemeral":true})"), std::string(R"({"size_mib":10,"ephemeral":false})"),
        std::string(R"({"size_mib":10,"ephemeral":null})"), std::string(R"({"size_mib":10,"ephemeral":1})"),
        std::string(R"({"size_mib":1001,"ephemeral":true})"), std::string(R"({"size_mib":10.0})"),
        std::string(R"({"size_mib":10,"ephemeral":true,"name":"n"})"), "{" + ref + R"(,"size_mib":10})",
        "{" + ref + R"(,"name":"n"})", std::string(R"({"size_mib":10,"use_latest":true})"), std::string("[]"),
        std::string(R"({"size_mib":2000,"persistence":"none"})"), std::string(R"({"size_mib":2000,"parent":{}})")}) {
    EXPECT_FALSE(parses(Type::PROGRAM, kProgram + R"(,"volumes":[)" + volume + "]")) << volume;
  }
  EXPECT_FALSE(parses(Type::PROGRAM, kProgram + R"(,"volumes":null)"));
}

TEST(Volume, NeededFilesCarryTheSizesThatMustFit) {
  const std::string more =
      R"(,"volumes":[)" + kFile + R"(,{"size_mib":10},{"size_mib":50,"name":"n","parent":)" + kFile + "}]";
  const auto instance = parsed<Instance>(Type::INSTANCE, kInstance + more);
  const auto files = needed_files(instance);
  ASSERT_EQ(files.size(), 3u);
  EXPECT_EQ(files[0].size_mib_min, 20480);
  EXPECT_FALSE(files[1].size_mib_min);
  EXPECT_EQ(files[2].size_mib_min, 50);
  EXPECT_EQ(needed_files(parsed<Program>(Type::PROGRAM, kProgram)).size(), 2u);
  EXPECT_EQ(needed_files(parsed<VProgram>(Type::V_PROGRAM, kVProgram)).size(), 3u);
}

TEST(Instance, TrustedExecutionNeedsQemu) {
  const auto with = [](std::string_view environment) {
    return replaced(kInstance, R"({"hypervisor":"qemu"})", environment);
  };
  const auto trusted = parsed<Instance>(Type::INSTANCE, with(R"({"hypervisor":"qemu","trusted_execution":{}})"));
  EXPECT_TRUE(trusted.confidential());
  EXPECT_EQ(trusted.execution.environment.trusted_execution->policy, 1u);
  EXPECT_FALSE(parses(Type::INSTANCE, with(R"({"hypervisor":"firecracker","trusted_execution":{}})")));
  EXPECT_FALSE(parses(Type::INSTANCE, with(R"({"hypervisor":"qemu","trusted_execution":{"more":1}})")));
}

TEST(Instance, SevSnpHasItsOwnFields) {
  const auto with = [](std::string_view trusted) {
    return replaced(kInstance, R"({"hypervisor":"qemu"})",
                    R"({"hypervisor":"qemu","trusted_execution":)" + std::string(trusted) + "}");
  };
  const std::string snp =
      R"({"mode":"sev_snp","runtime":")" + std::string(kHash) + R"(","measurements":[{}],"policy":196608})";
  EXPECT_TRUE(parses(Type::INSTANCE, with(snp)));
  EXPECT_TRUE(parses(Type::INSTANCE, with(replaced(snp, R"("policy")", R"("attestation_port":1,"policy")"))));
  EXPECT_FALSE(parses(Type::INSTANCE, with(replaced(snp, "196608", "1"))));
  EXPECT_FALSE(parses(Type::INSTANCE, with(replaced(snp, "[{}]", "[]"))));
  EXPECT_FALSE(parses(Type::INSTANCE, with(replaced(snp, "sev_snp", "sev"))));
  EXPECT_FALSE(parses(Type::INSTANCE, with(replaced(snp, R"("mode":"sev_snp",)", ""))));
  EXPECT_FALSE(parses(Type::INSTANCE,
                      with(replaced(snp, R"("policy")", R"("firmware":")" + std::string(kHash) + R"(","policy")"))));
}

TEST(Instance, RulesAcrossFieldsHoldOnlyWithRequirements) {
  const std::string node_hash = R"("node_hash":")" + std::string(kHash) + "\"";
  const std::string credit = R"(,"payment":{"type":"credit"})";
  EXPECT_TRUE(parses(Type::INSTANCE, kInstance + credit));
  EXPECT_FALSE(parses(Type::INSTANCE, kInstance + credit + R"(,"requirements":{})"));
  EXPECT_TRUE(parses(Type::INSTANCE, kInstance + credit + R"(,"requirements":{"node":{)" + node_hash + "}}"));
  EXPECT_TRUE(parses(Type::INSTANCE, kInstance + R"(,"requirements":{})"));
  const std::string gpu = R"("gpu":[{"vendor":"v","device_name":"d","device_class":"0302","device_id":"i"}])";
  EXPECT_FALSE(parses(Type::INSTANCE, replaced(kInstance, R"("hypervisor":"qemu")", "") + R"(,"requirements":{)" + gpu +
                                          R"(,"node":{)" + node_hash + "}}"));
  EXPECT_TRUE(parses(Type::INSTANCE, kInstance + R"(,"requirements":{)" + gpu + R"(,"node":{)" + node_hash + "}}"));
  const std::string terms =
      R"(,"requirements":{"node":{"terms_and_conditions":")" + std::string(kHash) + "\"," + node_hash + "}}";
  EXPECT_FALSE(parses(Type::INSTANCE, kInstance + terms));
  EXPECT_TRUE(parses(Type::INSTANCE, kInstance + credit + terms));
  EXPECT_TRUE(parses(Type::INSTANCE, replaced(kInstance, R"("qemu")", R"("qemu","trusted_execution":{})") + terms));
}

TEST(VProgram, IsCheckedCompletely) {
  const auto program = parsed<VProgram>(Type::V_PROGRAM, kVProgram);
  EXPECT_EQ(program.policy, 0x30000u);
  EXPECT_EQ(program.measurements.at(0).digest, kDigest);
  const std::vector<std::pair<std::string, std::string>> broken{
      {R"({"type":"credit"})", R"({"type":"hold"})"},
      {R"(,"payment":{"type":"credit"})", ""},
      {R"("allow_amend":false)", R"("allow_amend":true)"},
      {R"("environment":{})", R"("environment":{"aleph_api":true})"},
      {kRoothash, "B" + kRoothash.substr(1)},
      {kDigest, kDigest.substr(1)},
      {R"("backend":"sev_snp",)", ""},
      {R"("backend":"sev_snp")", R"("backend":"sev_snp","policy":65536)"},
      {R"("platform":"sev_snp")", R"("platform":"tdx")"},
      {R"("volumes":[])", R"("volumes":[{"size_mib":1}])"},
      {R"("volumes":[])", R"("volumes":[],"replaces":"x")"},
      {R"("volumes":[])", R"("volumes":[],"variables":{"a":"b"})"},
      {R"("volumes":[])", R"("volumes":[],"authorized_keys":["k"])"},
      {R"("volumes":[])", R"("volumes":[],"rootfs":{})"},
  };
  for (const auto& [from, to] : broken) {
    const std::string text = replaced(kVProgram, from, to);
    ASSERT_NE(text, kVProgram);
    EXPECT_FALSE(parses(Type::V_PROGRAM, text)) << to;
  }
  EXPECT_TRUE(parses(Type::V_PROGRAM,
                     replaced(kVProgram, R"("volumes":[])", R"("replaces":"","variables":{},"authorized_keys":[])")));
  std::string volumes = "[";
  const std::string volume = R"({"ref":")" + std::string(kHash) + R"(","hash_tree":")" + std::string(kHash) +
                             R"(","roothash":")" + kRoothash + R"(","comment":"c"})";
  for (int i = 0; i < 8; ++i) volumes += (i == 0 ? "" : ",") + volume;
  EXPECT_TRUE(parses(Type::V_PROGRAM, replaced(kVProgram, R"("volumes":[])", "\"volumes\":" + volumes + "]")));
  EXPECT_FALSE(
      parses(Type::V_PROGRAM, replaced(kVProgram, R"("volumes":[])", "\"volumes\":" + volumes + "," + volume + "]")));
}

TEST(Executable, TagsComeFromTheMetadata) {
  const auto content = parse_content(Type::PROGRAM, content_text(kProgram + R"(,"metadata":{"tags":["a",{},"b"]})"));
  ASSERT_TRUE(content);
  EXPECT_EQ(content->tags, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(payment_type(*content), PaymentType::hold);
  EXPECT_EQ(execution(*content)->metadata, R"({"tags":["a",{},"b"]})");
}

TEST(PythonRegex, CompilesWhatPythonCompiles) {
  // Verdicts of Python 3.11 itself.
  for (const auto* pattern : {"",
                              "a*",
                              "^0x[0-9a-fA-F]{40}$",
                              "a{2,3}?",
                              "a{,3}",
                              "a{x}",
                              "{",
                              "x{",
                              "}",
                              "]",
                              "[]a]",
                              "[^]a]",
                              "[a-]",
                              "(a|b)*",
                              "(?:a)+",
                              "(?P<n>a)(?P=n)",
                              "(a)\\1",
                              "(?i)a",
                              "(?i:a)",
                              "(?-i:a)",
                              "(?x) a # c",
                              "(?=a)*",
                              "(?<=ab|cd)x",
                              "(?<!a{2})x",
                              "(?>a)",
                              "a++",
                              "(a)(?(1)b|c)",
                              "(?#c)",
                              "\\d\\w\\b\\Z",
                              "[\\d-]",
                              "\\x41\\u0041\\U0010ffff",
                              "\\0\\101",
                              "\\.",
                              "(?!)",
                              "\xc3\xa9+"}) {
    EXPECT_TRUE(python_regex_compiles(pattern)) << pattern;
  }
  for (const auto* pattern : {"(",
                              ")",
                              "*",
                              "+a",
                              "a**",
                              "a*{2}",
                              "^*",
                              "\\b+",
                              "a{3,2}",
                              "a{4294967295}",
                              "[",
                              "[a",
                              "[]",
                              "[b-a]",
                              "[\\d-z]",
                              "\\",
                              "\\q",
                              "\\x4",
                              "\\8",
                              "\\1",
                              "(\\1)",
                              "(?P<n>a)(?P<n>b)",
                              "(?P<1>a)",
                              "(?P=n)",
                              "(?<=a*)b",
                              "(?<=a|bc)x",
                              "(?L)a",
                              "a(?i)",
                              "(?z)",
                              "(?",
                              "(?#",
                              "a|*|",
                              "(a)(?(2)b)",
                              "(?(1)a)",
                              "(a)(?(1)b|c|d)",
                              "\\477",
                              "[\\400]",
                              "\\U00110000",
                              "(?au)a",
                              "a)"}) {
    EXPECT_FALSE(python_regex_compiles(pattern)) << pattern;
  }
}

}  // namespace
}  // namespace lastmile::message
