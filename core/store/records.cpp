#include "core/store/records.hpp"

#include <algorithm>
#include <limits>

#include "core/store/codec.hpp"

namespace lastmile::store {
namespace {

constexpr std::uint8_t kMetaFormat = 6;  // a change raises kSchemaVersion of the data folder (real/env) too

void write_amount(Encoder& out, const Uint256& units) {
  const Hash256 bytes = units.big_endian();
  const std::string_view all = as_text(bytes.view());
  out.text(all.substr(std::min(all.find_first_not_of('\0'), all.size())));
}

Uint256 read_units(Decoder& in) {
  const std::string_view bytes = in.text();
  Hash256 all;
  if (bytes.size() > all.bytes.size()) {
    in.fail();
    return 0;
  }
  std::copy(bytes.begin(), bytes.end(), all.bytes.end() - static_cast<std::ptrdiff_t>(bytes.size()));
  return Uint256::big_endian(all);
}

Amount read_amount(Decoder& in) { return Amount::units(read_units(in)); }

void write_signed(Encoder& out, const economy::SignedUnits& units) {
  out.byte(units.negative() ? 1 : 0);
  write_amount(out, units.size());
}

economy::SignedUnits read_signed(Decoder& in) {
  const bool negative = in.byte() == 1;
  const auto units = economy::SignedUnits::of(negative, read_units(in));
  if (!units) in.fail();
  return units.value_or(economy::SignedUnits());
}

template <class Enum>
Enum read_enum(Decoder& in, std::uint8_t last) {
  const std::uint8_t value = in.byte();
  if (value > last) in.fail();
  return static_cast<Enum>(value > last ? 0 : value);
}

void write_payment(Encoder& out, const std::optional<economy::Payment>& payment) {
  out.byte(payment ? static_cast<std::uint8_t>(static_cast<std::uint8_t>(*payment) + 1) : 0);
}

std::optional<economy::Payment> read_payment(Decoder& in) {
  const std::uint8_t value = in.byte();
  if (value > 3) in.fail();
  if (value == 0 || value > 3) return std::nullopt;
  return static_cast<economy::Payment>(value - 1);
}

void write_type(Encoder& out, message::Type type) { out.text(message::type_text(type)); }

message::Type read_type(Decoder& in) {
  const auto type = message::parse_type(in.text());
  if (!type) in.fail();
  return type.value_or(message::Type::POST);
}

template <class T>
std::optional<T> finished(Decoder& in, T value) {
  if (!in.done()) return std::nullopt;
  return value;
}

// Optional fields of an entry, as bits.
enum Field : std::uint64_t {
  f_authentic = 1 << 0,
  f_content = 1 << 1,
  f_unproven = 1 << 2,
  f_elsewhere = 1 << 3,
  f_committed = 1 << 4,
  f_owner = 1 << 5,
  f_ref = 1 << 6,
  f_file = 1 << 7,
  f_file_bytes = 1 << 8,
  f_details = 1 << 9,
  f_forgotten = 1 << 10,
  f_with = 1 << 11,
  f_ended = 1 << 12,
  f_confirmed = 1 << 13,
  f_payment = 1 << 14,
  f_code = 1 << 15,
  f_envelope_time = 1 << 16,
  f_applied = 1 << 17,
  f_unprovable = 1 << 18,
  f_claims = 1 << 19,
  f_unproved_by = 1 << 20,
  f_confirmed_on = 1 << 21,
  f_amended = 1 << 22,
  f_dependencies = 1 << 23,
  f_copied = 1 << 24,
  f_nameless = 1 << 25,
  f_all = (1 << 26) - 1,
};

}  // namespace

std::uint8_t code_of(message::Status status) {
  switch (status) {
    case message::Status::none:
      return 0;
    case message::Status::pending:
      return 1;
    case message::Status::processed:
      return 2;
    case message::Status::rejected:
      return 3;
    case message::Status::forgotten:
      return 4;
    case message::Status::removing:
      return 5;
    case message::Status::removed:
      return 6;
  }
  return 0;
}

std::optional<message::Status> status_of(std::uint8_t code) {
  for (const message::Status status : message::kAllStatuses) {
    if (code_of(status) == code) return status;
  }
  return std::nullopt;
}

std::string write_entry(const Entry& e) {
  const bool coded = e.status != message::Status::processed && e.status != message::Status::forgotten;
  std::uint64_t fields = 0;
  const auto note = [&fields](bool set, Field field) { fields |= set ? std::uint64_t{field} : 0; };
  note(e.authentic, f_authentic);
  note(e.has_content, f_content);
  note(e.unproven, f_unproven);
  note(e.unprovable, f_unprovable);
  note(!e.unproved_by.empty(), f_unproved_by);
  note(!e.claims.empty(), f_claims);
  note(e.elsewhere, f_elsewhere);
  note(e.amended, f_amended);
  note(e.committed, f_committed);
  note(e.applied_once, f_applied);
  note(e.copied, f_copied);
  note(e.nameless, f_nameless);
  note(e.owner.has_value(), f_owner);
  note(!e.ref.empty(), f_ref);
  note(e.file.has_value(), f_file);
  note(e.file_bytes.has_value(), f_file_bytes);
  note(!e.details.empty(), f_details);
  note(!e.forgotten_by.empty(), f_forgotten);
  note(e.forgotten_with.has_value(), f_with);
  note(e.ended_at.has_value(), f_ended);
  note(e.confirmed_time.has_value(), f_confirmed);
  note(!e.confirmed_on.empty(), f_confirmed_on);
  note(e.payment.has_value(), f_payment);
  note(!e.dependencies.empty(), f_dependencies);
  note(coded, f_code);
  note(e.envelope_time != e.content_time, f_envelope_time);

  constexpr std::size_t kUsual = 128;
  Encoder out(kUsual);
  out.byte(code_of(e.status)).number(fields);
  write_type(out, e.type);
  out.time(e.content_time).time(e.reception).number(e.sequence).number(e.size).text(e.subject);
  if (coded) out.signed_number(message::number(e.code));
  if (e.envelope_time != e.content_time) out.time(e.envelope_time);
  if (e.owner) out.text(*e.owner);
  if (!e.ref.empty()) out.text(e.ref);
  if (e.file) out.hash(*e.file);
  if (e.payment) write_payment(out, e.payment);
  if (e.file_bytes) out.number(*e.file_bytes);
  if (!e.details.empty()) out.text(e.details);
  if (e.committed) out.time(e.effective);
  if (!e.forgotten_by.empty()) {
    out.number(e.forgotten_by.size());
    for (const auto& hash : e.forgotten_by) out.hash(hash);
  }
  if (!e.unproved_by.empty()) {
    out.number(e.unproved_by.size());
    for (const auto& hash : e.unproved_by) out.hash(hash);
  }
  if (!e.claims.empty()) {
    out.number(e.claims.size());
    for (const auto& hash : e.claims) out.hash(hash);
  }
  if (e.forgotten_with) out.hash(*e.forgotten_with);
  if (e.ended_at) out.time(*e.ended_at);
  if (e.confirmed_time) out.time(*e.confirmed_time).number(e.confirmed_height);
  if (!e.confirmed_on.empty()) {
    out.number(e.confirmed_on.size());
    for (const std::string& chain : e.confirmed_on) out.text(chain);
  }
  if (!e.dependencies.empty()) {
    out.number(e.dependencies.size());
    for (const std::string& dependency : e.dependencies) out.text(dependency);
  }
  return out.take();
}

std::optional<Entry> read_entry(std::string_view bytes) {
  Decoder in(bytes);
  Entry e;
  const auto status = status_of(in.byte());
  const std::uint64_t fields = in.number();
  if (!status || (fields & ~std::uint64_t{f_all}) != 0) return std::nullopt;
  const auto has = [fields](Field field) { return (fields & field) != 0; };
  e.status = *status;
  e.authentic = has(f_authentic);
  e.has_content = has(f_content);
  e.unproven = has(f_unproven);
  e.unprovable = has(f_unprovable);
  e.elsewhere = has(f_elsewhere);
  e.committed = has(f_committed);
  e.amended = has(f_amended);
  e.applied_once = has(f_applied);
  e.copied = has(f_copied);
  e.nameless = has(f_nameless);
  e.type = read_type(in);
  e.content_time = in.time();
  e.reception = in.time();
  e.sequence = in.number();
  e.size = in.number();
  e.subject = in.text();
  if (has(f_code)) {
    const auto code = message::parse_error_code(in.signed_number());
    if (!code) return std::nullopt;
    e.code = *code;
  }
  e.envelope_time = has(f_envelope_time) ? in.time() : e.content_time;
  if (has(f_owner)) e.owner = std::string(in.text());
  if (has(f_ref)) e.ref = in.text();
  if (has(f_file)) e.file = in.hash();
  if (has(f_payment)) e.payment = read_payment(in);
  if (has(f_file_bytes)) e.file_bytes = in.number();
  if (has(f_details)) e.details = in.text();
  if (has(f_committed)) e.effective = in.time();
  if (has(f_forgotten)) {
    const std::uint64_t count = in.number();
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) e.forgotten_by.push_back(in.hash());
  }
  if (has(f_unproved_by)) {
    const std::uint64_t count = in.number();
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) e.unproved_by.push_back(in.hash());
  }
  if (has(f_claims)) {
    const std::uint64_t count = in.number();
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) e.claims.push_back(in.hash());
  }
  if (has(f_with)) e.forgotten_with = in.hash();
  if (has(f_ended)) e.ended_at = in.time();
  if (has(f_confirmed)) {
    e.confirmed_time = in.time();
    e.confirmed_height = in.number();
  }
  if (has(f_confirmed_on)) {
    const std::uint64_t count = in.number();
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) e.confirmed_on.emplace_back(in.text());
  }
  if (has(f_dependencies)) {
    const std::uint64_t count = in.number();
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) e.dependencies.emplace_back(in.text());
  }
  return finished(in, std::move(e));
}

