#include "real/http/costs.hpp"

#include <array>

#include "real/http/json_writer.hpp"

namespace lastmile::http {
namespace {

std::optional<std::uint64_t> bytes_of(const Result<std::optional<store::FileTagRow>>& row) {
  if (!row.ok()) return std::nullopt;
  const auto& tag = *row;
  return tag ? std::optional(tag->file.bytes) : std::nullopt;
}

}  // namespace

std::optional<economy::CostInput> cost_input_of(Api& api, const message::Content& content, const KnownSizes& known) {
  const store::View view = api.view();
  const economy::FileSizes sizes{
      [&](const message::ItemHash& file) -> std::optional<std::uint64_t> {
        if (known.stored) return known.stored;
        const auto row = view.file(file);
        if (!row.ok() || !*row || !(*row)->local) return std::nullopt;
        return (*row)->bytes;
      },
      [&](const message::FileRef& ref) -> std::optional<std::uint64_t> {
        const auto guess = known.referenced.find(ref.ref);
        if (guess != known.referenced.end()) return guess->second;
        return bytes_of(ref.use_latest ? view.latest_file(ref.ref.view()) : view.file_of_message(ref.ref));
      }};
  return economy::cost_input(content, sizes);
}

Result<bool> can_pay(Api& api, const std::string& owner, const economy::Cost& cost) {
  const store::Store& store = api.node().store();
  if (!store.options().charge || cost.payment == economy::Payment::superfluid) return true;
  const auto account = store.account(owner, api.clock().wall());
  if (!account.ok()) return account.error();
  economy::AccountSide side{.balance = account->tokens, .committed = account->locked};
  if (cost.payment == economy::Payment::credit) {
    const auto units = account->credits.scaled(Amount::kUnitsPerToken, 1);
    if (!units) return true;  // more credits than can be counted in the smallest unit
    side = {.balance = Amount::units(*units), .committed = account->credit_rate};
  }
  const economy::Commitment one{.hash = {}, .time = {}, .payment = cost.payment, .cost = cost.total, .ended = {}};
  return economy::judge_newest(side, one, store.options().account_rules).standing != economy::Standing::refused;
}

std::string amount_number(const Amount& amount) {
  std::string text = amount.tokens_text();
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

Result<std::string> cost_json(Api& api, const economy::CostInput& input, const std::string& owner, bool sizes) {
  const store::Store& store = api.node().store();
  const auto& rules = store.options().cost_rules;
  const auto cost = economy::cost_of(input, store.prices(), rules);
  if (!cost.ok()) return cost.error();
  constexpr std::array kUnits{economy::Payment::hold, economy::Payment::superfluid, economy::Payment::credit};
  constexpr std::array<std::string_view, 3> kColumns{"cost_hold", "cost_stream", "cost_credit"};
  std::vector<economy::Cost> columns;
  for (const economy::Payment unit : kUnits) {
    auto column = economy::cost_in(input, unit, store.prices(), rules);
    if (!column.ok()) return column.error();
    columns.push_back(*std::move(column));
  }
  JsonWriter json;
  json.open_object().key("required_tokens").raw(amount_number(cost->total));
  json.key("payment_type").text(message::payment_type_text(cost->payment));
  json.key("cost").text(cost->total.tokens_text()).key("detail").open_array();
  for (std::size_t i = 0; i < cost->lines.size(); ++i) {
    const economy::CostLine& line = cost->lines[i];
    json.open_object().key("type").text(economy::cost_type_name(line.type)).key("name").text(line.name);
    for (std::size_t unit = 0; unit < columns.size(); ++unit) {
      json.key(kColumns[unit]).text(economy::units_text(columns[unit].lines[i].amount));
    }
    json.key("size_mib");
    if (sizes && line.bytes) {
      json.real(static_cast<double>(*line.bytes) / economy::kMiB);
    } else {
      json.null();
    }
    json.close_object();
  }
  json.close_array().key("charged_address").text(owner).close_object();
  return json.take();
}

}  // namespace lastmile::http
