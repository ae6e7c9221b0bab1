#include "core/store/machines.hpp"

#include <algorithm>

#include "core/base/present.hpp"
#include "core/store/accounts.hpp"
#include "core/store/digest.hpp"
#include "core/store/files.hpp"
#include "core/store/judge.hpp"
#include "core/store/permissions.hpp"

namespace lastmile::store {
namespace {

using message::ErrorCode;
constexpr std::uint64_t kMiB = economy::kMiB;
constexpr std::string_view kCandidate = "0";  // may act for the owner
constexpr std::string_view kApplied = "1";

std::vector<message::NeededFile> needed(const message::Content& content) {
  if (const auto* program = content.as<message::Program>()) return message::needed_files(*program);
  if (const auto* instance = content.as<message::Instance>()) return message::needed_files(*instance);
  if (const auto* program = content.as<message::VProgram>()) return message::needed_files(*program);
  return {};
}

// STOREs that may not be forgotten while the machine lives: all it needs but the parents of persistent volumes.
std::vector<message::ItemHash> protected_files(const message::Content& content) {
  std::vector<message::ItemHash> refs;
  const auto* instance = content.as<message::Instance>();
  if (instance != nullptr) refs.push_back(instance->rootfs.parent.ref);
  for (const message::NeededFile& file : needed(content)) {
    if (!file.size_mib_min) refs.push_back(file.file.ref);
  }
  std::sort(refs.begin(), refs.end());
  refs.erase(std::unique(refs.begin(), refs.end()), refs.end());
  return refs;
}

bool allows_amend(Context& context, Loaded& m) {
  const message::Execution* execution = message::execution(context.content(m));
  return execution != nullptr && execution->allow_amend;
}

std::optional<message::ItemHash> replaced(const Entry& entry) {
  return entry.ref.empty() ? std::nullopt : message::ItemHash::parse(entry.ref);
}

std::string upgrade_key(const message::ItemHash& original, const Loaded& m) {
  return keys::under_hash(Table::upgrade, original, m.entry.content_time, m.hash);
}

// Upgrades in the order in which they replace each other: of equal times the smaller hash is the later version.
std::vector<TimedHash> versions(const Source& source, const message::ItemHash& original) {
  const std::string prefix = keys::of_hash(Table::upgrade, original);
  std::vector<TimedHash> all;
  for (Scan scan = source.scan(prefix); scan.valid(); scan.next())
    all.push_back(timed_hash_at(scan.key(), prefix.size()));
  std::sort(all.begin(), all.end(), [](const TimedHash& a, const TimedHash& b) {
    return a.time != b.time ? a.time < b.time : a.hash > b.hash;
  });
  return all;
}

// Does the version before this upgrade allow to be replaced? Money and files are not looked at: what an owner declared
// holds although he could not pay for it.
bool predecessor_allows(Context& context, Loaded& original, const Loaded& upgrade) {
  bool allowed = allows_amend(context, original);
  if (as_reference(context.options.switches.vm_upgrade_chains)) return allowed;
  for (const TimedHash& version : versions(context.tx, original.hash)) {
    if (version.hash == upgrade.hash) return allowed;
    Loaded* between = context.find(version.hash);
    if (between == nullptr) Source::damaged(keys::of_hash(Table::entry, version.hash));
    if (allowed) allowed = allows_amend(context, *between);
  }
  return allowed;
}

// A STORE's message as the machine finds it: the one that counts, for its size and its place on the timeline.
Loaded* find_file(Context& context, Loaded& m, const message::FileRef& ref) {
  if (!ref.use_latest) {
    context.depend_on_message(m, ref.ref);
    Loaded* store = context.find(ref.ref);
    return store != nullptr && store->entry.type == message::Type::STORE && store->entry.live() ? store : nullptr;
  }
  context.depend(m, Kind::tag, name20(ref.ref.view()));
  const auto version = version_at(context.tx, context.options, ref.ref.view(), m.entry.content_time);
  return version ? context.find(version->hash) : nullptr;
}

std::string too_small(const message::NeededFile& file, const Loaded& parent) {
  return errors_text("{\"parent_ref\":\"" + file.file.ref.text() + "\",\"parent_file\":\"" +
                     present(parent.entry.file).text() + "\",\"parent_size\":\"" +
                     std::to_string(present(parent.entry.file_bytes)) + "\",\"volume_size\":\"" +
                     std::to_string(static_cast<std::uint64_t>(present(file.size_mib_min)) * kMiB) + "\"}");
}

std::optional<Verdict> judge_files(Context& context, Loaded& m, Wall& effective) {
  std::optional<Verdict> refusal;
  for (const message::NeededFile& file : needed(context.content(m))) {
    // Every dependency is registered, although the first refusal decides.
    const Loaded* store = find_file(context, m, file.file);
    if (store == nullptr) {
      if (!refusal || refusal->code == ErrorCode::vm_volume_too_small) {
        refusal = Verdict::refuse(ErrorCode::vm_volume_not_found, error_naming("message", file.file.ref.view()));
      }
      refusal->needs.push_back({Need::Kind::message, file.file.ref, {}});
      continue;
    }
    effective = behind(effective, store->entry.committed ? store->entry.effective : store->entry.content_time);
    const auto bytes = store->entry.file_bytes;
    if (!refusal && file.size_mib_min && bytes &&
        static_cast<std::uint64_t>(present(file.size_mib_min)) * kMiB < *bytes) {
      refusal = Verdict::refuse(ErrorCode::vm_volume_too_small, too_small(file, *store));
    }
  }
  return refusal;
}

// Around every change of the row of an upgrade: the original may show another version then.
template <class Change>
void change_upgrade(Context& context, Loaded& m, Change change) {
  const auto original_hash = replaced(m.entry);
  if (!original_hash || as_reference(context.options.switches.vm_upgrade_chains)) return;
  const Loaded* original = context.find(*original_hash);
  const bool shown = original != nullptr && original->entry.live() && original->entry.ref.empty();
  const auto holds = [&] { return current_machine(context.tx, *original_hash, original->entry.content_time); };
  if (shown) context.remove_entry(digest::machine_entry(*original_hash, holds()));
  change(upgrade_key(*original_hash, m));
  if (shown) context.add_entry(digest::machine_entry(*original_hash, holds()));
}

// Puts the upgrade among the candidates, or takes it out; its siblings are judged again when that changes anything.
void set_candidate(Context& context, Loaded& m, const message::ItemHash& original, bool candidate) {
  if (as_reference(context.options.switches.vm_upgrade_chains)) return;
  if (context.tx.has(upgrade_key(original, m)) == candidate) return;
  change_upgrade(context, m, [&](std::string key) {
    if (candidate) {
      context.tx.put(std::move(key), std::string(kCandidate));
    } else {
      context.tx.remove(std::move(key));
    }
  });
  context.touch(Kind::upgrades, keys::hash_name(original));
}

std::optional<Verdict> judge_upgrade(Context& context, Loaded& m, Wall& effective) {
  const auto original_hash = replaced(m.entry);
  const auto unknown = [&] {
    std::vector<Need> needs;
    if (original_hash) needs.push_back({Need::Kind::message, *original_hash, {}});
    return Verdict::refuse(ErrorCode::vm_to_replace_not_found, error_naming("message", m.entry.ref), std::move(needs));
  };
  if (!original_hash) return unknown();
  context.depend_on_message(m, *original_hash);
  Loaded* original = context.find(*original_hash);
  if (original != nullptr && original->entry.status == message::Status::forgotten) {
    return Verdict::forget(original->entry.forgotten_by, original_hash);
  }
  if (original == nullptr || !original->entry.has_content || !original->entry.is_machine()) return unknown();
  // The reference looks among programs only, so that instances cannot be replaced.
  if (as_reference(context.options.switches.vm_upgrade_chains) && original->entry.type != message::Type::PROGRAM) {
    return unknown();
  }
  if (!original->entry.ref.empty()) return Verdict::refuse(ErrorCode::vm_replaces_upgrade);
  if (context.owner(m) != context.owner(*original)) return Verdict::refuse(ErrorCode::permission_denied);
  context.depend(m, Kind::upgrades, keys::hash_name(*original_hash));
  set_candidate(context, m, *original_hash, true);
  if (!original->entry.live()) return unknown();
  if (!predecessor_allows(context, *original, m)) return Verdict::refuse(ErrorCode::vm_amend_not_allowed);
  effective = behind(effective, original->entry.committed ? original->entry.effective : original->entry.content_time);
  return std::nullopt;
}

}  // namespace

Verdict judge_machine(Context& context, Loaded& m) {
  const bool may = sender_may(context, m, context.owner(m), permission_facts(context, m));
  Wall effective = m.entry.content_time;
  if (!m.entry.ref.empty()) {
    // An upgrade goes with its original, whoever sent it (docs/decisions/0121).
    if (!may) drop_upgrade(context, m);
    if (!may) {
      const auto hash = replaced(m.entry);
      if (hash) context.depend_on_message(m, *hash);
      const Loaded* original = hash ? context.find(*hash) : nullptr;
      if (original != nullptr && original->entry.status == message::Status::forgotten) {
        return Verdict::forget(original->entry.forgotten_by, hash);
      }
      return Verdict::refuse(ErrorCode::permission_denied);
    }
    if (auto verdict = judge_upgrade(context, m, effective)) return *std::move(verdict);
  }
  if (!may) return Verdict::refuse(ErrorCode::permission_denied);
  if (auto verdict = judge_files(context, m, effective)) return *std::move(verdict);
  return judge_payment(context, m, effective);
}

message::ItemHash current_machine(const Source& source, const message::ItemHash& original, Wall original_time) {
  const std::string prefix = keys::of_hash(Table::upgrade, original);
  std::optional<TimedHash> best;
  for (Scan scan = source.scan_back(prefix); scan.valid(); scan.next()) {
    const TimedHash version = timed_hash_at(scan.key(), prefix.size());
    if (version.time <= original_time || (best && version.time < best->time)) break;
    if (scan.value() == kApplied) best = version;  // walking down: the last one of the group has the smallest hash
  }
  return best ? best->hash : original;
}

void apply_machine(Context& context, Loaded& m) {
  for (const message::ItemHash& store : protected_files(context.content(m))) {
    context.tx.put(keys::pair(Table::file_use, store, m.hash), {});
  }
  if (m.entry.ref.empty()) {
    context.add_entry(digest::machine_entry(m.hash, current_machine(context.tx, m.hash, m.entry.content_time)));
  } else {
    change_upgrade(context, m, [&](std::string key) { context.tx.put(std::move(key), std::string(kApplied)); });
  }
}

void unapply_machine(Context& context, Loaded& m) {
  for (const message::ItemHash& store : protected_files(context.content(m))) {
    context.tx.remove(keys::pair(Table::file_use, store, m.hash));
  }
  if (m.entry.ref.empty()) {
    context.remove_entry(digest::machine_entry(m.hash, current_machine(context.tx, m.hash, m.entry.content_time)));
  } else {
    change_upgrade(context, m, [&](std::string key) {
      if (context.tx.has(key)) context.tx.put(std::move(key), std::string(kCandidate));
    });
  }
}

void drop_upgrade(Context& context, Loaded& m) {
  const auto original = replaced(m.entry);
  if (original) set_candidate(context, m, *original, false);
}

std::optional<message::ItemHash> user_of_file(Context& context, const message::ItemHash& store,
                                              const TimedHash& before) {
  const std::string prefix = keys::of_hash(Table::file_use, store);
  for (Scan scan = context.tx.scan(prefix); scan.valid(); scan.next()) {
    const message::ItemHash hash = hash_at(scan.key(), prefix.size());
    const Loaded* machine = context.find(hash);
    if (machine == nullptr) Source::damaged(scan.key());
    if (TimedHash{machine->entry.content_time, hash} < before) return hash;
  }
  return std::nullopt;
}

}  // namespace lastmile::store
