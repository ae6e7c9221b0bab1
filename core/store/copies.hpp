// A signature names a hash, a chain, a sender and a type; nothing keeps another wallet from signing for the same hash,
// and nobody signs the channel. So a message may come in several copies, and one of them stands for it: chosen by the
// rules, never by which came first (docs/decisions/0125).
#pragma once

#include <memory>
#include <vector>

#include "core/store/context.hpp"

namespace lastmile::store {

// The same signer, as the same type.
bool same_signer(const message::Envelope& a, const message::Envelope& b);
// And in the same channel.
bool same_copy(const message::Envelope& a, const message::Envelope& b);

// Of a message whose content is here and for which `first` stands: may the rules prefer this copy?
bool may_be_chosen(const StoreOptions& options, const Entry& entry, const message::Envelope& first,
                   const message::Envelope& copy);
// Of a message whose content is not here: is there a place for this copy beside those that are kept, in their order?
bool has_place(const StoreOptions& options, const std::vector<message::Envelope>& known, const message::Envelope& copy);
// Beside the one that stands for the message. False: it is known, cannot be better, or finds no place.
bool keep_copy(Context& context, Loaded& m, const message::Envelope& copy);
// From here on this copy stands for a message whose content was not here and comes with it; what is kept of others are
// those of the same type.
void put_first(Context& context, Loaded& m, std::shared_ptr<const message::Envelope> copy);
// Of a message whose content is here: the best of its copies whom the rules let act stands for it from here on. What
// it depends on was looked at (Context::depend).
void choose_copy(Context& context, Loaded& m);
void drop_copies(Context& context, Loaded& m);

// All of them, the one that stands for the message first. Without content.
std::vector<message::Envelope> load_copies(const Source& source, const message::ItemHash& hash, const Entry& entry);

}  // namespace lastmile::store