std::string write_envelope(const message::Envelope& envelope, bool with_content) {
  constexpr std::size_t kBesideContent = 256;
  Encoder out(kBesideContent + (with_content && envelope.item_content ? envelope.item_content->size() : 0));
  out.text(envelope.sender).text(crypto::chain_text(envelope.chain)).text(message::type_text(envelope.type));
  out.text(message::item_type_text(envelope.item_type)).real(envelope.time_number);
  // Most signatures are 0x and lower-case hexadecimal digits: half the room as bytes.
  if (!envelope.signature) {
    out.byte(0);
  } else {
    const std::string& signature = *envelope.signature;
    const auto bytes = signature.starts_with("0x") ? from_hex(std::string_view(signature).substr(2)) : std::nullopt;
    if (bytes && "0x" + to_hex(*bytes) == signature) {
      out.byte(2).text(as_text(*bytes));
    } else {
      out.byte(1).text(signature);
    }
  }
  out.byte(envelope.channel ? 1 : 0);
  if (envelope.channel) out.text(*envelope.channel);
  const bool content = with_content && envelope.item_content;
  out.byte(content ? 1 : 0);
  if (content) out.text(*envelope.item_content);
  return out.take();
}

std::optional<message::Envelope> read_envelope(const message::ItemHash& hash, std::string_view bytes) {
  Decoder in(bytes);
  message::Envelope e;
  e.item_hash = hash;
  e.sender = in.text();
  const auto chain = crypto::parse_chain(in.text());
  const auto type = message::parse_type(in.text());
  const auto item_type = message::parse_item_type(in.text());
  e.time_number = in.real();
  const auto time = message::wall_of_seconds(e.time_number);
  if (!chain || !type || !item_type || !time) return std::nullopt;
  e.chain = *chain;
  e.type = *type;
  e.item_type = *item_type;
  e.time = *time;
  const std::uint8_t signature = in.byte();
  if (signature == 1) e.signature = std::string(in.text());
  if (signature == 2) e.signature = "0x" + to_hex(as_bytes(in.text()));
  if (in.byte() == 1) e.channel = std::string(in.text());
  if (in.byte() == 1) e.item_content = std::string(in.text());
  if (signature > 2) return std::nullopt;
  return finished(in, std::move(e));
}

