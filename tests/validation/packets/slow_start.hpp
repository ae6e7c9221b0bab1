// What TCP adds to the time of a transfer even where nothing is lost, in closed form: headers, and the waits of a
// window that begins small and grows each round trip until it fills the path (Kurose and Ross, Computer Networking,
// latency of static and dynamic windows). Not in the simulator: it says where the distance to packets comes from.
#pragma once

namespace lastmile::validation::packets {

inline constexpr double kPayload = 1448;  // of a segment, bytes
inline constexpr double kHeaders = 54;    // IP, TCP with time stamps, and of the link
inline constexpr double kFirstSegments = 10;

// `seconds` a transfer of `bytes` takes from asking to its last byte where it has its mean rate from the first byte.
inline double with_slow_start(double seconds, double round_trip, double bytes, double growth) {
  const double sending = (seconds - round_trip) * (kPayload + kHeaders) / kPayload;
  const double rate = bytes / sending;
  double out = round_trip + sending;
  double window = kFirstSegments * kPayload;
  for (double left = bytes; left > window && window < rate * round_trip; window *= growth) {
    out += round_trip - window / rate;  // nothing to send until the first acknowledgement
    left -= window;
  }
  return out;
}

}  // namespace lastmile::validation::packets
