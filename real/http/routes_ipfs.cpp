// The trustless gateway (ipfs.md 11): blocks and CARs of what this node holds, so that whoever asks can check them; and
// the bytes of files.
#include <algorithm>

#include "core/ipfs/car.hpp"
#include "core/ipfs/dag_walk.hpp"
#include "core/ipfs/path.hpp"
#include "real/http/api.hpp"
#include "real/http/block_source.hpp"
#include "real/http/byte_range.hpp"

namespace lastmile::http {
namespace {

constexpr std::string_view kRawType = "application/vnd.ipld.raw";
constexpr std::string_view kCarType = "application/vnd.ipld.car";
constexpr std::string_view kCarFullType = "application/vnd.ipld.car; version=1; order=dfs; dups=n";
constexpr std::uint64_t kGatewayBytesMax = std::uint64_t{1} << 30;  // ipfs.md 14
constexpr std::size_t kGatewayPathMax = 8;                          // names in a path that has a route
constexpr std::size_t kCarSectionsMax = 65536;                      // of one answer: what is remembered of it

enum class Format : std::uint8_t { file, raw, car };

// `format` wins over Accept. Empty: neither a format that is offered nor none.
std::optional<Format> format_of(const Request& request) {
  if (const auto format = request.query.find("format")) {
    if (*format == "raw") return Format::raw;
    if (*format == "car") return Format::car;
    return std::nullopt;
  }
  if (request.accept.find(kRawType) != std::string::npos) return Format::raw;
  if (request.accept.find(kCarType) != std::string::npos) return Format::car;
  if (request.accept.find("application/vnd.ipld") != std::string::npos) return std::nullopt;
  return Format::file;
}

// One answer on its way: the path is resolved block by block, then what was asked for is put together.
class Gateway : public std::enable_shared_from_this<Gateway> {
 public:
  Gateway(Api& api, BlockSource& blocks, const Request& request, ipfs::IpfsPath path, Format format, Reply reply)
      : api_(api),
        blocks_(blocks),
        request_(request),
        root_(path.root),
        resolver_(std::move(path)),
        format_(format),
        reply_(std::move(reply)) {}

  void resolve() {
    const crypto::Cid* const wanted = resolver_.wanted();
    if (wanted == nullptr) return found();
    const crypto::Cid cid = *wanted;
    on_path_.push_back(cid);
    read(cid, [this](const Bytes& block) {
      const auto given = resolver_.give(block);
      if (!given && given.error().kind == ipfs::FailureKind::not_found) return fail(404, given.error().text);
      if (!given) return fail(404, given.error().text);
      resolve();
    });
  }

 private:
  struct Section {
    crypto::Cid cid;
    std::uint64_t begin = 0;  // in the answer
    std::size_t head = 0;     // bytes before the block
    std::size_t size = 0;     // all
  };

  void fail(int status, std::string text) { reply_(text_response(status, std::move(text))); }

  void read(const crypto::Cid& cid, std::function<void(const Bytes&)> then) {
    if (cid.hash_function() == crypto::multihash::kIdentity) {  // later, as all others: a tree may have many of them
      api_.timers().after(Duration{}, [self = shared_from_this(), cid, then = std::move(then)] {
        then({cid.digest().begin(), cid.digest().end()});
      });
      return;
    }
    blocks_.block(cid, [self = shared_from_this(), cid, then = std::move(then)](const BlockSource::Block& block) {
      if (block == nullptr) return self->fail(404, cid.text() + ": not here");
      then(*block);
    });
  }

  void found() {
    const crypto::Cid& target = resolver_.target();
    if (format_ == Format::file) return file(target);
    const bool raw = format_ == Format::raw;
    const std::string scope(request_.query.find("dag-scope").value_or("all"));
    tag_ = raw ? "\"" + target.text() + ".raw\"" : "W/\"" + target.text() + ".car." + scope + "\"";
    if (request_.if_none_match == "*" || request_.if_none_match.find(tag_) != std::string::npos) {
      Response same = headers();
      same.status = 304;
      return reply_(std::move(same));
    }
    if (raw) {
      return read(target, [this](const Bytes& block) {
        Response response = headers();
        response.body.assign(as_text(block));
        reply_(std::move(response));
      });
    }
    if (request_.query.find("entity-bytes") || (scope != "all" && scope != "block")) {
      return fail(400, "dag-scope: expected all or block; entity-bytes is not offered");
    }
    length_ = ipfs::car_header({root_}).size();
    whole_ = scope == "all";
    walk_ = std::make_unique<ipfs::DagWalk>(target);
    path_section(0);
  }

