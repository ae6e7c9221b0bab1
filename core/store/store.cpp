#include "core/store/store.hpp"

#include "core/base/check.hpp"
#include "core/store/accounts.hpp"
#include "core/store/aggregates.hpp"
#include "core/store/change.hpp"
#include "core/store/files.hpp"

namespace lastmile::store {

Result<std::unique_ptr<Store>> Store::open(env::Disk& disk, StoreOptions options, trace::Sink& sink) {
  auto store = std::make_unique<StoreImpl>(disk, std::move(options), sink);
  auto loaded = store->load();
  if (!loaded) return std::move(loaded).error();
  return std::unique_ptr<Store>(std::move(store));
}

StoreImpl::StoreImpl(env::Disk& disk, StoreOptions options, trace::Sink& sink)
    : disk_(disk), options_(std::move(options)), sink_(sink) {}

StoreImpl::~StoreImpl() {
  durability_->then.clear();
  durability_->store = nullptr;
}

Result<Unit> StoreImpl::load() {
  return guarded([&] {
    const Source source(disk_.latest());
    const std::string key = Key(Table::meta).text();
    const Stored value = source.get(key);
    if (value != nullptr) {
      const auto meta = read_meta(*value);
      if (!meta) Source::damaged(key);
      meta_ = *meta;
    } else if (const Scan first = source.scan("");
               first.valid() && static_cast<unsigned char>(first.key().front()) < kTablesEnd) {
      throw Damage{Error{"store: the disk holds keys but no store of this format"}};
    }
    rebuild_prices(source, options_, memory_);
    rebuild_books(source, options_, memory_);
    refresh_counts();
    for (const LocalPin& pin : local_pins(source)) {
      if (is_hold(pin.kind)) left_held_.insert({pin.file, pin.kind});
    }
    return Unit{};
  });
}

void StoreImpl::commit(Context& context) {
  context.finish();
  if (!context.tx.empty()) {
    const std::uint64_t number = ++durability_->committed;
    disk_.commit(context.tx.take(), [kept = durability_, number](Result<Unit> result) {
      if (result) {
        kept->durable = number;
        while (!kept->then.empty() && kept->then.front().first <= number) {
          auto then = std::move(kept->then.front().second);
          kept->then.pop_front();
          then();
        }
      } else if (!kept->error) {
        kept->error = std::move(result).error();
      }
      if (kept->callback) kept->callback();
    });
  }
  for (const message::ItemHash& file : context.files_to_delete) {
    const std::uint64_t number = durability_->committed;
    durability_->deleting[file] = number;
    when_durable([this, file, number] {
      disk_.remove_blob(file.text(), [kept = durability_, file, number](const Result<Unit>& removed) {
        const auto latest = kept->deleting.find(file);
        if (latest != kept->deleting.end() && latest->second == number) kept->deleting.erase(latest);
        if (removed) kept->deleted.push_back(file);
      });
    });
  }
  meta_ = context.meta;
  judgements_ += context.judgements;
  refresh_counts();
}

void StoreImpl::when_durable(Callback<void()> then) {
  if (durability_->error) return;
  if (durability_->durable == durability_->committed) return then();
  durability_->then.emplace_back(durability_->committed, std::move(then));
}

void StoreImpl::refresh_counts() {
  const auto count = [this](message::Status status) { return meta_.by_status[static_cast<std::size_t>(status)]; };
  counts_.processed = count(message::Status::processed) + count(message::Status::removing);
  counts_.pending = count(message::Status::pending);
  counts_.rejected = count(message::Status::rejected);
  counts_.forgotten = count(message::Status::forgotten);
  counts_.removed = count(message::Status::removed);
  counts_.let_go = meta_.let_go;
  counts_.waiting_bytes = meta_.waiting_bytes;
  counts_.unowned_bytes = meta_.unowned_bytes;
  counts_.judgements = judgements_;
  counts_.late_revocations = meta_.late_revocations;
}

Result<AccountView> StoreImpl::account(std::string_view address, Wall at) const {
  return guarded([&] {
    AccountView view;
    view.tokens = memory_.balances.total(address);
    view.credits = memory_.credits.balance(address, at);
    const auto summary =
        store::load<AccountSummary>(Source(disk_.latest()), keys::under(Table::account, name20(address)), read_account);
    if (!summary) return view;
    view.locked = summary->tokens.committed;
    view.credit_rate = summary->credits.committed;
    return view;
  });
}

}  // namespace lastmile::store
