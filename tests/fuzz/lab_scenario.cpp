// Scenario files of the lab, as anybody writes them: refused with a reason, or resolved into one that reads as itself
// and runs without losing a unit, whatever its numbers are.
#include <algorithm>
#include <string_view>

#include "core/base/check.hpp"
#include "tools/lab/engine/run.hpp"
#include "tools/lab/scenario/scenario.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile;
  using namespace lastmile::lab;
  scenario::Findings findings;
  const auto loaded = load_lab(std::string_view(reinterpret_cast<const char*>(data), size), {}, findings);
  LM_CHECK(loaded.has_value() == findings.empty());
  if (!loaded) return 0;
  const std::string text = scenario::pretty(resolved(loaded->model));
  const auto again = load_lab(text, {}, findings);
  LM_CHECK(again.has_value());
  LM_CHECK(scenario::pretty(resolved(again->model)) == text);
  Model model = loaded->model;
  model.days = std::min(model.days, 12U);
  model.operators.count = std::min(model.operators.count, 60U);
  model.operators.running = std::min(model.operators.running, model.operators.count);
  model.stakers.count = std::min(model.stakers.count, 200U);
  for (const Arithmetic arithmetic : {Arithmetic::exact, Arithmetic::fast}) {
    model.arithmetic = arithmetic;
    static_cast<void>(run_model(model, model.seed, Record::everything, [](const DayRow&) {}));
  }
  return 0;
}
