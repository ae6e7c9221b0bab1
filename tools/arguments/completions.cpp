#include "tools/arguments/completions.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace lastmile::tools {
namespace {

void collect(const CLI::App& app, const std::vector<std::string>& verbs, std::vector<CompletionPlace>& places) {
  CompletionPlace place{verbs, {}};
  const auto subs = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* sub : subs) place.words.push_back({sub->get_name(), sub->get_description(), false});
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      place.words.push_back({"--" + name, option->get_description(), option->get_items_expected_max() > 0});
    }
  }
  places.push_back(std::move(place));
  for (const CLI::App* sub : subs) {
    auto longer = verbs;
    longer.push_back(sub->get_name());
    collect(*sub, longer, places);
  }
}

std::string in_a_row(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string identifier(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// In single quotes of any of the three.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("\"") : std::string(1, c);
  return out + "'";
}

// "verb|verb|..." of all places but the first.
std::string known_paths(const std::vector<CompletionPlace>& places, const char* between) {
  std::string out;
  for (const CompletionPlace& place : places) {
    if (!place.verbs.empty()) out += (out.empty() ? "" : between) + ("'" + in_a_row(place.verbs) + "'");
  }
  return out;
}

std::string bash_script(const std::string& program, const std::vector<CompletionPlace>& places) {
  const std::string function = "_" + identifier(program);
  std::string out = "# bash completion of " + program + ", written by: " + program + " completion bash\n";
  out += function + "() {\n  local place='' word words=''\n  COMPREPLY=()\n";
  out += "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n    case \"${place:+$place }$word\" in\n      " +
         known_paths(places, "|") + ") place=\"${place:+$place }$word\" ;;\n    esac\n  done\n  case \"$place\" in\n";
  for (const CompletionPlace& place : places) {
    std::vector<std::string> words;
    words.reserve(place.words.size());
    for (const auto& word : place.words) words.push_back(word.text);
    out += "    '" + in_a_row(place.verbs) + "') words=" + quoted(in_a_row(words)) + " ;;\n";
  }
  out += "  esac\n  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n}\n";
  return out + "complete -o default -F " + function + " " + program + "\n";
}

std::string zsh_script(const std::string& program, const std::vector<CompletionPlace>& places) {
  std::string out = "#compdef " + program + "\n# written by: " + program + " completion zsh\n";
  out += "local place='' word\nlocal -a choices\nfor word in \"${(@)words[2,CURRENT-1]}\"; do\n";
  out += "  case \"${place:+$place }$word\" in\n    " + known_paths(places, "|") +
         ") place=\"${place:+$place }$word\" ;;\n  esac\ndone\ncase \"$place\" in\n";
  for (const CompletionPlace& place : places) {
    out += "  '" + in_a_row(place.verbs) + "') choices=(";
    for (const auto& word : place.words) out += "\n    " + quoted(word.text + ":" + word.about);
    out += ") ;;\n";
  }
  return out + "esac\n_describe 'word' choices || _files\n";
}

std::string fish_script(const std::string& program, const std::vector<CompletionPlace>& places) {
  const std::string function = "__" + identifier(program) + "_place";
  std::string out = "# fish completion of " + program + ", written by: " + program + " completion fish\n";
  out += "function " + function + "\n  set -l place ''\n  for word in (commandline -opc)[2..]\n";
  out += "    set -l longer (string trim \"$place $word\")\n    contains -- $longer " + known_paths(places, " ") +
         "; and set place $longer\n  end\n  test \"$place\" = \"$argv[1]\"\nend\n";
  for (const CompletionPlace& place : places) {
    const std::string when = " -n " + quoted(function + " \"" + in_a_row(place.verbs) + "\"");
    for (const auto& word : place.words) {
      const bool option = word.text.starts_with("--");
      out.append("complete -c ").append(program).append(when);
      out.append(option ? " -l " : " -f -a ").append(word.text, option ? 2 : 0);
      out.append(word.value ? " -r -d " : " -d ").append(quoted(word.about)).append("\n");
    }
  }
  return out;
}

}  // namespace

std::vector<CompletionPlace> completion_places(const CLI::App& app) {
  std::vector<CompletionPlace> places;
  collect(app, {}, places);
  return places;
}

std::string completions_of(const std::string& program, const std::vector<CompletionPlace>& places, Shell shell) {
  switch (shell) {
    case Shell::bash:
      return bash_script(program, places);
    case Shell::zsh:
      return zsh_script(program, places);
    case Shell::fish:
      return fish_script(program, places);
  }
  return {};
}

}  // namespace lastmile::tools
