// What addresses have (http-api.md 10). Balances are kept in memory on the node's loop.
#include <algorithm>
#include <map>

#include "core/economy/balances.hpp"
#include "core/economy/credits.hpp"
#include "real/http/api.hpp"
#include "real/http/costs.hpp"
#include "real/http/cursor.hpp"
#include "real/http/json_writer.hpp"
#include "real/http/page_json.hpp"
#include "real/http/parameters.hpp"
#include "real/http/time_text.hpp"

namespace lastmile::http {
namespace {

// Tokens by chain, those in dapps left out.
std::map<std::string, Amount> by_chain(const store::Store& store, std::string_view address) {
  std::map<std::string, Amount> sums;
  for (const economy::BalanceRow& row : store.balances().rows(address)) {
    if (!row.dapp.empty()) continue;
    Amount& sum = sums[row.chain];
    sum = sum.plus(row.balance).value_or(sum);
  }
  return sums;
}

// Never expiring first, then by date.
void append_credit_details(JsonWriter& json, const store::Store& store, std::string_view address, Wall now) {
  economy::Credits forever;
  std::map<Wall, economy::Credits> until;
  for (const economy::CreditLot& lot : store.credits().lots(address)) {
    if (!lot.expiration) {
      forever += lot.remaining;
    } else if (*lot.expiration > now) {
      until[*lot.expiration] += lot.remaining;
    }
  }
  json.open_array();
  if (forever != economy::Credits()) {
    json.open_object().key("expiration_date").null().key("amount").raw(forever.text()).close_object();
  }
  for (const auto& [date, amount] : until) {
    if (amount == economy::Credits()) continue;
    json.open_object().key("expiration_date").text(iso_z(date)).key("amount").raw(amount.text()).close_object();
  }
  json.close_array();
}

Response balance(Api& api, const Request& request) {
  Parameters parameters(request);
  const auto chain = parameters.one({"chain"}, "a code of a chain", crypto::parse_chain);
  const bool details = parameters.boolean({"include_credit_details"}, false);
  if (!parameters.good()) return parameters.refusal();
  const std::string& address = request.captures.front();
  const store::Store& store = api.node().store();
  const Wall now = api.clock().wall();
  const auto account = store.account(address, now);
  if (!account.ok()) return failed(account.error());
  const auto sums = by_chain(store, address);
  Amount total;
  for (const auto& [code, sum] : sums) {
    if (!chain || code == crypto::chain_text(*chain)) total = total.plus(sum).value_or(total);
  }
  JsonWriter json;
  json.open_object().key("address").text(address).key("balance").raw(amount_number(total));
  json.key("details").open_object();
  for (const auto& [code, sum] : sums) {
    if (!chain) json.key(code).raw(amount_number(sum));
  }
  json.close_object().key("locked_amount").raw(amount_number(account->locked));
  json.key("credit_balance").raw(account->credits.text()).key("credit_balance_details");
  if (details) {
    append_credit_details(json, store, address, now);
  } else {
    json.null();
  }
  json.close_object();
  return json_response(json.take());
}

struct BalancePage {
  store::PageRequest page;
  std::optional<std::string> after;  // an address
  std::uint64_t least = 0;
};

std::optional<Response> read_page(Parameters& parameters, BalancePage& wanted) {
  constexpr std::uint64_t kPerPage = 100;
  wanted.page = parameters.page({.per_page = kPerPage, .cursor = CursorKind::none});
  wanted.least = parameters.whole({"min_balance"}, 0, 1, ~std::uint64_t{0});
  const auto cursor = parameters.text({"cursor"});
  if (cursor) {
    wanted.page.cursor_mode = true;
    if (wanted.page.per_page == 0) parameters.wrong("pagination", "a whole number of at least 1 beside a cursor", "0");
    wanted.page.per_page = std::min<std::uint64_t>(wanted.page.per_page, kCursorPageMax);
  }
  if (!parameters.good()) return parameters.refusal();
  if (cursor && !cursor->empty()) {
    wanted.after = parse_address_cursor(*cursor);
    if (!wanted.after) return text_response(422, "Invalid cursor");
  }
  return std::nullopt;
}

// rows_of(address, add): calls add(append) for each row of an address, append(json) writes it. A page of a cursor ends
// with a whole address.
template <class RowsOf>
Response list_by_address(const std::vector<std::string>& addresses, const BalancePage& wanted, std::string_view item,
                         RowsOf rows_of) {
  JsonWriter json;
  json.open_object().key(item).open_array();
  std::uint64_t seen = 0;
  std::uint64_t given = 0;
  const bool all = wanted.page.per_page == 0;
  const std::uint64_t skip = wanted.page.cursor_mode || all ? 0 : (wanted.page.page - 1) * wanted.page.per_page;
  std::optional<std::string> next;
  std::string last;
  auto begin = addresses.begin();
  if (wanted.after) begin = std::upper_bound(addresses.begin(), addresses.end(), *wanted.after);
  for (auto address = begin; address != addresses.end() && !next; ++address) {
    rows_of(*address, [&](const auto& append) {
      ++seen;
      if (wanted.page.cursor_mode && given >= wanted.page.per_page && last != *address) {
        next = address_cursor(last);
        return;
      }
      const bool in_page = all || (seen > skip && given < wanted.page.per_page);
      if (!in_page && !(wanted.page.cursor_mode && last == *address)) return;
      ++given;
      last = *address;
      append(json);
    });
  }
  json.close_array();
  if (wanted.page.cursor_mode) {
    append_next_cursor(json, wanted.page.per_page, next);
  } else {
    append_page_figures(json, wanted.page.page, wanted.page.per_page, seen, item);
  }
  json.close_object();
  return json_response(json.take());
}

Response balances(Api& api, const Request& request) {
  Parameters parameters(request);
  BalancePage wanted;
  const auto chains = parameters.many<crypto::Chain>({"chains"}, "codes of chains", crypto::parse_chain);
  if (auto refused = read_page(parameters, wanted)) return *std::move(refused);
  const store::Store& store = api.node().store();
  const Amount least = Amount::tokens(wanted.least);
  return list_by_address(
      store.balances().addresses(), wanted, "balances", [&](const std::string& address, const auto& add) {
        for (const auto& [code, sum] : by_chain(store, address)) {
          const auto chain = crypto::parse_chain(code);
          const bool named = !chains || (chain && std::find(chains->begin(), chains->end(), *chain) != chains->end());
          if (!named || sum < least) continue;
          add([&](JsonWriter& json) {
            json.open_object().key("address").text(address).key("balance").raw(amount_number(sum));
            json.key("chain").text(code).close_object();
          });
        }
      });
}

Response credit_balances(Api& api, const Request& request) {
  Parameters parameters(request);
  BalancePage wanted;
  if (auto refused = read_page(parameters, wanted)) return *std::move(refused);
  const store::Store& store = api.node().store();
  const Wall now = api.clock().wall();
  return list_by_address(store.credits().addresses(), wanted, "credit_balances",
                         [&](const std::string& address, const auto& add) {
                           const economy::Credits sum = store.credits().balance(address, now);
                           if (sum < economy::Credits(wanted.least)) return;
                           add([&](JsonWriter& json) {
                             json.open_object().key("address").text(address);
                             json.key("credits").raw(sum.text()).close_object();
                           });
                         });
}

}  // namespace

void add_balance_routes(Router& router, Api& api) {
  const auto add = [&](std::string path, std::string about, std::vector<std::string> parameters,
                       Response (*answer)(Api&, const Request&)) {
    router.add({.path = std::move(path),
                .about = std::move(about),
                .handle = [&api, answer](const Request& request, Reply reply) { reply(answer(api, request)); },
                .parameters = std::move(parameters)});
  };
  add("/api/v0/addresses/{address}/balance", "tokens and credits of an address", {"chain", "include_credit_details"},
      balance);
  add("/api/v0/balances", "tokens of all addresses", {"chains", "min_balance", "pagination", "page", "cursor"},
      balances);
  add("/api/v0/credit_balances", "credits of all addresses", {"min_balance", "pagination", "page", "cursor"},
      credit_balances);
}

}  // namespace lastmile::http
