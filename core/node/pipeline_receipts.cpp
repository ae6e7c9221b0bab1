// Receipts: what clients and archives are told waits until it is durable.
#include <utility>

#include "core/node/pipeline.hpp"

namespace lastmile::node {

void Pipeline::owe(Receipt receipt, std::vector<ReceiptDone> to) {
  if (to.empty()) return;
  owed_.push_back({store_.committed(), std::move(receipt), std::move(to)});
  // Else paid when the commit is durable.
  if (pay_due_ || owed_.front().commit > store_.durable()) return;
  pay_due_ = true;
  timers_.after(Duration{}, [this] {
    pay_due_ = false;
    pay_receipts();
  });
}

void Pipeline::owe(Receipt receipt, ReceiptDone to) {
  if (!to) return;
  std::vector<ReceiptDone> one;
  one.push_back(std::move(to));
  owe(std::move(receipt), std::move(one));
}

void Pipeline::pay_receipts() {
  while (!owed_.empty() && owed_.front().commit <= store_.durable()) {
    OwedReceipt owed = std::move(owed_.front());
    owed_.pop_front();
    for (ReceiptDone& done : owed.to) {
      if (done) done(owed.receipt);
    }
  }
}

}  // namespace lastmile::node
