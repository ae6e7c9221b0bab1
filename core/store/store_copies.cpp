// What is known of the copies of a message, and which others are wanted.
#include <algorithm>
#include <set>

#include "core/economy/credits.hpp"
#include "core/message/limits.hpp"
#include "core/store/copies.hpp"
#include "core/store/forget.hpp"
#include "core/store/store_impl.hpp"

namespace lastmile::store {

using message::Status;

namespace {

bool wants(const Source& source, const StoreOptions& options, const Entry& entry, const message::Envelope& copy) {
  if (copy.is_tombstone()) {
    if (!entry.waiting() || entry.has_content) return false;
    const std::set<message::ItemHash> known(entry.claims.begin(), entry.claims.end());
    const bool full = known.size() >= message::kForgottenByMax;
    const auto here = [&](const message::ItemHash& hash) {
      const auto forget = load_entry(source, hash);
      return forget && is_forget(*forget);
    };
    const auto is_new = [&](const message::ItemHash& forget) {
      return !known.contains(forget) && (!full || here(forget));
    };
    return std::ranges::any_of(copy.forgotten_by, is_new) && !(full && std::ranges::all_of(known, here));
  }
  if (entry.status == Status::forgotten && (!entry.has_content || entry.unproven)) {
    // What its content tells may show that it was never forgotten.
    return copy.item_content.has_value() &&
           (entry.unproven || !same_signer(load_envelope(source, copy.item_hash), copy));
  }
  if (!entry.has_content || entry.status == Status::removed) return false;
  if (as_reference(options.switches.final_refusals)) return false;
  // Nearly always: who owns it has signed it. The envelope need not be read.
  const bool credits = entry.type == message::Type::POST && economy::credit_kind(entry.subject).has_value();
  if (!entry.owner && entry.type != message::Type::FORGET && !credits) return false;
  const auto known = load_copies(source, copy.item_hash, entry);
  const bool is_known = std::ranges::any_of(known, [&](const auto& other) { return same_copy(other, copy); });
  return !is_known && may_be_chosen(options, entry, known.front(), copy);
}

}  // namespace

Result<std::vector<message::Envelope>> StoreImpl::copies(const message::ItemHash& hash) const {
  return guarded([&]() -> std::vector<message::Envelope> {
    const Source source(disk_.latest());
    const auto entry = load_entry(source, hash);
    if (!entry || !entry->authentic) return {};
    return load_copies(source, hash, *entry);
  });
}

Result<CopyLook> StoreImpl::look_at_copy(const message::Envelope& copy) const {
  return guarded([&] {
    CopyLook look;
    const Source source(disk_.latest());
    const auto entry = load_entry(source, copy.item_hash);
    if (!entry) return look;
    look.status = entry->status;
    if (!entry->authentic) return look;
    look.known = true;
    const bool by_rank = !entry->waiting() || copy.is_tombstone();
    look.news = by_rank && wants(source, options_, *entry, copy);
    if (copy.is_tombstone() || (by_rank && !look.news)) return look;  // nearly always; the envelope need not be read
    const auto known = load_copies(source, copy.item_hash, *entry);
    look.signed_here = copy.has_signature() && std::ranges::any_of(known, [&](const auto& other) {
                         return message::statement_of(other) == message::statement_of(copy);
                       });
    if (!entry->waiting()) return look;
    if (!entry->has_content) {
      // With the content in it, it is more than a copy.
      look.news = copy.item_content.has_value() || has_place(options_, known, copy);
      look.earlier = copy.time < entry->envelope_time && entry->claims.empty();
      return look;
    }
    const bool is_known = std::ranges::any_of(known, [&](const auto& other) { return same_copy(other, copy); });
    // As in the reference a copy of what was refused is tried anew, and the time of the envelope decides.
    const bool anew = entry->status == Status::rejected && as_reference(options_.switches.final_refusals);
    const bool dated = as_reference(options_.switches.payment_cutoff_time) && copy.time < entry->envelope_time;
    look.news = anew || dated || (!is_known && may_be_chosen(options_, *entry, known.front(), copy));
    return look;
  });
}

}  // namespace lastmile::store
