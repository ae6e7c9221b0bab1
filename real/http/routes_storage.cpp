// Files and what is known of them (http-api.md 7).
#include "core/crypto/base64.hpp"
#include "real/http/api.hpp"
#include "real/http/byte_range.hpp"
#include "real/http/json_writer.hpp"

namespace lastmile::http {
namespace {

// A file whose bytes are here: uploaded, or the content of a message.
struct Held {
  message::ItemHash hash;
  std::uint64_t bytes = 0;
  bool is_content = false;
};

// 400 for what has not the shape of a hash, 404 for what is not here.
Result<Held, Response> find_held(Api& api, const std::string& text) {
  if (!message::lax_item_type(text)) return text_response(400, "Invalid hash");
  const auto hash = message::ItemHash::parse(text);
  if (!hash) return text_response(404, "Not found");
  const auto file = api.node().store().file_bytes(*hash);
  if (!file.ok()) return failed(file.error());
  if (const auto& bytes = *file) return Held{*hash, *bytes, false};
  const auto content = api.node().store().content_bytes(*hash);
  if (!content.ok()) return failed(content.error());
  if (const auto& bytes = *content) return Held{*hash, *bytes, true};
  return text_response(404, "Not found");
}

void read_held(Api& api, const Held& held, std::uint64_t offset, std::uint64_t length,
               Callback<void(Result<Bytes>)> done) {
  if (!held.is_content) return api.disk().get_blob({held.hash.text(), offset, length}, std::move(done));
  const auto part = api.node().store().content(held.hash, offset, length);
  if (!part.ok()) return done(part.error());
  const auto& bytes = *part;
  if (!bytes) return done(Error{held.hash.text() + ": it is not kept any more"});
  done(to_bytes(*bytes));
}

void raw(Api& api, const Request& request, Reply reply) {
  auto held = find_held(api, request.captures.front());
  if (!held.ok()) return reply(std::move(held).error());
  const std::string tag = "\"" + held->hash.text() + "\"";
  Response response{.content_type = "application/octet-stream"};
  response.headers = {{"Accept-Ranges", "bytes"}, {"ETag", tag}};
  if (request.if_none_match == "*" || request.if_none_match.find(tag) != std::string::npos) {
    response.status = 304;
    return reply(std::move(response));
  }
  const WantedBytes wanted = wanted_bytes(request.range, held->bytes);
  const std::string size = std::to_string(held->bytes);
  if (wanted.kind == WantedBytes::Kind::unsatisfiable) {
    response.status = 416;
    response.headers.emplace_back("Content-Range", "bytes */" + size);
    return reply(std::move(response));
  }
  if (wanted.kind == WantedBytes::Kind::part) {
    response.status = 206;
    const std::uint64_t last = wanted.range.offset + wanted.range.length - 1;
    response.headers.emplace_back(
        "Content-Range", "bytes " + std::to_string(wanted.range.offset) + "-" + std::to_string(last) + "/" + size);
  }
  response.stream = BodyStream{
      .offset = wanted.range.offset,
      .length = wanted.range.length,
      .read = [&api, file = *held](std::uint64_t offset, std::uint64_t length, Callback<void(Result<Bytes>)> done) {
        read_held(api, file, offset, length, std::move(done));
      }};
  reply(std::move(response));
}

// Lines of 76 characters with a final line end, as the reference's library breaks them.
std::string broken_base64(ByteView bytes) {
  constexpr std::size_t kLine = 76;
  const std::string text = crypto::base64_encode(bytes);
  std::string out;
  out.reserve(text.size() + text.size() / kLine + 1);
  for (std::size_t at = 0; at < text.size(); at += kLine) {
    out.append(text, at, kLine);
    out.push_back('\n');
  }
  return out;
}

void in_json(Api& api, const Request& request, Reply reply) {
  auto held = find_held(api, request.captures.front());
  if (!held.ok()) return reply(std::move(held).error());
  if (held->bytes > kUploadMax) return reply(plain_error(413));
  read_held(api, *held, 0, held->bytes, [&api, file = *held, reply = std::move(reply)](Result<Bytes> bytes) mutable {
    if (!bytes.ok()) return reply(text_response(404, "Not found"));
    api.work<Response>(
        [file, bytes = *std::move(bytes)] {
          JsonWriter json;
          json.open_object().key("status").text("success").key("hash").text(file.hash.view());
          json.key("engine").text(file.hash.item_type() == message::ItemType::ipfs ? "ipfs" : "storage");
          json.key("content").text(broken_base64(bytes)).close_object();
          return json_response(json.take());
        },
        std::move(reply));
  });
}

Response limits_json() {
  JsonWriter json;
  json.open_object().key("storage").open_object().key("max_file_size").number(kUploadMax);
  json.key("max_unauthenticated_upload_file_size").number(kAnonymousUploadMax).close_object();
  json.key("ipfs").open_object().key("max_upload_file_size").number(kUploadMax);
  json.key("max_upload_car_size").number(0);
  json.key("max_unauthenticated_upload_file_size").number(kAnonymousUploadMax).close_object().close_object();
  return json_response(json.take());
}

std::string download_url(const message::ItemHash& file) { return "/api/v0/storage/raw/" + file.text(); }

Response tag_json(const Result<std::optional<store::FileTagRow>>& row) {
  if (!row.ok()) return failed(row.error());
  const auto& tag = *row;
  if (!tag) return plain_error(404);
  JsonWriter json;
  json.open_object().key("ref").text(tag->ref).key("owner").text(tag->owner);
  json.key("file_hash").text(tag->file.file.view()).key("download_url").text(download_url(tag->file.file));
  json.key("size").number(tag->file.bytes).close_object();
  return json_response(json.take());
}

Response by_message(Api& api, const Request& request) {
  const auto hash = message::ItemHash::parse(request.captures.front());
  if (!hash) return text_response(400, "Invalid message hash: " + request.captures.front());
  return tag_json(api.view().file_of_message(*hash));
}

// A tag is the hash of its first STORE, or "owner/ref".
Response by_ref(Api& api, const Request& request) {
  const std::string& ref = request.captures.back();
  if (message::ItemHash::parse(ref)) return tag_json(api.view().latest_file(ref));
  if (request.captures.size() == 1) return text_response(400, "address is required for user-defined ref");
  return tag_json(api.view().latest_file(request.captures.front() + "/" + ref));
}

Response metadata(Api& api, const Request& request) {
  const auto hash = message::ItemHash::parse(request.captures.front());
  if (!hash) return plain_error(404);
  const auto row = api.view().file(*hash);
  if (!row.ok()) return failed(row.error());
  const auto& file = *row;
  if (!file) return plain_error(404);
  JsonWriter json;
  json.open_object().key("file_hash").text(hash->view()).key("type").text(file->directory ? "dir" : "file");
  json.key("size").number(file->bytes).key("download_url").text(download_url(*hash)).close_object();
  return json_response(json.take());
}

Response pins(Api& api, const Request& request) {
  const auto hash = message::ItemHash::parse(request.captures.front());
  if (!hash) return json_response("0");
  const auto count = api.view().pin_count(*hash);
  return count.ok() ? json_response(std::to_string(*count)) : failed(count.error());
}

}  // namespace

void add_storage_routes(Router& router, Api& api) {
  router.add({.path = "/api/v0/storage/limits.json",
              .about = "how large uploads may be",
              .handle = [](const Request&, Reply reply) { reply(limits_json()); }});
  router.add({.path = "/api/v0/storage/raw/{file_hash}",
              .about = "the bytes of a file; ranges and If-None-Match are understood",
              .handle = [&api](const Request& request, Reply reply) { raw(api, request, std::move(reply)); }});
  router.add({.path = "/api/v0/storage/{file_hash}",
              .about = "a file as base64 in JSON",
              .handle = [&api](const Request& request, Reply reply) { in_json(api, request, std::move(reply)); }});
  const auto add = [&](std::string path, std::string about, Response (*answer)(Api&, const Request&)) {
    router.add({.path = std::move(path),
                .about = std::move(about),
                .handle = [&api, answer](const Request& request, Reply reply) { reply(answer(api, request)); }});
  };
  add("/api/v0/storage/by-message-hash/{hash}", "the file of a STORE message", by_message);
  add("/api/v0/storage/by-ref/{ref}", "the latest file of a tag that is a message hash", by_ref);
  add("/api/v0/storage/by-ref/{address}/{ref}", "the latest file of an owner's tag", by_ref);
  add("/api/v0/storage/metadata/{file_hash}", "size and kind of a file", metadata);
  add("/api/v0/storage/count/{hash}", "how many reasons there are to keep a file", pins);
}

}  // namespace lastmile::http
