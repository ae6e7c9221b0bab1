#include "core/store/indexes.hpp"

#include "core/store/index_counts.hpp"
#include "core/store/posts.hpp"

namespace lastmile::store {
namespace {

template <class Visit>
void each_place(Context& context, Loaded& m, Visit visit) {
  const Entry& e = m.entry;
  const auto place = [&](Facet facet, std::string_view name, std::uint8_t flags = 0) {
    visit(keys::index(Table::index, facet, name, e.envelope_time, m.hash), flags);
  };
  const message::Envelope& envelope = context.envelope(m);
  const std::string& owner = context.owner(m);
  place(Facet::all, {});
  if (owner == envelope.sender) {
    place(Facet::address, name8(owner), kIsSender | kIsOwner);
  } else {
    place(Facet::address, name8(envelope.sender), kIsSender);
    place(Facet::address, name8(owner), kIsOwner);
  }
  if (envelope.channel) place(Facet::channel, name8(*envelope.channel));
  if (e.type == message::Type::POST) place(Facet::post_type, name8(e.subject));
  if (e.type == message::Type::AGGREGATE) place(Facet::key, name8(e.subject));
  if (e.type != message::Type::POST) place(Facet::type, name8(message::type_text(e.type)));
  if (!e.ref.empty() && !e.is_machine()) place(Facet::ref, name8(e.ref));
  if (e.file) place(Facet::file, name8(e.file->view()));
  for (const std::string& tag : context.content(m).tags) place(Facet::tag, name8(tag));
}

void count_sender(Context& context, Loaded& m, bool more) {
  const std::string& sender = context.sender(m);
  std::string key = keys::under(Table::sender_count, name20(sender));
  SenderCounts counts = load<SenderCounts>(context.tx, key, read_counts).value_or(SenderCounts{sender, {}});
  std::uint64_t& count = counts.by_type[static_cast<std::size_t>(m.entry.type)];
  if (!more && count == 0) Source::damaged(key);
  count = more ? count + 1 : count - 1;
  bool any = false;
  for (const std::uint64_t c : counts.by_type) any = any || c != 0;
  if (any) {
    context.tx.put(std::move(key), write_counts(counts));
  } else {
    context.tx.remove(std::move(key));
  }
}

}  // namespace

void list_message(Context& context, Loaded& m) {
  if (!context.options.query_indexes) return;
  each_place(context, m, [&](std::string key, std::uint8_t flags) {
    context.tx.put(std::move(key), flags == 0 ? std::string() : std::string(1, static_cast<char>(flags)));
  });
  count_listed(context, m, true);  // looks whether anybody was counted before
  count_sender(context, m, true);
}

void unlist_message(Context& context, Loaded& m) {
  if (!context.options.query_indexes) return;
  each_place(context, m, [&](std::string key, std::uint8_t) { context.tx.remove(std::move(key)); });
  count_listed(context, m, false);
  count_sender(context, m, false);
}

void move_message(Context& context, Loaded& m, Wall envelope_time) {
  const bool original = m.entry.type == message::Type::POST && !m.entry.is_amend();
  if (original) hide_post(context, m);
  unlist_message(context, m);
  m.entry.envelope_time = envelope_time;
  m.changed = true;
  list_message(context, m);
  if (original) show_post(context, m);
}

}  // namespace lastmile::store
