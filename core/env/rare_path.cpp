#include "core/env/rare_path.hpp"

#include "core/base/check.hpp"

namespace lastmile::env {
namespace {

constexpr std::array<std::string_view, kRarePathCount> kMeanings{
    "a message finds no room in the inbox",
    "the inbox waits for the signatures that are being checked",
    "the inbox waits for the commits that are not yet durable",
    "files of a client find no room among those being checked",
    "a message that was refused before is checked again",
    "a content finds no place among those being fetched",
    "a peer that asks for a content is told that it is not here",
    "the connection to a peer takes no more gossip until the next heartbeat",
    "a heartbeat of gossip does not come",
    "a reconciliation ends after the first differences it found",
    "a peer's question of a reconciliation is refused",
    "a head of the content store finds no room",
    "an archive of the content store takes one message only",
    "a dial is not answered",
    "a question to a peer is not answered",
    "a job of the executor takes a second longer",
    "a commit takes a second longer to become durable",
    "the loop is held up for a fifth of a second after a timer",
};

}  // namespace

std::string_view rare_path_meaning(RarePath path) {
  const auto index = static_cast<std::size_t>(path);
  LM_CHECK(index < kRarePathCount);
  return kMeanings[index];
}

}  // namespace lastmile::env
