// How much a fault may ask for: what passes that would be cut without a word, or go on for ever.
#include <algorithm>

#include "core/base/random.hpp"
#include "scenarios/engine/model/parse.hpp"

namespace lastmile::scenario {
namespace {

// Of what a law draws in a window, on average. Drawn rather than computed: bounds and the window cut tails off.
std::int64_t mean_draw(const Law& law, Duration window) {
  if (law.kind == LawKind::fixed) return std::min(law.most().value_or(law.value), window.ns);
  constexpr std::int64_t kDraws = 1000;
  Generator draws(substream(1, kRunScope, "mean of a law"));
  std::int64_t sum = 0;  // of thousandths: a sum of whole lengths would not fit
  for (std::int64_t i = 0; i < kDraws; ++i) sum += std::min(law.draw(draws), window.ns) / kDraws;
  return sum;
}

// Every return is a start: without a bound, a node that comes and goes within nanoseconds does it for ever.
void churn_restarts(const Scenario& s, const std::string& pointer, const Fault& fault, const ChurnFault& churn,
                    Findings& findings) {
  Instant first = s.phases.start(Phase::trouble);
  Instant last = s.phases.end(Phase::trouble);
  if (const auto* moment = std::get_if<Moment>(&fault.from)) first = s.phases.resolve(*moment);
  if (fault.until) last = s.phases.resolve(*fault.until);
  std::int64_t times = 1;
  const auto repeated = [&](Duration interval) {
    const std::int64_t whole = (last - first).ns / std::max<std::int64_t>(1, interval.ns);
    times = std::clamp<std::int64_t>(whole, 1, kOccurrencesMax);
  };
  if (const auto* every = std::get_if<Every>(&fault.from)) repeated(every->interval);
  if (const auto* rate = std::get_if<Poisson>(&fault.from)) repeated(rate->rate.mean_interval());
  const Duration window = std::min(fault.length.value_or(last - first), last - first);
  const std::int64_t session = mean_draw(churn.session, window);
  const std::int64_t absence = mean_draw(churn.absence, window);
  const Duration least{window.ns / kOccurrencesMax * times};
  if (session + absence >= std::min(least, window).ns) return;
  findings.expected(pointer + "/session",
                    "at most 10,000 restarts of a node: a session and an absence together that take " +
                        duration_text(least) + " or more, on average",
                    duration_text(Duration{session + absence}), duration_text(least));
}

// A deeper one would be cut to what is not final, and the run would answer another question.
void reorg_depth(const Scenario& s, const std::string& pointer, const ChainFault& fault, Findings& findings) {
  if (fault.mode != ChainTrouble::reorg) return;
  const auto& chains = s.world.chains;
  const auto chain = std::find_if(chains.begin(), chains.end(), [&](const auto& c) { return c.name == fault.chain; });
  if (chain == chains.end() || fault.depth <= chain->finality_blocks) return;
  const std::uint64_t most = chain->finality_blocks;
  findings.expected(pointer + "/depth",
                    most == 0
                        ? "no reorg of \"" + chain->name + "\": its \"finality_blocks\" is 0, every block is final"
                        : "at most " + std::to_string(most) + ", the \"finality_blocks\" of \"" + chain->name +
                              "\": what is under more blocks is final",
                    std::to_string(fault.depth), most == 0 ? std::string() : std::to_string(most));
}

}  // namespace

void validate_fault_sizes(const Scenario& s, Findings& findings) {
  for (std::size_t i = 0; i < s.faults.size(); ++i) {
    const std::string pointer = "/faults/" + std::to_string(i);
    if (const auto* churn = std::get_if<ChurnFault>(&s.faults[i].body)) {
      churn_restarts(s, pointer, s.faults[i], *churn, findings);
    }
    if (const auto* chain = std::get_if<ChainFault>(&s.faults[i].body)) reorg_depth(s, pointer, *chain, findings);
  }
}

}  // namespace lastmile::scenario
