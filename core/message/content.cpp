#include "core/message/content.hpp"

#include <cstdint>
#include <cstring>
#include <utility>

#include "core/message/limits.hpp"
#include "core/message/schema_reader.hpp"

namespace lastmile::message {
namespace {

bool read_number(const ObjectReader& object, std::string_view key, double& out) {
  const auto found = object.value(key);
  if (!found || found->kind() != JsonKind::number) return object.refuse(key, "a number is required");
  out = found->number();
  return true;
}

// The long form of a POST's ref (messages.md 3.1); only its hash is kept.
bool read_reference(const ObjectReader& post, JsonView value, std::string& out) {
  const Place place{&post.place(), "ref"};
  ObjectReader ref(post.faults(), place);
  std::optional<std::string> channel;
  std::string chain;
  std::string text;
  ItemHash hash;
  double time = 0;
  ItemType item_type{};
  int type = 0;
  if (!ref.open(value,
                {"chain", "channel", "item_content", "item_hash", "item_type", "sender", "signature", "time", "type"},
                Extra::open) ||
      !ref.text("chain", chain) || !ref.text("channel", channel, kReferenceChannelCodePointsMax) ||
      !ref.text("item_content", text) || !ref.hash("item_hash", hash) ||
      !ref.word("item_type", {"inline", "storage", "ipfs"}, item_type) || !ref.text("sender", text) ||
      !ref.text("signature", text) || !read_number(ref, "time", time) || !ref.word("type", {"POST"}, type)) {
    return false;
  }
  if (!crypto::parse_chain(chain)) return ref.refuse("chain", "a known chain code expected");
  out = hash.text();
  return true;
}

bool read_post(const ObjectReader& object, Content& out) {
  Post post;
  if (!object.text("type", post.type)) return false;
  if (const auto ref = object.value("ref")) {
    if (ref->is_object()) {
      if (!read_reference(object, *ref, post.ref.emplace())) return false;
    } else if (ref->is_string()) {
      post.ref = ref->string();
    } else {
      return object.refuse("ref", "a text or a reference object expected");
    }
  }
  if (post.is_amend() && (!post.ref || post.ref->empty())) return object.refuse("ref", "an amend needs one");
  if (const auto content = object.value("content")) {
    post.content.emplace(content->raw());
    read_tags(content, out.tags);
  }
  out.body = std::move(post);
  return true;
}

bool read_aggregate(const ObjectReader& object, Content& out) {
  Aggregate aggregate;
  const auto key = object.value("key");
  if (!key) return object.refuse("key", "required");
  if (key->is_object()) {
    const Place place{&object.place(), "key"};
    ObjectReader long_form(object.faults(), place);
    if (!long_form.open(*key, {"name"}, Extra::closed) || !long_form.text("name", aggregate.key)) return false;
  } else if (key->is_string()) {
    aggregate.key = key->string();
  } else {
    return object.refuse("key", "a text or {\"name\": text} expected");
  }
  const auto content = object.value("content");
  if (!content || !content->is_object()) return object.refuse("content", "an object is required");
  aggregate.content = std::string(content->raw());
  read_tags(content, out.tags);
  out.body = std::move(aggregate);
  return true;
}

bool read_store(const ObjectReader& object, JsonView value, Content& out) {
  Store store;
  if (!object.word("item_type", {"inline", "storage", "ipfs"}, store.item_type) ||
      !object.hash("item_hash", store.item_hash) || !object.text("ref", store.ref) ||
      !object.object_text("metadata", store.metadata) || !read_payment(object, store.payment)) {
    return false;
  }
  if (store.payment_type() == PaymentType::superfluid) return object.refuse("payment", "hold or credit expected");
  read_tags(value, out.tags);
  out.body = std::move(store);
  return true;
}

bool read_forget(const ObjectReader& object, const ContentRules& rules, Content& out) {
  Forget forget;
  const auto read_one = [&](JsonView element, const Place& place) {
    return read_hash(object.faults(), place, element, forget.hashes.emplace_back());
  };
  const auto read_key = [&](JsonView element, const Place& place) {
    if (rules.forget_aggregate_keys == Behaviour::corrected) {
      return read_text(object.faults(), place, element, ObjectReader::kAnyLength, forget.aggregates.emplace_back());
    }
    ItemHash hash;
    if (!read_hash(object.faults(), place, element, hash)) return false;
    forget.aggregates.push_back(hash.text());
    return true;
  };
  if (!object.value("hashes")) return object.refuse("hashes", "a list is required");
  if (!object.list("hashes", Null::refused, kForgetTargetsMax, read_one) ||
      !object.list("aggregates", Null::refused, kForgetTargetsMax, read_key) ||
      !object.text("reason", forget.reason, kForgetReasonCodePointsMax)) {
    return false;
  }
  out.body = std::move(forget);
  return true;
}

template <class Machine>
bool read_machine(const ObjectReader& object, bool (*read)(const ObjectReader&, Machine&), Content& out) {
  Machine machine;
  if (!read(object, machine)) return false;
  read_tags(object.value("metadata"), out.tags);
  out.body = std::move(machine);
  return true;
}

bool open(Type type, JsonView value, ObjectReader& object) {
  switch (type) {
    case Type::POST:
      return object.open(value, {"address", "time", "type", "content", "ref"}, Extra::closed);
    case Type::AGGREGATE:
      return object.open(value, {"address", "time", "key", "content"}, Extra::closed);
    case Type::STORE:
      return object.open(value, {"address", "time", "item_type", "item_hash", "ref", "metadata", "payment"},
                         Extra::open);
    case Type::FORGET:
      return object.open(value, {"address", "time", "hashes", "aggregates", "reason"}, Extra::closed);
    case Type::PROGRAM:
      return object.open(value, kProgramKeys, Extra::closed);
    case Type::INSTANCE:
      return object.open(value, kInstanceKeys, Extra::closed);
    case Type::V_PROGRAM:
      return object.open(value, kVProgramKeys, Extra::closed);
  }
  LM_CHECK(false);
}

bool read_body(Type type, const ObjectReader& object, JsonView value, const ContentRules& rules, Content& out) {
  switch (type) {
    case Type::POST:
      return read_post(object, out);
    case Type::AGGREGATE:
      return read_aggregate(object, out);
    case Type::STORE:
      return read_store(object, value, out);
    case Type::FORGET:
      return read_forget(object, rules, out);
    case Type::PROGRAM:
      return read_machine<Program>(object, read_program, out);
    case Type::INSTANCE:
      return read_machine<Instance>(object, read_instance, out);
    case Type::V_PROGRAM:
      return read_machine<VProgram>(object, read_v_program, out);
  }
  LM_CHECK(false);
}

// address and time, which fetched contents may leave to the envelope.
bool read_common(const ObjectReader& object, const ContentRules& rules, Content& out) {
  if (rules.completion && !object.value("address")) {
    out.address = rules.completion->sender;
    out.names_owner = false;
  } else if (!object.text("address", out.address)) {
    return false;
  }
  if (rules.completion && !object.value("time")) {
    out.time_number = rules.completion->time_number;
    out.names_time = false;
  } else if (!read_number(object, "time", out.time_number)) {
    return false;
  }
  const auto time = wall_of_seconds(out.time_number);
  if (!time) return object.refuse("time", "0 to 9223372036 seconds expected");
  out.time = *time;
  return true;
}

}  // namespace

Result<Content, Refusal> parse_content(Type type, std::string_view text, const ContentRules& rules) {
  if (text.size() >= kContentBytesMax) return Refusal{ErrorCode::invalid_format, "content: 100 MiB or more"};
  if (text.find("\\u0000") != std::string_view::npos) {
    return Refusal{ErrorCode::invalid_format, "content: contains the escape \\u0000"};
  }
  const auto value = JsonView::parse(text);
  if (!value) return Refusal{ErrorCode::invalid_format, "content: " + value.error().text};
  Faults faults;
  const Place place{nullptr, "content"};
  ObjectReader object(faults, place);
  Content content;
  if (open(type, *value, object) && read_common(object, rules, content) &&
      read_body(type, object, *value, rules, content)) {
    return content;
  }
  return Refusal{ErrorCode::invalid_format, faults.text()};
}

Result<Content, Refusal> parse_inline_content(const Envelope& envelope, const Switches& switches) {
  LM_CHECK(envelope.item_content.has_value());
  auto content =
      parse_content(envelope.type, *envelope.item_content, ContentRules{std::nullopt, switches.forget_aggregate_keys});
  if (content) return content;
  Refusal refusal = std::move(content).error();
  refusal.item_hash = envelope.item_hash;
  return refusal;
}

Result<Content, Refusal> parse_fetched_content(const Envelope& envelope, std::string_view fetched,
                                               const Switches& switches) {
  LM_CHECK(envelope.item_type != ItemType::inlined);
  auto content =
      parse_content(envelope.type, fetched,
                    ContentRules{Completion{envelope.sender, envelope.time_number}, switches.forget_aggregate_keys});
  if (content) return content;
  Refusal refusal = std::move(content).error();
  refusal.item_hash = envelope.item_hash;
  return refusal;
}

std::optional<Refusal> disagreement(const Store& store) {
  if (store.item_type == ItemType::inlined) {
    return Refusal{ErrorCode::invalid_format, "content.item_type: storage or ipfs expected"};
  }
  if (store.item_type != store.item_hash.item_type()) {
    return Refusal{ErrorCode::invalid_format, "content.item_type: disagrees with the shape of content.item_hash"};
  }
  return std::nullopt;
}

std::optional<PaymentType> payment_type(const Content& content) {
  if (const auto* store = content.as<Store>()) return store->payment_type();
  if (const auto* machine = execution(content)) return machine->payment_type();
  return std::nullopt;
}

const Execution* execution(const Content& content) {
  if (const auto* program = content.as<Program>()) return &program->execution;
  if (const auto* instance = content.as<Instance>()) return &instance->execution;
  if (const auto* program = content.as<VProgram>()) return &program->execution;
  return nullptr;
}

bool same_address(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

std::size_t code_points(std::string_view utf8) {
  // Every byte but those that go on, 10xxxxxx; eight at a time.
  constexpr std::uint64_t kLowest = 0x0101010101010101U;
  std::size_t going_on = 0;
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= utf8.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, utf8.data() + at, sizeof word);
    const std::uint64_t ones = (word >> 7) & (~word >> 6) & kLowest;
    going_on += (ones * kLowest) >> 56;  // their sum, in the highest byte
  }
  for (; at < utf8.size(); ++at) going_on += (static_cast<unsigned char>(utf8[at]) & 0xc0U) == 0x80U ? 1 : 0;
  return utf8.size() - going_on;
}

}  // namespace lastmile::message
