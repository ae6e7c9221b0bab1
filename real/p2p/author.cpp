#include "real/p2p/author.hpp"

#include <algorithm>
#include <charconv>

#include "real/env/os_clock.hpp"
#include "real/env/posix_file.hpp"
#include "real/p2p/wire/gossip_signature.hpp"

namespace lastmile::p2p {
namespace {

constexpr std::uint64_t kReserved = std::uint64_t{1} << 32;  // four seconds of the clock, or as many messages
constexpr std::size_t kSeqnoFileMax = 32;

}  // namespace

Result<std::shared_ptr<Author>> Author::open(std::shared_ptr<const PrivateKey> key, std::filesystem::path seqno_file) {
  std::shared_ptr<Author> author(new Author(std::move(key), std::move(seqno_file)));
  std::uint64_t used = 0;
  std::error_code ignored;
  if (std::filesystem::exists(author->file_, ignored)) {
    const auto text = real::read_file(author->file_, kSeqnoFileMax);
    if (!text.ok()) return text.error();
    const char* const end = text->data() + text->size();
    const auto [stop, failed] = std::from_chars(text->data(), end, used);
    if (failed != std::errc{} || std::string_view(stop, static_cast<std::size_t>(end - stop)) != "\n") {
      return Error{author->file_.string() + ": expected one number and a line end"};
    }
  }
  const auto wall = static_cast<std::uint64_t>(real::OsClock().wall().ns);
  if (auto kept = author->reserve(std::max(used, wall)); !kept.ok()) return std::move(kept).error();
  return author;
}

Result<Unit> Author::reserve(std::uint64_t from) {
  const std::uint64_t up_to = from + kReserved;
  auto written = real::write_file_durably(file_, std::to_string(up_to) + "\n", 0600);
  if (!written.ok()) return written;
  last_ = from;
  reserved_ = up_to;
  return Unit{};
}

std::uint64_t Author::author_of(std::string_view network_identity) const {
  const auto peer = PeerId::parse(network_identity);
  return peer ? gossip::identity_key(peer->bytes()) : 0;
}

void Author::sign(gossip::MessageFields& fields) const { sign_gossip(fields, *key_); }
bool Author::verify(const gossip::MessageFields& fields) const { return verify_gossip(fields); }

std::uint64_t Author::next_seqno() {
  // Where the file cannot be written any more, the numbers still grow in this life; the next one begins at the clock.
  if (last_ + 1 >= reserved_) (void)reserve(last_);
  return ++last_;
}

}  // namespace lastmile::p2p
