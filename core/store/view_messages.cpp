// Reading messages (http-api.md 4).
#include <algorithm>

#include "core/message/json_tools.hpp"
#include "core/message/json_view.hpp"
#include "core/store/index_counts.hpp"
#include "core/store/records.hpp"
#include "core/store/streams.hpp"
#include "core/store/view.hpp"
#include "core/store/view_rows.hpp"

namespace lastmile::store {

using message::Status;

std::string completed_content(const Source& source, const message::Envelope& envelope, const Entry& entry) {
  std::string text = load_content_text(source, envelope);
  if (envelope.item_content) return text;
  // messages.md 1.3: what fetched content may leave out.
  message::MergedObject object;
  if (!object.apply(std::string_view(text))) return text;
  const auto missing = [&](std::string_view key) {
    const std::string* value = object.find(key);
    return value == nullptr || *value == "null";
  };
  std::string more;
  if (missing("address")) {
    more += "\"address\":";
    message::append_json_string(more, entry.owner.value_or(envelope.sender));
  }
  if (missing("time")) {
    if (!more.empty()) more += ',';
    more += "\"time\":";
    message::append_json_number(more, envelope.time_number);
  }
  if (more.empty()) return text;
  object.apply(std::string_view("{" + more + "}"));
  return object.text();
}

MessageRow message_row(const Source& source, const message::ItemHash& hash, const Entry& entry) {
  MessageRow row;
  row.status = entry.status;
  row.content_time = entry.content_time;
  row.reception = entry.reception;
  row.size = entry.size;
  row.payment = entry.payment;
  row.file_bytes = entry.file_bytes;
  row.details = entry.details;
  row.envelope.item_hash = hash;
  row.envelope.type = entry.type;
  if (entry.authentic) {
    row.envelope = load_envelope(source, hash);
    row.envelope.time = entry.envelope_time;
    row.envelope.time_number = message::seconds_of_wall(entry.envelope_time);
    row.owner = entry.owner.value_or(row.envelope.sender);
    if (entry.has_content && !entry.over()) row.content = completed_content(source, row.envelope, entry);
    if (entry.over()) row.envelope.item_content.reset();
    if (!entry.over())
      row.confirmations = load_confirmations(source, hash);  // messages.md 4.5: they go with the content
  } else if (const Stored submitted = source.get(keys::of_hash(Table::submitted, hash)); submitted != nullptr) {
    row.submitted = *submitted;
  }
  if (entry.status != Status::processed && entry.status != Status::forgotten) row.code = entry.code;
  if (entry.status == Status::processed) row.details.clear();
  if (entry.status == Status::forgotten) {
    row.forgotten_by = entry.forgotten_by;
    row.forgotten_at = entry.ended_at;
  }
  if (entry.status == Status::removed) row.removed_at = entry.ended_at;
  return row;
}

Entry entry_at(const Source& source, const message::ItemHash& hash) {
  auto entry = load_entry(source, hash);
  if (!entry) Source::damaged(keys::of_hash(Table::entry, hash));
  return *std::move(entry);
}

namespace {

// Confirmations of what is over are kept for the anchors, and shown to nobody.
std::optional<Wall> shown_confirmed_time(const Entry& entry) {
  return entry.over() ? std::nullopt : entry.confirmed_time;
}

// One message against a filter; the envelope and the content are read only when asked about.
class Matcher {
 public:
  Matcher(const Source& source, const StoreOptions& options, const MessageFilter& filter)
      : source_(source), options_(options), filter_(filter) {}

