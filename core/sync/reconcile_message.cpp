#include "core/sync/reconcile_message.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/present.hpp"
#include "core/base/siphash.hpp"
#include "core/crypto/cid.hpp"
#include "core/sync/bound.hpp"

namespace lastmile::sync {
namespace {

using message::HashKind;
using message::ItemHash;

enum Kind : std::uint8_t { kRequest = 0x10, kAnswer = 0x11, kOffer = 0x12, kListRequest = 0x13 };
enum What : std::uint8_t { kNone = 1, kAsk = 2, kSplit = 3, kDifference = 4 };

constexpr std::uint8_t kContiguous = 1;
constexpr std::uint8_t kHasList = 2;
constexpr int kListShift = 2;
constexpr std::uint8_t kHeadBits = 0x7f;
static_assert((kListMax - 1) << kListShift <= kHeadBits);

void append_little_endian(Bytes& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

class Writer {
 public:
  Bytes take() { return std::move(out_); }

  void write(const Request& request) {
    const bool lists = std::any_of(request.entries.begin(), request.entries.end(),
                                   [](const Entry& entry) { return entry.holds.index() == 1; });
    out_.push_back(lists ? kListRequest : kRequest);
    if (lists) {
      out_.push_back(request.token_bytes);
      append_little_endian(out_, request.salt, 8);
    }
    crypto::append_varint(out_, request.entries.size());
    HeldItem before = range_begin();
    for (const Entry& entry : request.entries) {
      const auto* list = std::get_if<std::vector<Token>>(&entry.holds);
      std::uint8_t head = entry.from == before ? kContiguous : 0;
      if (list != nullptr) head = static_cast<std::uint8_t>(head | kHasList | list->size() << kListShift);
      out_.push_back(head);
      if (!(entry.from == before)) bound(entry.from);
      bound(entry.until);
      before = entry.until;
      if (list == nullptr) {
        append(out_, ByteView(std::get<Fingerprint>(entry.holds)));
      } else {
        for (const Token token : *list) append_little_endian(out_, token, request.token_bytes);
      }
    }
  }

  void write(const Answer& answer) {
    out_.push_back(kAnswer);
    crypto::append_varint(out_, answer.findings.size());
    const auto different = std::count_if(answer.findings.begin(), answer.findings.end(),
                                         [](const Finding& finding) { return finding.index() != 0; });
    crypto::append_varint(out_, static_cast<std::uint64_t>(different));
    std::uint64_t same = 0;
    for (const Finding& finding : answer.findings) {
      if (std::holds_alternative<Same>(finding)) {
        ++same;
        continue;
      }
      crypto::append_varint(out_, std::exchange(same, 0));
      std::visit([this](const auto& one) { write_finding(one); }, finding);
    }
  }

  void write(const Offer& offer) {
    out_.push_back(kOffer);
    hashes(offer.hashes);
  }

 private:
  void bound(const HeldItem& item) { append_bound(out_, item, second_); }

  void write_finding(Same) {}
  void write_finding(None) { out_.push_back(kNone); }
  void write_finding(Ask) { out_.push_back(kAsk); }
  void write_finding(const Split& split) {
    LM_CHECK(split.fingerprints.size() == split.bounds.size() + 1);
    out_.push_back(kSplit);
    out_.push_back(static_cast<std::uint8_t>(split.bounds.size()));
    for (const HeldItem& item : split.bounds) bound(item);
    for (const Fingerprint& one : split.fingerprints) append(out_, ByteView(one));
  }
  void write_finding(const Difference& difference) {
    out_.push_back(kDifference);
    hashes(difference.unlisted);
    crypto::append_varint(out_, difference.unknown.size());
    std::uint32_t next = 0;
    for (const std::uint32_t position : difference.unknown) {
      crypto::append_varint(out_, position - next);
      next = position + 1;
    }
    out_.push_back(difference.complete_until ? 1 : 0);
    if (difference.complete_until) bound(*difference.complete_until);
  }

  void hashes(const std::vector<ItemHash>& all) {
    const auto cids =
        std::find_if(all.begin(), all.end(), [](const ItemHash& h) { return h.kind() != HashKind::storage; });
    crypto::append_varint(out_, static_cast<std::uint64_t>(cids - all.begin()));
    for (auto hash = all.begin(); hash != cids; ++hash) append(out_, present(hash->digest()).view());
    crypto::append_varint(out_, static_cast<std::uint64_t>(all.end() - cids));
    for (auto hash = cids; hash != all.end(); ++hash) {
      LM_CHECK(hash->kind() != HashKind::storage);  // order_hashes() was not called
      out_.push_back(static_cast<std::uint8_t>(hash->view().size()));
      append(out_, hash->view());
    }
  }

  Bytes out_;
  std::int64_t second_ = 0;
};

// Every read_ function is false for what Writer would not write.
class Reader {
 public:
  explicit Reader(ByteView bytes) : bytes_(bytes) {}

  Result<ReconcileMessage> run() {
    if (bytes_.size() > kReconcileBytesMax) return Error{"reconciliation: the message is too long"};
    std::uint8_t kind = 0;
    if (!byte(kind)) return Error{"reconciliation: an empty message"};
    ReconcileMessage message;
    const bool good = kind == kRequest || kind == kListRequest ? read(message.emplace<Request>(), kind == kListRequest)
                      : kind == kAnswer                        ? read(message.emplace<Answer>())
                      : kind == kOffer                         ? read(message.emplace<Offer>())
                                                               : false;
    if (!good || !bytes_.empty()) return Error{"reconciliation: malformed"};
    return message;
  }

 private:
  bool byte(std::uint8_t& out) {
    if (bytes_.empty()) return false;
    out = bytes_[0];
    bytes_ = bytes_.subspan(1);
    return true;
  }

  bool number(std::uint64_t& out, std::uint64_t max) {
    const auto value = crypto::take_varint(bytes_);
    if (!value || *value > max) return false;
    out = *value;
    return true;
  }

  bool little_endian(std::uint64_t& out, std::size_t size) {
    if (bytes_.size() < size) return false;
    out = 0;
    for (std::size_t i = 0; i < size; ++i) out |= std::uint64_t{bytes_[i]} << (8 * i);
    bytes_ = bytes_.subspan(size);
    return true;
  }

  bool fingerprint(Fingerprint& out) {
    if (bytes_.size() < out.size()) return false;
    std::copy_n(bytes_.begin(), out.size(), out.begin());
    bytes_ = bytes_.subspan(out.size());
    return true;
  }

  bool bound(HeldItem& out) {
    const auto taken = take_bound(bytes_, second_);
    if (taken) out = *taken;
    return taken.has_value();
  }

  bool read(Request& request, bool with_lists) {
    if (with_lists && (!byte(request.token_bytes) || request.token_bytes == 0 || request.token_bytes > kTokenBytesMax ||
                       !little_endian(request.salt, 8))) {
      return false;
    }
    std::uint64_t count = 0;
    if (!number(count, kEntriesMax) || count == 0) return false;
    bool lists = false;
    HeldItem before = range_begin();
    for (std::uint64_t i = 0; i < count; ++i) {
      Entry& entry = request.entries.emplace_back();
      if (!read_entry(entry, before, request.token_bytes)) return false;
      before = entry.until;
      lists = lists || entry.holds.index() == 1;
    }
    return lists == with_lists;
  }

  bool read_entry(Entry& entry, const HeldItem& before, std::size_t token_bytes) {
    std::uint8_t head = 0;
    if (!byte(head) || (head & ~kHeadBits) != 0) return false;
    entry.from = before;
    if ((head & kContiguous) == 0 && (!bound(entry.from) || !(before < entry.from))) return false;
    if (!bound(entry.until) || !(entry.from < entry.until)) return false;
    const std::size_t size = head >> kListShift;
    if ((head & kHasList) == 0) return size == 0 && fingerprint(entry.holds.emplace<Fingerprint>());
    if (token_bytes == 0) return false;
    auto& tokens = entry.holds.emplace<std::vector<Token>>(size);
    return std::all_of(tokens.begin(), tokens.end(), [&](Token& token) { return little_endian(token, token_bytes); });
  }

  bool read(Answer& answer) {
    std::uint64_t count = 0;
    std::uint64_t different = 0;
    if (!number(count, kEntriesMax) || count == 0 || !number(different, count)) return false;
    answer.findings.assign(count, Same{});
    std::uint64_t at = 0;
    std::size_t parts = 0;
    std::size_t hashes = 0;
    for (; different > 0; --different) {
      std::uint64_t same = 0;
      if (!number(same, count) || count - at < same + different) return false;
      at += same;
      Finding& finding = answer.findings[at++];
      if (!read_finding(finding)) return false;
      // Every part costs the asker a sum. Who answers honestly keeps to these limits too.
      if (const auto* split = std::get_if<Split>(&finding)) parts += split->fingerprints.size();
      if (const auto* difference = std::get_if<Difference>(&finding)) hashes += difference->unlisted.size();
      if (parts > kAnswerSumsMax || hashes > kAnswerItemsMax) return false;
    }
    return true;
  }

  bool read_finding(Finding& finding) {
    std::uint8_t what = 0;
    if (!byte(what)) return false;
    switch (what) {
      case kNone:
        finding = None{};
        return true;
      case kAsk:
        finding = Ask{};
        return true;
      case kSplit:
        return read(finding.emplace<Split>());
      case kDifference:
        return read(finding.emplace<Difference>());
      default:
        return false;
    }
  }

  bool read(Split& split) {
    std::uint8_t count = 0;
    if (!byte(count) || count == 0 || count >= kSplitParts) return false;
    split.bounds.resize(count);
    split.fingerprints.resize(count + std::size_t{1});
    for (std::size_t i = 0; i < split.bounds.size(); ++i) {
      if (!bound(split.bounds[i]) || (i > 0 && !(split.bounds[i - 1] < split.bounds[i]))) return false;
    }
    return std::all_of(split.fingerprints.begin(), split.fingerprints.end(),
                       [&](Fingerprint& one) { return fingerprint(one); });
  }

  bool read(Difference& difference) {
    std::uint64_t count = 0;
    if (!hashes(difference.unlisted, kAnswerItemsMax) || !number(count, kListMax - 1)) return false;
    std::uint64_t next = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      std::uint64_t gap = 0;
      if (!number(gap, kListMax) || next + gap >= kListMax) return false;
      difference.unknown.push_back(static_cast<std::uint32_t>(next + gap));
      next += gap + 1;
    }
    std::uint8_t cut_short = 0;
    if (!byte(cut_short) || cut_short > 1) return false;
    return cut_short == 0 || bound(difference.complete_until.emplace());
  }

  bool read(Offer& offer) { return hashes(offer.hashes, kOfferMax); }

  bool hashes(std::vector<ItemHash>& out, std::size_t max) {
    std::uint64_t count = 0;
    if (!number(count, max) || bytes_.size() < count * 32) return false;
    out.reserve(count);
    for (; count > 0; --count) {
      Hash256 digest;
      std::copy_n(bytes_.begin(), digest.bytes.size(), digest.bytes.begin());
      bytes_ = bytes_.subspan(digest.bytes.size());
      out.push_back(ItemHash::of(digest));
    }
    if (!number(count, max - out.size())) return false;
    for (; count > 0; --count) {
      std::uint8_t size = 0;
      if (!byte(size) || bytes_.size() < size) return false;
      const auto hash = ItemHash::parse(as_text(bytes_.first(size)));
      if (!hash || hash->kind() == HashKind::storage) return false;
      bytes_ = bytes_.subspan(size);
      out.push_back(*hash);
    }
    return true;
  }

  ByteView bytes_;
  std::int64_t second_ = 0;
};

}  // namespace

Token token_of(const ItemHash& hash, std::uint64_t salt, std::size_t token_bytes) {
  static constexpr std::uint64_t kPurpose = 0x7265636f6e63696c;
  const Token full = siphash_2_4({salt, kPurpose}, as_bytes(hash.view()));
  return token_bytes >= 8 ? full : full & ((Token{1} << (8 * token_bytes)) - 1);
}

Bytes encode_reconcile(const ReconcileMessage& message) {
  Writer writer;
  std::visit([&](const auto& one) { writer.write(one); }, message);
  return writer.take();
}

Result<ReconcileMessage> decode_reconcile(ByteView bytes) { return Reader(bytes).run(); }

env::Frame ReconcileBody::of(ReconcileMessage message) {
  Bytes bytes = encode_reconcile(message);
  return env::Frame::make<ReconcileBody>(std::move(message), std::move(bytes));
}

ReconcileBody::ReconcileBody(ReconcileMessage message, Bytes bytes)
    : FrameBody(env::FrameKind::reconcile, bytes.size(), siphash_2_4({}, bytes)),
      message_(std::move(message)),
      bytes_(std::move(bytes)) {}

Result<ReconcileMessage> reconcile_message(const env::Frame& frame) {
  if (!frame) return Error{"reconciliation: no frame"};
  if (frame->kind() == env::FrameKind::reconcile) return static_cast<const ReconcileBody&>(*frame).message();
  if (frame->kind() != env::FrameKind::bytes) return Error{"reconciliation: a frame of another protocol"};
  return decode_reconcile(static_cast<const env::BytesBody&>(*frame).bytes());
}

void order_hashes(std::vector<ItemHash>& hashes) {
  std::stable_partition(hashes.begin(), hashes.end(),
                        [](const ItemHash& hash) { return hash.kind() == HashKind::storage; });
}

}  // namespace lastmile::sync