std::string write_copies(const std::vector<message::Envelope>& copies) {
  Encoder out;
  out.number(copies.size());
  for (const message::Envelope& copy : copies) out.text(write_envelope(copy, false));
  return out.take();
}

std::optional<std::vector<message::Envelope>> read_copies(const message::ItemHash& hash, std::string_view bytes) {
  Decoder in(bytes);
  std::vector<message::Envelope> copies;
  const std::uint64_t count = in.number();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    auto copy = read_envelope(hash, in.text());
    if (!copy) return std::nullopt;
    copies.push_back(*std::move(copy));
  }
  return finished(in, std::move(copies));
}

std::string write_confirmation(const Confirmation& c) {
  Encoder out;
  out.text(c.chain).number(c.height).text(c.transaction).time(c.time).text(c.publisher).byte(c.final ? 1 : 0);
  return out.take();
}

std::optional<Confirmation> read_confirmation(std::string_view bytes) {
  Decoder in(bytes);
  Confirmation c;
  c.chain = in.text();
  c.height = in.number();
  c.transaction = in.text();
  c.time = in.time();
  c.publisher = in.text();
  c.final = in.byte() == 1;
  return finished(in, std::move(c));
}

std::string write_aggregate(const AggregateHead& head) {
  Encoder out;
  out.text(head.owner).text(head.key).time(head.created).hash(head.first).time(head.last_time).hash(head.last);
  return out.take();
}

