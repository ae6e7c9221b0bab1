#include "core/gossip/score.hpp"

#include <algorithm>

namespace lastmile::gossip {

double topic_score(const TopicScoreParams& params, const TopicCounters& counters) {
  double sum = 0;
  if (counters.in_mesh) {
    const double quanta =
        static_cast<double>(counters.mesh_time.ns) / static_cast<double>(params.time_in_mesh_quantum.ns);
    sum += params.time_in_mesh_weight * std::min(quanta, params.time_in_mesh_cap);
  }
  sum += params.first_deliveries_weight * std::min(counters.first_deliveries, params.first_deliveries_cap);
  if (counters.mesh_deliveries_active) {
    const double delivered = std::min(counters.mesh_deliveries, params.mesh_deliveries_cap);
    if (delivered < params.mesh_deliveries_threshold) {
      const double deficit = params.mesh_deliveries_threshold - delivered;
      sum += params.mesh_deliveries_weight * (deficit * deficit);
    }
  }
  sum += params.mesh_failure_weight * counters.mesh_failures;
  sum += params.invalid_deliveries_weight * (counters.invalid_deliveries * counters.invalid_deliveries);
  return params.weight * sum;
}

double peer_score(const GlobalScoreParams& params, double topics, double app_score, double peers_on_same_address,
                  double behaviour_penalty) {
  double score = topics;
  if (params.topic_score_cap > 0) score = std::min(score, params.topic_score_cap);
  score += params.app_weight * app_score;
  if (peers_on_same_address > params.same_address_threshold) {
    const double excess = peers_on_same_address - params.same_address_threshold;
    score += params.same_address_weight * (excess * excess);
  }
  if (behaviour_penalty > params.behaviour_threshold) {
    const double excess = behaviour_penalty - params.behaviour_threshold;
    score += params.behaviour_weight * (excess * excess);
  }
  return score;
}

}  // namespace lastmile::gossip
