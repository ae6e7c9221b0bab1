// Posts with their amends, and aggregates (http-api.md 6).
#include <algorithm>

#include "core/store/aggregates.hpp"
#include "core/store/index_counts.hpp"
#include "core/store/posts.hpp"
#include "core/store/streams.hpp"
#include "core/store/view_rows.hpp"

namespace lastmile::store {
namespace {

struct Post {
  Entry original;
  message::Envelope envelope;  // of the original
  message::ItemHash current;
};

// Empty unless people can see it.
std::optional<Post> live_post(const Source& source, const StoreOptions& options, const message::ItemHash& hash) {
  auto entry = load_entry(source, hash);
  if (!entry || !entry->live() || entry->type != message::Type::POST || entry->is_amend()) return std::nullopt;
  const auto current = current_version(source, options, hash, entry->content_time);
  return Post{*std::move(entry), load_envelope(source, hash), current};
}

message::Content content_of(const Source& source, const StoreOptions& options, const message::ItemHash& hash) {
  return load_content(source, load_envelope(source, hash), options.switches);
}

bool matches(const Source& source, const StoreOptions& options, const PostFilter& f, const message::ItemHash& hash,
             const Post& post) {
  if (!among(f.hashes, hash) || !among(f.types, post.original.subject)) return false;
  if (!among(f.owners, post.original.owner.value_or(post.envelope.sender))) return false;
  if (f.refs && (post.original.ref.empty() || !among(f.refs, post.original.ref))) return false;
  if (f.channels && (!post.envelope.channel || !among(f.channels, *post.envelope.channel))) return false;
  if (!f.tags) return true;
  const auto content = content_of(source, options, post.current);
  return std::any_of(content.tags.begin(), content.tags.end(),
                     [&](const std::string& tag) { return among(f.tags, tag); });
}

PostRow row_of(const Source& source, const StoreOptions& options, const message::ItemHash& hash, const Post& post) {
  PostRow row;
  row.original = hash;
  row.current = post.current;
  row.original_type = post.original.subject;
  row.owner = post.original.owner.value_or(post.envelope.sender);
  if (!post.original.ref.empty()) row.ref = post.original.ref;
  row.channel = post.envelope.channel;
  row.created = post.original.content_time;
  const auto content = content_of(source, options, post.current);
  row.last_updated = content.time;
  const auto* body = content.as<message::Post>();
  if (body == nullptr) Source::damaged(keys::of_hash(Table::envelope, post.current));
  row.content = body->content.value_or("null");
  return row;
}

// Listed where its message is listed, and nowhere else?
bool at_message_place(const Entry& entry) {
  return entry.live() && entry.type == message::Type::POST && !entry.is_amend() && !entry.elsewhere;
}

std::vector<std::string> prefixes_for(const PostFilter& f, Table table) {
  std::vector<std::string> prefixes;
  const auto add = [&](Facet facet, const std::vector<std::string>& names) {
    for (const std::string& name : names) prefixes.push_back(keys::indexes(table, facet, name8(name)));
  };
  if (f.refs) {
    add(Facet::ref, *f.refs);
  } else if (f.tags) {
    add(Facet::tag, *f.tags);
  } else if (f.owners) {
    add(Facet::address, *f.owners);
  } else if (f.types) {
    add(Facet::post_type, *f.types);
  } else if (f.channels) {
    add(Facet::channel, *f.channels);
  } else {
    prefixes.push_back(keys::indexes(table, Facet::all, {}));
  }
  return prefixes;
}

// Two indexes side by side: posts that stand where their message stands, and the others under their last update.
class PostCandidates final : public Candidates {
 public:
  PostCandidates(const Source& source, const PostFilter& f, const TimeRange& range)
      : source_(source),
        order_(f.order),
        plain_(source, prefixes_for(f, Table::index), f.order, range),
        moved_(source, prefixes_for(f, Table::post_index), f.order, range) {
    have_plain_ = next_plain();
    have_moved_ = moved_.next(moved_group_);
  }

