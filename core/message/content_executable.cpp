// PROGRAM, INSTANCE and V-PROGRAM (messages.md 3.5 to 3.8).
#include <utility>

#include "core/message/content.hpp"
#include "core/message/limits.hpp"
#include "core/message/python_regex.hpp"
#include "core/message/schema_reader.hpp"

namespace lastmile::message {
namespace {

constexpr std::uint64_t kSnpPolicyReserved = std::uint64_t{1} << 17;  // must be set in every SEV-SNP policy

bool is_lower_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// {ref, use_latest} as it stands in many places; `latest` is the default there.
bool read_file(const ObjectReader& object, bool latest, FileRef& out) {
  out.use_latest = latest;
  return object.hash("ref", out.ref) && object.flag("use_latest", out.use_latest);
}

bool read_parent(const ObjectReader& object, Need need, std::optional<FileRef>& out) {
  return object.object("parent", need, [&](JsonView value, const Place& place) {
    ObjectReader parent(object.faults(), place);
    return parent.open(value, {"ref", "use_latest"}, Extra::open) && read_file(parent, true, out.emplace());
  });
}

bool read_variables(const ObjectReader& object, std::map<std::string, std::string>& out) {
  const auto variables = object.value("variables");
  if (!variables) return true;
  if (!variables->is_object()) return object.refuse("variables", "an object expected");
  // The last of repeated keys counts, so that texts are checked after all were seen.
  std::map<std::string, JsonView> last;
  variables->each_member([&](std::string_view key, JsonView value) {
    last.insert_or_assign(std::string(key), value);
    return last.size() <= kVariablesMax;
  });
  if (last.size() > kVariablesMax) return object.refuse("variables", "at most 256 entries expected");
  const Place place{&object.place(), "variables"};
  for (const auto& [key, value] : last) {
    const Place entry{&place, key};
    if (code_points(key) > kVariableNameCodePointsMax) {
      return object.faults().refuse(place, "names of at most 128 characters expected");
    }
    if (!read_text(object.faults(), entry, value, kVariableValueCodePointsMax, out[key])) return false;
  }
  return true;
}

bool read_resources(const ObjectReader& object, Resources& out) {
  return object.object("resources", Need::required, [&](JsonView value, const Place& place) {
    ObjectReader resources(object.faults(), place);
    return resources.open(value, {"vcpus", "memory", "seconds", "published_ports"}, Extra::open) &&
           resources.integer("vcpus", 1, kVcpusMax, out.vcpus) &&
           resources.integer("memory", 1, kMemoryMibMax, out.memory_mib) &&
           resources.integer("seconds", 1, kRunSecondsMax, out.seconds) &&
           resources.list("published_ports", Null::absent, kOpenListMax, [&](JsonView element, const Place& at) {
             ObjectReader port(object.faults(), at);
             PublishedPort& published = out.published_ports.emplace_back();
             return port.open(element, {"protocol", "port"}, Extra::open) &&
                    (!port.has("protocol") || port.word("protocol", {"tcp", "udp"}, published.protocol)) &&
                    port.required_integer("port", 1, kPortMax, published.port);
           });
  });
}

bool read_cpu(const ObjectReader& requirements, std::optional<CpuRequirements>& out) {
  return requirements.object("cpu", Need::optional, [&](JsonView value, const Place& place) {
    ObjectReader cpu(requirements.faults(), place);
    out.emplace();
    return cpu.open(value, {"architecture", "vendor", "features"}, Extra::closed) &&
           cpu.word("architecture", {"x86_64", "arm64"}, out->architecture) && cpu.text("vendor", out->vendor) &&
           cpu.texts("features", kOpenListMax, ObjectReader::kAnyLength, out->features);
  });
}

bool read_node(const ObjectReader& requirements, std::optional<NodeRequirements>& out) {
  return requirements.object("node", Need::optional, [&](JsonView value, const Place& place) {
    ObjectReader node(requirements.faults(), place);
    out.emplace();
    if (!node.open(value, {"owner", "address_regex", "node_hash", "terms_and_conditions"}, Extra::closed) ||
        !node.text("owner", out->owner) ||
        !node.text("address_regex", out->address_regex, kAddressRegexCodePointsMax) ||
        !node.hash("node_hash", out->node_hash) || !node.hash("terms_and_conditions", out->terms_and_conditions)) {
      return false;
    }
    return !out->address_regex || python_regex_compiles(*out->address_regex) ||
           node.refuse("address_regex", "a regular expression expected");
  });
}

bool read_requirements(const ObjectReader& object, std::optional<Requirements>& out) {
  return object.object("requirements", Need::optional, [&](JsonView value, const Place& place) {
    ObjectReader requirements(object.faults(), place);
    out.emplace();
    return requirements.open(value, {"cpu", "node", "gpu"}, Extra::closed) && read_cpu(requirements, out->cpu) &&
           read_node(requirements, out->node) &&
           requirements.list("gpu", Null::absent, kOpenListMax, [&](JsonView element, const Place& at) {
             ObjectReader gpu(object.faults(), at);
             Gpu& card = out->gpu.emplace_back();
             return gpu.open(element, {"vendor", "device_name", "device_class", "device_id"}, Extra::closed) &&
                    gpu.text("vendor", card.vendor) && gpu.text("device_name", card.device_name) &&
                    gpu.text("device_class", card.device_class) && gpu.text("device_id", card.device_id) &&
                    (card.device_class == "0300" || card.device_class == "0302" ||
                     gpu.refuse("device_class", "0300 or 0302 expected"));
           });
  });
}

// The kind follows from the keys; an object that fits both sized kinds is ephemeral up to 1000 MiB (messages.md 3.5).
bool read_volume(Faults& faults, JsonView value, const Place& place, Volume& out) {
  ObjectReader volume(faults, place);
  if (!volume.open(value,
                   {"comment", "mount", "ref", "use_latest", "ephemeral", "size_mib", "name", "persistence", "parent"},
                   Extra::closed)) {
    return false;
  }
  VolumeTexts texts;
  if (!volume.text("comment", texts.comment, kVolumeTextCodePointsMax) ||
      !volume.text("mount", texts.mount, kVolumeTextCodePointsMax)) {
    return false;
  }
  const auto has_any = [&](std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys) {
      if (volume.has(key)) return true;
    }
    return false;
  };
  const bool immutable = has_any({"ref", "use_latest"});
  const bool marked_ephemeral = volume.has("ephemeral");
  const bool marked_persistent = has_any({"name", "persistence", "parent"});
  if (immutable + marked_ephemeral + marked_persistent > 1 || (immutable && volume.has("size_mib"))) {
    return faults.refuse(place, "the keys of one kind of volume expected");
  }
  if (immutable) {
    ImmutableVolume result{std::move(texts), {}};
    if (!read_file(volume, true, result.file)) return false;
    out = std::move(result);
    return true;
  }
  if (marked_ephemeral) {
    bool literal = false;
    if (!volume.flag("ephemeral", literal)) return false;
    if (!literal) return volume.refuse("ephemeral", "true expected");
  }
  std::int64_t size_mib = 0;
  if (!volume.strict_integer("size_mib", 1, marked_ephemeral ? kEphemeralMibMax : kPersistentMibMax, size_mib)) {
    return false;
  }
  if (marked_ephemeral || (!marked_persistent && size_mib <= kEphemeralMibMax)) {
    out = EphemeralVolume{std::move(texts), size_mib};
    return true;
  }
  PersistentVolume result{std::move(texts), size_mib, {}, {}, {}};
  if (!volume.text("name", result.name, kVolumeTextCodePointsMax) ||
      !volume.word("persistence", {"host", "store"}, result.persistence) ||
      !read_parent(volume, Need::optional, result.parent)) {
    return false;
  }
  out = std::move(result);
  return true;
}

bool read_volumes(const ObjectReader& object, std::vector<Volume>& out) {
  return object.list("volumes", Null::refused, kVolumesMax, [&](JsonView element, const Place& place) {
    return read_volume(object.faults(), element, place, out.emplace_back());
  });
}

// Everything but environment and volumes, whose rules differ by type.
bool read_execution(const ObjectReader& object, Execution& out) {
  return object.required_flag("allow_amend", out.allow_amend) &&
         object.object_text("metadata", out.metadata, kMetadataKeysMax) &&
         object.texts("authorized_keys", kAuthorizedKeysMax, kAuthorizedKeyCodePointsMax, out.authorized_keys) &&
         read_variables(object, out.variables) && read_resources(object, out.resources) &&
         read_payment(object, out.payment) && read_requirements(object, out.requirements) &&
         object.text("replaces", out.replaces, kReplacesCodePointsMax);
}

bool read_flags(const ObjectReader& environment, Environment& out) {
  return environment.flag("reproducible", out.reproducible) && environment.flag("internet", out.internet) &&
         environment.flag("aleph_api", out.aleph_api) && environment.flag("shared_cache", out.shared_cache);
}

bool read_program_environment(const ObjectReader& object, Environment& out) {
  return object.object("environment", Need::required, [&](JsonView value, const Place& place) {
    ObjectReader environment(object.faults(), place);
    return environment.open(value, {"reproducible", "internet", "aleph_api", "shared_cache"}, Extra::open) &&
           read_flags(environment, out);
  });
}

bool read_trusted_execution(const ObjectReader& environment, std::optional<TrustedExecution>& out) {
  return environment.object("trusted_execution", Need::optional, [&](JsonView value, const Place& place) {
    ObjectReader trusted(environment.faults(), place);
    out.emplace();
    if (!trusted.open(value, {"firmware", "policy", "mode", "runtime", "measurements", "attestation_port"},
                      Extra::closed) ||
        !trusted.hash("firmware", out->firmware) || !trusted.unsigned64("policy", out->policy) ||
        !trusted.word("mode", {"sev", "sev_snp"}, out->mode) || !trusted.hash("runtime", out->runtime) ||
        !trusted.list("measurements", Null::absent, kMeasurementsMax, [&](JsonView element, const Place&) {
          out->measurements.emplace_back(element.raw());
          return true;
        })) {
      return false;
    }
    if (trusted.value("attestation_port") &&
        !trusted.required_integer("attestation_port", 1, kPortMax, out->attestation_port.emplace())) {
      return false;
    }
    if (out->mode == TrustedMode::sev_snp) {
      if (out->firmware) return trusted.refuse("firmware", "must be absent with sev_snp");
      if (!out->runtime) return trusted.refuse("runtime", "required with sev_snp");
      if (out->measurements.empty()) return trusted.refuse("measurements", "required with sev_snp");
      return (out->policy & kSnpPolicyReserved) != 0 || trusted.refuse("policy", "bit 17 must be set with sev_snp");
    }
    if (out->runtime) return trusted.refuse("runtime", "only with sev_snp");
    if (trusted.value("measurements")) return trusted.refuse("measurements", "only with sev_snp");
    return !out->attestation_port || trusted.refuse("attestation_port", "only with sev_snp");
  });
}

bool read_instance_environment(const ObjectReader& object, Environment& out) {
  return object.object("environment", Need::required, [&](JsonView value, const Place& place) {
    ObjectReader environment(object.faults(), place);
    return environment.open(
               value, {"reproducible", "internet", "aleph_api", "shared_cache", "hypervisor", "trusted_execution"},
               Extra::open) &&
           read_flags(environment, out) && environment.word("hypervisor", {"qemu", "firecracker"}, out.hypervisor) &&
           read_trusted_execution(environment, out.trusted_execution) &&
           (!out.trusted_execution || out.hypervisor == Hypervisor::qemu ||
            environment.refuse("trusted_execution", "only with hypervisor qemu"));
  });
}

bool read_code(const ObjectReader& object, Code& out) {
  return object.object("code", Need::required, [&](JsonView value, const Place& place) {
    ObjectReader code(object.faults(), place);
    std::optional<Interface> interface;
    if (!code.open(value, {"encoding", "entrypoint", "ref", "interface", "args", "use_latest"}, Extra::open) ||
        !code.word("encoding", {"plain", "zip", "squashfs"}, out.encoding) ||
        !code.text("entrypoint", out.entrypoint) || !read_file(code, false, out.file) ||
        !code.word("interface", {"asgi", "binary"}, interface) ||
        !code.texts("args", kOpenListMax, ObjectReader::kAnyLength, out.args)) {
      return false;
    }
    const bool names_an_object = out.entrypoint.find(':') != std::string::npos;
    out.interface = interface.value_or(names_an_object ? Interface::asgi : Interface::binary);
    return true;
  });
}

bool read_triggers(const ObjectReader& object, Triggers& out) {
  return object.object("on", Need::required, [&](JsonView value, const Place& place) {
    ObjectReader on(object.faults(), place);
    return on.open(value, {"http", "persistent", "message"}, Extra::closed) && on.required_flag("http", out.http) &&
           (!on.value("persistent") || on.flag("persistent", out.persistent)) &&
           on.list("message", Null::absent, kOpenListMax, [&](JsonView element, const Place& at) {
             if (!element.is_object()) return object.faults().refuse(at, "an object expected");
             if (distinct_keys(element, kSubscriptionKeysMax) > kSubscriptionKeysMax) {
               return object.faults().refuse(at, "at most 32 keys expected");
             }
             out.subscriptions.emplace_back(element.raw());
             return true;
           });
  });
}

bool read_program_parts(const ObjectReader& object, Program& out) {
  return read_code(object, out.code) &&
         object.object("runtime", Need::required,
                       [&](JsonView value, const Place& place) {
                         ObjectReader runtime(object.faults(), place);
                         return runtime.open(value, {"ref", "use_latest", "comment"}, Extra::open) &&
                                read_file(runtime, true, out.runtime.file) &&
                                runtime.text("comment", out.runtime.comment);
                       }) &&
         object.object("data", Need::optional,
                       [&](JsonView value, const Place& place) {
                         ObjectReader data(object.faults(), place);
                         out.data.emplace();
                         return data.open(value, {"encoding", "mount", "ref", "use_latest"}, Extra::open) &&
                                data.word("encoding", {"plain", "zip", "squashfs"}, out.data->encoding) &&
                                data.text("mount", out.data->mount) && read_file(data, false, out.data->file);
                       }) &&
         object.object("export", Need::optional,
                       [&](JsonView value, const Place& place) {
                         ObjectReader exported(object.faults(), place);
                         out.exported.emplace();
                         return exported.open(value, {"encoding", "mount"}, Extra::open) &&
                                exported.word("encoding", {"plain", "zip", "squashfs"}, out.exported->encoding) &&
                                exported.text("mount", out.exported->mount);
                       }) &&
         read_triggers(object, out.on);
}

// The rules across fields of an INSTANCE; without `requirements` none applies (messages.md 3.7).
bool check_requirements(const ObjectReader& object, const Execution& execution) {
  if (!execution.requirements) return true;
  const auto& node = execution.requirements->node;
  const bool names_node = node && node->node_hash;
  const bool paid_by_the_second = execution.payment_type() != PaymentType::hold;
  if (paid_by_the_second && !names_node) {
    return object.refuse("requirements", "node.node_hash is required for superfluid and credit");
  }
  if (!execution.requirements->gpu.empty()) {
    if (!names_node) return object.refuse("requirements", "node.node_hash is required for gpu");
    if (execution.environment.hypervisor != Hypervisor::qemu) {
      return object.refuse("environment", "hypervisor qemu is required for gpu");
    }
  }
  if (node && node->terms_and_conditions) {
    if (!names_node) return object.refuse("requirements", "node.node_hash is required for terms_and_conditions");
    if (!paid_by_the_second && !execution.environment.trusted_execution) {
      return object.refuse("requirements", "terms_and_conditions need superfluid, credit or trusted_execution");
    }
  }
  return true;
}

bool read_verified(Faults& faults, JsonView value, const Place& place, bool with_comment, VerifiedVolume& out) {
  constexpr std::array<std::string_view, 4> kKeys{"ref", "hash_tree", "roothash", "comment"};
  ObjectReader volume(faults, place);
  if (!volume.open(value, std::span(kKeys).first(with_comment ? 4 : 3), Extra::closed) ||
      !volume.hash("ref", out.ref) || !volume.hash("hash_tree", out.hash_tree) ||
      !volume.text("roothash", out.roothash)) {
    return false;
  }
  if (!is_lower_hex(out.roothash, 64)) return volume.refuse("roothash", "64 lower-case hexadecimal digits expected");
  return !with_comment || !volume.has("comment") || volume.text("comment", out.comment, kVerifiedCommentCodePointsMax);
}

bool read_verification(const ObjectReader& object, VProgram& out) {
  return object.object("verification", Need::required, [&](JsonView value, const Place& place) {
    ObjectReader verification(object.faults(), place);
    int backend = 0;
    if (!verification.open(value, {"backend", "policy", "measurements"}, Extra::closed) ||
        !verification.word("backend", {"sev_snp"}, backend) || !verification.unsigned64("policy", out.policy)) {
      return false;
    }
    if ((out.policy & kSnpPolicyReserved) == 0) return verification.refuse("policy", "bit 17 must be set");
    const auto read_one = [&](JsonView element, const Place& at) {
      ObjectReader measurement(object.faults(), at);
      Measurement& result = out.measurements.emplace_back();
      int platform = 0;
      if (!measurement.open(element, {"platform", "digest", "vcpu_type"}, Extra::open) ||
          !measurement.word("platform", {"sev_snp"}, platform) || !measurement.text("digest", result.digest) ||
          !measurement.text("vcpu_type", result.vcpu_type, kVcpuTypeCodePointsMax)) {
        return false;
      }
      return is_lower_hex(result.digest, kMeasurementDigits) ||
             measurement.refuse("digest", "96 lower-case hexadecimal digits expected");
    };
    return verification.list("measurements", Null::refused, kMeasurementsMax, read_one) &&
           (!out.measurements.empty() || verification.refuse("measurements", "1 to 16 expected"));
  });
}

bool read_v_environment(const ObjectReader& object, Environment& out) {
  return object.object("environment", Need::required, [&](JsonView value, const Place& place) {
    ObjectReader environment(object.faults(), place);
    return environment.open(value, {"internet"}, Extra::closed) && environment.flag("internet", out.internet);
  });
}

bool read_v_runtime(const ObjectReader& object, VProgram& out) {
  return object.object("runtime", Need::required, [&](JsonView value, const Place& place) {
    ObjectReader runtime(object.faults(), place);
    return runtime.open(value, {"ref", "comment"}, Extra::closed) && runtime.hash("ref", out.runtime) &&
           (!runtime.has("comment") || runtime.text("comment", out.runtime_comment, kVerifiedCommentCodePointsMax));
  });
}

bool check_v_program(const ObjectReader& object, const Execution& execution) {
  if (!execution.payment || execution.payment->type != PaymentType::credit) {
    return object.refuse("payment", "credit is required");
  }
  if (execution.allow_amend) return object.refuse("allow_amend", "false expected");
  if (execution.replaces && !execution.replaces->empty()) return object.refuse("replaces", "must be absent");
  if (!execution.variables.empty()) return object.refuse("variables", "must be absent");
  return execution.authorized_keys.empty() || object.refuse("authorized_keys", "must be absent");
}

}  // namespace

