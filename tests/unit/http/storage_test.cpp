// Files through the API of a node in this process (http-api.md 7, 8).
#include <gmock/gmock.h>

#include "core/crypto/base64.hpp"
#include "core/crypto/hash.hpp"
#include "tests/unit/http/served_node.hpp"

namespace lastmile::http {
namespace {

using message::Type;
using nlohmann::json;

std::string hash_of(const std::string& bytes) { return test::content_hash(bytes).text(); }

std::string form(const std::vector<std::pair<std::string, std::string>>& parts) {
  std::string body;
  for (const auto& [name, bytes] : parts) {
    body += "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"";
    if (name == "file") body += "; filename=\"blob\"";
    body += "\r\n\r\n" + bytes + "\r\n";
  }
  return body + "--B--\r\n";
}
constexpr const char* kForm = "multipart/form-data; boundary=B";

class HttpStorage : public ServedNode {
 protected:
  static message::Envelope store_of(const std::string& file_hash, const std::string& item_type = "storage") {
    return message_of(kAda, Type::STORE, R"("item_type":")" + item_type + R"(","item_hash":")" + file_hash + "\"");
  }
  static std::string random_bytes(std::size_t size) {
    std::string bytes(size, '\0');
    Generator generator(size);
    for (char& c : bytes) c = static_cast<char>(generator.next());
    return bytes;
  }
};

TEST_F(HttpStorage, a_file_alone_is_kept_for_a_while) {
  open();
  HttpClient one = client();
  const std::string bytes = random_bytes(1'000'000);
  const Answer put = one.post("/api/v0/storage/add_file", form({{"file", bytes}}), kForm);
  ASSERT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(put.json(), (json{{"status", "success"}, {"hash", hash_of(bytes)}}));
  EXPECT_EQ(one.post("/api/v0/storage/add_file", bytes, "application/octet-stream").json(), put.json());
  const std::string raw = "/api/v0/storage/raw/" + hash_of(bytes);
  const Answer got = one.get(raw + "?find");
  EXPECT_EQ(got.header("content-type"), "application/octet-stream");
  EXPECT_EQ(got.body, bytes);
  EXPECT_EQ(one.get("/api/v0/storage/count/" + hash_of(bytes)).body, "1");  // its grace period
  EXPECT_EQ(one.get("/api/v0/storage/metadata/" + hash_of(bytes)).json()["size"], bytes.size());
  const Answer head = one.head(raw);
  EXPECT_EQ(head.header("content-length"), std::to_string(bytes.size()));
  EXPECT_EQ(one.get("/version").status, 200);  // nothing came behind the header
}

TEST_F(HttpStorage, a_file_in_json_is_base64_in_lines) {
  open();
  HttpClient one = client();
  const std::string bytes = random_bytes(1000);
  one.post("/api/v0/storage/add_file", bytes, "application/octet-stream");
  const json got = one.get("/api/v0/storage/" + hash_of(bytes)).json();
  EXPECT_EQ(got["engine"], "storage");
  std::string text = got["content"];
  EXPECT_EQ(text[76], '\n');
  EXPECT_EQ(text.back(), '\n');
  std::erase(text, '\n');
  EXPECT_EQ(as_text(*crypto::base64_decode(text)), bytes);
}

TEST_F(HttpStorage, downloads_are_resumed_and_remembered) {
  open();
  HttpClient one = client();
  const std::string bytes = random_bytes(700'000);  // more than a piece
  one.post("/api/v0/storage/add_file", bytes, "application/octet-stream");
  const std::string raw = "/api/v0/storage/raw/" + hash_of(bytes);
  const Answer part = one.get(raw, "Range: bytes=300000-\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.header("content-range"), "bytes 300000-699999/700000");
  EXPECT_EQ(part.body, bytes.substr(300'000));
  EXPECT_EQ(one.get(raw, "Range: bytes=700000-\r\n").status, 416);
  EXPECT_EQ(one.get(raw, "Range: lines=1-2\r\n").body, bytes);
  const Answer same = one.get(raw, "If-None-Match: \"" + hash_of(bytes) + "\"\r\n");
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(one.get(raw, "If-None-Match: \"other\"\r\n").status, 200);
}

TEST_F(HttpStorage, what_is_not_here_is_404_and_what_is_no_hash_400) {
  open();
  HttpClient one = client();
  for (const char* route : {"/api/v0/storage/raw/", "/api/v0/storage/"}) {
    EXPECT_EQ(one.get(route + std::string(64, 'a')).status, 404);
    const Answer wrong = one.get(std::string(route) + "nonsense");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_EQ(wrong.body, "Invalid hash");
  }
  EXPECT_EQ(one.get("/api/v0/storage/count/nonsense").body, "0");
  EXPECT_EQ(one.get("/api/v0/storage/metadata/nonsense").status, 404);
  EXPECT_EQ(one.get("/api/v0/storage/by-message-hash/nonsense").status, 400);
  EXPECT_EQ(one.get("/api/v0/storage/by-ref/mine").status, 400);
  EXPECT_EQ(one.get("/api/v0/storage/limits.json").json()["storage"]["max_file_size"], 104857600);
}

TEST_F(HttpStorage, a_signed_upload_is_published_in_either_order_of_its_parts) {
  open();
  for (const bool file_first : {false, true}) {
    HttpClient one = client();
    const std::string bytes = random_bytes(file_first ? 1000 : 2000);
    const auto store = store_of(hash_of(bytes));
    std::vector<std::pair<std::string, std::string>> parts{{"metadata", publication(store)}, {"file", bytes}};
    if (file_first) std::reverse(parts.begin(), parts.end());
    const Answer put = one.post("/api/v0/storage/add_file", form(parts), kForm);
    EXPECT_EQ(put.status, 200) << put.body;
    EXPECT_EQ(put.json()["hash"], hash_of(bytes));
    const json found = one.get("/api/v0/storage/by-message-hash/" + store.item_hash.text()).json();
    EXPECT_EQ(found, (json{{"ref", store.item_hash.text()},
                           {"owner", kAda.address()},
                           {"file_hash", hash_of(bytes)},
                           {"download_url", "/api/v0/storage/raw/" + hash_of(bytes)},
                           {"size", bytes.size()}}));
    EXPECT_EQ(one.get("/api/v0/storage/by-ref/" + store.item_hash.text()).json(), found);
    EXPECT_EQ(one.post("/api/v0/messages", publication(store)).status, 200);  // as one of the clients does afterwards
    EXPECT_EQ(one.get("/api/v0/price/" + store.item_hash.text()).json()["detail"][0]["type"], "STORAGE");
  }
  HttpClient one = client();
  const json files = one.get("/api/v0/addresses/" + kAda.address() + "/files").json();
  EXPECT_EQ(files["pagination_total"], 2);
  EXPECT_EQ(files["total_size"], 3000);
}

TEST_F(HttpStorage, a_wrong_upload_leaves_nothing) {
  open();
  HttpClient one = client();
  const std::string bytes = "the bytes";
  const auto good = store_of(hash_of(bytes));
  auto forged = good;
  forged.signature = kAda.sign("STORE", std::string(64, '0'));
  struct Case {
    std::string body;
    int status;
  };
  const std::vector<Case> cases{
      {form({{"metadata", publication(good)}}), 400},      // no file
      {"no form", 400},                                    //
      {form({{"metadata", "{}"}, {"file", bytes}}), 422},  //
      {form({{"metadata", "{\"message\":" + message::serialize_envelope(good) + "}"}, {"file", bytes}}),
       422},                                                                          // no sync
      {form({{"metadata", publication(post_of(kAda, "1"))}, {"file", bytes}}), 422},  // no STORE
      {form({{"metadata", publication(forged)}, {"file", bytes}}), 403},              //
      {form({{"metadata", publication(store_of(hash_of("others")))}, {"file", bytes}}), 422},
  };
  for (const Case& wrong : cases) {
    EXPECT_EQ(one.post("/api/v0/storage/add_file", wrong.body, kForm).status, wrong.status) << wrong.body;
  }
  EXPECT_EQ(one.get("/api/v0/storage/raw/" + hash_of(bytes)).status, 404);
}

TEST_F(HttpStorage, who_cannot_pay_may_not_upload_signed) {
  open({}, true);
  HttpClient one = client();
  const std::string bytes = "tiny";
  const auto store = store_of(hash_of(bytes));
  const std::string body = form({{"metadata", publication(store)}, {"file", bytes}});
  EXPECT_EQ(one.post("/api/v0/storage/add_file", body, kForm).status, 402);
  EXPECT_EQ(one.get("/api/v0/storage/raw/" + hash_of(bytes)).status, 404);
  // Unsigned first, and the small file is free.
  EXPECT_EQ(one.post("/api/v0/storage/add_file", form({{"file", bytes}}), kForm).status, 200);
  EXPECT_EQ(one.post("/api/v0/messages", publication(store)).status, 200);
}

TEST_F(HttpStorage, json_is_kept_in_its_canonical_spelling) {
  open();
  HttpClient one = client();
  const Answer put = one.post("/api/v0/storage/add_json", R"({"first name": "Jay", "last_name": "Son"})");
  EXPECT_EQ(put.json()["hash"], "b7c7b2db0bcec890b8c859b2b76e7c998de15e31ccc945bc7425c4bdc091a0b2");
  EXPECT_EQ(one.get("/api/v0/storage/raw/" + put.json()["hash"].get<std::string>()).body,
            R"({"first name":"Jay","last_name":"Son"})");
  EXPECT_EQ(one.post("/api/v0/storage/add_json", "{").status, 400);
}

TEST_F(HttpStorage, a_file_may_have_a_name_of_ipfs) {
  open();
  HttpClient one = client();
  const Answer put = one.post("/api/v0/ipfs/add_file", form({{"file", "hello world\n"}}), kForm);
  EXPECT_EQ(put.json(), (json{{"status", "success"},
                              {"hash", "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o"},
                              {"name", "blob"},
                              {"size", 12}}));
  EXPECT_EQ(one.get("/api/v0/storage/raw/QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o").body, "hello world\n");
  const auto store = store_of("QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o", "ipfs");
  const std::string body = form({{"metadata", publication(store)}, {"file", "hello world\n"}});
  EXPECT_EQ(one.post("/api/v0/ipfs/add_file", body, kForm).status, 200);
  EXPECT_EQ(one.post("/api/v0/ipfs/add_file", "bytes", "text/plain").status, 400);
  EXPECT_EQ(one.post("/api/v0/ipfs/add_file", "no form", kForm).status, 400);
  EXPECT_EQ(one.post("/api/v0/ipfs/add_file", form({{"metadata", "{}"}}), kForm).status, 422);
  EXPECT_EQ(one.post("/api/v0/ipfs/add_car", form({}), kForm).status, 403);
}

TEST_F(HttpStorage, a_message_whose_content_lies_apart_is_read_back) {
  open();
  HttpClient one = client();
  const std::string content =
      R"({"address":")" + kAda.address() + R"(","time":1700000000.0,"type":"large","content":{"x":"y"}})";
  const json put = one.post("/api/v0/storage/add_json", content).json();
  const std::string canonical = one.get("/api/v0/storage/raw/" + put["hash"].get<std::string>()).body;
  auto post = test::signed_message(kAda, Type::POST, canonical, message::ItemType::storage);
  EXPECT_EQ(post.item_hash.text(), put["hash"]);
  EXPECT_EQ(one.post("/api/v0/messages", publication(post)).status, 200);
  const json found = one.get("/api/v0/messages/" + post.item_hash.text()).json();
  EXPECT_TRUE(found["message"]["item_content"].is_null());
  EXPECT_EQ(found["message"]["content"]["content"], json::parse(R"({"x":"y"})"));
}

}  // namespace
}  // namespace lastmile::http