  bool operator()(const message::ItemHash& hash, const Entry& entry) const {
    const MessageFilter& f = filter_;
    const auto& statuses = f.statuses;
    if (std::find(statuses.begin(), statuses.end(), entry.status) == statuses.end()) return false;
    if (!among(f.types, entry.type) || !among(f.hashes, hash)) return false;
    const bool has_ref = !entry.ref.empty() && !entry.is_machine();
    if (f.refs && (!has_ref || !among(f.refs, entry.ref))) return false;
    if (f.content_hashes && (!entry.file || !among(f.content_hashes, *entry.file))) return false;
    if (f.content_keys && (entry.type != message::Type::AGGREGATE || !among(f.content_keys, entry.subject)))
      return false;
    const bool confirmed = shown_confirmed_time(entry).has_value();
    if (f.start_block && confirmed && entry.confirmed_height < *f.start_block) return false;
    if (f.end_block && (!confirmed || entry.confirmed_height >= *f.end_block)) return false;
    if (f.payments) {
      auto payment = entry.payment;
      // Among the ended a missing payment counts as hold (http-api.md 4).
      if (!payment && entry.over() && (entry.type == message::Type::STORE || entry.is_machine())) {
        payment = economy::Payment::hold;
      }
      if (!payment || !among(f.payments, *payment)) return false;
    }
    if (f.content_types) {
      const auto type = content_type(entry);
      if (!type || !among(f.content_types, *type)) return false;
    }
    if (f.senders || f.owners || f.chains || f.channels || f.tags) return match_envelope(hash, entry);
    return true;
  }

 private:
  // `content.type`: only posts and programs have one.
  static std::optional<std::string> content_type(const Entry& entry) {
    if (entry.type == message::Type::POST) return entry.subject;
    if (entry.type == message::Type::PROGRAM) return "vm-function";
    return std::nullopt;
  }

  bool match_envelope(const message::ItemHash& hash, const Entry& entry) const {
    const MessageFilter& f = filter_;
    const message::Envelope envelope = load_envelope(source_, hash);
    if (!among(f.senders, envelope.sender) || !among(f.owners, entry.owner.value_or(envelope.sender))) return false;
    if (!among(f.chains, envelope.chain)) return false;
    if (f.channels && (!envelope.channel || !among(f.channels, *envelope.channel))) return false;
    if (!f.tags) return true;
    if (!entry.has_content || entry.over()) return false;
    const message::Content content = load_content(source_, envelope, options_.switches);
    return std::any_of(content.tags.begin(), content.tags.end(),
                       [&](const std::string& tag) { return among(f.tags, tag); });
  }

