#include "real/chain/curl_poster.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace lastmile::real {
namespace {

constexpr int kWorkerWaitMs = 1000;

// A URL of this machine itself is asked without a proxy.
bool is_loopback(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view host = url.substr(scheme + 3);
  return host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]");
}

struct CurlJob {
  CurlJob() = default;
  CurlJob(const CurlJob&) = delete;
  CurlJob& operator=(const CurlJob&) = delete;
  ~CurlJob() {
    if (easy != nullptr) curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
  }

  std::uint64_t id = 0;
  HttpRequest request;
  std::string body;
  bool too_long = false;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  std::array<char, CURL_ERROR_SIZE> error{};
};

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* to) {
  auto& job = *static_cast<CurlJob*>(to);
  if (count > job.request.reply_bytes_max - job.body.size()) {
    job.too_long = true;
    return 0;  // ends the transfer
  }
  job.body.append(bytes, count);
  return count;
}

bool prepare(CurlJob& job) {
  job.easy = curl_easy_init();
  if (job.easy == nullptr) return false;
  job.headers = curl_slist_append(job.headers, "Content-Type: application/json");
  job.headers = curl_slist_append(job.headers, "Accept: application/json");
  job.headers = curl_slist_append(job.headers, "Expect:");  // no question before the body
  const auto milliseconds_of = [](Duration d) {
    return static_cast<long>(std::max<std::int64_t>(d.ns / 1'000'000, 1));
  };
  bool good = true;
  const auto set = [&](CURLoption option, auto value) {
    good = curl_easy_setopt(job.easy, option, value) == CURLE_OK && good;
  };
  set(CURLOPT_URL, job.request.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_POST, 1L);
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(job.request.body.size()));
  set(CURLOPT_POSTFIELDS, job.request.body.data());
  set(CURLOPT_HTTPHEADER, job.headers);
  set(CURLOPT_USERAGENT, "lastmile");
  set(CURLOPT_ACCEPT_ENCODING, "");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_TIMEOUT_MS, milliseconds_of(job.request.deadline));
  set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds_of(std::min(kHttpConnectMax, job.request.deadline)));
  set(CURLOPT_WRITEFUNCTION, &take_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&job));
  set(CURLOPT_ERRORBUFFER, job.error.data());
  set(CURLOPT_PRIVATE, static_cast<void*>(&job));
  if (is_loopback(job.request.url)) set(CURLOPT_PROXY, "");
  return good;
}

}  // namespace

struct CurlPoster::Owed {
  std::map<std::uint64_t, env::Done<HttpReply>> answers;
  std::uint64_t last_id = 0;

  void answer(std::uint64_t id, Result<HttpReply> reply) {
    auto node = answers.extract(id);
    if (!node.empty()) node.mapped()(std::move(reply));
  }
};

struct CurlPoster::Worker {
  Worker(Loop& l, std::weak_ptr<Owed> o, CURLM* m) : loop(l), owed(std::move(o)), multi(m) {}
  ~Worker() {
    {
      const std::lock_guard lock(mutex);
      stop = true;
    }
    curl_multi_wakeup(multi);
    thread.join();
    for (const auto& [id, job] : running) curl_multi_remove_handle(multi, job->easy);
    running.clear();
    curl_multi_cleanup(multi);
  }

  void run() {
    for (;;) {
      std::vector<std::unique_ptr<CurlJob>> fresh;
      {
        const std::lock_guard lock(mutex);
        if (stop) return;
        fresh.swap(waiting);
      }
      for (auto& job : fresh) {
        if (!prepare(*job) || curl_multi_add_handle(multi, job->easy) != CURLM_OK) {
          say(job->id, Error{"the request cannot be made"});
          continue;
        }
        running.emplace(job->id, std::move(job));
      }
      int still = 0;
      curl_multi_perform(multi, &still);
      int left = 0;
      while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
        if (message->msg == CURLMSG_DONE) finished(message->easy_handle, message->data.result);
      }
      curl_multi_poll(multi, nullptr, 0, kWorkerWaitMs, nullptr);
    }
  }

  void finished(CURL* easy, CURLcode code) {
    void* mark = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &mark);
    auto& job = *static_cast<CurlJob*>(mark);
    const std::uint64_t id = job.id;
    curl_multi_remove_handle(multi, easy);
    if (code == CURLE_OK) {
      long status = 0;
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      say(id, HttpReply{static_cast<int>(status), std::move(job.body)});
    } else if (job.too_long) {
      say(id, Error{"a reply of more than " + std::to_string(job.request.reply_bytes_max) + " bytes"});
    } else {
      const std::string detail = job.error.data();
      say(id, Error{detail.empty() ? curl_easy_strerror(code) : detail});
    }
    running.erase(id);
  }

  void say(std::uint64_t id, Result<HttpReply> reply) {
    loop.post([to = owed, id, reply = std::move(reply)]() mutable {
      if (const auto there = to.lock()) there->answer(id, std::move(reply));
    });
  }

  Loop& loop;
  std::weak_ptr<Owed> owed;
  CURLM* multi;
  std::mutex mutex;
  std::vector<std::unique_ptr<CurlJob>> waiting;              // under the mutex
  bool stop = false;                                          // under the mutex
  std::map<std::uint64_t, std::unique_ptr<CurlJob>> running;  // of the thread
  std::thread thread;
};

Result<std::unique_ptr<CurlPoster>> CurlPoster::open(Loop& loop) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM* multi = started == CURLE_OK ? curl_multi_init() : nullptr;
  if (multi == nullptr) return Error{"the HTTP client cannot be started"};
  curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(kHttpConnectionsMax));
  auto owed = std::make_shared<Owed>();
  auto worker = std::make_unique<Worker>(loop, owed, multi);
  worker->thread = std::thread([raw = worker.get()] { raw->run(); });
  return std::unique_ptr<CurlPoster>(new CurlPoster(loop, std::move(worker), std::move(owed)));
}

CurlPoster::CurlPoster(Loop& loop, std::unique_ptr<Worker> worker, std::shared_ptr<Owed> owed)
    : loop_(loop), owed_(std::move(owed)), worker_(std::move(worker)) {}
CurlPoster::~CurlPoster() = default;

void CurlPoster::post(HttpRequest request, env::Done<HttpReply> done) {
  const std::uint64_t id = ++owed_->last_id;
  const bool room = owed_->answers.size() < kHttpRequestsMax;
  owed_->answers.emplace(id, std::move(done));
  if (!room) {
    loop_.post([to = std::weak_ptr<Owed>(owed_), id] {
      if (const auto there = to.lock()) there->answer(id, Error{"too many requests at once"});
    });
    return;
  }
  auto job = std::make_unique<CurlJob>();
  job->id = id;
  job->request = std::move(request);
  {
    const std::lock_guard lock(worker_->mutex);
    worker_->waiting.push_back(std::move(job));
  }
  curl_multi_wakeup(worker_->multi);
}

}  // namespace lastmile::real
