// The parts of Asio we use. <utility> comes first: Asio 1.74 needs it and does not include it.
#pragma once

#include <utility>
// clang-format off
#include <boost/asio/io_context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/asio/ip/tcp.hpp>
// clang-format on

namespace lastmile::real {
namespace asio = boost::asio;
using tcp = boost::asio::ip::tcp;
using ErrorCode = boost::system::error_code;
}  // namespace lastmile::real
