// One relayed connection: two flows of bytes with a delay queue each. Proxy thread only.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

#include "core/base/bytes.hpp"
#include "core/base/random.hpp"
#include "real/env/asio.hpp"
#include "real/env/os_clock.hpp"
#include "real/rig/proxy.hpp"

namespace lastmile::real {

// A direction between two nodes: what is in force, and until when its bandwidth is taken.
struct Path {
  PathState state;
  Instant busy_until;
};

struct RelayCounters {
  std::atomic<std::uint64_t> connections{0}, strangers{0}, resets{0}, bytes{0}, corrupted{0};
};

class Relay : public std::enable_shared_from_this<Relay> {
 public:
  // `dialler` is connected; `forward` leads from who dialled. on_gone is called once, when both sides are closed. The
  // paths, the generator and the counters outlive the relay.
  Relay(asio::io_context& io, tcp::socket dialler, Path& forward, Path& backward, Generator& luck,
        RelayCounters& counters, std::function<void()> on_gone);

  // Connects on from `source` to `target`, as soon as nothing is stalled.
  void start(const tcp::endpoint& source, const tcp::endpoint& target);
  void path_changed();  // one of the paths has another state
  void reset();         // both sides, at once
  void close();         // quietly, at the end of the rig

 private:
  enum class Piece : std::uint8_t { bytes, end, broken };
  struct Waiting {
    Instant release;
    Piece kind;
    Bytes bytes;
  };
  struct Flow {
    Flow(asio::io_context& io, Path& way, tcp::socket& source, tcp::socket& sink)
        : path(way), from(source), to(sink), timer(io) {}
    Path& path;
    tcp::socket& from;
    tcp::socket& to;
    asio::steady_timer timer;
    std::deque<Waiting> queue;
    std::size_t queued = 0;
    Bytes piece = Bytes(kRelayPieceBytes);
    Instant last_release;
    bool reading = false, writing = false;
    bool read_over = false;   // an end or a reset was read
    bool write_over = false;  // and was handed on
  };

  void connect_on();
  void read(Flow& flow);
  void arrived(Flow& flow, Piece kind, std::size_t bytes);
  void write(Flow& flow);
  void hand_on_end(Flow& flow, Piece kind);
  void finish();

  OsClock clock_;
  tcp::socket dialler_;
  tcp::socket target_;
  Flow forward_;
  Flow backward_;
  Generator& luck_;
  RelayCounters& counters_;
  std::function<void()> on_gone_;
  tcp::endpoint source_endpoint_, target_endpoint_;
  enum class Stage : std::uint8_t { waiting, connecting, relaying, gone };
  Stage stage_ = Stage::waiting;
};

}  // namespace lastmile::real