  bool next(Group& group) override {
    if (!have_plain_ && !have_moved_) return false;
    const bool both = have_plain_ && have_moved_;
    const bool same = both && plain_group_.time == moved_group_.time;
    const bool plain_first = have_plain_ && (!have_moved_ || before(plain_group_.time, moved_group_.time));
    group.hashes.clear();
    if (plain_first || same) {
      group = plain_group_;
      have_plain_ = next_plain();
    }
    if (!plain_first || same) {
      group.time = moved_group_.time;
      group.hashes.insert(group.hashes.end(), moved_group_.hashes.begin(), moved_group_.hashes.end());
      have_moved_ = moved_.next(moved_group_);
    }
    std::sort(group.hashes.begin(), group.hashes.end());
    group.hashes.erase(std::unique(group.hashes.begin(), group.hashes.end()), group.hashes.end());
    return true;
  }

 private:
  bool before(Wall a, Wall b) const { return order_ == Order::ascending ? a < b : a > b; }

  bool next_plain() {
    while (plain_.next(plain_group_)) {
      std::erase_if(plain_group_.hashes,
                    [this](const message::ItemHash& hash) { return !at_message_place(entry_at(source_, hash)); });
      if (!plain_group_.hashes.empty()) return true;
    }
    return false;
  }

  const Source& source_;
  Order order_;
  IndexCandidates plain_;
  IndexCandidates moved_;
  Group plain_group_;
  Group moved_group_;
  bool have_plain_ = false;
  bool have_moved_ = false;
};

Wall updated(const Source& source, const message::ItemHash& hash, const Post& post) {
  return post.current == hash ? post.original.content_time : entry_at(source, post.current).content_time;
}

std::unique_ptr<Candidates> candidates_for(const Source& source, const StoreOptions& options, const PostFilter& f,
                                           const TimeRange& range) {
  if (!f.hashes && options.query_indexes) return std::make_unique<PostCandidates>(source, f, range);
  std::vector<TimedHash> all;
  const auto add = [&](const message::ItemHash& hash) {
    const auto post = live_post(source, options, hash);
    if (post) all.push_back({updated(source, hash, *post), hash});
  };
  if (f.hashes) {
    for (const message::ItemHash& hash : *f.hashes) add(hash);
  } else {
    for (Scan scan = source.scan(Key(Table::entry).text()); scan.valid(); scan.next()) add(hash_at(scan.key(), 1));
  }
  return std::make_unique<ListCandidates>(std::move(all), f.order, range);
}

// Sorted by the first confirmation of the version that holds.
Page<PostRow> by_confirmation_time(const Source& source, const StoreOptions& options, const PostFilter& f,
                                   const PageRequest& request) {
  std::vector<ByConfirmation> found;
  const auto candidates = candidates_for(source, options, f, {f.start, f.end});
  Budget budget(options);
  Group group;
  while (candidates->next(group)) {
    for (const message::ItemHash& hash : group.hashes) {
      budget.spend();
      const auto post = live_post(source, options, hash);
      if (!post || !matches(source, options, f, hash, *post)) continue;
      found.push_back({entry_at(source, post->current).confirmed_time, {post->original.content_time, hash}});
    }
  }
  return page_by_confirmation<PostRow>(std::move(found), f.order, request, [&](const message::ItemHash& hash) {
    return row_of(source, options, hash, *live_post(source, options, hash));
  });
}

}  // namespace

Result<Page<PostRow>> View::posts(const PostFilter& filter, const PageRequest& request) const {
  return guarded([&] {
    if (filter.sort_by == SortBy::confirmation_time) return by_confirmation_time(source_, options_, filter, request);
    const auto candidates =
        candidates_for(source_, options_, filter, behind({filter.start, filter.end}, request, filter.order));
    return page_through<PostRow>(
        *candidates, request, request.cursor_mode ? std::nullopt : counted_total(source_, options_, filter),
        Budget(options_),
        [&](Wall, const message::ItemHash& hash) {
          const auto post = live_post(source_, options_, hash);
          return post && matches(source_, options_, filter, hash, *post);
        },
        [&](Wall, const message::ItemHash& hash) {
          return row_of(source_, options_, hash, *live_post(source_, options_, hash));
        });
  });
}

Result<std::optional<PostRow>> View::post(const message::ItemHash& original) const {
  return guarded([&]() -> std::optional<PostRow> {
    const auto post = live_post(source_, options_, original);
    if (!post) return std::nullopt;
    return row_of(source_, options_, original, *post);
  });
}

}  // namespace lastmile::store