std::optional<AggregateHead> read_aggregate(std::string_view bytes) {
  Decoder in(bytes);
  AggregateHead head;
  head.owner = in.text();
  head.key = in.text();
  head.created = in.time();
  head.first = in.hash();
  head.last_time = in.time();
  head.last = in.hash();
  return finished(in, std::move(head));
}

std::string write_member(const AggregateMember& member) {
  Encoder out;
  out.time(member.time).text(member.tie).hash(member.message).text(member.name).text(member.value);
  return out.take();
}

std::optional<AggregateMember> read_member(std::string_view bytes) {
  Decoder in(bytes);
  AggregateMember member;
  member.time = in.time();
  member.tie = in.text();
  member.message = in.hash();
  member.name = in.text();
  member.value = in.text();
  return finished(in, std::move(member));
}

std::string write_file(const FileRecord& file) {
  Encoder out;
  out.number(file.bytes)
      .byte(static_cast<std::uint8_t>((file.directory ? 1 : 0) | (file.local ? 2 : 0) | (file.grace ? 4 : 0) |
                                      (file.removing ? 8 : 0)));
  if (file.grace) out.time(*file.grace);
  return out.take();
}

std::optional<FileRecord> read_file(std::string_view bytes) {
  Decoder in(bytes);
  FileRecord file;
  file.bytes = in.number();
  const std::uint8_t flags = in.byte();
  if (flags > 15) return std::nullopt;
  file.directory = (flags & 1) != 0;
  file.local = (flags & 2) != 0;
  file.removing = (flags & 8) != 0;
  if ((flags & 4) != 0) file.grace = in.time();
  return finished(in, file);
}

std::string write_tag(const FileTag& tag) {
  Encoder out;
  out.text(tag.tag).text(tag.owner).hash(tag.file).hash(tag.message).time(tag.time);
  return out.take();
}

std::optional<FileTag> read_tag(std::string_view bytes) {
  Decoder in(bytes);
  FileTag tag;
  tag.tag = in.text();
  tag.owner = in.text();
  tag.file = in.hash();
  tag.message = in.hash();
  tag.time = in.time();
  return finished(in, std::move(tag));
}

std::string write_cost(const economy::Cost& cost) {
  Encoder out;
  out.byte(static_cast<std::uint8_t>(cost.payment)).number(cost.compute_units);
  write_amount(out, cost.total.units());
  out.number(cost.lines.size());
  for (const economy::CostLine& line : cost.lines) {
    out.byte(static_cast<std::uint8_t>(line.type)).text(line.name).byte(static_cast<std::uint8_t>(line.payment));
    write_signed(out, line.amount);
    out.byte(line.bytes ? 1 : 0);
    if (line.bytes) out.number(*line.bytes);
  }
  return out.take();
}

std::optional<economy::Cost> read_cost(std::string_view bytes) {
  Decoder in(bytes);
  economy::Cost cost;
  cost.payment = read_enum<economy::Payment>(in, 2);
  cost.compute_units = in.number();
  cost.total = read_amount(in);
  const std::uint64_t lines = in.number();
  for (std::uint64_t i = 0; i < lines && in.ok(); ++i) {
    economy::CostLine line;
    line.type = read_enum<economy::CostType>(in, static_cast<std::uint8_t>(economy::CostType::storage));
    line.name = in.text();
    line.payment = read_enum<economy::Payment>(in, 2);
    line.amount = read_signed(in);
    if (in.byte() == 1) line.bytes = in.number();
    cost.lines.push_back(std::move(line));
  }
  return finished(in, std::move(cost));
}