bool read_program(const ObjectReader& object, Program& out) {
  int type = 0;
  return object.word("type", {"vm-function"}, type) && read_execution(object, out.execution) &&
         read_program_environment(object, out.execution.environment) && read_volumes(object, out.execution.volumes) &&
         read_program_parts(object, out);
}

bool read_instance(const ObjectReader& object, Instance& out) {
  return read_execution(object, out.execution) && read_instance_environment(object, out.execution.environment) &&
         read_volumes(object, out.execution.volumes) &&
         object.object("rootfs", Need::required,
                       [&](JsonView value, const Place& place) {
                         ObjectReader rootfs(object.faults(), place);
                         std::optional<FileRef> parent;
                         if (!rootfs.open(value, {"parent", "persistence", "size_mib"}, Extra::open) ||
                             !read_parent(rootfs, Need::required, parent) ||
                             !rootfs.word("persistence", {"host", "store"}, out.rootfs.persistence) ||
                             !rootfs.strict_integer("size_mib", 1, kPersistentMibMax, out.rootfs.size_mib)) {
                           return false;
                         }
                         out.rootfs.parent = *parent;
                         return true;
                       }) &&
         check_requirements(object, out.execution);
}

bool read_v_program(const ObjectReader& object, VProgram& out) {
  return read_execution(object, out.execution) && read_v_environment(object, out.execution.environment) &&
         check_v_program(object, out.execution) && read_v_runtime(object, out) &&
         object.object("workload", Need::required,
                       [&](JsonView value, const Place& place) {
                         return read_verified(object.faults(), value, place, false, out.workload);
                       }) &&
         read_verification(object, out) &&
         object.list("volumes", Null::refused, kVerifiedVolumesMax, [&](JsonView element, const Place& place) {
           return read_verified(object.faults(), element, place, true, out.volumes.emplace_back());
         });
}

}  // namespace lastmile::message
