// What PROGRAM, INSTANCE and V-PROGRAM say about the machine they want (messages.md 3.5 to 3.8). Absent optional fields
// stay absent; fields with a default are filled.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/crypto/chain.hpp"
#include "core/message/item_hash.hpp"

namespace lastmile::message {

enum class PaymentType : std::uint8_t { hold, superfluid, credit };
std::string_view payment_type_text(PaymentType type);

struct Payment {
  PaymentType type = PaymentType::hold;
  std::optional<crypto::Chain> chain;
  std::optional<std::string> receiver;
  friend bool operator==(const Payment&, const Payment&) = default;
};

// A file of the content store: the STORE message `ref` itself, or the newest version of what it names.
struct FileRef {
  ItemHash ref;
  bool use_latest = false;
  friend bool operator==(const FileRef&, const FileRef&) = default;
};

enum class Encoding : std::uint8_t { plain, zip, squashfs };
enum class Interface : std::uint8_t { asgi, binary };
enum class Persistence : std::uint8_t { host, store };
enum class Hypervisor : std::uint8_t { qemu, firecracker };
enum class PortProtocol : std::uint8_t { tcp, udp };
enum class Architecture : std::uint8_t { x86_64, arm64 };

struct VolumeTexts {
  std::optional<std::string> comment;
  std::optional<std::string> mount;
  friend bool operator==(const VolumeTexts&, const VolumeTexts&) = default;
};
struct ImmutableVolume {
  VolumeTexts texts;
  FileRef file;
  friend bool operator==(const ImmutableVolume&, const ImmutableVolume&) = default;
};
struct EphemeralVolume {
  VolumeTexts texts;
  std::int64_t size_mib = 0;
  friend bool operator==(const EphemeralVolume&, const EphemeralVolume&) = default;
};
struct PersistentVolume {
  VolumeTexts texts;
  std::int64_t size_mib = 0;
  std::optional<std::string> name;
  std::optional<Persistence> persistence;
  std::optional<FileRef> parent;
  friend bool operator==(const PersistentVolume&, const PersistentVolume&) = default;
};
using Volume = std::variant<ImmutableVolume, EphemeralVolume, PersistentVolume>;

struct PublishedPort {
  PortProtocol protocol = PortProtocol::tcp;
  std::int64_t port = 0;
  friend bool operator==(const PublishedPort&, const PublishedPort&) = default;
};

struct Resources {
  std::int64_t vcpus = 1;
  std::int64_t memory_mib = 128;
  std::int64_t seconds = 1;
  std::vector<PublishedPort> published_ports;
  friend bool operator==(const Resources&, const Resources&) = default;
};

struct CpuRequirements {
  std::optional<Architecture> architecture;
  std::optional<std::string> vendor;
  std::vector<std::string> features;
  friend bool operator==(const CpuRequirements&, const CpuRequirements&) = default;
};
struct NodeRequirements {
  std::optional<std::string> owner;
  std::optional<std::string> address_regex;  // compiles in the Python dialect (python_regex.hpp)
  std::optional<ItemHash> node_hash;
  std::optional<ItemHash> terms_and_conditions;
  friend bool operator==(const NodeRequirements&, const NodeRequirements&) = default;
};
struct Gpu {
  std::string vendor;
  std::string device_name;
  std::string device_class;  // "0300" or "0302"
  std::string device_id;
  friend bool operator==(const Gpu&, const Gpu&) = default;
};
struct Requirements {
  std::optional<CpuRequirements> cpu;
  std::optional<NodeRequirements> node;
  std::vector<Gpu> gpu;
  friend bool operator==(const Requirements&, const Requirements&) = default;
};

enum class TrustedMode : std::uint8_t { sev, sev_snp };
struct TrustedExecution {
  std::optional<ItemHash> firmware;
  std::uint64_t policy = 1;
  std::optional<TrustedMode> mode;
  std::optional<ItemHash> runtime;        // sev_snp only, as the two below
  std::vector<std::string> measurements;  // each entry's JSON text
  std::optional<std::int64_t> attestation_port;
  friend bool operator==(const TrustedExecution&, const TrustedExecution&) = default;
};

struct Environment {
  bool reproducible = false;
  bool internet = false;
  bool aleph_api = false;
  bool shared_cache = false;
  std::optional<Hypervisor> hypervisor;               // INSTANCE only
  std::optional<TrustedExecution> trusted_execution;  // INSTANCE only
  friend bool operator==(const Environment&, const Environment&) = default;
};

// The fields that all three kinds have.
struct Execution {
  bool allow_amend = false;
  std::optional<std::string> metadata;  // JSON text of an object
  std::vector<std::string> authorized_keys;
  std::map<std::string, std::string> variables;
  Environment environment;
  Resources resources;
  std::optional<Payment> payment;  // absent = hold
  std::optional<Requirements> requirements;
  std::vector<Volume> volumes;          // not of a V-PROGRAM
  std::optional<std::string> replaces;  // hash of the VM being upgraded
  friend bool operator==(const Execution&, const Execution&) = default;

