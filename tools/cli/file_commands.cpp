#include "tools/cli/file_commands.hpp"

#include <nlohmann/json.hpp>

#include "core/ipfs/file_builder.hpp"
#include "tools/cli/console.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/input.hpp"

namespace lastmile::tools {

int command_file_cid(const CidOptions& options) {
  using ipfs::UnixFsProfile;
  const UnixFsProfile profile = options.version == 0      ? UnixFsProfile::v0
                                : options.leaves == "raw" ? UnixFsProfile::v1
                                                          : UnixFsProfile::v1_dagpb;
  ipfs::UnixFsBuilder builder(profile);
  const auto read = read_input(options.file, [&](ByteView piece) { builder.add(piece); });
  if (!read) return fail(kCliUsage, {.place = options.file, .text = read.error().text}, options.json);
  const ipfs::UnixFsFile file = builder.finish();
  if (options.json) {
    const nlohmann::ordered_json answer{
        {"cid", file.cid.text()}, {"size", file.content_size}, {"dag_size", file.cumulative_size}};
    print_line(answer.dump());
  } else {
    print_line(file.cid.text());
  }
  return kCliOk;
}

}  // namespace lastmile::tools
