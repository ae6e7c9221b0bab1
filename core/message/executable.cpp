#include "core/message/executable.hpp"

#include "core/base/check.hpp"

namespace lastmile::message {
namespace {

void add_volumes(const Execution& execution, std::vector<NeededFile>& out) {
  for (const Volume& volume : execution.volumes) {
    if (const auto* immutable = std::get_if<ImmutableVolume>(&volume)) {
      out.push_back({immutable->file, std::nullopt});
    } else if (const auto* persistent = std::get_if<PersistentVolume>(&volume); persistent && persistent->parent) {
      out.push_back({*persistent->parent, persistent->size_mib});
    }
  }
}

NeededFile exact(const ItemHash& ref) { return {FileRef{ref, false}, std::nullopt}; }

}  // namespace

std::string_view payment_type_text(PaymentType type) {
  switch (type) {
    case PaymentType::hold:
      return "hold";
    case PaymentType::superfluid:
      return "superfluid";
    case PaymentType::credit:
      return "credit";
  }
  LM_CHECK(false);
}

std::vector<NeededFile> needed_files(const Program& program) {
  std::vector<NeededFile> files{{program.code.file, std::nullopt}, {program.runtime.file, std::nullopt}};
  if (program.data) files.push_back({program.data->file, std::nullopt});
  add_volumes(program.execution, files);
  return files;
}

std::vector<NeededFile> needed_files(const Instance& instance) {
  std::vector<NeededFile> files{{instance.rootfs.parent, instance.rootfs.size_mib}};
  add_volumes(instance.execution, files);
  return files;
}

std::vector<NeededFile> needed_files(const VProgram& program) {
  std::vector<NeededFile> files{exact(program.runtime), exact(program.workload.ref), exact(program.workload.hash_tree)};
  for (const VerifiedVolume& volume : program.volumes) {
    files.push_back(exact(volume.ref));
    files.push_back(exact(volume.hash_tree));
  }
  return files;
}

}  // namespace lastmile::message