  PaymentType payment_type() const { return payment ? payment->type : PaymentType::hold; }
};

struct Code {
  Encoding encoding = Encoding::plain;
  std::string entrypoint;
  FileRef file;
  Interface interface = Interface::asgi;  // filled: asgi when the entrypoint contains ':', else binary
  std::vector<std::string> args;
  friend bool operator==(const Code&, const Code&) = default;
};
struct Runtime {
  FileRef file;
  std::string comment;
  friend bool operator==(const Runtime&, const Runtime&) = default;
};
struct MachineData {
  Encoding encoding = Encoding::plain;
  std::string mount;
  FileRef file;
  friend bool operator==(const MachineData&, const MachineData&) = default;
};
struct Export {
  Encoding encoding = Encoding::plain;
  std::string mount;
  friend bool operator==(const Export&, const Export&) = default;
};
struct Triggers {
  bool http = false;
  bool persistent = false;
  std::vector<std::string> subscriptions;  // each an object's JSON text
  friend bool operator==(const Triggers&, const Triggers&) = default;
};

struct Program {
  Execution execution;
  Code code;
  Runtime runtime;
  std::optional<MachineData> data;
  std::optional<Export> exported;
  Triggers on;
  bool persistent() const { return on.persistent; }  // else on demand
  friend bool operator==(const Program&, const Program&) = default;
};

struct Rootfs {
  FileRef parent;
  Persistence persistence = Persistence::host;
  std::int64_t size_mib = 0;
  friend bool operator==(const Rootfs&, const Rootfs&) = default;
};
struct Instance {
  Execution execution;
  Rootfs rootfs;
  bool confidential() const { return execution.environment.trusted_execution.has_value(); }
  friend bool operator==(const Instance&, const Instance&) = default;
};

// A file with its dm-verity tree and root hash.
struct VerifiedVolume {
  ItemHash ref;
  ItemHash hash_tree;
  std::string roothash;  // 64 hexadecimal digits
  std::string comment;
  friend bool operator==(const VerifiedVolume&, const VerifiedVolume&) = default;
};
struct Measurement {
  std::string digest;  // 96 hexadecimal digits
  std::optional<std::string> vcpu_type;
  friend bool operator==(const Measurement&, const Measurement&) = default;
};
struct VProgram {
  Execution execution;  // payment always credit; only `internet` of the environment
  ItemHash runtime;
  std::string runtime_comment;
  VerifiedVolume workload;  // without comment
  std::uint64_t policy = 0x30000;
  std::vector<Measurement> measurements;
  std::vector<VerifiedVolume> volumes;  // positional
  friend bool operator==(const VProgram&, const VProgram&) = default;
};

// The files a machine needs before it can be accepted (messages.md 4.4), in the order code, runtime, data, rootfs
// parent, volumes. A volume with a parent must be at least as large as the parent's file (error 304).
struct NeededFile {
  FileRef file;
  std::optional<std::int64_t> size_mib_min;  // of the volume that is made from it
};
std::vector<NeededFile> needed_files(const Program& program);
std::vector<NeededFile> needed_files(const Instance& instance);
std::vector<NeededFile> needed_files(const VProgram& program);

}  // namespace lastmile::message
