#include "core/message/type.hpp"

#include "core/base/check.hpp"

namespace lastmile::message {

std::string_view type_text(Type type) {
  switch (type) {
    case Type::POST:
      return "POST";
    case Type::AGGREGATE:
      return "AGGREGATE";
    case Type::STORE:
      return "STORE";
    case Type::PROGRAM:
      return "PROGRAM";
    case Type::INSTANCE:
      return "INSTANCE";
    case Type::FORGET:
      return "FORGET";
    case Type::V_PROGRAM:
      return "V-PROGRAM";
  }
  LM_CHECK(false);
}

std::optional<Type> parse_type(std::string_view text) {
  for (const Type type : kAllTypes) {
    if (type_text(type) == text) return type;
  }
  return std::nullopt;
}

std::string_view item_type_text(ItemType item_type) {
  switch (item_type) {
    case ItemType::inlined:
      return "inline";
    case ItemType::storage:
      return "storage";
    case ItemType::ipfs:
      return "ipfs";
  }
  LM_CHECK(false);
}

std::optional<ItemType> parse_item_type(std::string_view text) {
  for (const ItemType item_type : {ItemType::inlined, ItemType::storage, ItemType::ipfs}) {
    if (item_type_text(item_type) == text) return item_type;
  }
  return std::nullopt;
}

}  // namespace lastmile::message
