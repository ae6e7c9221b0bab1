// Inside: questions about markets, prices and attacks; answer() gives them.
#pragma once

#include "tools/lab/question/answer.hpp"

namespace lastmile::lab {

Result<Answer> control_of_a_third(const Model& model);  // Q6
Result<Answer> market_clears(const Model& model);       // Q7
Result<Answer> hold_or_pay(const Model& model);         // Q8

}  // namespace lastmile::lab
