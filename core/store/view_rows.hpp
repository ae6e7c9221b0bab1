// Rows made of records, for the view_*.cpp files only.
#pragma once

#include "core/store/reading.hpp"
#include "core/store/view.hpp"

namespace lastmile::store {

MessageRow message_row(const Source& source, const message::ItemHash& hash, const Entry& entry);
// JSON text of the content, address and time filled in.
std::string completed_content(const Source& source, const message::Envelope& envelope, const Entry& entry);

}  // namespace lastmile::store
