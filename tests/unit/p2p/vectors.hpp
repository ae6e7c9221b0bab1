// Reads vectors made by other implementations; tests skip, visibly, where the folder is missing.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "core/base/bytes.hpp"

namespace lastmile::p2p {

inline std::filesystem::path vectors_file(const std::string& name) {
  const char* folder = std::getenv("LASTMILE_VECTORS");
  const std::filesystem::path path = folder != nullptr
                                         ? std::filesystem::path(folder)
                                         : std::filesystem::path(LASTMILE_SOURCE_DIR) / "../shared/protocol/vectors";
  return path / name;
}

inline Bytes unhex(const nlohmann::json& text) {
  const auto bytes = from_hex(text.get<std::string>());
  if (!bytes) throw std::runtime_error("no hexadecimal: " + text.get<std::string>());
  return *bytes;
}

inline std::string text_in(const nlohmann::json& entry, const char* name) { return entry.at(name).get<std::string>(); }

// A file of vectors, and the keys that most of them name.
class Vectors : public ::testing::Test {
 protected:
  void read(const std::string& name) {
    std::ifstream in(vectors_file(name));
    if (!in) GTEST_SKIP() << "no vectors at " << vectors_file(name);
    vectors_ = nlohmann::json::parse(in);
    std::ifstream keys(vectors_file("libp2p-peer-ids.json"));
    const auto all = nlohmann::json::parse(keys);
    for (const auto& each : all.at("keys")) keys_[text_in(each, "name")] = each;
  }
  const nlohmann::json& key(const nlohmann::json& name) { return keys_.at(name.get<std::string>()); }

  nlohmann::json vectors_;
  std::map<std::string, nlohmann::json> keys_;
};

}  // namespace lastmile::p2p