  // Blocks on the path come first.
  void path_section(std::size_t number) {
    if (number == on_path_.size()) return walk();
    read(on_path_[number], [this, number](const Bytes& block) {
      add(on_path_[number], block.size());
      path_section(number + 1);
    });
  }

  void walk() {
    const crypto::Cid* const wanted = walk_->wanted();
    if (wanted == nullptr) return car();
    const crypto::Cid cid = *wanted;
    read(cid, [this, cid](const Bytes& block) {
      if (std::ranges::find(on_path_, cid) == on_path_.end()) add(cid, block.size());
      const auto given = walk_->give(block);
      if (!given) return fail(404, given.error().text);
      if (length_ > kGatewayBytesMax || sections_.size() > kCarSectionsMax) {
        return fail(413, "more than one answer may hold: ask for parts of it");
      }
      if (!whole_) return car();
      walk();
    });
  }

  void add(const crypto::Cid& cid, std::size_t block_bytes) {
    if (cid.hash_function() == crypto::multihash::kIdentity) return;  // says itself what it is
    const std::size_t head = ipfs::car_section_head(cid, block_bytes).size();
    sections_.push_back({cid, length_, head, head + block_bytes});
    length_ += head + block_bytes;
  }

  void car() {
    Response response = headers();
    response.stream = BodyStream{.offset = 0,
                                 .length = length_,
                                 .read = [self = shared_from_this()](std::uint64_t offset, std::uint64_t length,
                                                                     Callback<void(Result<Bytes>)> done) {
                                   self->part(offset, length, std::move(done));
                                 }};
    reply_(std::move(response));
  }

  // At most what is left of the section at this place.
  void part(std::uint64_t offset, std::uint64_t length, Callback<void(Result<Bytes>)> done, Bytes before = {}) {
    const auto cut = [](ByteView bytes, std::uint64_t from, std::uint64_t most) {
      from = std::min<std::uint64_t>(from, bytes.size());
      return bytes.subspan(from, std::min<std::uint64_t>(most, bytes.size() - from));
    };
    const auto go_on = [this, offset, length, cut](Bytes whole, std::uint64_t begin, Bytes got,
                                                   Callback<void(Result<Bytes>)> then) {
      const ByteView piece = cut(whole, offset - begin, length);
      append(got, piece);
      if (piece.size() == length || offset + piece.size() >= length_) return then(std::move(got));
      part(offset + piece.size(), length - piece.size(), std::move(then), std::move(got));
    };
    const Bytes header = ipfs::car_header({root_});
    if (offset < header.size()) return go_on(header, 0, std::move(before), std::move(done));
    const auto next = std::ranges::upper_bound(sections_, offset, {}, &Section::begin);
    const Section section = *std::prev(next);
    if (last_begin_ == section.begin) return go_on(last_, section.begin, std::move(before), std::move(done));
    blocks_.block(section.cid, [self = shared_from_this(), section, go_on, before = std::move(before),
                                done = std::move(done)](const BlockSource::Block& block) mutable {
      if (block == nullptr || section.head + block->size() != section.size) {
        return done(Error{section.cid.text() + ": it is not kept any more"});  // the answer is cut
      }
      self->last_ = ipfs::car_section_head(section.cid, block->size());
      append(self->last_, *block);
      self->last_begin_ = section.begin;
      go_on(self->last_, section.begin, std::move(before), std::move(done));
    });
  }

