#include "core/message/status.hpp"

#include "core/base/check.hpp"

namespace lastmile::message {

std::string_view status_text(Status status) {
  switch (status) {
    case Status::none:
      return "none";
    case Status::pending:
      return "pending";
    case Status::processed:
      return "processed";
    case Status::rejected:
      return "rejected";
    case Status::forgotten:
      return "forgotten";
    case Status::removing:
      return "removing";
    case Status::removed:
      return "removed";
  }
  LM_CHECK(false);
}

std::optional<Status> parse_status(std::string_view text) {
  for (const Status status : kAllStatuses) {
    if (status_text(status) == text) return status;
  }
  return std::nullopt;
}

bool reference_legal_move(Status from, Status to) {
  switch (from) {
    case Status::none:
      return to == Status::pending || to == Status::rejected;
    case Status::pending:
      return to == Status::processed || to == Status::rejected;
    case Status::rejected:
      return to == Status::pending;
    case Status::processed:
      return to == Status::forgotten || to == Status::removing;
    case Status::removing:
      return to == Status::forgotten || to == Status::processed || to == Status::removed;
    case Status::forgotten:
    case Status::removed:
      return false;
  }
  LM_CHECK(false);
}

bool legal_move(Status from, Status to) {
  if (reference_legal_move(from, to)) return true;
  switch (from) {
    case Status::none:
    case Status::pending:
      return to == Status::forgotten;
    case Status::rejected:
      return to == Status::processed || to == Status::forgotten;
    case Status::processed:
    case Status::removing:
      return to == Status::rejected;
    case Status::forgotten:
    case Status::removed:
      return false;
  }
  LM_CHECK(false);
}

}  // namespace lastmile::message
