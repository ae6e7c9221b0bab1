#include "scenarios/engine/text/selector.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "scenarios/engine/text/finding.hpp"

namespace lastmile::scenario {
namespace {

constexpr std::array<std::string_view, 12> kAtoms{"all",    "group", "role",   "region",   "node",     "chain",
                                                  "island", "one",   "random", "minority", "majority", "richest"};
constexpr std::size_t kTermLengthMax = 2000;

bool takes_name(AtomKind kind) { return kind >= AtomKind::group && kind <= AtomKind::island; }

std::optional<std::uint32_t> count_of(std::string_view text) {
  std::uint32_t value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || rest != text.data() + text.size() || value == 0) return std::nullopt;
  return value;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Result<Atom> parse_atom(std::string_view text) {
  Atom atom;
  if (!text.empty() && text.front() == '!') {
    atom.negated = true;
    text.remove_prefix(1);
  }
  const auto colon = text.find(':');
  const std::string_view word = text.substr(0, colon);
  const std::string_view rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  const auto found = std::find(kAtoms.begin(), kAtoms.end(), word);
  if (found == kAtoms.end()) {
    const std::string_view guess = nearest(word, kAtoms);
    return Error{"unknown atom \"" + std::string(word.substr(0, 40)) + "\"" +
                 (guess.empty() ? "" : ", did you mean \"" + std::string(guess) + "\"")};
  }
  atom.kind = static_cast<AtomKind>(found - kAtoms.begin());
  if (takes_name(atom.kind)) {
    if (rest.empty())
      return Error{"\"" + std::string(word) + "\" needs a name, such as \"" + std::string(word) + ":NAME\""};
    atom.name = rest;
    return atom;
  }
  if (atom.kind == AtomKind::random || atom.kind == AtomKind::richest) {
    if (const auto count = count_of(rest)) {
      atom.count = *count;
      return atom;
    }
    if (atom.kind == AtomKind::random) {
      if (auto share = parse_share(rest); share.ok() && share->parts > 0) {
        atom.share = *share;
        return atom;
      }
      return Error{"\"random\" needs a number or a share, such as \"random:5\" or \"random:10%\""};
    }
    return Error{"\"richest\" needs a number, such as \"richest:3\""};
  }
  if (colon != std::string_view::npos) return Error{"\"" + std::string(word) + "\" takes nothing after it"};
  return atom;
}

}  // namespace

bool Selector::counting() const {
  return std::any_of(terms.begin(), terms.end(), [](const auto& term) {
    return std::any_of(term.begin(), term.end(), [](const Atom& atom) { return atom.counting(); });
  });
}

Result<std::vector<Atom>> parse_term(std::string_view text) {
  if (text.size() > kTermLengthMax) return Error{"longer than 2000 characters"};
  std::vector<Atom> term;
  bool more = true;
  while (more) {
    const auto joint = text.find('&');
    more = joint != std::string_view::npos;
    const std::string_view part = trimmed(text.substr(0, joint));
    if (part.empty()) return Error{"an empty atom"};
    auto atom = parse_atom(part);
    if (!atom.ok()) return atom.error();
    if (atom->counting() && std::any_of(term.begin(), term.end(), [](const Atom& a) { return a.counting(); })) {
      return Error{"two counting atoms in one term"};
    }
    term.push_back(std::move(atom).value());
    if (term.size() > kSelectorAtomsMax) return Error{"more than 32 atoms in one term"};
    if (more) text.remove_prefix(joint + 1);
  }
  return term;
}

std::string atom_text(const Atom& atom) {
  std::string out = atom.negated ? "!" : "";
  out += kAtoms[static_cast<std::size_t>(atom.kind)];
  if (takes_name(atom.kind)) {
    out += ":" + atom.name;
  } else if (atom.count > 0) {
    out += ":" + std::to_string(atom.count);
  } else if (atom.kind == AtomKind::random) {
    out += ":" + share_text(atom.share);
  }
  return out;
}

std::string term_text(const std::vector<Atom>& term) {
  std::string out;
  for (const Atom& atom : term) {
    if (!out.empty()) out += " & ";
    out += atom_text(atom);
  }
  return out;
}

std::string selector_text(const Selector& selector) {
  std::string out;
  for (const auto& term : selector.terms) {
    if (!out.empty()) out += ", ";
    out += term_text(term);
  }
  return out;
}

}  // namespace lastmile::scenario
