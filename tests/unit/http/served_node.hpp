// A node with its HTTP API in this process, on a disk of its own; the loop runs on a thread.
#pragma once

#include <gtest/gtest.h>

#include <thread>

#include "core/message/json_tools.hpp"
#include "real/env/loop.hpp"
#include "real/env/os_clock.hpp"
#include "real/env/os_random.hpp"
#include "real/env/os_timers.hpp"
#include "real/env/rocks_disk.hpp"
#include "real/env/thread_pool_executor.hpp"
#include "real/http/service.hpp"
#include "real/p2p/p2p_network.hpp"
#include "tests/signed.hpp"
#include "tests/unit/http/http_client.hpp"
#include "tests/unit/real/scratch.hpp"

namespace lastmile::http {

inline const crypto::Account kAda = crypto::Account::derive(crypto::Chain::ETH, 7, 1);
inline const crypto::Account kBob = crypto::Account::derive(crypto::Chain::SOL, 7, 2);

class ServedNode : public testing::Test {
 protected:
  void open(const Limits& limits = {}, bool charge = false, std::vector<std::string> proxies = {}) {
    real::RocksDiskOptions disk_options;
    disk_options.database = folder_.path() / "db";
    disk_options.blobs = folder_.path() / "blobs";
    auto disk = real::RocksDisk::open(loop_, disk_options);
    ASSERT_TRUE(disk.ok());
    disk_ = *std::move(disk);
    executor_ = std::make_unique<real::ThreadPoolExecutor>(loop_, 2);
    p2p::P2pOptions network_options;
    network_options.identity = std::make_shared<p2p::PrivateKey>(p2p::PrivateKey::from_ed25519_seed({7}));
    auto network = p2p::P2pNetwork::open(loop_, network_options);
    ASSERT_TRUE(network.ok());
    network_ = *std::move(network);
    node::NodeConfig config;
    config.store.charge = charge;
    config.store.query_counts = true;
    node::use_default_gossip(config);
    auto node = node::CoreNode::open(clock_, timers_, *network_, *disk_, random_, *executor_, nullptr,
                                     trace::null_sink(), std::move(config));
    ASSERT_TRUE(node.ok());
    node_ = *std::move(node);
    ServiceOptions options;
    options.server.listen = "127.0.0.1:0";
    options.server.limits = limits;
    options.server.proxies = std::move(proxies);
    options.version = "1.2.3";
    auto service = Service::open(loop_, {*node_, *disk_, *executor_, clock_, timers_}, options);
    ASSERT_TRUE(service.ok()) << service.error().text;
    service_ = *std::move(service);
    loop_.post([this] { node_->start(); });
    thread_ = std::thread([this] { loop_.run(); });
  }
  void TearDown() override {
    if (!thread_.joinable()) return;
    loop_.post([this] { loop_.stop(); });
    thread_.join();
    service_.reset();
    node_.reset();
  }

  std::string address() const { return service_->address(); }
  HttpClient client() const { return HttpClient(address()); }

  // The object that clients publish.
  static std::string publication(const message::Envelope& envelope, bool sync = true) {
    return "{\"message\":" + message::serialize_envelope(envelope) + ",\"sync\":" + (sync ? "true" : "false") + "}";
  }
  static message::Envelope post_of(const crypto::Account& account, const std::string& content, double time = 1.7e9,
                                   const std::string& type = "note", const std::string& more = {}) {
    std::string text = "{\"address\":\"" + account.address() + "\",\"time\":";
    message::append_json_number(text, time);
    text += ",\"type\":\"" + type + "\"" + more + ",\"content\":" + content + "}";
    message::Envelope envelope = test::signed_message(account, message::Type::POST, text);
    envelope.channel = "TEST";
    envelope.time_number = time;
    envelope.time = *message::wall_of_seconds(time);
    envelope.signature = account.sign("POST", envelope.item_hash.text());
    return envelope;
  }
  static message::Envelope message_of(const crypto::Account& account, message::Type type, const std::string& rest) {
    message::Envelope envelope = test::signed_message(account, type, test::content_of(account.address(), rest));
    envelope.channel = "TEST";
    return envelope;
  }

  real::Scratch folder_;
  real::Loop loop_;
  real::OsClock clock_;
  real::OsTimers timers_{loop_};
  real::OsRandom random_{7};
  std::unique_ptr<real::RocksDisk> disk_;
  std::unique_ptr<real::ThreadPoolExecutor> executor_;
  std::unique_ptr<p2p::P2pNetwork> network_;
  std::unique_ptr<node::CoreNode> node_;
  std::unique_ptr<Service> service_;
  std::thread thread_;
};

}  // namespace lastmile::http