  const Source& source_;
  const StoreOptions& options_;
  const MessageFilter& filter_;
};

Facet ended_facet(const MessageFilter& filter) {
  return filter.statuses == std::vector{Status::forgotten} ? Facet::forgotten : Facet::removed;
}

bool about_ended(const MessageFilter& filter) {
  return filter.statuses.size() == 1 &&
         (filter.statuses.front() == Status::forgotten || filter.statuses.front() == Status::removed);
}

// The narrowest index that covers the filter, as prefixes.
std::vector<std::string> prefixes_for(const MessageFilter& f) {
  std::vector<std::string> prefixes;
  const auto add = [&](Facet facet, std::string_view name) {
    prefixes.push_back(keys::indexes(Table::index, facet, name8(name)));
  };
  const auto add_texts = [&](Facet facet, const std::vector<std::string>& names) {
    for (const std::string& name : names) add(facet, name);
  };
  if (about_ended(f)) return {keys::indexes(Table::index, ended_facet(f), {})};
  if (f.content_hashes) {
    for (const message::ItemHash& hash : *f.content_hashes) add(Facet::file, hash.view());
  } else if (f.refs) {
    add_texts(Facet::ref, *f.refs);
  } else if (f.tags) {
    add_texts(Facet::tag, *f.tags);
  } else if (f.content_keys) {
    add_texts(Facet::key, *f.content_keys);
  } else if (f.owners) {
    add_texts(Facet::address, *f.owners);
  } else if (f.senders) {
    add_texts(Facet::address, *f.senders);
  } else if (f.channels) {
    add_texts(Facet::channel, *f.channels);
  } else if (f.types && std::find(f.types->begin(), f.types->end(), message::Type::POST) == f.types->end()) {
    for (const message::Type type : *f.types) add(Facet::type, message::type_text(type));
  } else if (f.content_types &&
             std::find(f.content_types->begin(), f.content_types->end(), "vm-function") == f.content_types->end()) {
    add_texts(Facet::post_type, *f.content_types);
  } else {
    prefixes.push_back(keys::indexes(Table::index, Facet::all, {}));
  }
  return prefixes;
}

// Everything held with one of the wanted statuses, without index.
std::vector<TimedHash> everything(const Source& source, const MessageFilter& filter) {
  std::vector<TimedHash> all;
  for (Scan scan = source.scan(Key(Table::entry).text()); scan.valid(); scan.next()) {
    const auto entry = read_entry(scan.value());
    if (!entry) Source::damaged(scan.key());
    const auto& statuses = filter.statuses;
    if (std::find(statuses.begin(), statuses.end(), entry->status) == statuses.end()) continue;
    if (!entry->live() && !entry->over()) continue;
    all.push_back({entry->over() ? entry->ended_at.value_or(Wall{}) : entry->envelope_time, hash_at(scan.key(), 1)});
  }
  return all;
}

bool by_confirmation(const MessageFilter& f) {
  return f.sort_by == SortBy::confirmation_time || f.start_block || f.end_block;
}

bool unfiltered(const MessageFilter& f) {
  const bool both = f.statuses.size() == 2 && !about_ended(f);
  return both && !f.types && !f.senders && !f.owners && !f.refs && !f.content_types && !f.content_hashes &&
         !f.content_keys && !f.chains && !f.channels && !f.hashes && !f.payments && !f.tags && !f.start && !f.end &&
         !f.start_block && !f.end_block;
}

std::unique_ptr<Candidates> candidates_for(const Source& source, const StoreOptions& options, const MessageFilter& f,
                                           const TimeRange& range) {
  if (f.hashes) {
    std::vector<TimedHash> named;
    for (const message::ItemHash& hash : *f.hashes) {
      const auto entry = load_entry(source, hash);
      if (!entry) continue;
      named.push_back({entry->over() ? entry->ended_at.value_or(Wall{}) : entry->envelope_time, hash});
    }
    return std::make_unique<ListCandidates>(std::move(named), f.order, range);
  }
  if (!options.query_indexes) return std::make_unique<ListCandidates>(everything(source, f), f.order, range);
  return std::make_unique<IndexCandidates>(source, prefixes_for(f), f.order, range);
}

// Sorted by the first confirmation: everything that matches has to be known first.
Page<MessageRow> by_confirmation_time(const Source& source, const StoreOptions& options, const MessageFilter& f,
                                      const PageRequest& request, const Matcher& match) {
  std::vector<ByConfirmation> found;
  const auto candidates = candidates_for(source, options, f, {f.start, f.end});
  Budget budget(options);
  Group group;
  while (candidates->next(group)) {
    for (const message::ItemHash& hash : group.hashes) {
      budget.spend();
      const Entry entry = entry_at(source, hash);
      if (match(hash, entry)) found.push_back({shown_confirmed_time(entry), {group.time, hash}});
    }
  }
  return page_by_confirmation<MessageRow>(std::move(found), f.order, request, [&](const message::ItemHash& hash) {
    return message_row(source, hash, entry_at(source, hash));
  });
}

}  // namespace

Result<std::optional<MessageRow>> View::message(const message::ItemHash& hash) const {
  return guarded([&]() -> std::optional<MessageRow> {
    const auto entry = load_entry(source_, hash);
    if (!entry || entry->status == Status::none) return std::nullopt;
    return message_row(source_, hash, *entry);
  });
}

Result<Status> View::status(const message::ItemHash& hash) const {
  return guarded([&] {
    const auto entry = load_entry(source_, hash);
    return entry ? entry->status : Status::none;
  });
}

Result<std::optional<message::Envelope>> View::envelope(const message::ItemHash& hash) const {
  return guarded([&] { return find_envelope(source_, hash); });
}

Result<Page<MessageRow>> View::messages(const MessageFilter& filter, const PageRequest& request) const {
  return guarded([&] {
    const Matcher match(source_, options_, filter);
    if (by_confirmation(filter)) return by_confirmation_time(source_, options_, filter, request, match);
    const auto candidates =
        candidates_for(source_, options_, filter, behind({filter.start, filter.end}, request, filter.order));
    std::optional<std::uint64_t> total;
    if (!request.cursor_mode) total = counted_total(source_, options_, filter);
    if (!total && unfiltered(filter)) {
      const auto meta = load<Meta>(source_, Key(Table::meta).text(), read_meta).value_or(Meta{});
      total = meta.by_status[static_cast<std::size_t>(Status::processed)] +
              meta.by_status[static_cast<std::size_t>(Status::removing)];
    }
    return page_through<MessageRow>(
        *candidates, request, total, Budget(options_),
        [&](Wall, const message::ItemHash& hash) { return match(hash, entry_at(source_, hash)); },
        [&](Wall, const message::ItemHash& hash) { return message_row(source_, hash, entry_at(source_, hash)); });
  });
}

Result<Page<View::ReceivedRow>> View::received(const ReceivedFilter& filter, const PageRequest& request) const {
  return guarded([&] {
    const TimeRange range = behind({filter.start, filter.end}, request, filter.order);
    std::unique_ptr<Candidates> candidates;
    if (options_.query_indexes) {
      candidates =
          std::make_unique<IndexCandidates>(source_, std::vector{Key(Table::received).text()}, filter.order, range);
    } else {
      std::vector<TimedHash> all;
      for (Scan scan = source_.scan(Key(Table::entry).text()); scan.valid(); scan.next()) {
        const auto entry = read_entry(scan.value());
        if (!entry) Source::damaged(scan.key());
        all.push_back({entry->reception, hash_at(scan.key(), 1)});
      }
      candidates = std::make_unique<ListCandidates>(std::move(all), filter.order, range);
    }
    return page_through<ReceivedRow>(
        *candidates, request, std::nullopt, Budget(options_),
        [&](Wall, const message::ItemHash& hash) {
          return !filter.status || entry_at(source_, hash).status == *filter.status;
        },
        [&](Wall time, const message::ItemHash& hash) {
          return ReceivedRow{hash, entry_at(source_, hash).status, time};
        });
  });
}

bool View::matches_live(const MessageFilter& f, const message::Envelope& envelope, const message::Content& content) {
  if (!among(f.types, envelope.type) || !among(f.hashes, envelope.item_hash)) return false;
  if (!among(f.senders, envelope.sender) || !among(f.owners, content.address) || !among(f.chains, envelope.chain)) {
    return false;
  }
  if (f.channels && (!envelope.channel || !among(f.channels, *envelope.channel))) return false;
  std::optional<std::string> ref;
  std::optional<std::string> type;
  if (const auto* post = content.as<message::Post>()) {
    ref = post->ref;
    type = post->type;
  }
  if (content.as<message::Program>() != nullptr) type = "vm-function";
  const auto* store = content.as<message::Store>();
  if (store != nullptr) ref = store->ref;
  if (f.refs && (!ref || !among(f.refs, *ref))) return false;
  if (f.content_types && (!type || !among(f.content_types, *type))) return false;
  if (f.content_hashes && (store == nullptr || !among(f.content_hashes, store->item_hash))) return false;
  const auto* aggregate = content.as<message::Aggregate>();
  if (f.content_keys && (aggregate == nullptr || !among(f.content_keys, aggregate->key))) return false;
  if (f.payments) {
    const message::Execution* execution = message::execution(content);
    const auto& payment = store != nullptr ? store->payment : execution != nullptr ? execution->payment : std::nullopt;
    if (!payment || !among(f.payments, payment->type)) return false;
  }
  return !f.tags || std::any_of(content.tags.begin(), content.tags.end(),
                                [&](const std::string& tag) { return among(f.tags, tag); });
}

}  // namespace lastmile::store
