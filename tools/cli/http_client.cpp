#include "tools/cli/http_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/base/check.hpp"

namespace lastmile::tools {
namespace {

struct Transfer {
  const HttpRequest& request;
  CURL* handle;
  HttpAnswer answer;
  bool refused = false;
  bool too_long = false;
};

extern "C" std::size_t lm_cli_take_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t bytes = size * count;
  long status = 0;
  curl_easy_getinfo(transfer.handle, CURLINFO_RESPONSE_CODE, &status);
  if (transfer.request.sink && status == 200) {
    transfer.refused = !transfer.request.sink(as_bytes({data, bytes}));
    return transfer.refused ? 0 : bytes;
  }
  transfer.too_long = transfer.answer.body.size() + bytes > kAnswerBytesMax;
  if (transfer.too_long) return 0;
  transfer.answer.body.append(data, bytes);
  return bytes;
}

extern "C" int lm_cli_show_progress(void* user, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                                    curl_off_t up) {
  const auto& transfer = *static_cast<Transfer*>(user);
  const bool uploads = up_total > 0 && down == 0;
  transfer.request.progress(static_cast<std::uint64_t>(uploads ? up : down),
                            static_cast<std::uint64_t>(uploads ? up_total : down_total));
  return 0;
}

struct Free {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  void operator()(curl_mime* form) const { curl_mime_free(form); }
};

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(std::string user_agent) : user_agent_(std::move(user_agent)), handle_(curl_easy_init()) {
    LM_CHECK(handle_ != nullptr);
  }

  Result<HttpAnswer, HttpFailure> send(const HttpRequest& request) override {
    CURL* const curl = handle_.get();
    curl_easy_reset(curl);  // keeps the connection
    std::array<char, CURL_ERROR_SIZE> why{};
    Transfer transfer{request, curl, {}};
    const std::unique_ptr<curl_slist, Free> headers(headers_of(request));
    const std::unique_ptr<curl_mime, Free> form(request.form.empty() ? nullptr : form_of(curl, request));
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why.data());
    curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, request.method == "GET" ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, kRedirectsMax);
    // As OpenSSL itself, and so the WebSocket, has it: who is trusted instead of those whom the system trusts.
    if (const char* trusted = std::getenv("SSL_CERT_FILE"); trusted != nullptr)
      curl_easy_setopt(curl, CURLOPT_CAINFO, trusted);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectSecondsMax);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kSilenceSecondsMax);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, user_agent_.c_str());
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, lm_cli_take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
    if (!request.sink) curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");  // whatever the library can undo
    if (form) {
      curl_easy_setopt(curl, CURLOPT_MIMEPOST, form.get());
    } else if (request.method == "POST") {
      curl_easy_setopt(curl, CURLOPT_POST, 1L);
      curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
      curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    }
    if (request.progress) {
      curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
      curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, lm_cli_show_progress);
      curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
    }
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) return failure_of(transfer, code, why.data());
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    transfer.answer.status = static_cast<int>(status);
    const char* type = nullptr;
    curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
    if (type != nullptr) transfer.answer.content_type = type;
    curl_off_t wait = 0;
    curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait);
    transfer.answer.retry_after_seconds = static_cast<std::uint32_t>(std::clamp<curl_off_t>(wait, 0, 3600));
    return std::move(transfer.answer);
  }

 private:
  static curl_slist* headers_of(const HttpRequest& request) {
    curl_slist* list = curl_slist_append(nullptr, "Expect:");  // no wait for "100 Continue"
    if (!request.content_type.empty())
      list = curl_slist_append(list, ("Content-Type: " + request.content_type).c_str());
    if (!request.accept.empty()) list = curl_slist_append(list, ("Accept: " + request.accept).c_str());
    return list;
  }

  static curl_mime* form_of(CURL* curl, const HttpRequest& request) {
    curl_mime* form = curl_mime_init(curl);
    for (const FormPart& given : request.form) {
      curl_mimepart* part = curl_mime_addpart(form);
      curl_mime_name(part, given.name.c_str());
      if (given.file.empty()) {
        curl_mime_data(part, given.text.data(), given.text.size());
      } else {
        curl_mime_filedata(part, given.file.c_str());
      }
      if (!given.filename.empty()) curl_mime_filename(part, given.filename.c_str());
      if (!given.content_type.empty()) curl_mime_type(part, given.content_type.c_str());
    }
    return form;
  }

  static HttpFailure failure_of(const Transfer& transfer, CURLcode code, const char* why) {
    long sent = 0;
    curl_easy_getinfo(transfer.handle, CURLINFO_REQUEST_SIZE, &sent);
    std::string text = transfer.too_long ? "the answer is longer than " + std::to_string(kAnswerBytesMax) + " bytes"
                       : why[0] != '\0'  ? std::string(why)
                                         : std::string(curl_easy_strerror(code));
    return {transfer.request.url + ": " + text, sent > 0, transfer.refused};
  }

  std::string user_agent_;
  std::unique_ptr<CURL, Free> handle_;
};

}  // namespace

std::unique_ptr<HttpClient> make_http_client(const std::string& user_agent) {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  LM_CHECK(ready);
  return std::make_unique<CurlClient>(user_agent);
}

std::string url_part(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += {'%', kDigits[static_cast<std::uint8_t>(c) >> 4], kDigits[static_cast<std::uint8_t>(c) & 0xf]};
    }
  }
  return out;
}

}  // namespace lastmile::tools
