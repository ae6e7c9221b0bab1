#include "core/base/check.hpp"
#include "core/gossip/protobuf.hpp"
#include "core/gossip/rpc_parts.hpp"

namespace lastmile::gossip {
namespace {

// Fills one RPC after the other. Sizes are kept as running sums, so that the work is linear.
class Splitter {
 public:
  explicit Splitter(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  template <class Part>
  void plain(std::vector<Part>& parts, std::vector<Part> Rpc::* place, std::size_t count_max) {
    for (Part& p : parts) {
      const std::size_t more = pb::bytes_field_size(part::size(p));
      if ((current_.*place).size() >= count_max || total(more, 0) > bytes_max_) next();
      if (total(more, 0) > bytes_max_) {
        ++left_out_;
        continue;
      }
      (current_.*place).push_back(std::move(p));
      plain_ += more;
    }
  }

  template <class Part>
  void control(std::vector<Part>& parts, std::vector<Part> Control::* place) {
    for (Part& p : parts) {
      if (!add_control(p, place)) {
        next();
        if (!add_control(p, place)) ++left_out_;
      }
    }
  }

  // IHAVE, IWANT, IDONTWANT: a list that does not fit is cut.
  template <class Part>
  void lists(std::vector<Part>& parts, std::vector<Part> Control::* place) {
    for (Part& p : parts) {
      if (!add_control(p, place)) cut(p, place);
    }
  }

  std::vector<Rpc> finish(std::size_t* left_out) {
    next();
    if (left_out != nullptr) *left_out = left_out_;
    return std::move(done_);
  }

 private:
  // Size if `plain` and `control` bytes were added to the current RPC.
  std::size_t total(std::size_t plain, std::size_t control) const {
    const bool has_control = control > 0 || current_.control;
    return plain_ + plain + (has_control ? pb::bytes_field_size(control_ + control) : 0);
  }

  template <class Part>
  bool add_control(Part& p, std::vector<Part> Control::* place) {
    const std::size_t more = pb::bytes_field_size(part::size(p));
    if (entries_ >= kControlEntriesMax || total(0, more) > bytes_max_) return false;
    push(std::move(p), place, more);
    return true;
  }

  template <class Part>
  void push(Part part, std::vector<Part> Control::* place, std::size_t more) {
    if (!current_.control) current_.control.emplace();
    ((*current_.control).*place).push_back(std::move(part));
    control_ += more;
    ++entries_;
  }

  template <class Part>
  void cut(const Part& whole, std::vector<Part> Control::* place) {
    Part head = whole;  // the topic, with an empty list
    head.ids = std::make_shared<const IdList>();
    const std::size_t head_size = part::size(head);
    auto list = std::make_shared<IdList>();
    std::size_t inner = head_size;
    const auto close = [&] {
      if (list->empty()) return;
      Part piece = head;
      piece.ids = std::exchange(list, std::make_shared<IdList>());
      push(std::move(piece), place, pb::bytes_field_size(inner));
      inner = head_size;
    };
    for (std::size_t i = 0; i < whole.ids->size(); ++i) {
      const std::size_t more = part::id(*whole.ids, i);
      if (entries_ >= kControlEntriesMax || total(0, pb::bytes_field_size(inner + more)) > bytes_max_) {
        close();
        next();
        if (total(0, pb::bytes_field_size(inner + more)) > bytes_max_) {
          ++left_out_;
          continue;
        }
      }
      list->add_from(*whole.ids, i);
      inner += more;
    }
    close();
  }

  void next() {
    if (!current_.empty()) done_.push_back(std::exchange(current_, Rpc{}));
    plain_ = control_ = entries_ = 0;
  }

  std::size_t bytes_max_;
  std::vector<Rpc> done_;
  Rpc current_;
  std::size_t plain_ = 0;    // bytes of subscriptions and messages
  std::size_t control_ = 0;  // bytes inside the control message
  std::size_t entries_ = 0;  // control entries
  std::size_t left_out_ = 0;
};

}  // namespace

std::vector<Rpc> split_rpc(Rpc rpc, std::size_t bytes_max, std::size_t* left_out) {
  if (left_out != nullptr) *left_out = 0;
  Splitter splitter(bytes_max);
  splitter.plain(rpc.subscriptions, &Rpc::subscriptions, kSubscriptionsPerRpcMax);
  if (rpc.control) {  // GRAFT and PRUNE before lists and messages: they must not wait behind bulk
    splitter.control(rpc.control->graft, &Control::graft);
    splitter.control(rpc.control->prune, &Control::prune);
    splitter.lists(rpc.control->ihave, &Control::ihave);
    splitter.lists(rpc.control->iwant, &Control::iwant);
    splitter.lists(rpc.control->idontwant, &Control::idontwant);
  }
  splitter.plain(rpc.publish, &Rpc::publish, kRpcMessagesMax);
  return splitter.finish(left_out);
}

}  // namespace lastmile::gossip
