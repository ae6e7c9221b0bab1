// What checks have in common that are watched always.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "scenarios/engine/text/quantity.hpp"
#include "scenarios/engine/watch/check_run.hpp"

namespace lastmile::scenario {

// Counts what it looked at and what was wrong; the sentence for a good end comes from the check.
class Watching : public CheckRun {
 public:
  using CheckRun::CheckRun;

 protected:
  CheckResult conclude(std::string good, std::string idle, std::string_view bad) {
    CheckResult r = start();
    r.examined = examined_;
    r.first_violation = violation_;
    if (violation_) {
      r.verdict = Verdict::fail;
      r.detail = std::string(bad) + ": " + human_count(violations_) + "; first: " + violation_->event;
    } else if (examined_ == 0) {
      r.detail = std::move(idle);
    } else {
      r.verdict = Verdict::pass;
      r.detail = std::move(good);
    }
    return r;
  }
  // Of what only a node with a state can say.
  CheckResult conclude_states(std::string good, std::string idle, std::string_view bad) {
    CheckResult r = conclude(std::move(good), std::move(idle), bad);
    r.detail += c_.without_state();
    return r;
  }
  std::uint64_t examined_ = 0;
};

std::unique_ptr<CheckRun> make_supply_check(const CheckContext& context, const Check& check);

}  // namespace lastmile::scenario