std::string write_commitment(const CommitmentRow& row) {
  Encoder out;
  out.byte(static_cast<std::uint8_t>(row.payment));
  write_amount(out, row.cost.units());
  out.byte(static_cast<std::uint8_t>((row.admission_free ? 1 : 0) | (row.removable ? 2 : 0)));
  out.byte(static_cast<std::uint8_t>(row.standing)).signed_number(row.error).time(row.since);
  write_amount(out, row.required.units());
  write_amount(out, row.available.units());
  out.time(row.content_time);
  return out.take();
}

std::optional<CommitmentRow> read_commitment(std::string_view bytes) {
  Decoder in(bytes);
  CommitmentRow row;
  row.payment = read_enum<economy::Payment>(in, 2);
  row.cost = read_amount(in);
  const std::uint8_t flags = in.byte();
  if (flags > 3) return std::nullopt;
  row.admission_free = (flags & 1) != 0;
  row.removable = (flags & 2) != 0;
  row.standing = read_enum<economy::Standing>(in, static_cast<std::uint8_t>(economy::Standing::ended));
  row.error = static_cast<int>(in.signed_number());
  row.since = in.time();
  row.required = read_amount(in);
  row.available = read_amount(in);
  row.content_time = in.time();
  return finished(in, row);
}

std::string write_account(const AccountSummary& summary) {
  Encoder out;
  out.text(summary.owner);
  for (const economy::AccountSide* side : {&summary.tokens, &summary.credits}) {
    write_amount(out, side->balance.units());
    write_amount(out, side->committed.units());
  }
  out.time(summary.last_time).hash(summary.last_hash).byte(summary.next_change ? 1 : 0);
  if (summary.next_change) out.time(*summary.next_change);
  return out.take();
}

std::optional<AccountSummary> read_account(std::string_view bytes) {
  Decoder in(bytes);
  AccountSummary summary;
  summary.owner = in.text();
  for (economy::AccountSide* side : {&summary.tokens, &summary.credits}) {
    side->balance = read_amount(in);
    side->committed = read_amount(in);
  }
  summary.last_time = in.time();
  summary.last_hash = in.hash();
  if (in.byte() == 1) summary.next_change = in.time();
  return finished(in, std::move(summary));
}

std::string write_counts(const SenderCounts& counts) {
  Encoder out;
  out.text(counts.sender);
  for (const std::uint64_t count : counts.by_type) out.number(count);
  return out.take();
}

std::optional<SenderCounts> read_counts(std::string_view bytes) {
  Decoder in(bytes);
  SenderCounts counts;
  counts.sender = in.text();
  for (std::uint64_t& count : counts.by_type) count = in.number();
  return finished(in, std::move(counts));
}

std::string write_hour(const HourSum& hour) {
  Encoder out;
  out.number(hour.count).digest(hour.sum.big_endian());
  return out.take();
}

std::optional<HourSum> read_hour(std::string_view bytes) {
  Decoder in(bytes);
  HourSum hour;
  hour.count = in.number();
  hour.sum = Sum256::of(in.digest());
  return finished(in, hour);
}

std::string write_meta(const Meta& meta) {
  Encoder out;
  out.byte(kMetaFormat).number(meta.sequence).digest(meta.state.big_endian());
  out.number(meta.held.count).digest(meta.held.sum.big_endian());
  for (const std::uint64_t count : meta.by_status) out.number(count);
  out.number(meta.waiting).number(meta.waiting_bytes).number(meta.unowned_bytes).number(meta.rejections);
  out.number(meta.let_go).number(meta.late_revocations).number(meta.unfinished);
  return out.take();
}

std::optional<Meta> read_meta(std::string_view bytes) {
  Decoder in(bytes);
  if (in.byte() != kMetaFormat) return std::nullopt;
  Meta meta;
  meta.sequence = in.number();
  meta.state = Sum256::of(in.digest());
  meta.held.count = in.number();
  meta.held.sum = Sum256::of(in.digest());
  for (std::uint64_t& count : meta.by_status) count = in.number();
  meta.waiting = in.number();
  meta.waiting_bytes = in.number();
  meta.unowned_bytes = in.number();
  meta.rejections = in.number();
  meta.let_go = in.number();
  meta.late_revocations = in.number();
  meta.unfinished = in.number();
  return finished(in, meta);
}

}  // namespace lastmile::store
