#include "tools/cli/completion.hpp"

#include <CLI/CLI.hpp>
#include <vector>

namespace lastmile::tools {
namespace {

struct Place {
  std::string verbs;               // "file upload"; empty: none yet
  std::vector<std::string> words;  // what may come next
};

void collect(const CLI::App& app, const std::string& verbs, std::vector<Place>& out) {
  Place place{verbs, {}};
  const auto subs = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* sub : subs) place.words.push_back(sub->get_name());
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) place.words.push_back("--" + name);
  }
  out.push_back(std::move(place));
  for (const CLI::App* sub : subs) collect(*sub, verbs.empty() ? sub->get_name() : verbs + " " + sub->get_name(), out);
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

// One function for bash, which zsh runs as well.
std::string bash_script(const std::string& program, const std::vector<Place>& places) {
  std::string out =
      "_" + program + "() {\n  local verbs=\"\" word words=\"\"\n  COMPREPLY=()\n" +
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n    case \"${verbs:+$verbs }$word\" in\n      ";
  std::string known;
  for (const Place& place : places) {
    if (!place.verbs.empty()) known += (known.empty() ? "" : "|") + ("\"" + place.verbs + "\"");
  }
  out += known + ") verbs=\"${verbs:+$verbs }$word\" ;;\n    esac\n  done\n  case \"$verbs\" in\n";
  for (const Place& place : places) out += "    \"" + place.verbs + "\") words=\"" + joined(place.words) + "\" ;;\n";
  out += "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\n";
  return out + "complete -o default -F _" + program + " " + program + "\n";
}

std::string fish_script(const std::string& program, const std::vector<Place>& places) {
  std::string out = "complete -c " + program + " -f\n";
  for (const Place& place : places) {
    std::string when = "__fish_use_subcommand";
    if (!place.verbs.empty()) {
      when = "__fish_seen_subcommand_from " + place.verbs;
      if (const auto space = place.verbs.find(' '); space != std::string::npos)
        when = "__fish_seen_subcommand_from " + place.verbs.substr(0, space) + "; and __fish_seen_subcommand_from " +
               place.verbs.substr(space + 1);
    }
    for (const std::string& word : place.words) {
      out.append("complete -c ").append(program).append(" -n '").append(when).append("' ");
      const bool is_option = word.starts_with("--");
      out.append(is_option ? "-l " : "-a ").append(is_option ? word.substr(2) : word).append("\n");
    }
  }
  return out;
}

}  // namespace

std::string completion_script(const CLI::App& app, const std::string& shell) {
  std::vector<Place> places;
  collect(app, "", places);
  if (shell == "fish") return fish_script(app.get_name(), places);
  return (shell == "zsh" ? "autoload -U +X bashcompinit && bashcompinit\n" : "") + bash_script(app.get_name(), places);
}

}  // namespace lastmile::tools
