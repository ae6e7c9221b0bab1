// The store behind store.hpp. Each public call makes a Context, lets the modules of this room work in it, and commits
// its transaction as one batch.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "core/store/context.hpp"
#include "core/store/store.hpp"

namespace lastmile::store {

class StoreImpl final : public Store {
 public:
  StoreImpl(env::Disk& disk, StoreOptions options, trace::Sink& sink);
  ~StoreImpl() override;
  // Reads the figures and rebuilds what is kept in memory.
  Result<Unit> load();

  Result<Outcome> accept(const ValidMessage& message, Wall now, const Confirmation* confirmation) override;
  Result<Outcome> accept_unfetched(std::shared_ptr<const message::Envelope> envelope, Wall now,
                                   const Confirmation* confirmation) override;
  Result<std::vector<message::Envelope>> copies(const message::ItemHash& hash) const override;
  Result<CopyLook> look_at_copy(const message::Envelope& copy) const override;
  Result<Outcome> accept_tombstone(std::shared_ptr<const message::Envelope> envelope, Wall now) override;
  Result<Outcome> give_up(const message::ItemHash& hash, Wall now) override;
  Result<Outcome> refuse_content(const message::ItemHash& hash, message::ErrorCode code, std::string_view details,
                                 std::string_view submitted, Wall now) override;
  Result<Outcome> record_rejected(const message::ItemHash& hash, message::ErrorCode code, std::string_view details,
                                  std::string_view submitted, Wall now) override;

  Result<Unit> put_file(const message::ItemHash& file, Bytes bytes, Keep keep, Wall now,
                        env::Done<Written> done) override;
  Result<Unit> file_damaged(const message::ItemHash& file, Wall now) override;
  Result<Unit> release_file(const message::ItemHash& file, Keep road, Wall now) override;
  Result<Outcome> file_arrived(const message::ItemHash& file, std::uint64_t bytes, bool directory, Wall now) override;
  Result<std::optional<std::uint64_t>> file_bytes(const message::ItemHash& file) const override;
  Result<Unit> pin_transaction_file(const message::ItemHash& file, std::string_view chain, std::uint64_t height,
                                    std::string_view transaction, bool final, Wall now) override;
  Result<Unit> pin_head(const message::ItemHash& head, const message::ItemHash& archive, env::Batch beside,
                        Wall now) override;
  Result<Unit> unpin_head_archive(const message::ItemHash& archive, Wall now) override;
  Result<std::vector<message::ItemHash>> missing_heads() const override;
  Result<std::optional<std::uint64_t>> content_bytes(const message::ItemHash& message) const override;
  Result<std::optional<std::string>> content(const message::ItemHash& message, std::uint64_t offset,
                                             std::uint64_t length) const override;
  Result<WaitingPage> waiting_for_content(const std::optional<WaitingSince>& after, std::size_t look_at) const override;
  Result<std::vector<message::ItemHash>> wanted_files(const std::optional<message::ItemHash>& after,
                                                      std::size_t limit) const override;

  Result<Outcome> add_confirmations(const std::vector<Confirmed>& seen, Wall now) override;
  Result<Outcome> remove_confirmations(std::string_view chain, std::uint64_t from_height, Wall now) override;
  Result<Outcome> finalize_confirmations(std::string_view chain, std::uint64_t height) override;
  Result<std::vector<message::ItemHash>> unconfirmed(std::string_view chain, std::size_t limit) const override;

  Result<TickOutcome> tick(Wall now) override;

  Result<std::vector<std::shared_ptr<const message::Envelope>>> tombstones_beside(const message::ItemHash& forget,
                                                                                  std::size_t& looks) const override;
  Result<std::shared_ptr<const message::Envelope>> envelope_for_peer(const message::ItemHash& hash) const override;
  Result<HeldSum> held_sum(const HeldItem& from, const HeldItem& until) const override;
  HeldSum held_total() const override;
  Result<std::vector<HeldItem>> held_items(const HeldItem& from, const HeldItem& until,
                                           std::size_t limit) const override;
  Result<std::optional<HeldItem>> held_at(const HeldItem& from, std::uint64_t position) const override;
  Result<bool> holds(const message::ItemHash& hash) const override;

  Result<Hash256> state_digest(Wall at) const override;
  Result<std::vector<std::string>> state_entries(Wall at) const override;
  Result<Uint256> recomputed_state_sum() const override;
  Uint256 state_sum() const override { return meta_.state.number(); }

  Result<AccountView> account(std::string_view address, Wall at) const override;
  const economy::BalanceBook& balances() const override { return memory_.balances; }
  const economy::CreditBook& credits() const override { return memory_.credits; }
  const economy::PriceTable& prices() const override { return *memory_.prices.back().second; }

  const Counts& counts() const override { return counts_; }
  std::uint64_t committed() const override { return durability_->committed; }
  std::uint64_t durable() const override { return durability_->durable; }
  const std::optional<Error>& disk_error() const override { return durability_->error; }
  void on_durable(Callback<void()> callback) override { durability_->callback = std::move(callback); }
  const StoreOptions& options() const override { return options_; }

 private:
  // Answers of the disk may come after this object is gone.
  struct Durability {
    StoreImpl* store;  // null when it is gone
    std::uint64_t committed = 0;
    std::uint64_t durable = 0;
    std::optional<Error> error;
    Callback<void()> callback;
    std::deque<std::pair<std::uint64_t, Callback<void()>>> then;  // by commit: to be done once it is durable
    std::vector<message::ItemHash> deleted;                       // by the disk; tick() takes note
    // Commits that decided on a deletion which the disk has not answered: what was asked to be written before is gone.
    std::map<message::ItemHash, std::uint64_t> deleting;
  };

  Context context(Wall now) { return {disk_.latest(), options_, meta_, memory_, sink_, now}; }
  // Runs `change` in a context, judges until nothing changes, commits. Damage: nothing is committed and every later
  // call fails.
  template <class T>
  Result<T> change(Wall now, const std::function<T(Context&)>& work);
  // The same for calls that judge nothing, not even what an earlier one left: they have no outcome to tell it by.
  Result<Unit> change_files(Wall now, const std::function<void(Context&)>& work);
  void commit(Context& context);
  // Once everything committed so far is durable; never when it fails or this object is gone.
  void when_durable(Callback<void()> then);
  void refresh_counts();

  Outcome accept_in(Context& context, const ValidMessage& message, const Confirmation* confirmation);
  Outcome outcome_of(Context& context, const message::ItemHash& hash, bool known_before, std::vector<Need> needs);

  env::Disk& disk_;
  StoreOptions options_;
  trace::Sink& sink_;
  Meta meta_;
  Memory memory_;
  Counts counts_;
  std::uint64_t judgements_ = 0;
  Wall now_;  // of the last call that told it
  std::optional<Error> broken_;
  // In use by an incarnation that is gone: the first tick() lets them go, for only then the time is known.
  std::set<std::pair<message::ItemHash, char>> left_held_;  // with the kind of hold
  std::shared_ptr<Durability> durability_ = std::make_shared<Durability>(this);
};

}  // namespace lastmile::store