  // Its bytes, where it is a file of its own here.
  void file(const crypto::Cid& target) {
    Response response{.content_type = "application/octet-stream"};
    const auto name = message::ItemHash::parse(target.text());
    const auto here = name ? api_.node().store().file_bytes(*name) : Result<std::optional<std::uint64_t>>(std::nullopt);
    if (!here.ok()) return reply_(failed(here.error()));
    const std::optional<std::uint64_t>& bytes = *here;
    if (!name || !bytes) {
      return fail(406, "a file is given by the name it was stored under; of others ask for format=raw or format=car");
    }
    const WantedBytes wanted = wanted_bytes(request_.range, *bytes);
    const std::string size = std::to_string(*bytes);
    response.headers = {
        {"Accept-Ranges", "bytes"}, {"ETag", "\"" + name->text() + "\""}, {"X-Ipfs-Path", request_.path}};
    if (wanted.kind == WantedBytes::Kind::unsatisfiable) {
      response.status = 416;
      response.headers.emplace_back("Content-Range", "bytes */" + size);
      return reply_(std::move(response));
    }
    if (wanted.kind == WantedBytes::Kind::part) {
      response.status = 206;
      const std::string first = std::to_string(wanted.range.offset);
      const std::string last = std::to_string(wanted.range.offset + wanted.range.length - 1);
      response.headers.emplace_back("Content-Range", "bytes " + first + "-" + last + "/" + size);
    }
    response.stream = BodyStream{.offset = wanted.range.offset,
                                 .length = wanted.range.length,
                                 .read = [&api = api_, file = name->text()](std::uint64_t offset, std::uint64_t length,
                                                                            Callback<void(Result<Bytes>)> done) {
                                   api.disk().get_blob({file, offset, length}, std::move(done));
                                 }};
    reply_(std::move(response));
  }

  Response headers() const {
    const bool raw = format_ == Format::raw;
    Response out{.content_type = std::string(raw ? kRawType : kCarFullType)};
    const std::string file = resolver_.target().text() + (raw ? ".bin" : ".car");
    out.headers = {{"Content-Disposition", "attachment; filename=\"" + file + "\""},
                   {"X-Content-Type-Options", "nosniff"},
                   {"Cache-Control", "public, max-age=29030400, immutable"},
                   {"ETag", tag_},
                   {"X-Ipfs-Path", request_.path},
                   {"X-Ipfs-Roots", roots()}};
    return out;
  }
  std::string roots() const {
    std::string out;
    for (const crypto::Cid& each : on_path_) {
      if (each != resolver_.target()) out += each.text() + ",";
    }
    return out + resolver_.target().text();
  }

  Api& api_;
  BlockSource& blocks_;
  Request request_;
  crypto::Cid root_;
  ipfs::PathResolver resolver_;
  Format format_;
  Reply reply_;
  std::vector<crypto::Cid> on_path_;
  std::string tag_;
  bool whole_ = true;
  std::unique_ptr<ipfs::DagWalk> walk_;
  std::vector<Section> sections_;  // of a CAR, in order
  std::uint64_t length_ = 0;
  Bytes last_;  // the section that was read last
  std::uint64_t last_begin_ = 0;
};

void serve(Api& api, const Request& request, Reply reply) {
  const auto format = format_of(request);
  if (!format) return reply(text_response(406, "format: expected raw or car"));
  auto path = ipfs::parse_path(request.path);
  if (!path) return reply(text_response(400, path.error().text));
  BlockSource* const blocks = api.blocks();
  if (blocks == nullptr) return reply(text_response(404, "no blocks are served here"));
  std::make_shared<Gateway>(api, *blocks, request, *std::move(path), *format, std::move(reply))->resolve();
}

}  // namespace

void add_ipfs_routes(Router& router, Api& api) {
  std::string path = "/ipfs/{cid}";
  for (std::size_t names = 0; names <= kGatewayPathMax; ++names) {
    router.add({.path = path,
                .about = "a block (format=raw) or all blocks (format=car) of a file or directory",
                .handle = [&api](const Request& request, Reply reply) { serve(api, request, std::move(reply)); },
                .parameters = {"format", "dag-scope"}});
    path += "/{name" + std::to_string(names + 1) + "}";
  }
}

}  // namespace lastmile::http
