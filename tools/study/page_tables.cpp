// Checks, measures, states never reached, the resolved scenario.
#include <fmt/core.h>

#include "tools/study/html.hpp"
#include "tools/study/page.hpp"

namespace lastmile::study {
namespace {

constexpr std::size_t kHashShown = 16;

std::string violation(const CheckData& check) {
  if (!check.violated) return {};
  std::string out = fmt::format("<span class=\"violation\">First at {}", with_unit(check.violation_s, "s"));
  if (!check.violation_node.empty()) out += fmt::format(" on <b>{}</b>", escaped(check.violation_node));
  if (!check.violation_message.empty()) {
    const std::string& hash = check.violation_message;
    const bool cut = hash.size() > kHashShown + 3;
    out += fmt::format(", message <code title=\"{}\">{}{}</code>", escaped(hash),
                       escaped(hash.substr(0, cut ? kHashShown : hash.size())), cut ? "…" : "");
  }
  return out + fmt::format(": {}</span>", escaped(check.violation_event));
}

// One cell of a figure; nothing at all where there is no such figure.
std::string cell(std::string_view label, const std::string& text) {
  return fmt::format("<td class=\"num\" data-label=\"{}\">{}</td>", label, text);
}

}  // namespace

std::string checks_section(const RunData& run) {
  std::string out = "<h2>Checks</h2>";
  if (run.checks.empty()) return out + "<p class=\"note\">The scenario has no check, so that it proves nothing.</p>";
  out +=
      "<table class=\"checks stack\"><thead><tr><th>verdict</th><th>check</th><th>what was "
      "seen</th></tr></thead><tbody>";
  for (const CheckData& check : run.checks) {
    out += fmt::format("<tr><td>{}</td><td><b>{}</b><br><span class=\"note\">{}</span></td><td class=\"detail\">{}",
                       verdict_mark(check.verdict), escaped(words(check.name)), escaped(check.kind),
                       escaped(check.detail));
    std::string more;
    if (check.examined > 0) more = grouped(check.examined) + " examined";
    if (check.held_at_s) more += (more.empty() ? "" : ", ") + ("held from " + clock_time(*check.held_at_s));
    if (!more.empty()) out += fmt::format(" <span class=\"note\">({})</span>", more);
    out += violation(check) + story_of(run, check) + "</td></tr>";
  }
  out += "</tbody></table>";
  return out +
         "<p class=\"note\">Safety is watched all the time; liveness must hold by the end of settle. Unknown means "
         "that there was nothing to look at, or that the run was ended before it could be told.</p>";
}

std::string measures_section(const RunData& run) {
  if (run.measures.empty()) return {};
  std::string rows;
  bool sketch = false;
  std::string missing;
  for (const MeasureData& m : run.measures) {
    if (m.distribution ? m.count == 0 : !m.value) {
      missing += (missing.empty() ? "" : ", ") + escaped(words(m.name));
      continue;
    }
    const auto dot = m.name.find('.');
    sketch = sketch || m.quantile_error;
    const auto shown = [&](double v) { return with_unit(v, m.unit); };
    // Seconds, bytes and shares carry their unit in each figure.
    const bool in_figures = m.unit == "s" || m.unit == "B" || m.unit == "share";
    // "propagation_s" and "divergence_messages" would say their unit twice.
    std::string name = words(dot == std::string::npos ? m.name : m.name.substr(0, dot));
    if (!m.unit.empty() && name.ends_with(" " + m.unit)) name.resize(name.size() - m.unit.size() - 1);
    const bool said = in_figures || m.unit.empty() || name == m.unit;
    if (dot != std::string::npos) {
      const bool coverage = m.name.starts_with("coverage");
      name += (coverage ? ", " : ": ") + words(m.name.substr(dot + 1)) + (coverage ? " % of nodes" : "");
    }
    rows +=
        fmt::format("<tr{}><td>{}{}{}</td>", dot == std::string::npos ? "" : " class=\"part\"", escaped(name),
                    m.quantile_error ? " ≈" : "", said ? "" : " <span class=\"note\">" + escaped(m.unit) + "</span>");
    if (m.distribution) {
      rows += cell("median", shown(m.p50)) + cell("90 %", shown(m.p90)) + cell("99 %", shown(m.p99)) +
              cell("most", shown(m.max)) + cell("least", shown(m.min)) + cell("mean", shown(m.mean)) +
              cell("samples", grouped(m.count));
    } else {
      rows += cell("", shown(*m.value));
      for (int i = 0; i < 6; ++i) rows += cell("", "");
    }
    rows += "</tr>";
  }
  std::string out = "<h2>Measures</h2>";
  if (!rows.empty()) {
    out +=
        "<table class=\"stack figures\"><thead><tr><th>measure</th><th class=\"num\">median or value</th><th "
        "class=\"num\">90 %</th><th class=\"num\">99 %</th>"
        "<th class=\"num\">most</th><th class=\"num\">least</th><th class=\"num\">mean</th><th "
        "class=\"num\">samples</th></tr></thead><tbody>" +
        rows + "</tbody></table>";
  }
  if (sketch) out += "<p class=\"note\">≈ more than 100,000 samples: quantiles are within 0.4 %.</p>";
  if (!missing.empty()) out += fmt::format("<p class=\"note\">Nothing was seen of: {}.</p>", missing);
  return out;
}

std::string rare_states(const RunData& run) {
  if (run.rare_states.empty()) return {};
  std::string never;
  std::string rows;
  std::size_t reached = 0;
  for (const RareStateData& state : run.rare_states) {
    if (state.count == 0) {
      never += fmt::format("<li>state {}: {}</li>", escaped(state.name), escaped(state.meaning));
      continue;
    }
    ++reached;
    rows += fmt::format(
        "<tr><td data-label=\"state\">{}</td><td class=\"num\" data-label=\"times\">{}</td><td class=\"num\" "
        "data-label=\"first at\">{} s</td><td data-label=\"on\">{}</td></tr>",
        escaped(state.meaning), grouped(state.count), figure(state.first_s), escaped(state.node));
  }
  std::string out = fmt::format("<p>Of {} rare states of a node, in which mistakes hide, this run reached {}.</p>",
                                run.rare_states.size(), reached);
  if (!never.empty()) out += "<p>Never reached:</p><ul class=\"plain\">" + never + "</ul>";
  if (!rows.empty()) {
    out +=
        "<details><summary>Rare states reached</summary><table class=\"stack figures\"><thead><tr><th>state</th><th "
        "class=\"num\">times</th><th class=\"num\">first at</th><th>on</th></tr></thead><tbody>" +
        rows + "</tbody></table></details>";
  }
  return out;
}

std::string never_section(const RunData& run) {
  std::string out = "<h2>States never reached</h2>";
  if (run.never_reached.empty() && run.limit_hit.empty()) {
    out += "<p>Everything the scenario provides for happened.</p>";
  } else {
    out += "<ul class=\"plain\">";
    for (const std::string& text : run.never_reached) out += fmt::format("<li>{}</li>", escaped(text));
    if (!run.limit_hit.empty())
      out += fmt::format("<li>the planned end: the run was ended by a limit ({})</li>", escaped(run.limit_hit));
    out += "</ul>";
  }
  return out + rare_states(run);
}

std::string scenario_section(const RunData& run) {
  if (run.scenario_text.empty()) return {};
  return fmt::format(
      "<section class=\"screen\"><h2>The scenario</h2><details><summary>scenario.json with every default "
      "filled</summary><pre>{}</pre></details></section>",
      escaped(run.scenario_text));
}

}  // namespace lastmile::study
