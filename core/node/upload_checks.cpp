#include "core/node/upload_checks.hpp"

#include <memory>
#include <optional>

#include "core/gossip/content_check.hpp"

namespace lastmile::node {

struct UploadChecks::Publication {
  Files files;
  Done done;
  std::size_t unchecked = 0;
  std::optional<message::ItemHash> wrong;  // the first one
};

bool UploadChecks::has_room(const std::vector<Upload>& uploads) const {
  std::size_t bytes = bytes_;
  for (const Upload& upload : uploads) bytes += upload.bytes.size();
  return files_ + uploads.size() <= limits_.upload_checks && (files_ == 0 || bytes <= limits_.upload_check_bytes);
}

void UploadChecks::check(std::vector<Upload> uploads, Done done) {
  auto publication = std::make_shared<Publication>();
  publication->done = std::move(done);
  publication->unchecked = uploads.size();
  for (Upload& upload : uploads) {
    publication->files.emplace_back(upload.file, std::make_shared<const std::string>(std::move(upload.bytes)));
  }
  for (const auto& [file, bytes] : publication->files) {
    ++files_;
    bytes_ += bytes->size();
    jobs_.submit(gossip::content_check_job(file, bytes), [this, publication, claimed = file,
                                                          size = bytes->size()](const env::JobResult& result) {
      --files_;
      bytes_ -= size;
      if (!gossip::content_checked(result) && !publication->wrong) publication->wrong = claimed;
      if (--publication->unchecked > 0) return;
      if (publication->wrong) {
        return publication->done(Error{"the uploaded bytes are not those of " + publication->wrong->text()});
      }
      publication->done(std::move(publication->files));
    });
  }
}

}  // namespace lastmile::node
