#include "core/store/index_counts.hpp"

#include <algorithm>
#include <vector>

#include "core/store/reading.hpp"
#include "core/store/records.hpp"

namespace lastmile::store {
namespace {

enum class Counted : char { messages = 'm', posts = 'p' };  // posts: originals, by what filters of posts name
enum class Field : char {
  all = 'a',
  sender = 's',
  owner = 'o',
  channel = 'c',
  post_type = 'p',
  key = 'k',
  ref = 'r',
  file = 'f',
  tag = 't',
  type = 'T',
};

std::string count_key(Counted what, Field field, std::string_view value) {
  Key key(Table::index_count);
  key.byte(static_cast<char>(what)).byte(static_cast<char>(field));
  if (field != Field::all) key.raw(name20(value));
  return key.take();
}

std::uint64_t count_at(const Source& source, const std::string& key) {
  const Stored value = source.get(key);
  if (value == nullptr) return 0;
  std::string_view rest = *value;
  const auto count = take_big64(rest);
  if (!count || !rest.empty()) Source::damaged(key);
  return *count;
}

void add(Context& context, Counted what, Field field, std::string_view value, bool more) {
  std::string key = count_key(what, field, value);
  const std::uint64_t count = count_at(context.tx, key);
  if (!more && count == 0) Source::damaged(key);
  if (!more && count == 1) return context.tx.remove(std::move(key));
  std::string bytes;
  append_big64(bytes, more ? count + 1 : count - 1);
  context.tx.put(std::move(key), std::move(bytes));
}

// A disk that was in use before the counts were wanted has no counts, and keeps none until it is empty.
bool are_kept(const Source& source, std::uint64_t live) {
  return count_at(source, count_key(Counted::messages, Field::all, {})) == live;
}

std::uint64_t live_in(const Meta& meta) {
  return meta.by_status[static_cast<std::size_t>(message::Status::processed)] +
         meta.by_status[static_cast<std::size_t>(message::Status::removing)];
}

bool usable(const Source& source, const StoreOptions& options) {
  if (!options.query_indexes || !options.query_counts) return false;
  const auto meta = load<Meta>(source, Key(Table::meta).text(), read_meta);
  return meta && are_kept(source, live_in(*meta));
}

// What a filter asks of one field: a sum over its values.
struct Asked {
  Field field = Field::all;
  std::vector<std::string> values;
};

template <class T, class Text>
void ask(std::vector<Asked>& all, Field field, const Any<T>& values, Text text) {
  if (!values) return;
  Asked asked{field, {}};
  for (const T& value : *values) asked.values.emplace_back(text(value));
  std::sort(asked.values.begin(), asked.values.end());
  asked.values.erase(std::unique(asked.values.begin(), asked.values.end()), asked.values.end());
  all.push_back(std::move(asked));
}

std::optional<std::uint64_t> sum_of(const Source& source, Counted what, const std::vector<Asked>& asked) {
  if (asked.size() > 1) return std::nullopt;
  if (asked.empty()) return count_at(source, count_key(what, Field::all, {}));
  const Asked& one = asked.front();
  if (one.field == Field::tag && one.values.size() > 1) return std::nullopt;  // a message may have both
  std::uint64_t sum = 0;
  for (const std::string& value : one.values) sum += count_at(source, count_key(what, one.field, value));
  return sum;
}

std::string_view as_it_is(std::string_view text) { return text; }
std::string_view hash_text(const message::ItemHash& hash) { return hash.view(); }

}  // namespace

void count_listed(Context& context, Loaded& m, bool more) {
  if (!context.options.query_counts) return;
  const Entry& e = m.entry;
  const message::Envelope& envelope = context.envelope(m);
  const auto count = [&](Field field, std::string_view value) { add(context, Counted::messages, field, value, more); };
  // Nothing can be taken from a count that was never begun: the disk is older than the counts.
  if (!more && count_at(context.tx, count_key(Counted::messages, Field::all, {})) == 0) return;
  if (more && context.tx.any(Key(Table::sender_count).text()) &&
      count_at(context.tx, count_key(Counted::messages, Field::all, {})) == 0) {
    return;
  }
  count(Field::all, {});
  count(Field::sender, envelope.sender);
  count(Field::owner, context.owner(m));
  count(Field::type, message::type_text(e.type));
  if (envelope.channel) count(Field::channel, *envelope.channel);
  if (e.type == message::Type::POST) count(Field::post_type, e.subject);
  if (e.type == message::Type::AGGREGATE) count(Field::key, e.subject);
  if (!e.ref.empty() && !e.is_machine()) count(Field::ref, e.ref);
  if (e.file) count(Field::file, e.file->view());
  std::vector<std::string> tags = context.content(m).tags;
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  for (const std::string& tag : tags) count(Field::tag, tag);
  if (e.type != message::Type::POST || e.is_amend()) return;
  const auto count_post = [&](Field field, std::string_view value) {
    add(context, Counted::posts, field, value, more);
  };
  count_post(Field::all, {});
  count_post(Field::owner, context.owner(m));
  count_post(Field::post_type, e.subject);
  if (envelope.channel) count_post(Field::channel, *envelope.channel);
  if (!e.ref.empty()) count_post(Field::ref, e.ref);
}

std::optional<std::uint64_t> counted_total(const Source& source, const StoreOptions& options, const MessageFilter& f) {
  const std::vector<message::Status> usual{message::Status::processed, message::Status::removing};
  if (f.statuses != usual || f.chains || f.hashes || f.payments || f.start || f.end || f.start_block || f.end_block) {
    return std::nullopt;
  }
  constexpr std::string_view kProgramType = "vm-function";
  if (f.content_types &&
      std::find(f.content_types->begin(), f.content_types->end(), kProgramType) != f.content_types->end()) {
    return std::nullopt;  // programs have it too
  }
  std::vector<Asked> asked;
  ask(asked, Field::type, f.types, [](message::Type type) { return message::type_text(type); });
  ask(asked, Field::sender, f.senders, as_it_is);
  ask(asked, Field::owner, f.owners, as_it_is);
  ask(asked, Field::ref, f.refs, as_it_is);
  ask(asked, Field::post_type, f.content_types, as_it_is);
  ask(asked, Field::file, f.content_hashes, hash_text);
  ask(asked, Field::key, f.content_keys, as_it_is);
  ask(asked, Field::channel, f.channels, as_it_is);
  ask(asked, Field::tag, f.tags, as_it_is);
  if (asked.size() > 1 || !usable(source, options)) return std::nullopt;
  return sum_of(source, Counted::messages, asked);
}

std::optional<std::uint64_t> counted_total(const Source& source, const StoreOptions& options, const PostFilter& f) {
  if (f.hashes || f.tags || f.start || f.end) return std::nullopt;
  std::vector<Asked> asked;
  ask(asked, Field::owner, f.owners, as_it_is);
  ask(asked, Field::ref, f.refs, as_it_is);
  ask(asked, Field::post_type, f.types, as_it_is);
  ask(asked, Field::channel, f.channels, as_it_is);
  if (asked.size() > 1 || !usable(source, options)) return std::nullopt;
  return sum_of(source, Counted::posts, asked);
}

}  // namespace lastmile::store
