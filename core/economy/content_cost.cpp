#include "core/economy/content_cost.hpp"

#include <algorithm>
#include <string>

namespace lastmile::economy {
namespace {

// A size from a checked content: positive and below 2^21 MiB.
std::uint64_t bytes_of_mib(std::int64_t mib) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(mib, 0)) * kMiB;
}

PaidVolume fixed(CostType type, std::optional<std::uint64_t> bytes) {
  return {type, std::string(cost_type_name(type)), bytes};
}

void add_listed(CostInput& input, const message::Execution& execution, const FileSizes& sizes) {
  std::size_t index = 0;
  for (const message::Volume& volume : execution.volumes) {
    PaidVolume paid;
    const std::optional<std::string>* mount = nullptr;
    if (const auto* immutable = std::get_if<message::ImmutableVolume>(&volume)) {
      paid.type = CostType::volume_immutable;
      paid.bytes = sizes.referenced(immutable->file);
      mount = &immutable->texts.mount;
    } else if (const auto* ephemeral = std::get_if<message::EphemeralVolume>(&volume)) {
      paid.bytes = bytes_of_mib(ephemeral->size_mib);
      mount = &ephemeral->texts.mount;
    } else {
      const auto& persistent = std::get<message::PersistentVolume>(volume);
      paid.bytes = bytes_of_mib(persistent.size_mib);
      mount = &persistent.texts.mount;
    }
    const bool mounted = *mount && !(*mount)->empty();
    paid.name = "#" + std::to_string(index++) + ":" + (mounted ? **mount : std::string(cost_type_name(paid.type)));
    input.volumes.push_back(std::move(paid));
  }
}

void add_execution(CostInput& input, const message::Execution& execution) {
  input.payment = execution.payment_type();
  input.vcpus = static_cast<std::uint32_t>(execution.resources.vcpus);
  input.memory_mib = static_cast<std::uint32_t>(execution.resources.memory_mib);
  input.internet = execution.environment.internet;
}

}  // namespace

std::optional<CostInput> cost_input(const message::Content& content, const FileSizes& sizes) {
  CostInput input;
  if (const auto* store = content.as<message::Store>()) {
    input.kind = PaidKind::store;
    input.payment = store->payment_type();
    input.store_bytes = sizes.file(store->item_hash);
    return input;
  }
  if (const auto* program = content.as<message::Program>()) {
    input.kind = PaidKind::program;
    add_execution(input, program->execution);
    input.persistent = program->persistent();
    input.volumes.push_back(fixed(CostType::program_code, sizes.referenced(program->code.file)));
    input.volumes.push_back(fixed(CostType::program_runtime, sizes.referenced(program->runtime.file)));
    if (program->data) input.volumes.push_back(fixed(CostType::program_data, sizes.referenced(program->data->file)));
    add_listed(input, program->execution, sizes);
    return input;
  }
  if (const auto* instance = content.as<message::Instance>()) {
    input.kind = PaidKind::instance;
    add_execution(input, instance->execution);
    input.confidential = instance->confidential();
    if (instance->execution.requirements) {
      for (const message::Gpu& gpu : instance->execution.requirements->gpu) input.gpus.push_back(gpu.device_id);
    }
    input.volumes.push_back(fixed(CostType::instance_rootfs, bytes_of_mib(instance->rootfs.size_mib)));
    add_listed(input, instance->execution, sizes);
    return input;
  }
  if (const auto* verified = content.as<message::VProgram>()) {
    input.kind = PaidKind::verifiable_program;  // its volumes cost nothing
    add_execution(input, verified->execution);
    return input;
  }
  return std::nullopt;
}

std::optional<PaidMessage> paid_message(const message::Content& content, Wall envelope_time,
                                        std::optional<std::uint64_t> store_bytes,
                                        std::optional<FirstConfirmation> confirmed) {
  const auto payment = message::payment_type(content);
  if (!payment) return std::nullopt;
  PaidMessage paid;
  paid.payment = *payment;
  paid.content_time = content.time;
  paid.envelope_time = envelope_time;
  paid.confirmed = confirmed;
  if (content.as<message::Store>() != nullptr) {
    paid.kind = PaidKind::store;
    paid.store_bytes = store_bytes;
  } else if (const auto* program = content.as<message::Program>()) {
    paid.kind = PaidKind::program;
    paid.persistent = program->persistent();
  } else {
    paid.kind = content.as<message::Instance>() != nullptr ? PaidKind::instance : PaidKind::verifiable_program;
  }
  return paid;
}

}  // namespace lastmile::economy
