#include "core/store/layout.hpp"

#include "core/crypto/hash.hpp"

namespace lastmile::store {
namespace {

std::string first_bytes(const Hash256& hash, std::size_t count) {
  return std::string(as_text(hash.view()).substr(0, count));
}

}  // namespace

std::string name20(std::string_view text) { return first_bytes(crypto::sha256(text), 20); }
std::string name8(std::string_view text) { return first_bytes(crypto::sha256(text), 8); }

std::string aggregate20(std::string_view owner, std::string_view key) {
  Encoder both;
  both.text(owner).text(key);
  return name20(both.view());
}

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

namespace keys {

std::string of_hash(Table table, const message::ItemHash& hash) {
  Key key(table);
  return key.hash(hash).take();
}
std::string of_time(Table table, Wall time, const message::ItemHash& hash) {
  Key key(table);
  return key.time(time).hash(hash).take();
}
std::string of_name(Table table, std::string_view name, Wall time, const message::ItemHash& hash) {
  Key key(table);
  return key.raw(name).time(time).hash(hash).take();
}
std::string under(Table table, std::string_view name) {
  Key key(table);
  return key.raw(name).take();
}
std::string under_hash(Table table, const message::ItemHash& hash, Wall time, const message::ItemHash& more) {
  Key key(table);
  return key.hash(hash).time(time).hash(more).take();
}
std::string pair(Table table, const message::ItemHash& a, const message::ItemHash& b) {
  Key key(table);
  return key.hash(a).hash(b).take();
}
std::string held(std::uint64_t second, const message::ItemHash& hash) {
  Key key(Table::held);
  return key.big40(second).hash(hash).take();
}
std::string dependency(Kind kind, std::string_view name) {
  std::string out(1, static_cast<char>(kind));
  return out.append(name);
}
std::string index(Table table, Facet facet, std::string_view name, Wall time, const message::ItemHash& hash) {
  Key key(table);
  return key.byte(static_cast<char>(facet)).raw(name).time(time).hash(hash).take();
}
std::string indexes(Table table, Facet facet, std::string_view name) {
  Key key(table);
  return key.byte(static_cast<char>(facet)).raw(name).take();
}
std::string hash_name(const message::ItemHash& hash) {
  std::string name;
  append_hash(name, hash);
  return name;
}

}  // namespace keys

}  // namespace lastmile::store
