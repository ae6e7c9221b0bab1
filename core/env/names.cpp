#include "core/env/network.hpp"

namespace lastmile::env {

std::string_view protocol_name(Protocol protocol) {
  switch (protocol) {
    case Protocol::gossip:
      return "/meshsub/1.1.0";
    case Protocol::reconciliation:
      return "/aleph/lastmile/reconcile/1";
    case Protocol::content:
      return "/aleph/lastmile/content/1";
    case Protocol::heads:
      return "/aleph/lastmile/heads/1";
  }
  LM_CHECK(false);
}

std::string_view close_reason_name(CloseReason reason) {
  switch (reason) {
    case CloseReason::local:
      return "local";
    case CloseReason::remote:
      return "remote";
    case CloseReason::reset:
      return "reset";
    case CloseReason::timeout:
      return "timeout";
    case CloseReason::refused:
      return "refused";
    case CloseReason::limit:
      return "limit";
    case CloseReason::protocol_error:
      return "protocol_error";
  }
  LM_CHECK(false);
}

}  // namespace lastmile::env
