// A pipeline in a world by hand.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "core/node/pipeline.hpp"
#include "core/store/view.hpp"
#include "tests/unit/node/fakes.hpp"
#include "tests/unit/node/made.hpp"

namespace lastmile::node::test {

class AroundPipeline final : public Surroundings {
 public:
  void spread(const message::Envelope& envelope, Origin) override { spread_out.push_back(envelope.item_hash); }
  void gossip_verdict(const gossip::MessageRef&, gossip::Verdict verdict) override { verdicts.push_back(verdict); }
  bool want_content(const message::ItemHash& content, std::optional<env::PeerId>, gossip::Room in) override {
    if (full.contains(in)) return false;
    wanted.push_back(content);
    rooms.push_back(in);
    return true;
  }
  void content_at_hand(const message::ItemHash& content) override { at_hand.push_back(content); }
  void want_message(const message::ItemHash& message, std::optional<env::PeerId>) override {
    wanted_messages.push_back(message);
  }
  bool stands(store::Confirmation& c) override { return !fallen.contains(c.height); }
  void status_changed(const store::StatusChange&) override {}
  void fatal(const Error& error) override { ADD_FAILURE() << error.text; }

  std::vector<gossip::Verdict> verdicts;
  std::vector<message::ItemHash> spread_out, wanted, wanted_messages, at_hand;
  std::vector<gossip::Room> rooms;  // of what was wanted
  std::set<gossip::Room> full;
  std::set<std::uint64_t> fallen;  // heights that were taken back
};

class PipelineTest : public testing::Test {
 protected:
  explicit PipelineTest(const Limits& limits = {}) {
    config_.limits = limits;
    config_.store.charge = false;
    use_default_gossip(config_);
    store_ = std::move(store::Store::open(disk_, config_.store)).value();
    blobs_.on_damaged(
        [this](const message::ItemHash& file) { ASSERT_TRUE(store_->file_damaged(file, time_.wall()).ok()); });
    pipeline_ = std::make_unique<Pipeline>(time_, time_, executor_, disk_, luck_, *store_, blobs_, trace_, gauges_,
                                           config_, around_);
    pipeline_->start();
  }
  Admission arrive(const message::Envelope& envelope, Origin origin = Origin::client) {
    Arrival arrival;
    arrival.origin = origin;
    arrival.receipt = [this](const Receipt& receipt) { receipts_.push_back(receipt); };
    return pipeline_->arrive(message::serialize_envelope(envelope), std::move(arrival));
  }
  Admission gossip(const message::Envelope& envelope) {
    const Admission admission = arrive_by_gossip(envelope);
    work();
    return admission;
  }
  Admission arrive_by_chain(const message::Envelope& envelope, std::uint64_t height) {
    Arrival arrival;
    arrival.origin = Origin::chain;
    arrival.confirmation = store::Confirmation{"ETH", height, "0x" + std::to_string(height), {}, "0xpublisher", false};
    arrival.receipt = [this](const Receipt& receipt) { receipts_.push_back(receipt); };
    return pipeline_->arrive(message::serialize_envelope(envelope), std::move(arrival));
  }
  std::vector<message::Envelope> five_known() {
    std::vector<message::Envelope> messages;
    for (std::uint64_t n = 1; n <= 5; ++n) {
      messages.push_back(signed_post(wallet(), note(wallet(), n)));
      arrive(messages.back());
    }
    work();
    receipts_.clear();
    return messages;
  }
  // Without doing what follows from it.
  Admission arrive_by_gossip(const message::Envelope& envelope) {
    const std::string payload = message::gossip_payload(envelope);
    gossip::MessageFields fields;
    fields.data = gossip::Field::of(std::string_view(payload));
    fields.topic = gossip::Field::of(gossip::kMessageTopicName);
    Arrival arrival;
    arrival.origin = Origin::gossip;
    arrival.peer = env::PeerId{1};
    arrival.gossip_message =
        gossip::make_message(std::move(fields), *config_.topics, config_.gossip->id_scheme, nullptr);
    return pipeline_->arrive(payload, std::move(arrival));
  }
  // What gossip was told of the messages that were queued, since it was last asked.
  std::vector<gossip::Verdict> verdicts() { return std::exchange(around_.verdicts, {}); }
  // Time for the loop, and every job done.
  void work() {
    for (int i = 0; i < 5; ++i) {
      time_.pass(milliseconds(1));
      executor_.run_all();
    }
  }
  message::Status status(const message::Envelope& e) {
    return *store::View(disk_.latest(), config_.store).status(e.item_hash);
  }
  message::Envelope apart(std::uint64_t number) { return signed_post(wallet(), note(wallet(), number), false); }

  Time time_;
  Jobs executor_;
  BlobDisk disk_;
  Trace trace_;
  QueueGauges gauges_{trace_};
  HashingJobs jobs_{executor_, gauges_};
  BlobReader blobs_{disk_, jobs_, 4};
  Luck luck_;
  AroundPipeline around_;
  NodeConfig config_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Pipeline> pipeline_;
  std::vector<Receipt> receipts_;
};

}  // namespace lastmile::node::test
