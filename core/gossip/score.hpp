// Peer scores (libp2p.md 13): the parameters and the formula, without any state. Scores are local, never sent, and the
// one place of the protocol that computes in doubles; only + and * are used, so that every CPU agrees.
#pragma once

#include "core/base/time.hpp"

namespace lastmile::gossip {

// Of one topic. The defaults are those of the low-rate Aleph topics: P3 and P3b off.
struct TopicScoreParams {
  double weight = 0.5;
  double time_in_mesh_weight = 0.0027;  // P1
  Duration time_in_mesh_quantum = seconds(1);
  double time_in_mesh_cap = 3600;
  double first_deliveries_weight = 0.664;  // P2
  double first_deliveries_decay = 0.9916;
  double first_deliveries_cap = 1500;
  double mesh_deliveries_weight = 0;  // P3, at most 0
  double mesh_deliveries_decay = 0.97;
  double mesh_deliveries_cap = 400;
  double mesh_deliveries_threshold = 100;
  Duration mesh_deliveries_window = milliseconds(10);
  Duration mesh_deliveries_activation = seconds(60);
  double mesh_failure_weight = 0;  // P3b, at most 0
  double mesh_failure_decay = 0.997;
  double invalid_deliveries_weight = -99;  // P4
  double invalid_deliveries_decay = 0.9994;

  bool counts_mesh_deliveries() const { return mesh_deliveries_weight != 0 || mesh_failure_weight != 0; }
};

struct GlobalScoreParams {
  double topic_score_cap = 100;     // 0 = none
  double app_weight = 1;            // P5
  double same_address_weight = -5;  // P6
  double same_address_threshold = 10;
  double behaviour_weight = -10;  // P7
  double behaviour_threshold = 0;
  double behaviour_decay = 0.2;
  Duration decay_interval = seconds(1);
  double decay_to_zero = 0.1;
  Duration retain_score = seconds(3600);

  double gossip_threshold = -10;
  double publish_threshold = -50;
  double graylist_threshold = -80;
  double accept_exchange_threshold = 10;
  double opportunistic_graft_threshold = 20;
};

// What was counted about one peer in one topic. mesh_failures already holds squares.
struct TopicCounters {
  bool in_mesh = false;
  Duration mesh_time{};
  double first_deliveries = 0;
  double mesh_deliveries = 0;
  bool mesh_deliveries_active = false;
  double mesh_failures = 0;
  double invalid_deliveries = 0;
};

// w_t * (w1*P1 + w2*P2 + w3*P3 + w3b*P3b + w4*P4).
double topic_score(const TopicScoreParams& params, const TopicCounters& counters);

// cap(topics) + w5*P5 + w6*P6 + w7*P7, topics = the sum of topic_score().
double peer_score(const GlobalScoreParams& params, double topics, double app_score, double peers_on_same_address,
                  double behaviour_penalty);

}  // namespace lastmile::gossip
