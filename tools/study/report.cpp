#include "tools/study/report.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <system_error>

#include "tools/study/html.hpp"
#include "tools/study/page.hpp"

namespace lastmile::study {

Result<std::string> render_report(const std::string& folder) {
  auto data = read_run(folder);
  if (!data.ok()) return data.error();
  const RunData& run = *data;
  std::string body = verdict_section(run) + repeat_section(run) + world_section(run) + timeline_section(run) +
                     propagation_section(run) + checks_section(run) + network_section(run) + measures_section(run) +
                     never_section(run) + scenario_section(run);
  std::string notes;
  for (const std::string& note : run.notes) notes += fmt::format("<p>{}</p>", escaped(note));
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<title>{}: {}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n{}\n<footer>{}<p>Made from the run folder "
      "alone; this page needs no network.</p></footer>\n"
      "</main>\n</body>\n</html>\n",
      escaped(run.scenario), escaped(run.verdict), page_style(), body, notes);
}

Result<Unit> write_page(const std::string& folder, std::string_view page) {
  // Beside its place first: on a full disk the page of before stays whole.
  const std::string path = folder + "/report.html";
  const std::string partial = path + ".partial";
  errno = 0;
  std::ofstream file(partial, std::ios::binary | std::ios::trunc);
  file.write(page.data(), static_cast<std::streamsize>(page.size()));
  file.close();
  if (file && std::rename(partial.c_str(), path.c_str()) == 0) return Unit{};
  const int why = errno != 0 ? errno : EIO;
  std::remove(partial.c_str());
  return Error{path + ": cannot be written (" + std::generic_category().message(why) + ")"};
}

}  // namespace lastmile::study
