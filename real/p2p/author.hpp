// This node as an author of gossip messages (libp2p.md 11.3).
#pragma once

#include <filesystem>
#include <memory>

#include "core/base/result.hpp"
#include "core/gossip/authorship.hpp"
#include "real/p2p/wire/key.hpp"

namespace lastmile::p2p {

// Sequence numbers are nanoseconds of the wall clock where they can be, and never go back: a file says up to where they
// may have been used, also when the clock was set back or a file system restored. Others drop messages of an author
// whose number is not greater than the largest they have seen.
class Author final : public gossip::Authorship {
 public:
  // The file is made when it is absent. Error: it cannot be written, or has something else in it.
  static Result<std::shared_ptr<Author>> open(std::shared_ptr<const PrivateKey> key, std::filesystem::path seqno_file);

  std::uint64_t author_of(std::string_view network_identity) const override;
  void sign(gossip::MessageFields& fields) const override;
  bool verify(const gossip::MessageFields& fields) const override;
  std::uint64_t next_seqno() override;

 private:
  Author(std::shared_ptr<const PrivateKey> key, std::filesystem::path file)
      : key_(std::move(key)), file_(std::move(file)) {}
  Result<Unit> reserve(std::uint64_t from);

  std::shared_ptr<const PrivateKey> key_;
  std::filesystem::path file_;
  std::uint64_t last_ = 0;
  std::uint64_t reserved_ = 0;  // numbers up to here may be used without another look at the file
};

}  // namespace lastmile::p2p
