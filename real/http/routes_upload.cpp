// Files that clients hand in (http-api.md 7, 8). Checks come in the order of the reference, and nothing is stored when
// one of them fails.
#include "core/base/present.hpp"
#include "core/crypto/hash.hpp"
#include "core/ipfs/file_builder.hpp"
#include "core/message/json_tools.hpp"
#include "core/message/verification.hpp"
#include "real/http/api.hpp"
#include "real/http/costs.hpp"
#include "real/http/json_writer.hpp"
#include "real/http/multipart.hpp"
#include "real/http/publish.hpp"

namespace lastmile::http {
namespace {

using message::ItemHash;

// Which name a file gets: SHA-256, or a CID of version 0 as every uploader of the network computes it (ipfs.md 7).
// Either way it is kept here, whole, under that name.
enum class Naming : std::uint8_t { storage, ipfs };

// What is told of a file of IPFS besides its name.
struct IpfsFile {
  std::string name;
  std::uint64_t bytes = 0;
};

Response stored_json(const ItemHash& hash, const std::optional<IpfsFile>& ipfs, int status = 200) {
  JsonWriter json;
  json.open_object().key("status").text("success").key("hash").text(hash.view());
  if (ipfs) json.key("name").text(ipfs->name).key("size").number(ipfs->bytes);
  json.close_object();
  return json_response(json.take(), status);
}

// An upload as the job that reads it leaves it.
struct Upload {
  std::optional<Response> refused;
  std::string bytes;
  ItemHash hash;
  std::optional<Publication> publication;  // of the STORE that asks to keep it
  std::optional<IpfsFile> ipfs;
};

Upload refusal(Response response) {
  return {.refused = std::move(response), .bytes = {}, .hash = {}, .publication = {}, .ipfs = {}};
}

ItemHash name_of(std::string_view bytes, Naming naming) {
  if (naming == Naming::storage) return ItemHash::of(crypto::sha256(bytes));
  const auto cid = ItemHash::parse(ipfs::unixfs_file(ipfs::UnixFsProfile::v0, as_bytes(bytes)).cid.text());
  return present(cid);
}

Upload named(std::string bytes, Naming naming) {
  const ItemHash hash = name_of(bytes, naming);
  return {.refused = {}, .bytes = std::move(bytes), .hash = hash, .publication = {}, .ipfs = {}};
}

// Kept for its grace period.
void keep(Api& api, const Upload& upload, Reply reply) {
  api.node().keep_file(upload.hash, to_bytes(upload.bytes),
                       [hash = upload.hash, ipfs = upload.ipfs, reply = std::move(reply)](bool kept) mutable {
                         reply(kept ? stored_json(hash, ipfs) : plain_error(503));
                       });
}

// The metadata of a form: signature and content, which has to name the file.
Upload read_signed(std::string_view metadata, Upload upload, Naming naming, const message::Switches& switches) {
  auto publication = read_publication(metadata, true);
  if (!publication.ok()) {
    return refusal(text_response(422, "Could not decode metadata: " + publication.error().response.body));
  }
  const auto& content = publication->content;
  const auto* store = content ? content->as<message::Store>() : nullptr;
  if (store == nullptr) return refusal(text_response(422, "Could not decode metadata: expected an inline STORE"));
  const bool authentic = publication->envelope.has_signature() &&
                         !message::refusal_of(message::verify(publication->envelope, switches)).has_value();
  if (!authentic) return refusal(plain_error(403));
  const auto item_type = naming == Naming::ipfs ? message::ItemType::ipfs : message::ItemType::storage;
  if (store->item_type != item_type || store->item_hash != upload.hash) {
    return refusal(
        text_response(422, "File hash does not match (" + upload.hash.text() + " != " + store->item_hash.text() + ")"));
  }
  upload.publication = *std::move(publication);
  return upload;
}

Upload read_form(const Request& request, Naming naming, const message::Switches& switches) {
  const auto form = parse_form(request.content_type, request.body);
  if (!form.ok()) return refusal(text_response(400, form.error().text));
  const FormPart* file = find_part(*form, "file");
  const FormPart* metadata = find_part(*form, "metadata");
  if (file == nullptr) {
    return refusal(text_response(naming == Naming::ipfs ? 422 : 400, "Missing 'file' in multipart form."));
  }
  if (file->bytes.size() > (metadata != nullptr ? kUploadMax : kAnonymousUploadMax)) return refusal(plain_error(413));
  Upload upload = named(std::string(file->bytes), naming);
  if (naming == Naming::ipfs) upload.ipfs = IpfsFile{file->file_name.value_or("file"), file->bytes.size()};
  if (metadata == nullptr) return upload;
  if (metadata->bytes.size() > kJsonBodyMax) return refusal(plain_error(413));
  return read_signed(metadata->bytes, std::move(upload), naming, switches);
}

Upload read_file(Request request, Naming naming, const message::Switches& switches) {
  const bool form = media_type(request.content_type) == "multipart/form-data";
  if (form) return read_form(request, naming, switches);
  if (naming == Naming::ipfs) return refusal(text_response(400, "expected a multipart form"));
  if (request.body.size() > kAnonymousUploadMax) return refusal(plain_error(413));
  return named(std::move(request.body), naming);
}

Upload read_json(const Request& request, Naming naming) {
  auto text = message::canonical_json(request.body);
  return text ? named(*std::move(text), naming) : refusal(plain_error(400));
}

void publish_upload(Api& api, Upload upload, const Publication& publication, Reply reply) {
  const message::Content& content = present(publication.content);
  const auto input = cost_input_of(api, content, {.stored = upload.bytes.size()});
  economy::CostInput rounded = present(input);  // of a STORE there is one
  // Rounded up to a whole MiB.
  rounded.store_bytes = (upload.bytes.size() + economy::kMiB - 1) / economy::kMiB * economy::kMiB;
  const store::Store& store = api.node().store();
  const auto cost = economy::cost_of(rounded, store.prices(), store.options().cost_rules);
  if (!cost.ok()) return reply(text_response(422, cost.error().text));
  const auto payable = can_pay(api, content.address, *cost);
  if (!payable.ok()) return reply(failed(payable.error()));
  if (!*payable) return reply(plain_error(402));
  std::vector<node::Upload> files;
  files.push_back({upload.hash, std::move(upload.bytes)});
  publish(api, publication, std::move(files),
          [hash = upload.hash, ipfs = upload.ipfs, reply = std::move(reply)](const Published& what) mutable {
            reply(stored_json(hash, ipfs, what.status));
          });
}

// Everything that grows with the size of an upload is done off the loop.
void take(Api& api, Callback<Upload()> read, Reply reply) {
  if (api.options().stopping()) return reply(plain_error(503));
  api.work<Upload>(std::move(read), [&api, reply = std::move(reply)](Upload upload) mutable {
    if (upload.refused) return reply(*std::move(upload.refused));
    if (!upload.publication) return keep(api, upload, std::move(reply));
    const Publication publication = *std::move(upload.publication);
    publish_upload(api, std::move(upload), publication, std::move(reply));
  });
}

void add_file(Api& api, Naming naming, Request request, Reply reply) {
  take(
      api,
      [request = std::move(request), naming, switches = api.node().config().switches]() mutable {
        return read_file(std::move(request), naming, switches);
      },
      std::move(reply));
}

void add_json(Api& api, Naming naming, Request request, Reply reply) {
  take(api, [request = std::move(request), naming] { return read_json(request, naming); }, std::move(reply));
}

}  // namespace

void add_upload_routes(Router& router, Api& api) {
  for (const Naming naming : {Naming::storage, Naming::ipfs}) {
    const std::string prefix = naming == Naming::ipfs ? "/api/v0/ipfs" : "/api/v0/storage";
    const std::string what = naming == Naming::ipfs ? ", named by a CID" : "";
    router.add({.method = Method::post,
                .path = prefix + "/add_file",
                .about = "keeps a file" + what + ": a form with `file` and, to keep it for good, `metadata`",
                .handle = [&api, naming](Request request,
                                         Reply reply) { add_file(api, naming, std::move(request), std::move(reply)); },
                .body_max = kUploadMax + kFormOverheadMax});
    router.add({.method = Method::post,
                .path = prefix + "/add_json",
                .about = "keeps a JSON value in its canonical spelling" + what,
                .handle = [&api, naming](Request request,
                                         Reply reply) { add_json(api, naming, std::move(request), std::move(reply)); },
                .body_max = kAnonymousUploadMax});
  }
  // Directories of IPFS are not made here yet (docs/decisions/0222).
  router.add({.method = Method::post,
              .path = "/api/v0/ipfs/add_car",
              .about = "refused: directories of IPFS are not kept here",
              .handle = [](const Request&, Reply reply) { reply(text_response(403, "IPFS is disabled on this node")); },
              .body_max = kAnonymousUploadMax});
}

}  // namespace lastmile::http
